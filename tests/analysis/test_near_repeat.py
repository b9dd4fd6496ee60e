import csv
import math
from datetime import date
from itertools import permutations

import numpy as np
import pytest

from geogrid.analysis.near_repeat import Bands, knox
from geogrid.errors import InputError

INF = math.inf


def table(rows, *, space, time, metric="euclidean", times=1, seed=0):
    """Return the test of rows (x, y, day)."""
    x, y, day = zip(*rows, strict=True)
    return knox(
        np.array(x, dtype=np.float64),
        np.array(y, dtype=np.float64),
        np.array(day, dtype=np.int64),
        bands=Bands(space, time, metric),
        permutations=times,
        rng=np.random.default_rng(seed),
    )


def band_of(pair, **bands):
    """Return the bands (space, time) of the one pair there is, or None."""
    found = np.argwhere(table(pair, **bands).observed)
    return tuple(found[0].tolist()) if len(found) else None


SPACE = (0.0, 1.0, 101.0, 201.0)
TIME = (0.0, 8.0, 15.0)


@pytest.mark.parametrize(
    ("metres", "band"),
    [
        (0.0, 0),
        (0.999, 0),
        (1.0, 1),
        (100.0, 1),
        (100.999, 1),
        (101.0, 2),
        (200.999, 2),
        (201.0, None),
    ],
)
def test_every_edge_in_space_belongs_to_the_band_above_it(metres, band):
    expected = None if band is None else (band, 0)
    for metric in ("euclidean", "manhattan"):
        pair = [(1e6, 1e6, 5), (1e6 + metres, 1e6, 5)]
        assert band_of(pair, space=SPACE, time=TIME, metric=metric) == expected


@pytest.mark.parametrize(
    ("days", "band"), [(0, 0), (7, 0), (8, 1), (14, 1), (15, None), (400, None)]
)
def test_every_edge_in_time_belongs_to_the_band_above_it(days, band):
    expected = None if band is None else (0, band)
    for order in (1, -1):
        pair = [(0.0, 0.0, 100), (0.0, 0.0, 100 + order * days)]
        assert band_of(pair, space=SPACE, time=TIME) == expected


@pytest.mark.parametrize(
    ("east", "north", "euclidean", "manhattan"),
    [
        (60.0, 80.0, 1, 2),  # 100 m straight, 140 m along the axes
        (60.6, 80.8, 2, 2),  # 101 m straight: the edge is the upper band's
        (0.6, 0.8, 1, 1),  # 1 m straight
        (0.3, 0.4, 0, 0),  # 0.5 m and 0.7 m
        (0.5, 0.5, 0, 1),  # 0.707 m and exactly 1 m
        (50.5, 50.5, 1, 2),  # 71.4 m and exactly 101 m
        (120.6, 160.8, None, None),  # 201 m straight: beyond the last edge
        (150.0, 100.0, 2, None),  # 180.3 m and 250 m
    ],
)
def test_distance_is_straight_or_along_the_axes(east, north, euclidean, manhattan):
    pair = [(500.0, 900.0, 0), (500.0 - east, 900.0 + north, 0)]
    for metric, band in (("euclidean", euclidean), ("manhattan", manhattan)):
        expected = None if band is None else (band, 0)
        assert band_of(pair, space=SPACE, time=TIME, metric=metric) == expected


def test_four_incidents_by_hand():
    rows = [(0, 0, 0), (0, 0, 7), (100, 0, 8), (300, 0, 30)]
    found = table(rows, space=(0, 1, 101, INF), time=(0, 8, INF))
    assert found.observed.tolist() == [[1, 0], [1, 1], [0, 3]]
    # 1, 2 and 3 pairs in space; 2 of the 6 gaps are under 8 days: 7 and 1.
    expected = [[2 / 6, 4 / 6], [4 / 6, 8 / 6], [1.0, 2.0]]
    np.testing.assert_allclose(found.expected, expected, rtol=1e-12)
    np.testing.assert_allclose(found.ratio, [[3.0, 0.0], [1.5, 0.75], [0.0, 1.5]], rtol=1e-12)


# A pair 100 m and 3 days apart: the calculator that labels its bands "1 to 100" and "0 to 3"
# puts it into "101 to 200" and "4 to 6" (NearRepeat, vignette NRC, "Pathological examples").
def test_the_pair_that_other_labels_put_into_the_wrong_band():
    pair = [(0.0, 0.0, 0), (0.0, 100.0, 3)]
    assert band_of(pair, space=(0, 1, 200, 400), time=(0, 3, 6)) == (1, 1)
    assert band_of(pair, space=(0, 1, 100, 200), time=(0, 3, 6)) == (2, 1)
    assert band_of(pair, space=(0, 1, 101, 201), time=(0, 4, 7)) == (1, 0)


def test_the_published_table_of_arson_in_chicago(shared_data):
    folder = shared_data / "hotspot_references"
    with (folder / "chicago_arson_2016.csv").open(encoding="utf-8") as file:
        rows = [(float(x), float(y), date.fromisoformat(day)) for x, y, day in csv.reader(file)]
    published = published_pairs(folder / "chicago_arson_NRC13_output.csv")
    # The calculator keeps coordinates in single precision, 3 to 6 cm here; one pair stands
    # that near to an edge.
    single = [(np.float32(x), np.float32(y), day.toordinal()) for x, y, day in rows]
    bands = {"space": (0, 0.001, 200, 400, 600, INF), "time": (0, 1, 2, 3, INF)}
    found = table(single, **bands, metric="manhattan", times=99)
    assert found.observed.tolist() == published
    assert published[0] == [0, 2, 0, 8]
    assert found.observed.sum() == 522 * 521 // 2
    # Its 99 permutations gave 74.25 and .01 for the second row's first band; the mean of so
    # few is rough, the p-value is not.
    assert found.p[1, 0] == found.p[3, 0] == 0.01
    assert found.ratio[1, 0] == pytest.approx(53.04, abs=0.01)


def published_pairs(path):
    """Return the calculator's table of observed frequencies."""
    lines = path.read_text("latin-1").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Observed frequencies"))
    rows = [line.split(",")[2:6] for line in lines[start + 3 : start + 8]]
    return [[int(value or 0) for value in row] for row in rows]


def test_knoxs_own_table_of_leukaemia_has_his_expected_number():
    # Knox (1964): 96 cases make 4,560 pairs; 152 are within 60 days, 25 within 1 km, 5 are both;
    # he expects 0.83. Any cases with those margins do: places and days in groups.
    cases = 96
    x = np.arange(cases) * 10_000.0
    day = np.arange(cases, dtype=np.int64) * 100
    x[: 2 * 25 : 2] = x[1 : 2 * 25 : 2] - 500.0  # 25 pairs at 500 m
    days = iter(range(20_000, 30_000, 100))
    for start, size in ((0, 17), (17, 5), (22, 4)):  # 136 + 10 + 6 pairs
        day[start : start + size] = next(days)
    found = knox(
        x,
        np.zeros(cases),
        day,
        bands=Bands((0.0, 1000.0, INF), (0.0, 60.0, INF)),
        permutations=1,
        rng=np.random.default_rng(0),
    )
    assert found.observed.sum() == 4560
    assert found.observed[:, 0].sum() == 152
    assert found.observed[0].sum() == 25
    assert found.expected[0, 0] == pytest.approx(25 * 152 / 4560, rel=1e-12)
    assert round(float(found.expected[0, 0]), 2) == 0.83


@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
def test_expected_and_sd_are_those_over_all_ways_to_deal_the_days(metric):
    rng = np.random.default_rng(12)
    places, days = rng.integers(0, 6, (6, 2)) * 40.0, rng.integers(0, 12, 6)
    bands = {"space": (0, 50, 120, INF), "time": (0, 3, 7), "metric": metric}

    def with_days(order):
        rows = [(*place, day) for place, day in zip(places, order, strict=True)]
        return table(rows, **bands)

    every = np.array([with_days(order).observed for order in permutations(days)])
    found = with_days(days)
    np.testing.assert_allclose(found.expected, every.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.sd, every.std(axis=0), rtol=1e-9, atol=1e-7)


def test_p_comes_near_the_share_of_all_ways_that_give_as_many_pairs():
    rows = [(0, 0, 0), (10, 0, 1), (500, 0, 9), (510, 0, 10), (900, 0, 30), (990, 0, 31)]
    bands = {"space": (0, 50, 120), "time": (0, 3)}
    observed = table(rows, **bands).observed
    every = [
        table([(x, y, day) for (x, y, _), day in zip(rows, order, strict=True)], **bands).observed
        for order in permutations([row[2] for row in rows])
    ]
    exact = (np.array(every) >= observed).mean(axis=0)
    found = table(rows, **bands, times=9999)
    np.testing.assert_allclose(found.p, exact, atol=4 * np.sqrt(0.25 / 9999))
    assert (found.p > 0.0).all()


def test_the_same_state_of_chance_gives_the_same_p_and_the_order_of_incidents_no_other_count():
    rng = np.random.default_rng(5)
    rows = np.column_stack([rng.uniform(0, 900, (60, 2)), rng.integers(0, 90, 60)])
    bands = {"space": SPACE, "time": TIME, "times": 50}
    one, again = table(rows, **bands, seed=3), table(rows, **bands, seed=3)
    np.testing.assert_array_equal(one.p, again.p)
    shuffled = table(rng.permutation(rows), **bands)
    np.testing.assert_array_equal(one.observed, shuffled.observed)
    np.testing.assert_allclose(one.expected, shuffled.expected, rtol=1e-12)
    np.testing.assert_allclose(one.sd, shuffled.sd, rtol=1e-9)


def test_bands_that_begin_above_zero_are_those_of_the_longer_list():
    rng = np.random.default_rng(9)
    rows = np.column_stack([rng.uniform(0, 900, (80, 2)), rng.integers(0, 90, 80)])
    whole = table(rows, space=(0, 50, 150, INF), time=(0, 5, 20, INF))
    part = table(rows, space=(50, 150, INF), time=(5, 20, INF))
    np.testing.assert_array_equal(part.observed, whole.observed[1:, 1:])
    np.testing.assert_allclose(part.expected, whole.expected[1:, 1:], rtol=1e-12)
    assert whole.observed.sum() == 80 * 79 // 2


def test_arguments_are_not_changed():
    x, y, day = np.array([3.0, 1.0]), np.array([0.0, 5.0]), np.array([9, 2])
    knox(x, y, day, permutations=5, rng=np.random.default_rng(0))
    assert (x.tolist(), y.tolist(), day.tolist()) == ([3.0, 1.0], [0.0, 5.0], [9, 2])


@pytest.mark.parametrize(
    "wrong",
    [
        {"space": (0.0,)},
        {"space": (0.0, 5.0, 5.0)},
        {"space": (-1.0, 5.0)},
        {"space": (0.0, INF, INF)},
        {"time": (0.0, 7.5)},
        {"time": (8.0, 0.0)},
        {"space": (0.0, math.nan)},
        {"metric": "network"},
    ],
)
def test_bands_that_do_not_rise_are_refused(wrong):
    with pytest.raises(InputError):
        Bands(**wrong)


def test_one_incident_and_no_permutation_are_refused():
    with pytest.raises(InputError, match="2 or more incidents, got 1"):
        table([(0, 0, 0)], space=SPACE, time=TIME)
    with pytest.raises(InputError, match="permutations must be 1 or more"):
        table([(0, 0, 0), (1, 1, 1)], space=SPACE, time=TIME, times=0)


def test_too_many_close_pairs_are_refused_before_they_are_kept(monkeypatch):
    monkeypatch.setattr("geogrid.analysis.near_repeat.MAX_PAIRS", 5)
    with pytest.raises(InputError, match="more than 5 pairs of incidents lie within 201 m"):
        table([(i, 0, 0) for i in range(4)], space=SPACE, time=TIME)
