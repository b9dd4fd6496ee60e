import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from geogrid.analysis.hotspots import HotspotParams
from geogrid.analysis.incident_days import DatedIncidents
from geogrid.analysis.near_repeat import Bands, KnoxTable
from geogrid.analysis.near_repeat_alerts import (
    ALERT_REASONS,
    NearRepeatParams,
    _alerting,
    near_repeat,
    translated_alert,
)
from geogrid.crs import WGS84, transformer, working_crs
from geogrid.errors import InputError
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
from geogrid.model.incidents import Incidents

CRS = working_crs(117.0, 26.0, 118.0, 27.0)
CORNER = 1_000_000.0
CELL = 100.0
SIDE = 40
ZH = Path(__file__).parents[2] / "geogrid" / "locale" / "zh" / "emerging.json"
BANDS = Bands((0.0, 1.0, 151.0), (0.0, 8.0, 15.0))
FRESH = (20.5, 20.5)  # in cells: the middle of a cell


@pytest.fixture(scope="module")
def grid():
    land = shapely.box(CORNER, CORNER, CORNER + SIDE * CELL, CORNER + SIDE * CELL)
    return Grid.over(Boundary(("A",), ("A",), (land,), CRS), CELL, crs=CRS)


def dated_of(rows, last_day):
    """Return incidents (column, row, day), with places in cells."""
    col, row, day = (np.array(part, dtype=np.float64) for part in zip(*rows, strict=True))
    lon, lat = transformer(CRS, WGS84).transform(CORNER + col * CELL, CORNER + row * CELL)
    n = day.size
    incidents = Incidents(
        ids=np.array([str(i) for i in range(n)], dtype=object),
        t_from=(day * 86_400_000).astype(np.int64),
        t_to=(day * 86_400_000).astype(np.int64),
        lon=lon,
        lat=lat,
        categories=("burglary",),
        category=np.zeros(n, dtype=np.int32),
        weight=np.ones(n),
        source=np.zeros(n, dtype=np.int8),
    )
    return DatedIncidents(incidents, day.astype(np.int64), 0, last_day)


def history():
    """Return 20 pairs within 50 m and 2 days of each other, far from other pairs, to day 200."""
    rng = np.random.default_rng(4)
    places = np.array([(2 + 4 * (i % 9), 2 + 4 * (i // 9)) for i in range(20)]) + 0.5
    days = rng.permutation(20) * 10
    return [
        row
        for (col, row_), day in zip(places.tolist(), days.tolist(), strict=True)
        for row in ((col, row_, day), (col + 0.5, row_, day + 2))
    ]


def alerts(grid, age, *, fresh=((*FRESH, 300),), bands=BANDS, **settings):
    """Return the table of a day so long after incidents on day 300."""
    params = NearRepeatParams(bands=bands, permutations=199, **settings)
    dated = dated_of([*history(), *fresh], 300 + age)
    return near_repeat(dated, grid, rng=np.random.default_rng(1), params=params)


def around(grid, table, name):
    """Return a column as a board of cells, by their distance in cells from the fresh incident."""
    board = grid.dense(table[name], fill=np.nan)
    return board[15:26, 15:26]


def test_cells_within_the_band_of_a_fresh_incident_are_on_alert(grid):
    table = alerts(grid, 0)
    board = around(grid, table, "alert")
    row, col = np.indices(board.shape) - 5
    # From the middle of its cell to the nearest point of another: 151 m are 1.51 cells.
    away = np.hypot(np.maximum(np.abs(row) - 0.5, 0), np.maximum(np.abs(col) - 0.5, 0))
    np.testing.assert_array_equal(board, away < 1.51)
    assert table.summary["hot"] == board.sum()
    assert table["alert"].sum() == board.sum()


def test_along_the_axes_the_reach_is_a_diamond(grid):
    bands = Bands(BANDS.space, BANDS.time, "manhattan")
    board = around(grid, alerts(grid, 0, bands=bands), "alert")
    row, col = np.indices(board.shape) - 5
    away = np.maximum(np.abs(row) - 0.5, 0) + np.maximum(np.abs(col) - 0.5, 0)
    np.testing.assert_array_equal(board, away < 1.51)


def test_an_alert_ends_with_the_band(grid):
    middle = grid.position_of([20 * SIDE + 20])[0]
    for age, left in ((0, 8), (1, 7), (6, 2), (7, 1), (8, 0), (9, 0)):
        table = alerts(grid, age)
        assert table["alert_days"][middle] == left
        assert table["alert"][middle] == float(left > 0)
        assert table["fresh"][middle] == float(left > 0)
        told = {True: "on alert to the end of 1970-11-04: 1 fresh incidents in reach"}
        calm = "no fresh incident in reach"
        assert table["reason"][middle] == told.get(left > 0, calm)


def test_only_bands_that_are_clearly_more_than_chance_give_alerts(grid):
    rows = alerts(grid, 0).summary["table"]
    gives = [(row["space_from"], row["time_from"]) for row in rows if row["alert"]]
    assert gives == [(1, 0)]
    strict = alerts(grid, 0, base=HotspotParams(min_support=21))
    assert not any(row["alert"] for row in strict.summary["table"])
    assert strict.summary["hot"] == 0
    assert set(strict["reason"]) == {"no near repeats were found, so no alert is given"}
    assert not any(row["alert"] for row in alerts(grid, 0, least_ratio=1e6).summary["table"])


def test_an_alert_begins_with_its_incident():
    bands = Bands((0.0, 1.0, 101.0), (0.0, 8.0, 15.0, 22.0))
    observed = np.array([[9, 9, 2], [3, 9, 9]])
    found = KnoxTable(bands, observed, np.full((2, 3), 3.0), np.ones((2, 3)), np.zeros((2, 3)))
    gives = _alerting(found, found.p, NearRepeatParams(bands=bands))
    assert gives.tolist() == [[True, True, False], [False, False, False]]


def test_bands_without_an_end_give_no_alert(grid):
    open_ended = alerts(grid, 0, bands=Bands((0.0, 151.0, np.inf), (0.0, np.inf)))
    rows = open_ended.summary["table"]
    assert [row["space_to"] for row in rows] == [151, None]
    assert [row["time_to"] for row in rows] == [None, None]
    assert not any(row["alert"] for row in rows)


def test_two_fresh_incidents_count_twice_and_the_later_end_holds(grid):
    middle = grid.position_of([20 * SIDE + 20])[0]
    # At three kilometres from each other on days 299 and 301: no pair, yet both are fresh.
    far = (3.5, 37.5)
    table = alerts(grid, 3, fresh=((*FRESH, 297), (*FRESH, 303), (*far, 300)))
    assert (table["fresh"][middle], table["alert_days"][middle]) == (2.0, 8.0)
    other = grid.position_of([37 * SIDE + 3])[0]
    assert (table["fresh"][other], table["alert_days"][other]) == (1.0, 5.0)


def test_the_table_has_a_row_for_every_band_and_sums_with_open_ends_to_all_pairs(grid):
    bands = Bands((0.0, 1.0, 151.0, np.inf), (0.0, 8.0, np.inf))
    summary = alerts(grid, 0, bands=bands).summary
    keys = {
        *("space_from", "space_to", "time_from", "time_to", "observed", "expected"),
        *("sd", "ratio", "p", "q", "alert"),
    }
    assert all(set(row) == keys for row in summary["table"])
    assert [(row["space_from"], row["time_from"]) for row in summary["table"]] == [
        *((0, 0), (0, 8), (1, 0), (1, 8), (151, 0), (151, 8)),
    ]
    assert sum(row["observed"] for row in summary["table"]) == summary["pairs"] == 41 * 40 // 2
    assert summary["as_of"] == "1970-10-28"
    assert json.loads(json.dumps(summary)) == summary


def test_incidents_outside_the_grid_are_named_and_make_no_pair(grid):
    inside = alerts(grid, 0)
    outside = alerts(grid, 0, fresh=((*FRESH, 300), (-9.0, 5.0, 300), (-9.0, 5.0, 300)))
    assert outside.summary["outside"] == 2
    assert outside.summary["counted"] == inside.summary["counted"] == 41
    for name in inside.columns:
        np.testing.assert_array_equal(inside[name], outside[name], err_msg=name)
    assert inside["count"].sum() == 41


def test_an_alert_at_the_rim_stays_in_the_grid(grid):
    board = grid.dense(alerts(grid, 0, fresh=((0.5, 39.5, 300),))["alert"], fill=0.0)
    assert board.sum() == board[-3:, :3].sum() == 6
    assert board[-1, 0] == 1


def test_a_ratio_under_one_is_refused():
    with pytest.raises(InputError, match="least ratio"):
        NearRepeatParams(least_ratio=0.9)


def test_every_sentence_can_be_told_in_chinese(grid):
    words = json.loads(ZH.read_text("utf-8"))
    assert set(ALERT_REASONS.values()) <= set(words)
    sentence = str(alerts(grid, 0)["reason"][grid.position_of([20 * SIDE + 20])[0]])
    told = translated_alert(sentence, words.__getitem__)
    assert told != sentence
    assert "1970-11-04" in told
