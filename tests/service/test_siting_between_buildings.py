"""Plans, scenarios and what-ifs where buildings stand: what is hidden counts nowhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely

from geogrid.analysis.siting_verify import verify_plan
from geogrid.crs import WGS84, transformer
from geogrid.errors import InputError
from geogrid.service.siting_question import PlanRules, SitingQuestion
from tests.small_city import EAST, MIDDLE, NORTH, SOUTH, WEST

PITCH = 0.0012  # degrees: 120 m by 133 m
ZONE = shapely.box(MIDDLE - 0.004, SOUTH + 0.004, MIDDLE + 0.004, SOUTH + 0.012)
BEARINGS = PlanRules(bearings=4, view_angle_deg=90.0)
NOW = datetime(2026, 3, 6, tzinfo=UTC)


def town():
    """Return houses in blocks between streets of 20 to 50 m."""
    rng = np.random.default_rng(3)
    x, y = np.meshgrid(np.arange(WEST, EAST, PITCH), np.arange(SOUTH, NORTH, PITCH))
    low = np.column_stack([x.ravel(), y.ravel()]) + rng.uniform(0.0, 0.0002, (x.size, 2))
    return shapely.box(*low.T, *(low + PITCH - rng.uniform(0.0002, 0.0005, low.shape)).T)


HOUSES = town()


@pytest.fixture
def add(ws, tmp_path, options):
    """Return what imports areas into the workspace."""

    def added(register, shapes, **fields):
        features = [
            {
                "type": "Feature",
                "properties": {"id": f"{register}{at}", **fields},
                "geometry": shapely.geometry.mapping(shape),
            }
            for at, shape in enumerate(shapes)
        ]
        file = tmp_path / f"{register}{len(shapes)}.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
        assert ws.import_files(register, [file], options).accepted == len(shapes)
        return ws

    return added


def asked(**more):
    return SitingQuestion(**{"new": 3, "weight": "land", "range_m": 300.0} | more)


def features(ws, question, tmp_path):
    """Return a plan and the views that its GeoJSON draws, in the plane."""
    file = tmp_path / "plan.geojson"
    plan = ws.site(question, path=file)
    change = transformer(WGS84, ws.grid.spec.crs)
    found = json.loads(file.read_text("utf-8"))["features"]
    drawn = [f["geometry"] for f in found if f["properties"]["what"] == "view"]
    views = [shapely.geometry.shape(g) if g else shapely.Polygon() for g in drawn]

    def plane(xy):
        return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))

    return plan, shapely.transform(np.array(views, dtype=object), plane)


def seen_from_shapes(ws, plan, views):
    """Return the land of the cells whose centres are in sight, by GEOS alone: least and most.

    A centre in the open is seen where a view has it; one under a roof where the line from a
    camera within range of it meets no other building. A centre within 10 cm of an outline may go
    either way: coordinates of files end at a centimetre.
    """
    grid = ws.grid
    change = transformer(WGS84, grid.spec.crs)
    houses = shapely.transform(
        HOUSES, lambda xy: np.column_stack(change.transform(xy[:, 0], xy[:, 1]))
    )
    at = shapely.points(np.column_stack(grid.spec.centres(grid.cells)))
    within = shapely.intersects(houses[:, None], at[None])
    roofed = within.any(axis=0)
    least, most = np.zeros(len(at), bool), np.zeros(len(at), bool)
    for place, view in zip(plan["places"], views, strict=True):
        eye = shapely.Point(change.transform(place["lon"], place["lat"]))
        line = shapely.shortest_line(eye, at)
        block = (shapely.intersects(houses[:, None], line[None]) & ~within).any(axis=0)
        own = shapely.intersects(houses, eye)
        for j in np.flatnonzero(roofed):
            near = eye.distance(at[j]) <= place["range"]
            if near and own.any():
                least_j, most_j = False, True  # on a wall: the line starts in a house
            else:
                least_j = most_j = near and not block[j]
            least[j], most[j] = least[j] or least_j, most[j] or most_j
        inside = shapely.contains(view, at) & ~roofed
        sure = shapely.distance(view.boundary, at) > 0.1
        least |= inside & sure
        most |= inside | (~sure & ~roofed)
    return grid.area_m2[least].sum(), grid.area_m2[most].sum()


def test_a_plan_is_worth_what_its_drawn_views_show_and_its_file_says_so(add, tmp_path):
    ws = add("buildings", HOUSES)
    plan, views = features(ws, asked(), tmp_path)
    low, high = seen_from_shapes(ws, plan, views)
    assert low - 1.0 <= plan["objective"] <= high + 1.0
    assert low > 0.0
    assert verify_plan(json.loads(json.dumps(plan))).holds
    assert plan["sight"] == {"buildings": "used", "heights": "plan view"}
    assert plan["candidates"]["indoors"] > 0
    assert plan["demand"]["hidden"] == pytest.approx(sum(p["hidden"] for p in plan["places"]))
    houses = shapely.union_all(HOUSES).buffer(-1e-6)
    assert not shapely.intersects(shapely.from_geojson(ws_views(plan, tmp_path)), houses).any()


def ws_views(plan, tmp_path):
    """Return the views as the file has them."""
    found = json.loads((tmp_path / "plan.geojson").read_text("utf-8"))["features"]
    kept = [f["geometry"] for f in found if f["properties"]["what"] == "view" and f["geometry"]]
    return [json.dumps(geometry) for geometry in kept]


def test_more_buildings_never_leave_more_to_see_and_none_are_said(add):
    ws = add("buildings", HOUSES[:150])
    few = ws.site(asked())
    plain = ws.site(asked(plain_views=True))
    add("buildings", HOUSES)
    many = ws.site(asked())
    assert many["bound"] <= few["proved_bound"]
    assert few["bound"] <= plain["proved_bound"]
    assert plain["sight"]["buildings"] == "left out"
    assert plain["demand"]["hidden"] == 0.0
    assert many["objective"] < 0.9 * plain["objective"]


def test_without_buildings_a_plan_says_that_none_were_looked_at(ws):
    assert ws.site(asked())["sight"] == {"buildings": "none", "heights": "plan view"}


def test_no_site_and_no_view_is_in_a_zone_between_buildings_either(add, tmp_path):
    add("buildings", HOUSES)
    ws = add("zones", [ZONE], kind="private")
    plan, _ = features(ws, asked(rules=BEARINGS, price_zones=True), tmp_path)
    views = shapely.from_geojson(ws_views(plan, tmp_path))
    assert not shapely.intersects(views, ZONE.buffer(-1e-6)).any()
    sites = shapely.points([(place["lon"], place["lat"]) for place in plan["places"]])
    assert not shapely.intersects(ZONE, sites).any()
    assert plan["demand"]["in_zones"] > 0
    assert plan["zone_price"]["least"] <= plan["zone_price"]["most"]


def test_high_masts_see_over_low_roofs_and_the_plan_says_that_heights_count(add):
    ws = add("buildings", HOUSES, height=4.0)
    low, high = ws.site(asked()), ws.site(asked(height_m=40.0))
    assert low["sight"]["heights"] == "plan view"
    assert high["sight"]["heights"] == "known"
    assert high["objective"] > low["objective"]
    assert {place["height"] for place in high["places"]} == {40.0}
    assert high["candidates"]["indoors"] == 0 < low["candidates"]["indoors"]
    with pytest.raises(InputError, match="height of new sites"):
        asked(height_m=0.0)


def test_a_plan_for_one_district_stands_and_counts_there_only(add):
    ws = add("buildings", HOUSES)
    plan = ws.site(asked(district="East"))
    assert all(place["lon"] > MIDDLE - 0.003 for place in plan["places"])
    grid = ws.grid
    east = grid.district == grid.boundary.position_of("East")
    assert plan["demand"]["total"] == pytest.approx(grid.area_m2[east].sum(), rel=1e-6)
    assert plan["candidates"]["outside"] == 0  # its cells are the only ones with demand
    assert plan["question"]["district"] == "East"
    with pytest.raises(InputError, match="no district"):
        ws.site(asked(district="Nowhere"))


def test_a_what_if_and_a_scenario_see_what_the_plan_does(add):
    ws = add("buildings", HOUSES)
    plan = ws.site(asked(rules=BEARINGS))
    kept = ws.scenario_of_plan("between houses", plan, NOW)
    assert kept["solved"]["sight"]["buildings"] == "used"
    found = kept["result"]
    assert found["sight"]["buildings"] == "used"
    assert found["after"]["seen"] == pytest.approx(plan["objective"], rel=1e-6)
    turn = [{"op": "turn", "id": kept["cameras"][0]["id"], "range": 700.0}]
    question = kept["question"]
    asked_again = {"question": question, "cameras": kept["cameras"], "changes": turn}
    between = ws.what_if(asked_again)
    view = between["views"]["features"][0]
    assert 0.0 < view["properties"]["hidden_share"] < 1.0
    plain = ws.what_if(asked_again | {"question": question | {"plain_views": True}})
    assert plain["sight"]["buildings"] == "left out"
    assert plain["views"]["features"][0]["properties"]["hidden_share"] == 0.0
    assert plain["after"]["seen"] > between["after"]["seen"]


def test_a_camera_placed_deep_inside_a_building_is_said_to_see_nothing(add):
    ws = add("buildings", HOUSES)
    at = HOUSES[200].centroid
    camera = {"id": "in", "lon": at.x, "lat": at.y, "range": 300.0}
    body = {"question": {"weight": "land"}, "changes": [{"op": "place", "camera": camera}]}
    found = ws.what_if(body)
    assert found["cameras"][0]["indoors"]
    assert found["change"]["seen"] == found["cameras"][0]["adds"] == 0.0
    assert found["views"]["features"][0]["geometry"] is None
