import json

import numpy as np
import pytest

from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.errors import InputError, LayerNotFoundError
from geogrid.service.analyses import exposure
from geogrid.service.exposures import exposure_amount
from geogrid.service.hotspot_inputs import EXPOSED
from geogrid.service.hotspot_methods import HotspotQuestion, hotspot_table
from tests.small_city import EAST, MIDDLE, WEST


def write_points(path, head, rows):
    path.write_text("\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n", "utf-8")
    return path


@pytest.fixture
def town(ws, tmp_path, options):
    """Return a workspace with people, places, a room and a road."""
    people = [(WEST + 0.005, 26.21, 120), (WEST + 0.005, 26.21, 30), (EAST - 0.005, 26.205, 0)]
    ws.import_files(
        "population", [write_points(tmp_path / "people.csv", "lon,lat,persons", people)], options
    )
    spots = [("P1", MIDDLE + 0.002, 26.215, "school"), ("P2", MIDDLE + 0.002, 26.215, "shop")]
    ws.import_files(
        "places", [write_points(tmp_path / "places.csv", "id,lon,lat,type", spots)], options
    )
    road = {"type": "LineString", "coordinates": [[WEST, 26.21], [WEST + 0.01, 26.21]]}
    feature = {"type": "Feature", "properties": {"id": "R1"}, "geometry": road}
    file = tmp_path / "roads.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    ws.import_files("roads", [file], options)
    return ws


def at(ws, lon, lat):
    return int(ws.grid.position_at(np.array([lon]), np.array([lat]))[0])


def test_exposure_is_the_sum_of_what_lies_in_a_cell(town):
    people = exposure_amount(town._shelf, "people").amount
    assert people[at(town, WEST + 0.005, 26.21)] == people.sum() == 150.0
    places = exposure_amount(town._shelf, "places").amount
    assert places[at(town, MIDDLE + 0.002, 26.215)] == places.sum() == 2.0
    assert exposure_amount(town._shelf, "roads").amount.sum() == pytest.approx(998.0, abs=2.0)
    area = exposure_amount(town._shelf, "area").amount
    np.testing.assert_array_equal(area, town.grid.area_m2)


def test_cells_with_people_are_at_risk_and_those_with_none_are_not(town):
    masks = exposure(town._shelf, EXPOSED)
    assert set(masks) == {"roads", "places", "population"}
    assert masks["population"][at(town, WEST + 0.005, 26.21)]
    assert masks["population"].sum() == 1


def test_what_is_not_registered_or_not_known_is_refused(ws):
    for name, kind in (("people", "population"), ("roads", "roads"), ("places", "places")):
        with pytest.raises(LayerNotFoundError, match=f"import WS {kind} FILE"):
            exposure_amount(ws._shelf, name)
    with pytest.raises(InputError, match="choose from people, roads, places, area"):
        exposure_amount(ws._shelf, "dogs")


@pytest.mark.parametrize("name", ["weight", "times", "reference"])
def test_a_parameter_that_a_method_does_not_heed_is_refused_and_not_ignored(ws, name):
    asked = {"weight": "harm", "times": "aoristic", "reference": "district"}[name]
    question = HotspotQuestion(params=HotspotParams(**{name: asked}))
    with pytest.raises(InputError, match=f"emerging does not take --{name}, which belongs to gi"):
        hotspot_table(ws._shelf, "emerging", question)
