import math

import numpy as np
import pytest

from geogrid.analysis.camera_params import CameraParams
from geogrid.analysis.camera_ranges import PIXELS_PER_M, task_ranges
from geogrid.analysis.views import camera_views
from geogrid.crs import working_crs
from geogrid.errors import InputError
from geogrid.model.sensors import CameraStatus, Lenses, Purpose, Sensors

NAN = math.nan
LAEA = working_crs(117.0, 26.0, 118.0, 27.0)


def cameras(*, range_m=NAN, angle=NAN, bearing=0.0, lens=(NAN, NAN, NAN), purpose=None, n=1):
    columns = [np.full(n, float(v)) for v in (117.5, 26.5, range_m, bearing, angle)]
    lenses = Lenses(*(np.full(n, float(v)) for v in lens))
    ids = tuple(f"c{i}" for i in range(n))
    return Sensors(ids, *columns, (CameraStatus.ON,) * n, None, lenses, (purpose,) * n)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_at_its_range_a_lens_shows_just_as_many_pixels_on_a_metre(purpose):
    focal_mm, sensor_mm, pixels = 8.0, 5.4, 2560.0
    found = task_ranges(cameras(lens=(focal_mm, sensor_mm, pixels)), purpose)
    width_m = found.range_m[0] * sensor_mm / focal_mm
    assert pixels / width_m == pytest.approx(PIXELS_PER_M[purpose])
    assert found.range_by_lens.tolist() == [True]


def test_the_densities_are_those_of_the_standard():
    # EN 62676-4: detect 40 mm, recognise 8 mm and identify 4 mm to a pixel.
    assert [1000.0 / value for value in PIXELS_PER_M.values()] == [40.0, 8.0, 4.0]


def test_a_full_hd_camera_of_four_millimetres_by_hand():
    # 1920 pixels on 76.8 m of ground are 25 a metre; 4 mm of lens before 5.4 mm of sensor.
    found = task_ranges(cameras(lens=(4.0, 5.4, 1920.0)))
    assert found.range_m[0] == pytest.approx(76.8 * 4.0 / 5.4)
    assert found.view_angle_deg[0] == pytest.approx(68.04, abs=0.01)
    assert found.angle_by_lens.tolist() == [True]


def test_the_view_angle_of_the_register_goes_before_that_of_the_lens():
    found = task_ranges(cameras(lens=(4.0, 5.4, 1920.0), angle=90.0))
    assert found.view_angle_deg.tolist() == [90.0]
    assert not found.angle_by_lens.any()


@pytest.mark.parametrize("lens", [(4.0, 5.4, NAN), (4.0, NAN, 1920.0), (NAN, 5.4, 1920.0)])
def test_a_lens_that_is_known_in_part_gives_no_range(lens):
    found = task_ranges(cameras(lens=lens, range_m=50.0))
    assert (found.range_m.tolist(), found.range_by_lens.tolist()) == ([50.0], [False])


@pytest.mark.parametrize(
    ("registered", "asked", "known"),
    [
        (None, "plate", True),
        ("overview", None, True),
        ("overview", "recognise", False),
        ("recognise", "plate", False),
        ("plate", "overview", True),
        ("recognise", "recognise", True),
    ],
)
def test_a_registered_range_does_not_serve_a_finer_task(registered, asked, known):
    purpose = None if registered is None else Purpose(registered)
    sensors = cameras(range_m=80.0, angle=90.0, purpose=purpose)
    counts = camera_views(sensors, LAEA, CameraParams(purpose=asked)).counts
    assert (counts["drawn"], counts["range_unknown"]) == ((1, 0) if known else (0, 1))


def test_each_camera_has_the_range_of_its_own_purpose_unless_one_is_asked_for():
    lens = (4.0, 5.4, 1920.0)
    own = [task_ranges(cameras(lens=lens, purpose=one)).range_m[0] for one in Purpose]
    assert own[0] == pytest.approx(5.0 * own[1])
    assert own[0] == pytest.approx(10.0 * own[2])
    asked = task_ranges(cameras(lens=lens, purpose=Purpose.PLATE), Purpose.OVERVIEW)
    assert asked.range_m[0] == own[0]


def test_a_view_by_lens_is_drawn_and_counted():
    views = camera_views(cameras(lens=(4.0, 5.4, 1920.0), bearing=90.0), LAEA)
    wanted = math.atan(5.4 / 8.0) * (76.8 * 4.0 / 5.4) ** 2
    assert views.polygon[0].area == pytest.approx(wanted, rel=1e-9)
    assert (views.counts["range_by_lens"], views.counts["angle_by_lens"]) == (1, 1)


def test_a_lens_in_another_unit_is_refused():
    with pytest.raises(InputError, match="over 50000 m"):
        camera_views(cameras(lens=(4000.0, 5.4, 1920.0), angle=90.0), LAEA)


def test_an_unknown_purpose_or_method_is_refused():
    with pytest.raises(InputError, match="unknown purpose 'look'"):
        CameraParams(purpose="look")
    with pytest.raises(InputError, match="unknown method of views 'guess'"):
        CameraParams(method="guess")


def test_lenses_that_cannot_be_are_refused():
    for bad in (0.0, -1.0, math.inf):
        with pytest.raises(InputError, match="must be over 0"):
            cameras(lens=(bad, 5.4, 1920.0))
