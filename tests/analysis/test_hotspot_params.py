import pytest

from geogrid.analysis.hotspots import HotspotParams
from geogrid.errors import InputError


@pytest.mark.parametrize(
    ("cell_m", "radius_m"), [(100.0, 600.0), (250.0, 625.0), (500.0, 1250.0), (10.0, 120.0)]
)
def test_the_default_radius_is_600_m_within_what_the_cells_allow(cell_m, radius_m):
    assert HotspotParams().radius_over(cell_m) == radius_m


def test_two_and_twelve_cells_are_allowed():
    assert HotspotParams(radius_m=500.0).radius_over(250.0) == 500.0
    assert HotspotParams(radius_m=3000.0).radius_over(250.0) == 3000.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"q": 0.0},
        {"q": 1.0},
        {"min_support": 0},
        {"null": "none"},
        {"correction": "holm"},
        {"weight": "cost"},
        {"times": "end"},
        {"reference": "country"},
        {"seed": -1},
    ],
)
def test_parameters_out_of_range_are_refused(wrong):
    with pytest.raises(InputError, match=str(next(iter(wrong.values())))):
        HotspotParams(**wrong)
