"""Promised visits of a workspace: registers in, compliance and states of cells out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geogrid.errors import InputError, LayerNotFoundError
from geogrid.workspace import Window
from tests.small_city import write_incidents, write_tracks

HERE, THERE = (117.61, 26.21), (117.63, 26.21)


def stand(unit, day, start, minutes, place=HERE):
    """Return fixes a minute apart at one place, from a minute of the day on."""
    return [
        (unit, f"{day} {(start + k) // 60:02d}:{(start + k) % 60:02d}:00", *place)
        for k in range(minutes + 1)
    ]


def put(ws, folder, kind, text, options):
    path = folder / f"{kind}.csv"
    path.write_text(text, "utf-8")
    return ws.import_files(kind, [path], options)


@pytest.fixture
def promised(ws, tmp_path, options):
    """Return two rooms, three shifts, and two days of visits to the first room."""
    rooms = f"id,lon,lat,class\nR1,{HERE[0]},{HERE[1]},1\nR2,{THERE[0]},{THERE[1]},1\n"
    put(ws, tmp_path, "rooms", rooms, options)
    shifts = "name,start,end\nearly,06:00,14:00\nlate,14:00,22:00\nnight,22:00,06:00\n"
    put(ws, tmp_path, "shifts", shifts, options)
    put(ws, tmp_path, "dosage", "class,visits,minutes_min\nroom_1,2,15\n", options)
    day, next_day = "2026-03-06", "2026-03-07"
    rows = stand("a", day, 480, 20) + stand("a", day, 600, 20)  # two in the early shift
    rows += stand("a", day, 900, 12)  # too short in the late one
    rows += stand("a", day, 1420, 19) + stand("a", next_day, 0, 30)  # one over midnight
    ws.import_files("tracks", [write_tracks(tmp_path / "t.csv", rows)], options)
    return ws


def test_visits_are_held_to_their_shifts(promised, tmp_path):
    path = tmp_path / "visits.csv"
    answer = promised.dosage(path=path)
    assert (answer["places"], answer["shifts"]) == (2, ["early", "late", "night"])
    table = pd.read_csv(path, dtype={"day": str}).set_index(["place", "day", "shift"])
    first = table.loc["R1"]
    assert first.loc[("2026-03-06", "early"), ["visits", "delivered_min", "kept"]].tolist() == [
        2,
        40,
        True,
    ]
    late = first.loc[("2026-03-06", "late")]
    assert (late["visits"], late["drive_pasts"], late["delivered_min"]) == (0, 1, 12)
    night = first.loc[("2026-03-06", "night")]
    assert (night["visits"], night["all_visits"], night["delivered_min"]) == (1, 1, 50)
    before = first.loc[("2026-03-05", "night")]  # six of its eight hours are in the window
    assert (before["part"], before["promised_visits"]) == (0.75, 1.5)
    second = table.loc["R2", "kept"]  # of the last night two hours are left: half a visit
    assert second[second == 1].index.tolist() == [("2026-03-07", "night")]


def test_totals_are_sums_of_the_rows_by_place_district_and_shift(promised):
    answer = promised.dosage()
    for key in ("by_place", "by_district", "by_shift"):
        for name in ("promised_min", "delivered_min", "visits", "shifts", "kept"):
            assert sum(row[name] for row in answer[key]) == pytest.approx(answer["total"][name])
    # Two rooms, two days: 48 of 8-hour shifts' hours are six shifts of 30 minutes each.
    assert answer["total"]["promised_min"] == pytest.approx(2 * 6 * 30.0)
    assert answer["total"]["delivered_min"] == pytest.approx(40 + 12 + 50)
    assert answer["total"]["delivered_share"] == pytest.approx(102 / 360)
    assert answer["total"]["band_share"] == pytest.approx(1 / 4)
    assert {row["place"] for row in answer["by_place"]} == {"R1", "R2"}


def test_a_part_of_a_day_promises_a_part(promised):
    answer = promised.dosage(Window.parse(first="2026-03-06", last="2026-03-06", hours="06-10"))
    assert answer["total"]["promised_visits"] == pytest.approx(2 * 2 * 0.5)
    assert answer["total"]["visits"] == 1


def test_cells_of_places_that_got_too_little_are_under(promised):
    layer = promised.layer("gaps")
    grid = promised.grid
    one, other = (int(grid.position_at([p[0]], [p[1]])[0]) for p in (HERE, THERE))
    assert layer.table["state"][one] == "under"
    assert layer.table["reason"][one] == "3 of 11 promised visits"
    assert layer.table["state"][other] == "never"
    assert layer.table["reason"][other].endswith("; 0 of 11 promised visits")
    assert {"dosage", "shifts", "rooms"} <= set(layer.provenance.inputs)
    early = promised.layer(
        "gaps", Window.parse(first="2026-03-06", last="2026-03-06", hours="06-14")
    )
    assert early.table["state"][one] == "met"


def test_no_shift_means_off_duty(promised, tmp_path, options):
    put(promised, tmp_path, "shifts", "name,start,end\nearly,8:00,9:00\n", options)
    put(promised, tmp_path, "shifts", "name,start,end\nlate,9:00,10:00\nnight,8:00,9:00\n", options)
    states = promised.layer("gaps", Window.parse(hours="14-16")).table["state"]
    assert set(states) == {"not_required", "off_duty"}
    assert "off_duty" not in set(promised.layer("gaps", Window.parse(hours="08-10")).table["state"])


def test_places_beats_cells_and_deciles_are_found(promised, tmp_path, options):
    places = f"id,kind,lon,lat\nP,hotel,{HERE[0]},{HERE[1]}\n"
    put(promised, tmp_path, "places", places, options)
    ring = "117.605 26.205,117.615 26.205,117.615 26.215,117.605 26.205"
    areas = f'id,geometry\nB,"POLYGON(({ring}))"\n'
    put(promised, tmp_path, "areas", areas, options)
    rows = [(str(k), "2026-03-06 10:00:00", *HERE, "theft") for k in range(40)]
    promised.import_files("incidents", [write_incidents(tmp_path / "i.csv", rows)], options)
    code = promised.grid.codes()[5]
    named = f"R1,,1,\nB,,1,\n{code},,1,\n"
    text = f"place,class,visits,hours\n{named},hotel,1,08-20\n,area,1,\n,decile_1,1,\n"
    put(promised, tmp_path, "dosage", text, options)
    answer = promised.dosage()
    found = {row["place"] for row in answer["by_place"]}
    assert {"R1", "R2", "P", "B", code} <= found
    put(promised, tmp_path, "dosage", "place,visits\nnobody,1\n", options)
    with pytest.raises(InputError, match="no room, place, area, checkpoint or cell"):
        promised.dosage()


def test_a_class_without_places_is_refused(promised, tmp_path, options):
    put(promised, tmp_path, "dosage", "class,visits\nkaraoke,1\n", options)
    with pytest.raises(InputError, match="the class 'karaoke'"):
        promised.dosage()


def test_without_promises_or_tracks_the_remedy_is_told(ws, tmp_path, options):
    with pytest.raises(LayerNotFoundError, match="geogrid import WS dosage FILE"):
        ws.dosage()
    put(ws, tmp_path, "rooms", f"id,lon,lat,class\nR1,{HERE[0]},{HERE[1]},1\n", options)
    put(ws, tmp_path, "dosage", "class,visits\nroom_1,1\n", options)
    with pytest.raises(LayerNotFoundError, match="geogrid import WS tracks FILE"):
        ws.dosage()


def test_the_longest_absence_is_that_of_the_coverage(promised):
    window = Window.parse(first="2026-03-06", last="2026-03-07")
    table = promised.layer("coverage", window).table
    cell = int(promised.grid.position_at([HERE[0]], [HERE[1]])[0])
    rows = promised.dosage(window, catchment_m=1.0)["by_place"]
    assert rows[0]["longest_absence_h"] == pytest.approx(table["longest_absence_h"][cell])
    assert rows[0]["delivered_min"] * 60 == pytest.approx(table["presence_s"][cell])
    assert rows[0]["all_visits"] == table["visits"][cell]
    assert np.isnan(table["presence_s"]).sum() == 0


def test_match_by_shift_and_beside_the_days_before(promised, tmp_path, options):
    rows = [
        (f"{d}{k}", f"2026-03-0{d} 10:00:00", *HERE, "theft") for d in (6, 7) for k in range(40)
    ]
    promised.import_files("incidents", [write_incidents(tmp_path / "i.csv", rows)], options)
    summary = promised.layer("gaps", Window.parse(first="2026-03-07", last="2026-03-07")).summary
    assert summary["match"]["city"]["index"] == pytest.approx(1.0)
    assert summary["match"]["before"]["from"] == "2026-03-06"
    assert summary["match"]["before"]["change"] == pytest.approx(0.0)
    assert [row["shift"] for row in summary["match"]["shifts"]] == ["early", "late", "night"]
    assert summary["match"]["shifts"][1]["match"] is None  # nothing happened, nobody was there
    assert summary["origin"]["unknown_share"] == 1.0
    assert summary["origin"]["warnings"]
