"""A day of fixes: every millisecond in one bucket, whatever comes in and however it is cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from geogrid.analysis.day_walk import Ground
from geogrid.analysis.patrol_coverage import _around, _local_day
from geogrid.analysis.patrol_day import (
    BUCKETS,
    day_without_bounds,
    hour_edges,
    local_hours,
    patrol_day,
)
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.errors import InputError
from geogrid.model.tracks import Tracks
from geogrid.store.tracks import TrackStore
from geogrid.store.transaction import transaction

SHANGHAI = "Asia/Shanghai"
FIRST = date(2026, 3, 2)
START = int(hour_edges(FIRST, SHANGHAI)[0])
MINUTE, HOUR = 60_000, 3_600_000
DAY = 24 * HOUR
TABLES = ("passes", "hours", "silences", "ledger", "units")
few = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

# Mostly small steps in a small town; now and then a silence of up to three days or a wild place.
step_ms = st.integers(1, 10 * MINUTE) | st.integers(1, 3 * DAY)
near = st.tuples(st.floats(-1.0, 13.0), st.floats(-1.0, 13.0))
wild = st.sampled_from([(0.0, 0.0), (-62.5, -26.3), (180.0, 90.0), (117.9, 26.3), (117.5, 26.5)])


@st.composite
def dirty(draw, town):
    """Draw fixes of up to three units with spikes, jumps, silences and repeated places."""
    parts = []
    for unit in range(draw(st.integers(1, 3))):
        steps = draw(st.lists(step_ms, min_size=1, max_size=14))
        t = START + draw(st.integers(-DAY, DAY)) + np.cumsum(steps)
        places = [draw(near) for _ in steps]
        tracks = town.tracks([(f"u{unit}", m, x, y) for m, (x, y) in zip(t, places, strict=True)])
        lon, lat = (side.copy() for side in tracks.lonlat_deg())
        for k in range(len(tracks)):
            if draw(st.integers(0, 5)) == 0:
                lon[k], lat[k] = draw(wild)
        parts.append(([f"u{unit}"] * len(tracks), tracks.t, lon, lat))
    return Tracks.from_fixes(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def days_of(tracks):
    number = _local_day(tracks.t, SHANGHAI)
    return [date(1970, 1, 1) + timedelta(days=d) for d in range(number.min(), number.max() + 1)]


def derived(tracks, day, town, **options):
    return patrol_day(
        tracks, day, SHANGHAI, town.projection, rules=options.pop("rules", PatrolRules()), **options
    )


def bucket_ms(day):
    known = day.hours[["moving_ms", "standing_ms", "depot_ms"]].to_numpy().sum()
    return int(known + day.ledger[["silent_ms", "rejected_ms"]].to_numpy().sum())


def tables(day):
    for name in TABLES:
        frame = getattr(day, name)
        yield name, frame.astype({"unit": object}) if "unit" in frame else frame


def assert_same(one, other):
    for (name, left), (_, right) in zip(tables(one), tables(other), strict=True):
        assert_frame_equal(left, right, obj=name)
    assert one.fixes == other.fixes


@few
@given(data=st.data())
def test_buckets_sum_to_the_tracked_time_of_each_day_for_any_input(town, data):
    tracks = data.draw(dirty(town))
    spans = [tracks.t[tracks.unit == u] for u in range(len(tracks.units))]
    total = 0
    for day in days_of(tracks):
        edges = hour_edges(day, SHANGHAI)
        tracked = sum(
            max(0, min(int(t[-1]), int(edges[-1])) - max(int(t[0]), int(edges[0]))) for t in spans
        )
        found = derived(tracks, day, town)
        assert bucket_ms(found) == tracked
        total += tracked
        inside = ((tracks.t >= edges[0]) & (tracks.t < edges[-1])).sum()
        assert sum(found.fixes.values()) == inside
        assert found.hours["fixes"].sum() == found.fixes["kept"] == found.units["fixes"].sum()
        kinds = ["silent_ms", "rejected_ms", "standing_ms", "moving_ms", "depot_ms"]
        assert found.ledger[kinds].to_numpy().sum() == tracked
    assert total == sum(int(t[-1] - t[0]) for t in spans)


@few
@given(data=st.data())
def test_a_day_with_a_few_fixes_of_its_neighbours_is_the_day_out_of_everything(town, data):
    tracks = data.draw(dirty(town))
    number = _local_day(tracks.t, SHANGHAI)
    for day in days_of(tracks):
        halo = tracks.where(_around(tracks.unit, number, (day - date(1970, 1, 1)).days))
        assert_same(derived(halo, day, town), derived(tracks, day, town))


@settings(few, max_examples=12)
@given(data=st.data())
def test_the_order_of_fixes_and_the_files_they_come_in_do_not_matter(town, tmp_path_factory, data):
    tracks = data.draw(dirty(town))
    root = tmp_path_factory.mktemp("ws")
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    file_of = rng.integers(0, 3, len(tracks))
    store = TrackStore(root, SHANGHAI)
    for number in rng.permutation(3):
        part = tracks.where(file_of == number)
        if len(part) == 0:
            continue
        shuffled = rng.permutation(len(part))
        names = np.array(part.units)[part.unit[shuffled]]
        lon, lat = part.lonlat_deg()
        again = Tracks.from_fixes(names, part.t[shuffled], lon[shuffled], lat[shuffled])
        entry = {"at": "2026-03-06T00:00:00+00:00", "kind": "tracks", "files": []}
        with transaction(root, entry) as change:
            store.add(change, again)
    found = [(each.day, store.read_inputs(each)) for each in store.with_edges()]
    assert [day for day, _ in found] == days_of(tracks)
    for day, inputs in found:
        assert_same(derived(inputs, day, town), derived(tracks, day, town))


def test_two_devices_under_one_name_over_midnight_give_the_same_days(town):
    rows = [("u", START + DAY + k * 10_000, 1.5 if k % 2 else 11.5, 1.5) for k in range(-8, 8)]
    tracks = town.tracks(rows)
    number = _local_day(tracks.t, SHANGHAI)
    for day in days_of(tracks):
        halo = tracks.where(_around(tracks.unit, number, (day - date(1970, 1, 1)).days))
        one, other = derived(halo, day, town), derived(tracks, day, town)
        assert_same(one, other)
        assert other.fixes["spike"] == 0
        assert other.ledger["rejected_ms"].sum() == bucket_ms(other)


def test_a_day_without_bounds_has_all_other_tables(town):
    tracks = town.tracks([("u", START + k * 10_000, 1.2 + 0.2 * k, 1.5) for k in range(9)])
    whole = derived(tracks, FIRST, town)
    sums, near = day_without_bounds(tracks, FIRST, SHANGHAI, town.projection, rules=PatrolRules())
    assert_same(replace(whole, bounds=whole.bounds.iloc[:0]), sums)
    assert near.t.tolist() == tracks.t.tolist()
    assert len(whole.bounds) > 0


def test_a_spike_is_bridged_and_counted(town):
    tracks = town.tracks(
        [("u", START + k * 10_000, 400.0 if k == 2 else 1.2 + 0.2 * k, 1.5) for k in range(5)]
    )
    day = derived(tracks, FIRST, town)
    assert day.fixes == {"kept": 4, "spike": 1, "frozen": 0}
    assert day.ledger[["silent_ms", "rejected_ms"]].to_numpy().sum() == 0
    assert day.units[["fixes", "spike", "frozen", "step_s"]].to_numpy().tolist() == [[4, 1, 0, 10]]
    assert day.hours["moving_ms"].sum() == 40_000
    assert day.hours["mm"].sum() == pytest.approx(0.8 * 250_000, abs=50)


def test_a_lasting_jump_is_rejected_and_both_ends_are_kept(town):
    tracks = town.tracks([("u", START + k * 10_000, 1.5 if k < 3 else 9.5, 1.5) for k in range(6)])
    day = derived(tracks, FIRST, town)
    assert day.fixes == {"kept": 6, "spike": 0, "frozen": 0}
    assert day.ledger["rejected_ms"].sum() == 10_000
    assert day.hours["standing_ms"].sum() == 40_000


def test_a_place_that_the_projection_cannot_reach_is_off_the_grid(town):
    here = town.tracks([("u", START, 1.5, 1.5)])
    lon, lat = here.lonlat_deg()
    far = (lon[0] - 180.0, -lat[0])
    tracks = Tracks.from_fixes(
        ["u"] * 4,
        START + np.arange(4) * 10_000,
        [lon[0], far[0], far[0], lon[0]],
        [lat[0], far[1], far[1], lat[0]],
    )
    day = derived(tracks, FIRST, town)
    assert bucket_ms(day) == 30_000
    assert day.ledger["rejected_ms"].sum() == 20_000


def test_a_pass_goes_on_over_hours_and_kinds_of_time_and_ends_in_a_depot(town):
    rows = [("u", START + HOUR - MINUTE + k * MINUTE, 3.5, 4.5) for k in range(4)]
    rows += [("u", START + HOUR + 3 * MINUTE, 3.9, 4.5), ("u", START + HOUR + 4 * MINUTE, 3.5, 4.5)]
    tracks = town.tracks(rows)
    day = derived(tracks, FIRST, town)
    assert len(day.passes) == 1
    only = day.passes.iloc[0]
    col, row = town.origin_cell()
    assert (only["unit"], only["col"], only["row"]) == ("u", col + 3, row + 4)
    assert (only["enter"], only["leave"]) == (rows[0][1], rows[-1][1])
    assert (only["moving_ms"], only["standing_ms"]) == (2 * MINUTE, 3 * MINUTE)
    assert day.hours["hour"].tolist() == [0, 1]
    assert day.hours["fixes"].tolist() == [1, 5]
    parked = derived(tracks, FIRST, town, ground=Ground(np.array([0, 1, 1, 0, 0, 0], bool)))
    assert len(parked.passes) == 2
    assert parked.hours["depot_ms"].sum() == MINUTE


def test_a_silence_is_told_whole_on_every_day_it_reaches_into(town):
    tracks = town.tracks([("u", START + 23 * HOUR, 1.5, 1.5), ("u", START + 50 * HOUR, 8.5, 2.5)])
    for number, hours in ((0, 1), (1, 24), (2, 2)):
        day = derived(tracks, FIRST + timedelta(days=number), town)
        assert day.silences[["enter", "leave"]].to_numpy().tolist() == [tracks.t.tolist()]
        ends = day.silences[["lon_0", "lat_0", "lon_1", "lat_1"]].to_numpy()[0].tolist()
        assert ends == [tracks.lon[0], tracks.lat[0], tracks.lon[1], tracks.lat[1]]
        assert day.ledger["silent_ms"].sum() == hours * HOUR
        assert day.passes.empty
    assert derived(tracks, FIRST + timedelta(days=3), town).silences.empty


def test_a_day_without_fixes_is_empty_and_has_its_columns(town):
    day = derived(Tracks.empty(), FIRST, town)
    full = derived(town.tracks([("u", START, 1.5, 1.5), ("u", START + 1, 1.5, 1.5)]), FIRST, town)
    for name in TABLES:
        empty, some = getattr(day, name), getattr(full, name)
        assert empty.empty
        assert list(empty.columns) == list(some.columns)
    assert day.fixes == {"kept": 0, "spike": 0, "frozen": 0}


def test_hours_of_a_day_are_23_or_25_where_clocks_change():
    for day, hours, twice in ((date(2026, 3, 29), 23, None), (date(2026, 10, 25), 25, 2)):
        edges = hour_edges(day, "Europe/Berlin")
        clock = local_hours(edges, "Europe/Berlin").tolist()
        assert edges.size == hours + 1
        assert (edges[-1] - edges[0]) == hours * HOUR
        assert [hour for hour in range(24) if clock.count(hour) != 1] == [2]
        assert clock.count(2) == (0 if twice is None else twice)
    assert local_hours(hour_edges(FIRST, SHANGHAI), SHANGHAI).tolist() == list(range(24))
    assert datetime.fromtimestamp(START / 1000, UTC).isoformat() == "2026-03-01T16:00:00+00:00"


@pytest.mark.parametrize("limits", [(0.0, 160.0), (300.0, -1.0), (float("inf"), 160.0)])
def test_limits_that_are_not_positive_are_refused(limits):
    with pytest.raises(InputError, match="must be more than 0"):
        PatrolRules(*limits)


def test_buckets_have_the_names_of_the_ledger():
    assert BUCKETS == ("moving", "standing", "depot", "silent", "off_grid", "rejected")
