import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from geogrid.analysis.emerging import EmergingParams, emerging_hotspots
from geogrid.analysis.emerging_columns import PATTERN_REASONS, translated_pattern
from geogrid.analysis.gistar import gistar
from geogrid.analysis.hotspots import HotspotParams
from geogrid.analysis.incident_days import DatedIncidents
from geogrid.analysis.multiple_testing import adjusted_p
from geogrid.crs import WGS84, transformer, working_crs
from geogrid.errors import InputError
from geogrid.kernels.window_sums import disc_half_widths, window_sums
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
from geogrid.model.incidents import Incidents

CRS = working_crs(117.0, 26.0, 118.0, 27.0)
CORNER = 1_000_000.0
CELL = 250.0
STEP = 7
ZH = Path(__file__).parents[2] / "geogrid" / "locale" / "zh" / "emerging.json"
SHAPE = (24, 30)


def grid_of(shape=SHAPE, pad=0):
    n_rows, n_cols = shape
    low, edge = CORNER - pad * CELL, pad * CELL
    land = shapely.box(low, low, CORNER + n_cols * CELL + edge, CORNER + n_rows * CELL + edge)
    return Grid.over(Boundary(("A",), ("A",), (land,), CRS), CELL, crs=CRS)


def dated_of(cube, *, left_over_days=0, day=3):
    """Return incidents in the middle of cells on one day of each step; cube[step, row, col]."""
    step, row, col = np.nonzero(cube)
    times = cube[step, row, col]
    step, row, col = (np.repeat(index, times) for index in (step, row, col))
    x, y = CORNER + (col + 0.5) * CELL, CORNER + (row + 0.5) * CELL
    lon, lat = transformer(CRS, WGS84).transform(x, y)
    days = (left_over_days + step * STEP + day).astype(np.int64)
    n = days.size
    incidents = Incidents(
        ids=np.array([str(i) for i in range(n)], dtype=object),
        t_from=days * 86_400_000,
        t_to=days * 86_400_000,
        lon=lon,
        lat=lat,
        categories=("theft",),
        category=np.zeros(n, dtype=np.int32),
        weight=np.ones(n),
        source=np.zeros(n, dtype=np.int8),
    )
    return DatedIncidents(incidents, days, 0, left_over_days + cube.shape[0] * STEP - 1)


def everywhere(grid):
    return np.ones(len(grid), dtype=np.bool_)


def looked(cube, *, grid=None, lag=1, **base):
    grid = grid or grid_of()
    params = EmergingParams(HotspotParams(**base), step_days=STEP, lag_steps=lag)
    return emerging_hotspots(dated_of(cube), grid, at_risk=everywhere(grid), params=params)


def at(row, col):
    return row * SHAPE[1] + col


@pytest.fixture
def rng():
    return np.random.default_rng(77)


def planted(rng, steps=12):
    """Return chance counts with places that are hot in all, in the last and in early steps."""
    cube = rng.poisson(0.05, (steps, *SHAPE))
    cube[:, 4:7, 4:7] += 4
    cube[-1, 16:19, 4:7] += 4
    cube[: steps - 2, 4:7, 20:23] += 4
    cube[:, 16:19, 20:23] += (3 + np.arange(steps) // 2)[:, None, None]
    return cube


def test_planted_places_have_the_categories_they_were_planted_with(rng):
    table = looked(planted(rng), lag=0)
    assert table["category"][at(5, 5)] == "persistent_hot"
    assert table["category"][at(17, 5)] == "new_hot"
    assert table["category"][at(17, 21)] == "intensifying_hot"
    assert table["category"][at(5, 21)] == "none"  # 10 of 12 is less than 90 %
    assert table["steps"][at(5, 21)] == "HHHHHHHHHH.."
    assert table["steps"][at(17, 5)] == "...........H"
    assert table["hot_share"][at(5, 21)] == pytest.approx(10 / 12)
    assert table["trend_z"][at(17, 21)] > 4.0
    assert table["reason"][at(17, 5)] == (
        "hot for the first time in the last of 12 steps; cold in 0"
    )


def test_the_columns_are_those_of_the_contract(rng):
    table = looked(planted(rng))
    assert [name for name in table.columns if name in CONTRACT] == list(CONTRACT)


CONTRACT = ("category", "was_other", "trend_z", "hot_share", "reason")


def test_a_step_is_hot_where_its_own_exact_p_is_after_correction_for_all_cells_and_steps(rng):
    steps = 8
    cube = rng.poisson(1.5, (steps, *SHAPE))
    cube[3:, 10:14, 10:14] += 3
    cube[:, :8, 20:] = 0
    table = looked(cube, lag=0)
    # All steps beside each other on one lattice, too far apart for windows to touch.
    wide = np.zeros((SHAPE[0], steps * (SHAPE[1] + 3)), dtype=np.int64)
    mask = np.zeros(wide.shape, dtype=np.bool_)
    for step in range(steps):
        columns = slice(step * (SHAPE[1] + 3), step * (SHAPE[1] + 3) + SHAPE[1])
        wide[:, columns], mask[:, columns] = cube[step], True
    gi = gistar(wide, mask, disc_half_widths(2.5))
    q = adjusted_p(gi.p, "bh")
    letter = np.full(q.size, ".")
    letter[(q <= 0.05) & (gi.z > 0) & (gi.support >= 3)] = "H"
    letter[(q <= 0.05) & (gi.z < 0)] = "C"
    board = np.full(wide.shape, "")
    board[mask] = letter
    rows, cols = np.divmod(np.arange(SHAPE[0] * SHAPE[1]), SHAPE[1])
    expected = [
        "".join(board[row, col + step * (SHAPE[1] + 3)] for step in range(steps))
        for row, col in zip(rows, cols, strict=True)
    ]
    assert table["steps"].tolist() == expected
    assert {"H", "C", "."} <= set("".join(expected))


def test_a_window_reaches_back_as_many_steps_as_asked_and_no_further(rng):
    cube = rng.poisson(0.02, (12, *SHAPE))
    cube[5, 10:13, 10:13] += 4
    for lag in (0, 1, 3):
        hot = [letter == "H" for letter in looked(cube, lag=lag)["steps"][at(11, 11)]]
        assert hot == [5 <= step <= 5 + lag for step in range(12)]


def test_the_trend_is_that_of_the_steps_own_sums_whatever_the_lag(rng):
    cube = planted(rng)
    tables = [looked(cube, lag=lag) for lag in (0, 3)]
    np.testing.assert_array_equal(tables[0]["trend_z"], tables[1]["trend_z"])
    sums = np.array([window_sums(one, one >= 0, disc_half_widths(2.5))[0] for one in cube])
    for row, col in ((5, 5), (17, 21), (17, 5), (0, 0), (12, 12), (23, 29)):
        series = sums[:, row, col]
        score = sum(np.sign(series[i + 1 :] - series[i]).sum() for i in range(series.size))
        ties = np.unique(series, return_counts=True)[1]
        free = series.size * (series.size - 1) * (2 * series.size + 5)
        variance = (free - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
        expected = (score - np.sign(score)) / np.sqrt(variance)
        assert tables[0]["trend_z"][at(row, col)] == pytest.approx(expected, rel=1e-12)


def test_pure_chance_shows_a_trend_in_five_per_cent_of_cells_and_more_in_windows_that_overlap(rng):
    cube = rng.poisson(2.0, (24, *SHAPE))
    own = looked(cube, lag=1)["trend_z"]
    assert (np.abs(own) > 1.96).mean() < 0.075
    overlapping = cube.copy()
    overlapping[1:] += cube[:-1]
    assert (np.abs(looked(overlapping)["trend_z"]) > 1.96).mean() > 0.10


def test_pure_chance_makes_hot_or_cold_steps_in_at_most_3_of_20_cubes(rng):
    draws = (
        lambda: rng.poisson(0.05, (10, *SHAPE)),
        lambda: rng.negative_binomial(0.05, 0.05 / 0.15, (10, *SHAPE)),
    )
    for draw in draws:
        found = 0
        for _ in range(20):
            table = looked(draw(), lag=1)
            found += int((table["hot_share"] > 0).any() or (table["cold_share"] > 0).any())
        assert found <= 3


def test_trends_are_corrected_for_the_cells_whose_category_they_decide(rng):
    table = looked(planted(rng), lag=0)
    deciding = np.maximum(table["hot_share"], table["cold_share"]) >= 0.9
    np.testing.assert_array_equal(np.isnan(table["trend_q"]), ~deciding)
    steady = deciding & (table["category"] == "persistent_hot")
    assert steady.any()
    assert (table["trend_q"][steady] > 0.05).all()
    rising = table["category"] == "intensifying_hot"
    assert (table["trend_q"][rising] <= 0.05).all()


def test_a_step_with_less_than_the_least_support_is_not_hot(rng):
    cube = planted(rng)
    loose, strict = looked(cube, lag=0), looked(cube, lag=0, min_support=45)
    assert loose["steps"][at(17, 5)][-1] == "H"
    assert strict["steps"][at(17, 5)][-1] == "."
    assert strict["steps"][at(17, 21)][-1] == "H"


def test_days_left_over_at_the_beginning_count_nowhere(rng):
    cube = planted(rng)
    grid = grid_of()
    params = EmergingParams(step_days=STEP)
    whole = emerging_hotspots(dated_of(cube), grid, at_risk=everywhere(grid), params=params)
    late = dated_of(cube, left_over_days=5)
    early = Incidents(
        ids=np.array(["a", "b"], dtype=object),
        t_from=np.zeros(2, dtype=np.int64),
        t_to=np.zeros(2, dtype=np.int64),
        lon=late.incidents.lon[:2],
        lat=late.incidents.lat[:2],
        categories=("theft",),
        category=np.zeros(2, dtype=np.int32),
        weight=np.ones(2),
        source=np.zeros(2, dtype=np.int8),
    )
    both = joined(early, late.incidents)
    dated = DatedIncidents(both, np.append([0, 4], late.day), 0, late.last_day)
    table = emerging_hotspots(dated, grid, at_risk=everywhere(grid), params=params)
    assert table.summary["before_steps"] == 2
    assert table.summary["first_day"] == "1970-01-06"
    for name in table.columns:
        np.testing.assert_array_equal(table[name], whole[name], err_msg=name)


def joined(one, other):
    both = {
        name: np.append(getattr(one, name), getattr(other, name))
        for name in ("t_from", "t_to", "lon", "lat", "category", "weight", "source")
    }
    ids = np.array([str(i) for i in range(both["lon"].size)], dtype=object)
    return Incidents(ids=ids, categories=one.categories, **both)


def test_land_where_nothing_is_at_risk_changes_no_cell_that_stays(rng):
    cube = planted(rng)
    small, large = grid_of(), grid_of(pad=9)
    stay = large.position_of(large.spec.cell_at(*small.spec.centres(small.cells)))
    at_risk = np.zeros(len(large), dtype=np.bool_)
    at_risk[stay] = True
    params = EmergingParams(step_days=STEP)
    one = emerging_hotspots(dated_of(cube), small, at_risk=everywhere(small), params=params)
    other = emerging_hotspots(dated_of(cube), large, at_risk=at_risk, params=params)
    for name in one.columns:
        np.testing.assert_array_equal(one[name], other[name][stay], err_msg=name)
    outside = ~at_risk
    assert set(other["reason"][outside]) == {"not tested: nothing at risk here"}
    assert set(other["category"][outside]) == {None} == set(other["steps"][outside])
    assert np.isnan(other["trend_z"][outside]).all()


def test_every_incident_is_counted_or_named(rng):
    cube = planted(rng)
    grid = grid_of()
    at_risk = everywhere(grid)
    at_risk[: SHAPE[1]] = False  # the southern row
    params = EmergingParams(step_days=STEP)
    table = emerging_hotspots(dated_of(cube), grid, at_risk=at_risk, params=params)
    assert table.summary["incidents"] == cube.sum()
    assert table.summary["off_mask"] == cube[:, 0].sum()
    assert table.summary["counted"] == cube[:, 1:].sum()
    assert table["count"].sum() == cube.sum()


def test_the_summary_names_everything_the_result_hangs_on(rng):
    summary = looked(planted(rng), correction="by", q=0.1).summary
    assert (summary["method"], summary["n_steps"], summary["step_days"]) == ("emerging", 12, 7)
    assert (summary["correction"], summary["q"], summary["lag_steps"]) == ("by", 0.1, 1)
    assert sum(summary["categories"].values()) == summary["tested"]
    hot = sum(count for name, count in summary["categories"].items() if name.endswith("_hot"))
    assert summary["hot"] == hot > 0
    assert json.loads(json.dumps(summary)) == summary


def test_under_eight_steps_is_refused(rng):
    with pytest.raises(InputError, match="need 8 to 366 steps, but 49 days make 7 of 7 days"):
        looked(planted(rng, steps=7))
    assert looked(planted(rng, steps=8)).summary["n_steps"] == 8


def test_a_window_of_too_many_cells_and_steps_is_refused(rng):
    cube = planted(rng)
    with pytest.raises(InputError, match="holds 1323 cells and steps, at most 900"):
        looked(cube, lag=2, radius_m=3000.0)
    assert looked(cube, lag=1, radius_m=3000.0).summary["window_cells"] == 441


def test_few_incidents_a_wrong_mask_and_wrong_parameters_are_refused(rng):
    cube = np.zeros((8, *SHAPE), dtype=np.int64)
    cube[3, 4, 4] = 29
    with pytest.raises(InputError, match="at least 30 incidents in cells at risk, got 29"):
        looked(cube)
    nowhere = np.zeros(len(grid_of()), dtype=np.bool_)
    with pytest.raises(InputError, match="got 0 of "):
        emerging_hotspots(dated_of(planted(rng)), grid_of(), at_risk=nowhere)
    with pytest.raises(InputError, match="at_risk"):
        emerging_hotspots(dated_of(planted(rng)), grid_of(), at_risk=np.ones(3, dtype=np.bool_))
    for wrong in (
        {"step_days": 0},
        {"lag_steps": 7},
        {"base": HotspotParams(null="conditional")},
    ):
        with pytest.raises(InputError):
            EmergingParams(**wrong)


@pytest.mark.parametrize(
    ("n_days", "step_days"),
    [(8, 1), (60, 1), (61, 7), (426, 7), (427, 28), (1707, 28), (1708, 91), (9000, 91)],
)
def test_the_default_step_is_the_shortest_that_makes_at_most_sixty(n_days, step_days):
    assert EmergingParams().step_over(n_days) == step_days


def test_every_sentence_can_be_told_in_chinese(rng):
    words = json.loads(ZH.read_text("utf-8"))
    for sentence in set(looked(planted(rng))["reason"]):
        told = translated_pattern(sentence, lambda template: words.get(template, template))
        assert told != sentence
    assert set(PATTERN_REASONS.values()) <= set(words)
