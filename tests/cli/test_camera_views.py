"""What `geogrid cameras` says where buildings are, by task, and of cameras it does not draw."""

import json

import pytest
import shapely

from tests.small_city import EAST, MIDDLE, WEST, write_districts

DECLARED = ("--datum", "wgs84", "--tz", "Asia/Shanghai")
STREET = 26.21
WALL = shapely.box(117.6103, 26.209, 117.6108, 26.211)  # 30 m east of the first camera


@pytest.fixture
def filmed(run, tmp_path):
    districts = write_districts(
        tmp_path / "d.geojson", {"West": (WEST, MIDDLE), "East": (MIDDLE, EAST)}
    )
    assert run("init", tmp_path / "ws", "--districts", districts).code == 0
    rows = [
        "编号,经度,纬度,朝向,视角,可视距离(米),安装高度,焦距(毫米),靶面宽度,水平像素,状态,用途",
        f"street,117.61,{STREET},,,100,8,,,,在线,全景",
        f"lens,117.63,{STREET},90,,,8,4,5.4,1920,在线,识别",
        f"nowhere,117.63,{STREET},,90,50,,,,,在线,",
        f"inside,117.61055,{STREET},,,50,,,,,在线,",
        f"broken,117.63,{STREET},,,50,,,,,故障,",
    ]
    (tmp_path / "c.csv").write_text("\n".join(rows) + "\n", "utf-8")
    assert run("import", tmp_path / "ws", "cameras", tmp_path / "c.csv", *DECLARED).code == 0
    return tmp_path / "ws"


def build(run, folder, height=None):
    feature = {"type": "Feature", "properties": {"id": "b", "height": height}}
    feature["geometry"] = json.loads(shapely.to_geojson(WALL))
    path = folder.parent / "b.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    assert run("import", folder, "buildings", path, *DECLARED).code == 0


def test_buildings_hide_the_ground_unless_they_are_left_out(run, filmed):
    before = run("cameras", filmed, "--json").json
    assert (before["buildings"], before["method"]) == ("none", "plain")
    build(run, filmed)
    used = run("cameras", filmed, "--json").json
    assert (used["buildings"], used["heights"], used["method"]) == ("used", "plan view", "sweep")
    assert used["covered_km2"] < before["covered_km2"]
    plain = run("cameras", filmed, "--plain-views", "--json").json
    assert plain["buildings"] == "left out"
    assert plain["covered_km2"] == before["covered_km2"]
    rays = run("cameras", filmed, "--views", "rays", "--json").json
    assert rays["method"] == "rays"
    assert rays["covered_km2"] == pytest.approx(used["covered_km2"], rel=2e-3)
    assert "nothing hides the ground" in run("cameras", filmed, "--plain-views").out
    assert "of the views (in plan: heights are not known)" in run("cameras", filmed).out
    assert "平面视野：高度未知" in run("--lang", "zh", "cameras", filmed).out


def test_a_camera_higher_than_a_roof_sees_the_ground_behind_it(run, filmed):
    build(run, filmed, 40.0)
    tower = run("cameras", filmed, "--json").json
    build(run, filmed, 1.0)
    shed = run("cameras", filmed, "--json").json
    assert (tower["over_buildings"], shed["over_buildings"]) == (0, 1)
    assert tower["covered_km2"] < shed["covered_km2"]
    assert shed["heights"] == "in part"  # one camera inside states none


def test_cameras_that_are_not_drawn_are_named(run, filmed):
    build(run, filmed)
    found = run("cameras", filmed, "--json").json
    assert found["told_apart"] == {
        "off": ["broken"],
        "bearing_unknown": ["nowhere"],
        "indoors": ["inside"],
        "assumed_disc": ["street"],
    }
    assert (found["drawn"], found["range_by_lens"], found["angle_by_lens"]) == (2, 1, 1)


def test_a_task_asks_for_its_range(run, filmed):
    own = run("cameras", filmed, "--json").json
    overview = run("cameras", filmed, "--purpose", "overview", "--json").json
    plate = run("cameras", filmed, "--purpose", "plate", "--json").json
    assert overview["views_km2"] > own["views_km2"]
    assert plate["told_apart"]["range_unknown"] == ["street"]  # it is there for overview
    refused = run("cameras", filmed, "--purpose", "look")
    assert refused.code == 2
    assert "overview, recognise, plate" in refused.err
    assert "auto, sweep, rays" in run("cameras", filmed, "--views", "guess").err
