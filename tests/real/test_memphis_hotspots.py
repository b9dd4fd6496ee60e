"""Methods of hotspots on a year of robberies in Memphis, and land added around the city."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS
from scipy import special

from geogrid.analysis.gistar import gistar
from geogrid.analysis.hotspots import hotspots
from geogrid.analysis.multiple_testing import adjusted_p
from geogrid.crs import WGS84, transformer, working_crs
from geogrid.kernels.window_sums import disc_half_widths
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
from geogrid.workspace import Workspace

CELL = 200.0
PADDING_M = 60_000.0
ZONE = ("--tz", "America/Chicago")


@pytest.fixture(scope="module")
def memphis(geogrid, shared_data, tmp_path_factory):
    """Make the workspace once, with the robberies in it; tests read it."""
    source = shared_data / "memphis_robbery_2019"
    ws = tmp_path_factory.mktemp("memphis") / "ws"
    geogrid("init", ws, "--districts", source / "precincts.geojson", "--cell", 250, *ZONE)
    geogrid("import", ws, "incidents", source / "incidents.csv", *ZONE)
    return ws


@pytest.fixture(scope="module")
def memphis_200(geogrid, shared_data, tmp_path_factory):
    """Make the same with cells of 200 m."""
    source = shared_data / "memphis_robbery_2019"
    ws = tmp_path_factory.mktemp("memphis_200") / "ws"
    geogrid("init", ws, "--districts", source / "precincts.geojson", "--cell", 200, *ZONE)
    geogrid("import", ws, "incidents", source / "incidents.csv", *ZONE)
    return ws


def test_the_answer_says_where_the_mask_comes_from_and_of_what_time(memphis, geogrid):
    found = geogrid("hotspots", memphis)
    assert found["mask"] == "fallback: within 1000 m of an incident"
    assert found["mask_period"] == {"from": "2019-01-01", "to": "2019-12-31", "frozen": False}
    spring = geogrid("hotspots", memphis, "--mask-period", "2019-03-01:2019-05-31")
    assert spring["mask_period"] == {"from": "2019-03-01", "to": "2019-05-31", "frozen": True}
    assert spring["tested"] < found["tested"]
    assert spring["off_mask"] > found["off_mask"] == 0


def test_sources_that_are_not_known_are_warned_of(memphis, geogrid):
    found = geogrid("hotspots", memphis)
    assert found["sources"]["unknown"] == found["incidents"]
    assert (found["unknown_share"], found["officer_share"]) == (1.0, 0.0)
    assert found["warnings"][0].startswith("of 100% of the incidents counted the source is not")


def test_no_true_address_is_taken_for_a_stack(memphis, geogrid):
    assert geogrid("hotspots", memphis)["stacked"]["places"] == []


def test_hours_and_shifts_sum_to_the_incidents(memphis, geogrid):
    found = geogrid("hotspots", memphis, "--shifts", "0,8,16")
    assert sum(found["by_hour"]) == pytest.approx(found["incidents"])
    assert list(found["by_shift"]) == ["00-08", "08-16", "16-00"]
    assert sum(found["by_shift"].values()) == pytest.approx(found["incidents"])


def test_each_method_answers_with_its_columns(memphis, geogrid, tmp_path):
    for method, column in (("local-moran", "cluster"), ("rate", "eb_rate")):
        file = tmp_path / f"{method}.csv"
        found = geogrid("hotspots", memphis, "--method", method, "-o", file)
        table = pd.read_csv(file)
        assert found["method"] == method
        assert column in table
        assert found["hot"] > 0
    assert set(table["hot"].dropna()) <= {99, 95, 90, 0, -90, -95, -99}


def test_districts_by_themselves_have_other_hot_cells_than_the_city(memphis, geogrid):
    city = geogrid("hotspots", memphis)
    own = geogrid("hotspots", memphis, "--reference", "district")
    assert city["tested"] == own["tested"]
    assert city["hot"] != own["hot"] > 0


def test_options_of_another_method_are_refused(memphis, geogrid, refused):
    for words in (("--per", "area"), ("--method", "rate", "--weight", "harm")):
        with pytest.raises(refused) as error:
            geogrid("hotspots", memphis, *words)
        assert error.value.args[0] == 2
        assert "which belongs to" in error.value.args[1]["message"]
    with pytest.raises(refused) as error:
        geogrid("hotspots", memphis, "--method", "rate", "--per", "people")
    assert "geogrid import WS population FILE" in error.value.args[1]["message"]


def test_60_km_of_empty_land_around_memphis_changes_no_verdict(memphis, shared_data):
    folder = shared_data / "memphis_robbery_2019"
    collection = json.loads((folder / "precincts.geojson").read_text("utf-8"))
    crs = working_crs(-90.3, 34.9, -89.6, 35.3)
    project = transformer(WGS84, crs).transform
    city = shapely.union_all(
        [
            shapely.transform(shapely.geometry.shape(item["geometry"]), project, interleaved=False)
            for item in collection["features"]
        ]
    )
    land = shapely.box(*city.bounds).buffer(PADDING_M, join_style="mitre")
    small = Grid.over(Boundary(("city",), ("city",), (city,), crs), CELL, crs=crs)
    large = Grid.over(Boundary(("land",), ("land",), (land,), crs), CELL, crs=crs)
    stay = large.position_of(large.spec.cell_at(*small.spec.centres(small.cells)))
    incidents = Workspace.open(memphis)._shelf.incidents.read()
    incidents = incidents.where(small.position_at(incidents.lon, incidents.lat) >= 0)

    at_risk = np.zeros(len(large), dtype=np.bool_)
    at_risk[stay] = True
    before = hotspots(incidents, small, at_risk=at_risk[stay])
    after = hotspots(incidents, large, at_risk=at_risk)
    for name in ("z", "p", "q", "hot", "support", "stability"):
        np.testing.assert_array_equal(before[name], after[name][stay], err_msg=name)
    assert before.summary["hot"] == after.summary["hot"] > 0


def plain_verdicts(robberies, cell, *, around_m=0.0):
    """Return counts and verdicts of the plain method on the cells of the robberies' hull.

    Gi* of a cell and its eight neighbours (centres within the cell size times the root of two),
    z read as normal, two-sided p. Plane coordinates are those of Tennessee (EPSG:2843).
    """
    project = transformer(WGS84, CRS.from_epsg(2843)).transform
    x, y = project(robberies["lon"].to_numpy(), robberies["lat"].to_numpy())
    pad = int(np.ceil(around_m / cell))
    west, south = x.min() - pad * cell, y.min() - pad * cell
    shape = [int(np.ceil(np.ptp(v) / cell)) + 2 * pad for v in (y, x)]
    counts = np.zeros(shape, dtype=np.int64)
    np.add.at(counts, (((y - south) // cell).astype(int), ((x - west) // cell).astype(int)), 1)
    row, col = np.indices(shape)
    left, low = west + col * cell, south + row * cell
    hull = shapely.MultiPoint(np.column_stack([x, y])).convex_hull.buffer(around_m)
    mask = shapely.intersects(shapely.box(left, low, left + cell, low + cell), hull)
    gi = gistar(counts, mask, disc_half_widths(np.sqrt(2.0) + 1e-9))
    return counts[mask], gi, np.minimum(2.0 * special.ndtr(-np.abs(gi.z)), 1.0)


def test_empty_land_around_memphis_makes_most_cells_hot_by_the_plain_method(shared_data):
    # The share of occupied cells called hot at 500 m, published 24 % and 88 %; the hull's exact
    # corner is not told.
    year = pd.read_csv(shared_data / "memphis_robbery_2019" / "incidents.csv")
    shares = []
    for around_m in (0.0, PADDING_M):
        counts, gi, p = plain_verdicts(year, 500.0, around_m=around_m)
        hot = (gi.z > 0.0) & (adjusted_p(p, "bh") < 0.05)
        shares.append(hot[counts > 0].mean())
    assert shares[0] == pytest.approx(0.24, abs=0.02)
    assert shares[1] == pytest.approx(0.88, abs=0.02)


def test_in_january_the_plain_method_calls_cells_hot_on_one_robbery_and_ours_none(
    shared_data, geogrid, memphis_200, tmp_path
):
    # Published: 1,536 hot cells of 200 m, 1,307 of them on at most one robbery.
    year = pd.read_csv(shared_data / "memphis_robbery_2019" / "incidents.csv")
    january = year[pd.to_datetime(year["time"]).dt.month == 1]
    _, gi, p = plain_verdicts(january, 200.0)
    hot = (gi.z > 0.0) & (p < 0.05)
    assert hot.sum() == pytest.approx(1_536, rel=0.02)
    assert (hot & (gi.support <= 1)).sum() == pytest.approx(1_307, rel=0.02)
    month = ("--from", "2019-01-01", "--to", "2019-01-31")
    for method, least in (("gi", 3), ("rate", 3), ("gi", 1)):
        file = tmp_path / f"{method}{least}.csv"
        words = ("--method", method, "--min-support", least, "-o", file)
        found = geogrid("hotspots", memphis_200, *month, *words)
        table = pd.read_csv(file)
        ours = table[table["hot"] > 0]
        assert found["counted"] >= 200
        assert (ours["support"] >= 3).all()  # also where a support of one would do


def test_a_stack_is_named_and_left_out_unless_it_is_kept(memphis, geogrid, shared_data, tmp_path):
    rows = pd.read_csv(shared_data / "memphis_robbery_2019" / "incidents.csv").head(600)
    rows.loc[:29, ["lon", "lat"]] = rows.loc[0, ["lon", "lat"]].to_numpy()
    file = tmp_path / "stacked.csv"
    rows.to_csv(file, index=False)
    ws = tmp_path / "ws"
    districts = shared_data / "memphis_robbery_2019" / "precincts.geojson"
    geogrid("init", ws, "--districts", districts, "--cell", 500, *ZONE)
    geogrid("import", ws, "incidents", file, *ZONE)
    left = geogrid("hotspots", ws)
    kept = geogrid("hotspots", ws, "--stacked", "keep")
    (place,) = left["stacked"]["places"]
    assert place["incidents"] >= 30
    assert place["lon"] == pytest.approx(rows.loc[0, "lon"])
    assert left["stacked"] | {"dropped": False} == kept["stacked"]
    assert kept["incidents"] - left["incidents"] == place["incidents"]
