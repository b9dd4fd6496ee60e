"""Coverage of the units of one group: what they did, and nothing of the others."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from geogrid.errors import InputError
from geogrid.workspace import Questions, Window
from tests.small_city import drive, write_tracks

SUMMED = ("moving_s", "standing_s", "depot_s", "patrol_s", "distance_m", "passes", "visits")
WINDOWS = (Window(), Window.parse(hours="09-10"), Window.parse(first="2026-03-07"))


def write(path, rows, groups):
    """Write fixes with the group of each unit."""
    lines = [",".join(map(str, (*row, groups.get(row[0], "")))) for row in rows]
    path.write_text("\n".join(["unit,time,lon,lat,group", *lines]) + "\n", "utf-8")
    return path


def stand(unit, start, end):
    """Return fixes a minute apart at one place, from minute to minute after ten."""
    return [
        (unit, f"2026-03-06 10:{minute:02d}:00", 117.61, 26.21) for minute in range(start, end + 1)
    ]


@pytest.fixture
def grouped(ws, tmp_path, options):
    """Return two cars in one cell, of two groups: 10:00-10:15 and 10:05-10:20."""
    rows = stand("car-1", 0, 15) + stand("car-2", 5, 20)
    file = write(tmp_path / "t.csv", rows, {"car-1": "north", "car-2": "south"})
    ws.import_files("tracks", [file], options)
    return ws


def of(ws, group, window=None):
    return ws.layer("coverage", window or Window(), questions=Questions(group=group))


def seen(layer):
    """Return what is said of the one cell that was patrolled."""
    table = layer.table
    (at,) = np.flatnonzero(table["patrol_s"] > 0)
    names = ("standing_s", "presence_s", "passes", "visits", "units", "days")
    return {name: float(table[name][at]) for name in names} | {
        "first": table["first_seen"][at].astype("datetime64[m]").item().strftime("%H:%M"),
        "last": table["last_seen"][at].astype("datetime64[m]").item().strftime("%H:%M"),
    }


def test_two_cars_in_one_cell_are_told_apart(grouped):
    common = {"passes": 1.0, "visits": 1.0, "units": 1.0, "days": 1.0}
    quarter = {"standing_s": 900.0, "presence_s": 900.0}
    assert seen(of(grouped, "north")) == common | quarter | {"first": "02:00", "last": "02:15"}
    assert seen(of(grouped, "south")) == common | quarter | {"first": "02:05", "last": "02:20"}
    both = {"standing_s": 1800.0, "presence_s": 1200.0, "passes": 2.0, "visits": 2.0, "units": 2.0}
    assert seen(of(grouped, None)) == common | both | {"first": "02:00", "last": "02:20"}


def test_the_ledger_and_the_fixes_are_those_of_the_group(grouped):
    summary = of(grouped, "north").summary
    assert summary["ledger"]["standing"] == summary["ledger"]["total"] == 900.0
    assert summary["units"] == {"group": "north", "registered": 1}
    fixes = summary["fixes"]
    assert (fixes["kept"], fixes["other_units"], fixes["read"]) == (16, 16, 32)
    assert sum(fixes.values()) == 2 * fixes["read"]  # every row in one count
    assert "units" not in of(grouped, None).summary


def test_a_layer_of_a_group_names_it(grouped):
    layer, whole = of(grouped, "north"), of(grouped, None)
    assert layer.provenance.parameters["units"] == "north"
    assert set(layer.provenance.inputs) - set(whole.provenance.inputs) == {"units"}
    assert "units" not in whole.provenance.parameters


@pytest.fixture
def week(ws, tmp_path, options):
    """Return three groups and a unit without one, over midnights, a depot and a border."""
    rows = [
        row
        for day in ("2026-03-06", "2026-03-07", "2026-03-09")
        for n in range(6)
        for row in drive(f"car-{n}", day, start=8 + n // 2, fixes=90 - 9 * n)
    ]
    rows += [row for n in range(2) for row in drive(f"car-{n}", "2026-03-08", start=23)]
    rows += [(f"car-{n}", "2026-03-09 00:00:30", 117.6383, 26.21) for n in range(2)]
    rows += [(unit, time, lon, lat + 0.01) for unit, time, lon, lat in drive("car-6", "2026-03-07")]
    groups = {"car-0": "A", "car-1": "B", "car-2": "A", "car-3": "B", "car-4": "C", "car-5": "C"}
    ws.import_files("tracks", [write(tmp_path / "w.csv", rows, groups)], options)
    depots = tmp_path / "depots.csv"
    depots.write_text("id,lon,lat,radius_m\nd,117.602,26.21,300\n")
    ws.import_files("depots", [depots], options)
    rest = [row for row in rows if row[0] == "car-6"]
    return ws, groups, rest


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_groups_that_share_out_all_units_sum_to_the_whole(week, window, make, tmp_path, options):
    ws, groups, rest = week
    alone = make("alone")
    alone.import_files("tracks", [write_tracks(tmp_path / "rest.csv", rest)], options)
    parts = [of(ws, group, window) for group in sorted(set(groups.values()))]
    parts.append(alone.layer("coverage", window))
    whole = of(ws, None, window)
    for name in SUMMED:
        total = sum(part.table[name] for part in parts)
        np.testing.assert_allclose(total, whole.table[name], rtol=0, atol=1e-6)
    for bucket, seconds in whole.summary["ledger"].items():
        assert sum(p.summary["ledger"][bucket] for p in parts) == pytest.approx(seconds, abs=1e-6)


def test_a_group_is_what_a_workspace_with_only_its_units_says(week, make, tmp_path, options):
    ws, *_ = week
    rows = (tmp_path / "w.csv").read_text("utf-8").splitlines()
    only = tmp_path / "only.csv"
    only.write_text("\n".join([rows[0], *(row for row in rows if row.endswith(",A"))]) + "\n")
    alone = make("alone")
    alone.import_files("tracks", [only], options)
    alone.import_files("depots", [tmp_path / "depots.csv"], options)
    for window in WINDOWS[:2]:
        group, same = of(ws, "A", window).table, alone.layer("coverage", window).table
        for name in set(group.columns) - {"longest_absence_h"}:  # over other imported days
            assert group[name].tobytes() == same[name].tobytes(), name


def test_days_of_a_group_are_kept_apart_and_worked_out_once(grouped):
    whole = of(grouped, None)
    before = {p: p.stat().st_mtime_ns for p in grouped.path.glob("derived/**/*.*")}
    of(grouped, "north")
    folders = {
        p.parent.parent.name for p in grouped.path.glob("derived/units-*/day=*/manifest.json")
    }
    assert len(folders) == 1
    assert {p: p.stat().st_mtime_ns for p in before} == before
    of(grouped, "south")
    assert len(list(grouped.path.glob("derived/units-*"))) == 2
    assert of(grouped, None).summary == whole.summary


def test_a_group_that_gets_another_unit_is_worked_out_anew(grouped, tmp_path, options):
    assert of(grouped, "north").summary["ledger"]["total"] == 900.0
    moved = write(tmp_path / "m.csv", stand("car-2", 21, 22), {"car-2": "north"})
    grouped.import_files("tracks", [moved], options)
    assert of(grouped, "north").summary["ledger"]["total"] == 900.0 + 17 * 60.0
    with pytest.raises(InputError, match="no unit is in the group 'south'; there are north"):
        of(grouped, "south")


def test_a_group_that_is_not_known_names_those_that_are(grouped):
    with pytest.raises(InputError, match="no unit is in the group 'east'; there are north, south"):
        of(grouped, "east")
    with pytest.raises(InputError, match="no unit is in the group ''"):
        of(grouped, "")


def test_without_groups_the_remedy_is_told(ws, tmp_path, options):
    file = write_tracks(tmp_path / "t.csv", drive("car", "2026-03-06"))
    ws.import_files("tracks", [file], options)
    with pytest.raises(
        InputError,
        match=r"no groups of units are known; import a register of units .*tracks .*'group'",
    ):
        of(ws, "north")


def register_of(folder, text):
    path = folder / "units.csv"
    path.write_text(text, "utf-8")
    return path


def test_groups_come_from_an_imported_register_as_from_tracks(grouped, make, tmp_path, options):
    plain = make("plain")
    rows = stand("car-1", 0, 15) + stand("car-2", 5, 20)
    plain.import_files("tracks", [write_tracks(tmp_path / "p.csv", rows)], options)
    text = "unit,group\ncar-1,north\ncar-2,south\ncar-3,south\n"
    result = plain.import_files("units", [register_of(tmp_path, text)], options)
    assert (result.status, result.accepted) == ("accept", 3)
    assert seen(of(plain, "north")) == seen(of(grouped, "north"))
    assert seen(of(plain, "south")) == seen(of(grouped, "south"))
    assert of(plain, "south").summary["units"] == {"group": "south", "registered": 2}


def test_the_later_of_register_and_tracks_says_the_group(grouped, tmp_path, options):
    grouped.import_files(
        "units", [register_of(tmp_path, "unit,group\ncar-2,north\ncar-9,\n")], options
    )
    assert of(grouped, "north").summary["ledger"]["total"] == 1800.0
    register = grouped.register("units")
    assert register.index.tolist() == ["car-1", "car-2", "car-9"]
    assert "geometry" not in register
    grouped.undo()
    assert of(grouped, "north").summary["ledger"]["total"] == 900.0


def test_units_that_were_kept_with_empty_points_are_read_and_replaced(grouped, tmp_path, options):
    old = gpd.GeoDataFrame(
        {"id": ["car-1"], "group": ["east"]}, geometry=[shapely.Point()], crs="EPSG:4326"
    )
    pyogrio.write_dataframe(old, grouped.path / "registers.gpkg", layer="units", driver="GPKG")
    assert of(grouped, "east").summary["ledger"]["total"] == 900.0
    grouped.import_files("units", [register_of(tmp_path, "unit,group\ncar-2,east\n")], options)
    assert of(grouped, "east").summary["ledger"]["total"] == 1800.0
    assert "geometry" not in grouped.register("units")
