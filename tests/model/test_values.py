"""Values that cannot be wrong: windows, tracks, cameras, places, incidents, tables, layers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import geopandas
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from geogrid.crs import WGS84
from geogrid.errors import InputError, LayerNotFoundError, TrackError
from geogrid.model.cells import CellTable, Field
from geogrid.model.incidents import Incidents
from geogrid.model.layer import Layer, Provenance
from geogrid.model.places import Places
from geogrid.model.sensors import CameraStatus, Sensors
from geogrid.model.tracks import Tracks
from geogrid.model.window import Window


def test_hours_across_midnight_are_both_ends_of_the_day():
    mask = Window.parse(hours="22-06").hour_mask()
    assert [hour for hour in range(24) if mask[hour]] == [0, 1, 2, 3, 4, 5, 22, 23]


@pytest.mark.parametrize("hours", ["0-24", "0-0", "8-8", None])
def test_hours_that_end_where_they_begin_are_the_whole_day(hours):
    assert Window.parse(hours=hours).whole_days


def test_a_window_holds_both_of_its_ends_and_its_weekdays():
    window = Window.parse("2026-03-02", "2026-03-08", weekdays="mon, SUN")
    held = [d for d in range(1, 10) if window.holds_day(date(2026, 3, d))]
    assert held == [2, 8]


@given(
    st.builds(
        Window,
        st.none() | st.just(date(2026, 1, 1)),
        st.none() | st.just(date(2026, 2, 1)),
        st.none() | st.tuples(st.integers(0, 23), st.integers(0, 24)),
        st.none() | st.frozensets(st.integers(0, 6), min_size=1),
    )
)
def test_a_window_is_read_back_from_its_texts(window):
    texts = window.as_json()
    back = Window.parse(
        texts.get("from"), texts.get("to"), texts.get("hours"), texts.get("weekdays")
    )
    assert back == window


@pytest.mark.parametrize(
    "texts",
    [
        {"first": "2026-3-1"},
        {"first": "2026-03-02", "last": "2026-03-01"},
        {"hours": "22:00"},
        {"hours": "24-6"},
        {"hours": "6-25"},
        {"weekdays": "monday"},
        {"weekdays": ","},
    ],
)
def test_a_window_that_cannot_be_is_refused(texts):
    with pytest.raises(InputError):
        Window.parse(**texts)


def test_weekdays_beyond_sunday_are_refused():
    with pytest.raises(InputError, match="got"):
        Window(weekdays=frozenset({7}))


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.floats(-180, 180)), max_size=20
    )
)
def test_tracks_sort_fixes_and_keep_the_first_of_a_unit_and_time(rows):
    unit, t, lon = zip(*rows, strict=True) if rows else ((), (), ())
    tracks = Tracks.from_fixes(unit, t, lon, np.zeros(len(rows)))
    names = [tracks.units[k] for k in tracks.unit]
    keys = list(zip(names, tracks.t.tolist(), strict=True))
    assert keys == sorted({(u, m) for u, m, _ in rows})
    first = {}
    for u, m, x in rows:
        first.setdefault((u, m), x)
    got = tracks.lonlat_deg()[0]
    np.testing.assert_allclose(got, [first[key] for key in keys], atol=5.1e-8)


@pytest.mark.parametrize(
    "change",
    [
        {"t": [1, 1]},
        {"t": [2, 1]},
        {"unit": [1, 0]},
        {"unit": [0, 2]},
        {"units": ("b", "a")},
        {"lon": [0]},
        {"lat": [0, 900_000_001]},
    ],
)
def test_fixes_out_of_order_or_off_the_globe_are_refused(change):
    sound = {"units": ("a", "b"), "unit": [0, 0], "t": [1, 2], "lon": [0, 0], "lat": [0, 0]}
    parts = sound | change
    arrays = {
        k: np.array(parts[k], np.int64 if k == "t" else np.int32) for k in sound if k != "units"
    }
    with pytest.raises(TrackError):
        Tracks(parts["units"], **arrays)


def test_degrees_that_are_none_are_refused():
    for bad in (np.nan, np.inf, 180.1):
        with pytest.raises(TrackError, match="globe"):
            Tracks.from_fixes(["a"], [0], [bad], [0.0])
    assert len(Tracks.empty()) == 0


def camera(**change):
    values = {
        "ids": ("c1",),
        "lon": [117.0],
        "lat": [26.0],
        "range_m": [np.nan],
        "bearing_deg": [0.0],
        "view_angle_deg": [360.0],
    } | change
    arrays = {name: np.array(value, float) for name, value in values.items() if name != "ids"}
    return Sensors(values["ids"], **arrays, status=(CameraStatus.ON,))


def test_a_camera_may_leave_its_view_unknown():
    assert len(camera(bearing_deg=[np.nan], view_angle_deg=[np.nan])) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"range_m": [0.0]},
        {"bearing_deg": [360.0]},
        {"view_angle_deg": [0.0]},
        {"lat": [91.0]},
        {"lon": [np.nan]},
        {"lon": [1.0, 2.0]},
        {"ids": ("c1", "c1")},
        {"ids": ("c1", "c2")},
    ],
)
def test_a_camera_out_of_its_ranges_is_refused(change):
    with pytest.raises(InputError):
        camera(**change)


def test_places_need_ids_of_their_own_and_a_geometry():
    good = np.array([Point(117, 26), Point(118, 26)], dtype=object)
    assert len(Places(("a", "b"), ("hotel", "hotel"), good)) == 2
    for ids, shapes in ((("a", "a"), good), (("a",), good), (("a", "b"), [good[0], None])):
        with pytest.raises(InputError):
            Places(ids, ("hotel", "hotel"), np.array(shapes, dtype=object))


def incidents(**change):
    values = {
        "ids": np.array(["1", "2"], dtype=object),
        "t_from": np.array([0, 5], np.int64),
        "t_to": np.array([0, 9], np.int64),
        "lon": np.array([117.0, 117.1]),
        "lat": np.array([26.0, 26.1]),
        "categories": ("theft",),
        "category": np.zeros(2, np.int32),
        "weight": np.ones(2),
        "source": np.zeros(2, np.int8),
    }
    return Incidents(**(values | change))


@pytest.mark.parametrize(
    "change",
    [
        {"ids": np.array(["1", "1"], dtype=object)},
        {"t_to": np.array([0, 4], np.int64)},
        {"lon": np.array([117.0, np.nan])},
        {"lat": np.array([26.0, 91.0])},
        {"category": np.array([0, 1], np.int32)},
        {"source": np.array([0, -1], np.int8)},
        {"weight": np.array([1.0, -1.0])},
        {"weight": np.array([1.0, np.inf])},
        {"weight": np.ones(3)},
    ],
)
def test_incidents_that_break_a_rule_are_refused(change):
    with pytest.raises(InputError):
        incidents(**change)


def test_a_mask_keeps_incidents_whole():
    kept = incidents().where(np.array([False, True]))
    assert (kept.ids.tolist(), kept.t_to.tolist(), kept.categories) == (["2"], [9], ("theft",))


def table(grid, **columns):
    return CellTable(grid, tuple(Field(name, name) for name in columns), columns)


def test_a_table_starts_with_what_every_table_has(sanming_grid):
    values = np.arange(len(sanming_grid), dtype=float)
    frame = table(sanming_grid, patrol_s=values).to_geodataframe()
    assert list(frame.columns[:6]) == ["cell", "district", "area_m2", "lon", "lat", "patrol_s"]
    assert frame.crs == WGS84
    assert frame["patrol_s"].tolist() == values.tolist()
    assert set(frame["district"]) == set(sanming_grid.boundary.ids)


def test_a_table_needs_a_field_for_each_aligned_column(sanming_grid):
    values = np.zeros(len(sanming_grid))
    with pytest.raises(InputError, match="shape"):
        table(sanming_grid, a=values[1:])
    with pytest.raises(InputError, match="do not match"):
        CellTable(sanming_grid, (Field("b", "B"),), {"a": values})
    with pytest.raises(LayerNotFoundError):
        table(sanming_grid, a=values)["b"]
    with pytest.raises(LayerNotFoundError):
        table(sanming_grid, a=values).field("b")
    assert table(sanming_grid, a=values).field("a").title == "a"


PROVENANCE = Provenance({"tracks": "ab" * 32}, {"max_gap_s": 300}, "0.1.0", "c" * 12, None)


def test_a_fingerprint_changes_with_any_part_of_the_provenance():
    others = [
        replace(PROVENANCE, inputs={}),
        replace(PROVENANCE, parameters={"max_gap_s": 301}),
        replace(PROVENANCE, version="0.1.1"),
        replace(PROVENANCE, crs="d" * 12),
        replace(PROVENANCE, data_as_of="2026-03-01T00:00:00Z"),
        replace(PROVENANCE, sources=("demo",)),
    ]
    fingerprints = {provenance.fingerprint for provenance in [PROVENANCE, *others]}
    assert len(fingerprints) == 7
    assert replace(PROVENANCE).fingerprint == PROVENANCE.fingerprint


def test_a_layer_of_features_is_in_wgs84_with_ids_of_their_own():
    frame = geopandas.GeoDataFrame({"a": [1, 2]}, geometry=[Point(0, 0), Point(1, 1)], crs=4326)
    layer = Layer("rooms", "Rooms", frame, (), PROVENANCE)
    assert (len(layer), layer.is_lattice, layer.summary) == (2, False, {})
    assert layer.to_geodataframe() is frame
    with pytest.raises(InputError, match="WGS-84"):
        Layer("rooms", "Rooms", frame.to_crs(3857), (), PROVENANCE)
    with pytest.raises(InputError, match="repeat"):
        Layer("rooms", "Rooms", frame.set_axis([1, 1]), (), PROVENANCE)
