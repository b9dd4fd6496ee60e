"""Emerging hotspots, near repeats and scans of a workspace: days, windows and options."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest

from geogrid.analysis.incident_days import local_days
from geogrid.errors import InputError
from geogrid.model.window import Window
from geogrid.service.hotspot_methods import HotspotQuestion, hotspot_table
from tests.small_city import write_incidents

FIRST = datetime.fromisoformat("2026-01-01 12:00:00")
PLACE = (117.6123, 26.2071)


def rows_over(days, rng, per_day=3):
    """Return incidents (local time, lon, lat), some a day over the whole city."""
    return [
        (
            f"{FIRST + timedelta(days=day):%Y-%m-%d %H:%M:%S}",
            round(float(rng.uniform(117.601, 117.639)), 6),
            round(float(rng.uniform(26.201, 26.219)), 6),
        )
        for day in range(days)
        for _ in range(per_day)
    ]


@pytest.fixture
def city(ws, tmp_path, options):
    """Return a maker of the small city with incidents."""

    def with_incidents(rows):
        named = [(f"i{i}", *row, "theft") for i, row in enumerate(rows)]
        ws.import_files("incidents", [write_incidents(tmp_path / "i.csv", named)], options)
        return ws

    return with_incidents


@pytest.fixture
def busy(city):
    rng = np.random.default_rng(3)
    last_week = [(f"2026-03-{day:02d} 09:00:00", *PLACE) for day in (8, 9, 10, 11) for _ in "ab"]
    return city([*rows_over(70, rng), *last_week])


def asked(ws, method, window=None, **options):
    return hotspot_table(
        ws._shelf, method, HotspotQuestion(window=window or Window(), options=options)
    )


def test_a_day_is_that_of_the_local_clock():
    # 15:59:59 and 16:00:00 UTC stand on both sides of midnight in Shanghai.
    t_ms = np.array([1_772_726_399_000, 1_772_726_400_000])
    days = local_days(t_ms, "Asia/Shanghai")
    assert (days[1] - days[0]) == 1
    assert date(1970, 1, 1) + timedelta(days=int(days[1])) == date(2026, 3, 6)


def test_every_method_names_itself_and_has_a_row_for_every_cell(busy):
    for method in ("emerging", "near-repeat", "scan"):
        table = asked(busy, method)
        assert table.summary["method"] == method
        assert table.summary["cells"] == len(table) == len(busy.grid)
        assert table["count"].sum() == table.summary["counted"]


def test_steps_end_with_the_window_and_never_after_the_record(busy):
    for last, told in ((None, "2026-03-11"), (date(2026, 3, 4), "2026-03-04")):
        summary = asked(busy, "emerging", Window(last=last), step_days=7).summary
        assert summary["last_day"] == told
    late = asked(busy, "emerging", Window(last=date(2026, 4, 30)), step_days=7).summary
    assert (late["last_day"], late["n_steps"]) == ("2026-03-11", 10)
    assert late["step_days"] == 7


def test_on_some_days_of_the_week_steps_are_whole_weeks(busy):
    weekend = Window(weekdays=frozenset({5, 6}))
    assert asked(busy, "emerging", weekend).summary["step_days"] == 7
    with pytest.raises(InputError, match="a step must be whole weeks, got 3 days"):
        asked(busy, "emerging", weekend, step_days=3)


def test_a_short_window_is_refused_with_its_steps(busy):
    with pytest.raises(InputError, match="7 days make 7 of 1 days"):
        asked(busy, "emerging", Window(first=date(2026, 3, 5), last=date(2026, 3, 11)))
    with pytest.raises(InputError, match="no incident was recorded"):
        asked(busy, "emerging", Window(first=date(2027, 3, 5)))


def pairs_within(days, metres=40.0):
    """Return fifteen pairs, each so many days apart and so near, at places far from each other."""
    east = metres / 99_800.0  # of a degree at this latitude
    rows = []
    for i in range(15):
        lon, lat = 117.602 + 0.0025 * i, 26.203 + 0.001 * i
        for offset, shift in ((0, 0.0), (days, east)):
            time = FIRST + timedelta(days=4 * i + offset)
            rows.append((f"{time:%Y-%m-%d %H:%M:%S}", round(lon + shift, 6), lat))
    return rows


def test_an_alert_holds_to_the_end_of_its_band_and_not_a_day_longer(city):
    ws = city([*pairs_within(2), ("2026-03-20 23:30:00", *PLACE)])
    bands = {"space_bands": "0,1,101", "time_bands": "0,8"}
    at = int(ws.grid.position_at([PLACE[0]], [PLACE[1]])[0])
    for day, left in ((date(2026, 3, 20), 8), (date(2026, 3, 27), 1), (date(2026, 3, 28), 0)):
        table = asked(ws, "near-repeat", Window(last=day), **bands)
        assert table.summary["as_of"] == day.isoformat()
        assert table["alert_days"][at] == left
        assert table.summary["hot"] == (table["alert"] > 0).sum() == (4 if left else 0)
    assert asked(ws, "near-repeat", **bands).summary["as_of"] == "2026-03-20"


def test_bands_metric_and_permutations_come_from_the_options(busy):
    table = asked(
        busy,
        "near-repeat",
        space_bands="0,100,inf",
        time_bands="0,7,inf",
        metric="manhattan",
        permutations=19,
    )
    summary = table.summary
    assert (summary["metric"], summary["permutations"]) == ("manhattan", 19)
    assert [(row["space_to"], row["time_to"]) for row in summary["table"]] == [
        *((100, 7), (100, None), (None, 7), (None, None)),
    ]
    assert sum(row["observed"] for row in summary["table"]) == summary["pairs"]
    for wrong in ({"space_bands": "near,far"}, {"time_bands": "0,7.5"}, {"metric": "walk"}):
        with pytest.raises(InputError):
            asked(busy, "near-repeat", **wrong)


def test_a_cluster_of_the_last_days_is_found(busy):
    summary = asked(busy, "scan", permutations=99, max_days=5).summary
    best = summary["clusters"][0]
    at = int(busy.grid.position_at([PLACE[0]], [PLACE[1]])[0])
    assert best["cell"] == busy.grid.codes()[at]
    assert best["called"]
    assert (best["from"], best["to"]) == ("2026-03-08", "2026-03-11")
    before = asked(busy, "scan", Window(last=date(2026, 3, 6)), permutations=99).summary
    assert not any(cluster["called"] for cluster in before["clusters"])


def test_the_seed_decides_the_chances_and_is_told(busy):
    one, again = (asked(busy, "scan", permutations=19).summary for _ in range(2))
    assert one == again
    assert "seed" in one
