import json
import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import shapely

from geogrid.analysis.hotspots import HotspotParams
from geogrid.analysis.incident_days import DatedIncidents
from geogrid.analysis.new_clusters import CLUSTER_REASONS, new_clusters, translated_cluster
from geogrid.analysis.space_time_scan import ScanParams, scan
from geogrid.crs import WGS84, transformer, working_crs
from geogrid.errors import InputError
from geogrid.model.boundary import Boundary
from geogrid.model.grid import Grid
from geogrid.model.incidents import Incidents

CRS = working_crs(117.0, 26.0, 118.0, 27.0)
CORNER = 1_000_000.0
CELL = 250.0
ZH = Path(__file__).parents[2] / "geogrid" / "locale" / "zh" / "emerging.json"
DAYS = 60


def grid_of(n_rows, n_cols):
    land = shapely.box(CORNER, CORNER, CORNER + n_cols * CELL, CORNER + n_rows * CELL)
    return Grid.over(Boundary(("A",), ("A",), (land,), CRS), CELL, crs=CRS)


def dated_of(row, col, day, last_day=DAYS - 1):
    """Return incidents in the middle of cells."""
    x, y = CORNER + (np.asarray(col) + 0.5) * CELL, CORNER + (np.asarray(row) + 0.5) * CELL
    lon, lat = transformer(CRS, WGS84).transform(x, y)
    n, day = lon.size, np.asarray(day, dtype=np.int64)
    incidents = Incidents(
        ids=np.array([str(i) for i in range(n)], dtype=object),
        t_from=day * 86_400_000,
        t_to=day * 86_400_000,
        lon=lon,
        lat=lat,
        categories=("theft",),
        category=np.zeros(n, dtype=np.int32),
        weight=np.ones(n),
        source=np.zeros(n, dtype=np.int8),
    )
    return DatedIncidents(incidents, day, 0, last_day)


def chance(rng, shape=(20, 24), n=600):
    """Return events of a city whose places differ much and whose days do not."""
    share = rng.gamma(0.4, size=shape[0] * shape[1])
    cell = rng.choice(share.size, n, p=share / share.sum())
    return cell // shape[1], cell % shape[1], rng.integers(0, DAYS, n)


def with_cluster(rng, n=9):
    """Return chance with some more events around row 10, column 12 in the last three days."""
    row, col, day = chance(rng)
    more_row, more_col = rng.integers(9, 12, n), rng.integers(11, 14, n)
    more_day = rng.integers(DAYS - 3, DAYS, n)
    return np.append(row, more_row), np.append(col, more_col), np.append(day, more_day)


def params(**settings):
    return ScanParams(**{"permutations": 99, **settings})


def ratio_by_hand(row, col, day, cylinder, last_day=DAYS - 1):
    """Return events, expected and log-likelihood ratio of one cylinder from every event."""
    centre_row, centre_col, radius, days = cylinder
    near = np.hypot(row - centre_row, col - centre_col) <= radius + 1e-9
    late = day > last_day - days
    total, seen = row.size, int((near & late).sum())
    expected = near.sum() * late.sum() / total
    if seen < 3 or seen <= expected or near.sum() > total // 2:
        return seen, expected, 0.0
    outside = total - seen
    llr = seen * math.log(seen / expected)
    llr += outside * math.log(outside / (total - expected)) if outside else 0.0
    return seen, expected, llr


def best_by_hand(row, col, day, radii, max_days):
    centres = sorted(set(zip(row.tolist(), col.tolist(), strict=True)))
    cylinders = [
        (*centre, radius, days)
        for centre, radius, days in product(centres, radii, range(1, max_days + 1))
    ]
    return max(ratio_by_hand(row, col, day, cylinder)[2] for cylinder in cylinders)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_on_a_small_city_the_scan_equals_every_cylinder_tried_by_hand(seed):
    rng = np.random.default_rng(seed)
    row, col, day = rng.integers(0, 5, 40), rng.integers(0, 6, 40), rng.integers(0, DAYS, 40)
    row[:5], col[:5], day[:5] = 2, rng.integers(2, 4, 5), DAYS - 2
    settings = params(base=HotspotParams(radius_m=625.0), max_days=4, permutations=19)
    found = scan(
        dated_of(row, col, day), grid_of(5, 6), rng=np.random.default_rng(7), params=settings
    )
    radii = (0.0, 1.0, 2.0, 2.5)
    assert settings.radii(CELL) == radii
    best = found.clusters[0]
    assert best.llr == pytest.approx(best_by_hand(row, col, day, radii, 4), rel=1e-12)
    for cluster in found.clusters:
        place = divmod(cluster.position, 6)
        by_hand = ratio_by_hand(row, col, day, (*place, cluster.radius_cells, cluster.days))
        assert (cluster.observed, cluster.expected) == (by_hand[0], pytest.approx(by_hand[1]))
        assert cluster.llr == pytest.approx(by_hand[2], rel=1e-12)
    # The same chance again: places stay, days are dealt.
    again = np.random.default_rng(7)
    late = np.sort(day)[::-1]
    for greatest in found.greatest:
        dealt = np.empty(40, dtype=np.int64)
        dealt[again.permutation(40)] = late
        assert greatest == pytest.approx(best_by_hand(row, col, dealt, radii, 4), rel=1e-12)
    ranks = 1 + (found.greatest >= best.llr).sum()
    assert best.p == ranks / 20


def test_a_new_cluster_is_found_where_and_since_when_it_is():
    rng = np.random.default_rng(3)
    grid = grid_of(20, 24)
    table = new_clusters(dated_of(*with_cluster(rng)), grid, rng=rng, params=params())
    best = table.summary["clusters"][0]
    assert best["called"]
    assert best["p"] == 0.01
    assert 0.0 < best["p_gumbel"] < 0.01
    assert best["recurrence_days"] == 100.0
    assert best["days"] <= 4
    assert best["to"] == "1970-03-01"
    middle = 10 * 24 + 12
    assert table["cluster"][middle] == 1.0
    assert table["cluster_p"][middle] == 0.01
    assert table["observed"][middle] == best["observed"] >= 8
    assert table["expected"][middle] == pytest.approx(best["expected"])
    assert str(table["reason"][middle]).startswith(
        f"cluster 1: {best['observed']} incidents in {best['days']} days, "
    )
    assert table.summary["hot"] == (table["cluster"] > 0).sum() < 60


def test_a_place_that_is_always_busy_is_no_cluster():
    rng = np.random.default_rng(11)
    row, col, day = chance(rng)
    busy = np.full(240, 5), np.full(240, 5), np.repeat(np.arange(DAYS), 4)
    events = [np.append(one, other) for one, other in zip((row, col, day), busy, strict=True)]
    table = new_clusters(dated_of(*events), grid_of(20, 24), rng=rng, params=params())
    assert table["cluster"][5 * 24 + 5] == 0.0
    assert table["recent"][5 * 24 + 5] >= 28
    assert table["reason"][5 * 24 + 5] == "in no new cluster"


def test_days_that_are_busy_everywhere_are_no_cluster():
    rng = np.random.default_rng(12)
    row, col, day = chance(rng, n=900)
    day[:300] = rng.integers(DAYS - 3, DAYS, 300)  # a third of all, at all places alike
    table = new_clusters(dated_of(row, col, day), grid_of(20, 24), rng=rng, params=params())
    assert table.summary["clusters"][0]["p"] > 0.05
    assert table.summary["hot"] == 0


def test_pure_chance_calls_a_cluster_in_about_five_per_cent_of_weeks():
    grid = grid_of(20, 24)
    called = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        found = scan(dated_of(*chance(rng, n=300)), grid, rng=rng, params=params(permutations=39))
        called += int(bool(found.clusters) and found.clusters[0].p <= 0.05)
    assert called <= 8  # of 60 at 5 %: more than 8 has a chance of 0.6 %


def test_clusters_do_not_touch_and_the_most_unlikely_comes_first():
    rng = np.random.default_rng(21)
    grid = grid_of(20, 24)
    found = scan(dated_of(*with_cluster(rng)), grid, rng=rng, params=params())
    assert len(found.clusters) > 1
    assert [cluster.llr for cluster in found.clusters] == sorted(
        (cluster.llr for cluster in found.clusters), reverse=True
    )
    for i, one in enumerate(found.clusters):
        for other in found.clusters[:i]:
            (row, col), (to_row, to_col) = divmod(one.position, 24), divmod(other.position, 24)
            away = math.hypot(row - to_row, col - to_col)
            assert away > one.radius_cells + other.radius_cells


def test_the_same_state_of_chance_gives_the_same_p():
    events = with_cluster(np.random.default_rng(5))
    grid = grid_of(20, 24)
    one, again = (
        scan(dated_of(*events), grid, rng=np.random.default_rng(9), params=params())
        for _ in range(2)
    )
    assert one.clusters == again.clusters
    np.testing.assert_array_equal(one.greatest, again.greatest)


def test_a_cluster_needs_the_least_support():
    events = with_cluster(np.random.default_rng(5))
    strict = params(base=HotspotParams(min_support=30))
    found = scan(dated_of(*events), grid_of(20, 24), rng=np.random.default_rng(9), params=strict)
    assert all(cluster.observed >= 30 for cluster in found.clusters)
    assert (found.greatest == 0.0).all() or found.clusters


def test_incidents_outside_the_grid_are_named_and_change_nothing():
    row, col, day = with_cluster(np.random.default_rng(5))
    grid = grid_of(20, 24)
    inside = new_clusters(
        dated_of(row, col, day), grid, rng=np.random.default_rng(9), params=params()
    )
    beyond = dated_of(np.append(row, [40, -9]), np.append(col, [3, 3]), np.append(day, [59, 58]))
    both = new_clusters(beyond, grid, rng=np.random.default_rng(9), params=params())
    assert both.summary["outside"] == 2
    for name in inside.columns:
        np.testing.assert_array_equal(inside[name], both[name], err_msg=name)
    assert inside["count"].sum() == row.size
    assert inside["recent"].sum() == (day >= DAYS - 7).sum()


def test_the_summary_names_everything_the_result_hangs_on():
    rng = np.random.default_rng(3)
    table = new_clusters(
        dated_of(*with_cluster(rng)), grid_of(20, 24), rng=rng, params=params(max_days=5)
    )
    summary = table.summary
    assert (summary["method"], summary["max_days"], summary["permutations"]) == ("scan", 5, 99)
    assert (summary["radius_m"], summary["as_of"]) == (1000.0, "1970-03-01")
    assert json.loads(json.dumps(summary)) == summary
    assert 1 <= len(summary["clusters"]) <= 10


@pytest.mark.parametrize(
    ("cell_m", "radius_m", "radii"),
    [
        (250.0, None, (0.0, 1.0, 2.0, 3.0, 4.0)),
        (1000.0, None, (0.0, 1.0, 2.0)),
        (50.0, None, tuple(float(radius) for radius in range(13))),
        (250.0, 650.0, (0.0, 1.0, 2.0, 2.6)),
    ],
)
def test_discs_have_every_whole_radius_and_the_largest(cell_m, radius_m, radii):
    assert ScanParams(HotspotParams(radius_m=radius_m)).radii(cell_m) == pytest.approx(radii)


def test_too_few_incidents_too_short_a_record_and_wrong_parameters_are_refused():
    rng, grid = np.random.default_rng(0), grid_of(20, 24)
    few = dated_of(np.arange(10), np.arange(10), np.arange(10))
    with pytest.raises(InputError, match="at least 30 incidents in the grid, got 10"):
        scan(few, grid, rng=rng)
    row, col, _ = chance(rng, n=50)
    short = dated_of(row, col, np.arange(50) % 13, last_day=12)
    with pytest.raises(InputError, match="at least 14 days, twice its longest cluster; got 13"):
        scan(short, grid, rng=rng)
    for wrong in ({"max_days": 0}, {"permutations": 0}):
        with pytest.raises(InputError):
            ScanParams(**wrong)


def test_every_sentence_can_be_told_in_chinese():
    words = json.loads(ZH.read_text("utf-8"))
    assert set(CLUSTER_REASONS.values()) <= set(words)
    sentence = (
        "cluster 1: 9 incidents in 3 days, 1.2 expected; chance of such a cluster anywhere 0.01"
    )
    told = translated_cluster(sentence, words.__getitem__)
    assert told != sentence
    assert "0.01" in told
