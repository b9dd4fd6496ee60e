import math

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod

from geogrid.analysis.views import (
    ARC_TOLERANCE_M,
    CameraParams,
    camera_views,
    view_polygons,
)
from geogrid.crs import WGS84, transformer, working_crs
from geogrid.errors import InputError
from geogrid.model.sensors import CameraStatus, Sensors

LAEA = working_crs(116.4, 25.4, 118.7, 27.2)
# Shorter or narrower views are as exact, but coordinates of 1e6 m round their area to 1e-8.
ranges, angles = st.floats(10.0, 2000.0), st.floats(10.0, 360.0)
bearings = st.floats(0.0, 359.99)


def cameras(lon, lat, *, range_m, bearing, angle, status=CameraStatus.ON):
    n = np.size(lon)
    columns = [
        np.broadcast_to(np.asarray(v, dtype=float), (n,))
        for v in (lon, lat, range_m, bearing, angle)
    ]
    states = (status,) * n if isinstance(status, CameraStatus) else tuple(status)
    return Sensors(tuple(f"c{i}" for i in range(n)), *columns, states)


def one(range_m, bearing, angle, *, lon=117.5, lat=26.3, crs=LAEA):
    sensors = cameras([lon], [lat], range_m=range_m, bearing=bearing, angle=angle)
    return view_polygons(sensors, crs)[0]


@settings(deadline=None)
@given(ranges, bearings, angles)
def test_a_view_has_the_area_of_its_sector(range_m, bearing, angle):
    view = one(range_m, bearing, angle)
    assert view.is_valid
    # The slit of an angle just under 360 degrees is closed: 3e-10 of the disc at most.
    assert view.area == pytest.approx(math.radians(angle) / 2.0 * range_m**2, rel=1e-9)


@settings(deadline=None, max_examples=50)
@example(10.0, 0.0, 359.99999999999994)
@example(1.0, 0.0, 360.0)
@example(240.4375, 0.0, 240.40625)
@given(ranges, bearings, angles)
def test_the_outline_stays_within_the_stated_distance_of_the_true_one(range_m, bearing, angle):
    view = one(range_m, bearing, angle)
    x, y = transformer(WGS84, LAEA).transform(117.5, 26.3)
    arc = shapely.get_coordinates(shapely.segmentize(view, range_m / 500.0))
    distance = np.hypot(arc[:, 0] - x, arc[:, 1] - y)
    assert distance.max() - range_m <= ARC_TOLERANCE_M
    if angle == 360.0:
        assert range_m - distance.min() <= ARC_TOLERANCE_M


def test_views_run_counter_clockwise():
    views = camera_views(
        cameras(
            [117.0] * 4,
            [26.0] * 4,
            range_m=50.0,
            bearing=[0, 90, 200, 10],
            angle=[360, 60, 300, 180],
        ),
        LAEA,
    )
    assert shapely.is_ccw(shapely.get_exterior_ring(views.polygon)).all()
    assert shapely.is_ccw(shapely.get_exterior_ring(views.convex)).all()


@pytest.mark.parametrize("crs", [LAEA, CRS.from_epsg(32650)])
@pytest.mark.parametrize("bearing", [0.0, 37.0, 123.0, 270.0])
def test_a_bearing_is_clockwise_from_true_north_far_from_the_centre_of_the_projection(crs, bearing):
    lon, lat = 118.6, 27.1
    view = one(100.0, bearing, 2.0, lon=lon, lat=lat, crs=crs)
    tip = view.centroid
    tip_lon, tip_lat = transformer(crs, WGS84).transform(tip.x, tip.y)
    azimuth, _, distance = Geod(ellps="WGS84").inv(lon, lat, tip_lon, tip_lat)
    assert (azimuth - bearing + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=0.01)
    assert distance == pytest.approx(200.0 / 3.0, rel=2e-3)


def test_the_meridian_leans_where_the_camera_is_off_the_central_meridian():
    view = one(100.0, 0.0, 2.0, lon=118.6, lat=27.1)
    x, y = transformer(WGS84, LAEA).transform(118.6, 27.1)
    lean = math.degrees(math.atan2(view.centroid.x - x, view.centroid.y - y))
    assert abs(lean) > 0.4  # a bearing read as grid north would be off by this


def test_the_area_is_true_on_the_ground_in_a_crs_that_distorts_it():
    view = one(100.0, 0.0, 360.0, crs=CRS.from_epsg(3857))
    lon, lat = transformer(CRS.from_epsg(3857), WGS84).transform(*shapely.get_coordinates(view).T)
    area, _ = Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)
    assert area == pytest.approx(math.pi * 100.0**2, rel=1e-4)


def test_turning_all_bearings_by_a_full_circle_changes_nothing():
    bearings_deg = np.array([0.0, 12.5, 200.25, 359.0])
    there, back = (one_by_one(np.mod(bearings_deg + turn, 360.0)) for turn in (0.0, 360.0))
    assert shapely.equals_exact(there, back, tolerance=1e-9).all()


def one_by_one(bearing):
    sensors = cameras([117.1] * 4, [26.1] * 4, range_m=80.0, bearing=bearing, angle=75.0)
    return view_polygons(sensors, LAEA)


@settings(deadline=None, max_examples=50)
@given(ranges, bearings, st.floats(2.0, 359.0))
def test_two_halves_of_a_sector_see_what_the_whole_sees(range_m, bearing, angle):
    whole = one(range_m, bearing, angle)
    halves = [one(range_m, (bearing + s * angle / 4.0) % 360.0, angle / 2.0) for s in (-1, 1)]
    union = shapely.union_all(np.array(halves))
    assert union.area == pytest.approx(whole.area, rel=1e-7)
    assert shapely.symmetric_difference(union, whole).area < ARC_TOLERANCE_M * range_m * 7.0


def test_convex_parts_cover_exactly_the_views():
    sensors = cameras(
        [117.0] * 5,
        [26.0] * 5,
        range_m=[30, 60, 150, 90, 20],
        bearing=[10, 20, 30, 40, 50],
        angle=[60, 181, 300, 360, 180],
    )
    views = camera_views(sensors, LAEA)
    assert len(views.convex) == len(views.polygon) + 2
    assert shapely.area(views.convex).sum() == pytest.approx(shapely.area(views.polygon).sum())
    hulls = shapely.area(shapely.convex_hull(views.convex))
    np.testing.assert_allclose(shapely.area(views.convex), hulls, rtol=1e-12)


def test_cameras_out_of_service_are_counted_and_not_drawn():
    status = (CameraStatus.ON, CameraStatus.OFF, CameraStatus.PLANNED)
    views = camera_views(
        cameras([117.0] * 3, [26.0] * 3, range_m=30.0, bearing=0.0, angle=360.0, status=status),
        LAEA,
    )
    assert views.camera.tolist() == [0]
    assert (views.counts["in_service"], views.counts["off"], views.counts["planned"]) == (1, 1, 1)


def test_what_the_register_does_not_say_is_counted_and_not_guessed():
    nan = math.nan
    sensors = cameras(
        [117.0] * 6,
        [26.0] * 6,
        range_m=[30, 30, 30, nan, 30, 30],
        bearing=[nan, nan, 10, 10, nan, 10],
        angle=[90, nan, nan, 90, 360, 90],
    )
    views = camera_views(sensors, LAEA)
    assert views.camera.tolist() == [1, 4, 5]
    wanted = {
        "drawn": 3,
        "assumed_disc": 1,
        "bearing_unknown": 1,
        "angle_unknown": 1,
        "range_unknown": 1,
        "assumed_range": 0,
        "assumed_angle": 0,
    }
    assert {name: views.counts[name] for name in wanted} == wanted
    filled = camera_views(
        sensors, LAEA, CameraParams(default_range_m=40.0, default_view_angle_deg=90.0)
    )
    assert filled.camera.tolist() == [1, 2, 3, 4, 5]
    assert (filled.counts["assumed_range"], filled.counts["assumed_angle"]) == (1, 1)


def test_every_camera_in_service_is_drawn_or_counted_under_one_reason():
    rng = np.random.default_rng(1)
    n = 200
    values = {
        "range_m": np.where(rng.random(n) < 0.3, math.nan, 50.0),
        "bearing": np.where(rng.random(n) < 0.3, math.nan, 90.0),
        "angle": rng.choice([math.nan, 60.0, 360.0], n),
    }
    status = rng.choice(np.array(list(CameraStatus), dtype=object), n)
    counts = camera_views(cameras([117.0] * n, [26.0] * n, status=status, **values), LAEA).counts
    reasons = ("drawn", "bearing_unknown", "angle_unknown", "range_unknown")
    assert sum(counts[reason] for reason in reasons) == counts["in_service"]
    assert counts["in_service"] + counts["off"] + counts["planned"] == counts["cameras"] == n


def test_a_camera_without_a_view_has_no_polygon():
    sensors = cameras([117.0, 117.1], [26.0, 26.1], range_m=[math.nan, 30.0], bearing=0, angle=360)
    first, second = view_polygons(sensors, LAEA)
    assert first is None
    assert second.geom_type == "Polygon"


def test_a_range_of_another_unit_is_refused():
    with pytest.raises(InputError, match="camera 'c0': a range of 60000 m is over 50000 m"):
        one(60_000.0, 0.0, 360.0)


@pytest.mark.parametrize("range_m", [0.0, -5.0, math.nan, math.inf])
def test_an_unusable_default_range_is_refused(range_m):
    with pytest.raises(InputError, match="default camera range"):
        CameraParams(default_range_m=range_m)


@pytest.mark.parametrize("angle", [0.0, 361.0, math.nan])
def test_an_unusable_default_angle_is_refused(angle):
    with pytest.raises(InputError, match="default view angle"):
        CameraParams(default_view_angle_deg=angle)


def test_no_cameras_have_no_views():
    views = camera_views(cameras([], [], range_m=1.0, bearing=0.0, angle=360.0), LAEA)
    assert len(views.polygon) == len(views.convex) == 0
    assert views.counts["cameras"] == 0
