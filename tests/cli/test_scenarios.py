"""What `geogrid site` does beyond a plain plan, and what `geogrid scenario` does with plans."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from python_calamine import CalamineWorkbook

from tests.small_city import EAST, MIDDLE, NORTH, SOUTH, WEST, write_cameras

BASIC = ("--new", 3, "--range", 600)
WGS = ("--datum", "wgs84")


@pytest.fixture
def city(tiny_workspace):
    return tiny_workspace.path


def polygons(path, shapes):
    """Write zones as GeoJSON: id -> polygon."""
    features = [
        {
            "type": "Feature",
            "properties": {"id": name, "kind": "private"},
            "geometry": shapely.geometry.mapping(shape),
        }
        for name, shape in shapes.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def table(path, text):
    path.write_text(text, "utf-8")
    return path


def test_each_pole_gets_one_of_several_bearings(run, city):
    asked = (*BASIC, "--bearings", 8, "--view-angle", 90)
    plan = run("site", city, *asked, "--json").json
    poles = [name.rpartition("@")[0] for name in plan["chosen"]]
    assert len(set(poles)) == len(poles) == 3
    assert all(place["bearing"] % 45 == 0 for place in plan["places"])
    assert plan["candidates"]["views"] == 8 * plan["candidates"]["used"]
    round_ = run("site", city, *BASIC, "--json").json
    assert plan["objective"] < round_["objective"]


def test_demand_by_hour_is_part_of_all_demand(run, city):
    night = run("site", city, *BASIC, "--hours", "22-06", "--json").json["demand"]["total"]
    day = run("site", city, *BASIC, "--hours", "06-22", "--json").json["demand"]["total"]
    every = run("site", city, *BASIC, "--json").json["demand"]["total"]
    assert 0 < night < day
    assert night + day == pytest.approx(every)
    answer = run("site", city, *BASIC, "--weight", "land", "--hours", "22-06")
    assert answer.code == 2
    assert "choose among incidents" in answer.err


def test_a_second_view_is_worth_its_share_and_a_floor_is_kept(run, city):
    plain = run("site", city, *BASIC, "--json").json
    twice = run("site", city, *BASIC, "--backup", 0.5, "--json").json
    assert twice["demand"]["twice_share"] >= plain["demand"]["twice_share"]
    assert twice["objective"] >= plain["objective"]
    far = run("site", city, "--new", 1, "--range", 300, "--least", 0.9)
    assert far.code == 2
    assert "least coverage" in far.err


def test_hazards_are_demand_at_their_places(run, city, tiny_workspace):
    hazards = tiny_workspace.register("places").query("kind == 'hazard'")
    plan = run("site", city, *BASIC, "--weight", "hazards", "--json").json
    known = plan["demand"]["total"] + plan["demand"]["in_zones"] + plan["demand"]["off_grid"]
    assert known == len(hazards)


def test_named_candidates_are_required_forbidden_and_kept_apart(run, city):
    first, second, _ = run("site", city, *BASIC, "--json").json["chosen"]
    without = run("site", city, *BASIC, "--forbid", first, "--json").json
    assert first not in without["chosen"]
    other = without["chosen"][-1]
    with_it = run("site", city, *BASIC, "--require", other, "--json").json
    assert with_it["chosen"][0] == other
    apart = run("site", city, *BASIC, "--pair", f"{first},{second}", "--json").json
    assert not {first, second} <= set(apart["chosen"])
    for words in (("--require", "nobody"), ("--pair", "one"), ("--least", "much")):
        assert run("site", city, *BASIC, *words).code == 2


def registered(run, ws, tmp_path):
    """Import five candidates, two of them on one pole, and demand beside each."""
    x = np.linspace(WEST + 0.004, EAST - 0.004, 4)
    rows = [
        f"a,{x[0]},26.21,5,,,300,",
        f"b,{x[1]},26.21,1,90,120,400,p",
        f"c,{x[1]},26.21,1,270,120,400,p",
        f"d,{x[2]},26.21,2,,,300,",
        f"out,{EAST + 0.1},26.21,1,,,300,",
    ]
    head = "id,lon,lat,费用,朝向,视角,可视距离,分组"
    wanted = table(tmp_path / "candidates.csv", "\n".join([head, *rows]) + "\n")
    points = [
        f"1,{x[0]},26.21,10",
        f"2,{x[1] + 0.002},26.21,4",
        f"3,{x[1] - 0.002},26.21,6",
        f"4,{x[2]},26.21,",
    ]
    demand = table(tmp_path / "demand.csv", "\n".join(["编号,经度,纬度,权重", *points]) + "\n")
    assert run("import", ws, "candidates", wanted, *WGS).code == 0
    assert run("import", ws, "demand", demand, *WGS).code == 0


REGISTER = ("--candidates", "register", "--weight", "demand")


def test_the_registers_of_candidates_and_demand_are_used_with_costs_and_groups(run, ws, tmp_path):
    registered(run, ws, tmp_path)
    plan = run("site", ws, "--budget", 3, *REGISTER, "--json").json
    assert plan["chosen"] == ["c", "d"]  # a costs 5; of b and c one may stand
    assert plan["objective"] == 7  # 6, and 1 where no weight is stated
    assert [place["bearing"] for place in plan["places"]] == [270, None]
    assert plan["candidates"]["outside"] == 1
    rich = run("site", ws, "--budget", 8, *REGISTER, "--json").json
    assert rich["chosen"] == ["c", "d", "a"] or set(rich["chosen"]) == {"a", "c", "d"}
    few = run("site", ws, "--model", "lscp", "--share", 0.75, *REGISTER, "--json").json
    assert (few["value"], set(few["chosen"])) == (6, {"a", "c"})


def test_a_view_that_reaches_into_a_zone_is_cut_and_the_loss_is_told(run, ws, tmp_path):
    registered(run, ws, tmp_path)
    x = WEST + 0.004
    zone = polygons(tmp_path / "z.geojson", {"z": shapely.box(x + 0.001, SOUTH, x + 0.004, NORTH)})
    assert run("import", ws, "zones", zone).code == 0
    more = table(tmp_path / "more.csv", f"id,lon,lat,weight\n9,{x + 0.002},26.21,50\n")
    assert run("import", ws, "demand", more, *WGS).code == 0
    file = tmp_path / "plan.geojson"
    plan = run("site", ws, "--new", 1, *REGISTER, "--price-zones", "-o", file, "--json").json
    assert plan["demand"]["in_zones"] == 50
    assert plan["chosen"] == ["a"]
    assert plan["places"][0]["cut_in_zones"] == 50
    assert plan["zone_price"]["least"] == plan["zone_price"]["most"] == 50
    features = json.loads(file.read_text("utf-8"))["features"]
    (view,) = [one for one in features if one["properties"]["what"] == "view"]
    assert 0 < view["properties"]["cut_share"] < 1
    shape = shapely.geometry.shape(view["geometry"])
    assert shapely.intersection(shape, shapely.box(x + 0.001, SOUTH, x + 0.004, NORTH)).area < 1e-11


def test_planned_cameras_are_candidates_where_no_register_of_candidates_is(run, ws, tmp_path):
    cameras = tmp_path / "cameras.csv"
    write_cameras(cameras, [("one", MIDDLE, 26.21, 300)])
    text = (
        cameras.read_text("utf-8")
        .replace("range\n", "range,status\n")
        .replace("300\n", "300,规划\n")
    )
    assert run("import", ws, "cameras", table(cameras, text), *WGS).code == 0
    plan = run("site", ws, "--new", 1, "--candidates", "register", "--weight", "land", "--json")
    assert plan.json["chosen"] == ["one"]


def test_curve_and_robustness_tell_what_suffices_and_which_sites_stay(run, city, tmp_path):
    file = tmp_path / "plan.json"
    plan = run("site", city, *BASIC, "--curve", "--robust", "-o", file, "--json").json
    curve = plan["best_curve"]
    assert len(curve["lower"]) == len(curve["upper"]) == 4
    assert all(low <= high for low, high in zip(curve["lower"], curve["upper"], strict=True))
    assert curve["lower"][3] <= plan["bound"] * plan["unit"]
    robust = plan["robust"]
    names = [one["name"] for one in robust["variants"]]
    assert names[:2] == ["range x 0.8", "range x 1.2"]
    assert sum(name.startswith("month ") for name in names) >= 1
    near, far = robust["variants"][:2]
    assert near["worth"] <= plan["objective"] <= far["worth"]
    assert all(0 <= one["regret"] <= 1 for one in robust["variants"])
    kept = {place["id"]: place["kept_share"] for place in plan["places"]}
    assert kept == robust["kept_share"]
    assert robust["safe"] == [name for name in plan["chosen"] if kept[name] == 1.0]
    losses = [one["loses"] for one in robust["failures"]]
    assert losses == sorted(losses, reverse=True)
    assert run("site", "--verify", file).code == 0
    for words in (("--model", "lscp", "--robust"), (*BASIC, "--least", 0.1, "--curve")):
        assert run("site", city, *words).code == 2


def test_a_plan_is_a_work_order_in_the_datum_asked_for(run, city, tmp_path):
    file = tmp_path / "order.xlsx"
    assert run("site", city, *BASIC, "-o", file, "--datum", "gcj02").code == 0
    header = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()[0]
    assert "lat_gcj02" in header
    for name in ("plan.json", "plan.geojson"):
        answer = run("site", city, *BASIC, "-o", tmp_path / name, "--datum", "gcj02")
        assert answer.code == 2
        assert not (tmp_path / name).exists()


def test_plans_are_kept_compared_exported_and_deleted(run, city, tmp_path):
    first = run("site", city, *BASIC, "--save", "three", "--json").json["scenario"]
    more = ("--new", 5, "--range", 600, "--save", "five", "--json")
    second = run("site", city, *more).json["scenario"]
    assert run("site", city, *BASIC, "--save", "three").code == 2
    names = [one["name"] for one in run("scenario", "list", city, "--json").json["scenarios"]]
    assert names == ["three", "five"]
    assert "five" in run("scenario", "list", city).out
    assert run("scenario", "show", city, first).code == 0
    found = run("scenario", "compare", city, first, second, "--json").json
    assert found["change"]["seen"] > 0
    assert len(found["both"]) + len(found["only_second"]) + len(found["differ"]) == 5
    for ending in ("geojson", "xlsx", "json"):
        file = tmp_path / f"scenario.{ending}"
        assert run("scenario", "export", city, second, "-o", file).code == 0
        assert file.stat().st_size > 100
    assert run("site", "--verify", tmp_path / "scenario.json").code == 0
    assert run("scenario", "export", city, second).code == 2
    assert run("scenario", "export", city, second, "-o", tmp_path / "x.pdf").code == 2
    for number in (first, second):
        assert run("scenario", "delete", city, number).code == 0
    assert run("scenario", "show", city, first).code == 2
    assert "no scenarios" in run("scenario", "list", city).out


def test_an_action_says_how_many_scenarios_it_needs(run, city):
    answer = run("scenario", "compare", city, 1)
    assert answer.code == 2
    assert "needs 2 ids" in answer.err
    assert run("scenario", "dance", city).code == 2


def test_a_camera_that_is_off_or_planned_or_looks_anywhere_counts_as_nothing(run, ws, tmp_path):
    rows = [
        f"on,{WEST + 0.004},26.21,300,,,on",
        f"off,{WEST + 0.012},26.21,300,,,off",
        f"later,{MIDDLE},26.21,300,,,planned",
        f"anywhere,{EAST - 0.012},26.21,300,,60,on",
        f"far,{EAST - 0.004},26.21,,,,on",
    ]
    text = "\n".join(["id,lon,lat,range,bearing,view_angle,status", *rows]) + "\n"
    assert run("import", ws, "cameras", table(tmp_path / "c.csv", text), *WGS).code == 0
    asked = ("--new", 1, "--weight", "land", "--range", 300, "--json")
    demand = run("site", ws, *asked).json["demand"]
    assert demand["existing_left_out"] == 2
    one_disc = 3.1416 * 300**2 / demand["total"]
    assert demand["seen_before_share"] == pytest.approx(one_disc, rel=0.35)  # by cells' centres


def test_candidates_with_swapped_axes_are_refused_when_they_are_imported(run, ws, tmp_path):
    file = table(tmp_path / "swapped.csv", f"id,lon,lat\na,26.21,{MIDDLE}\n")
    answer = run("import", ws, "candidates", file, *WGS)
    assert answer.code == 2
    assert "swapped" in answer.err
    assert run("site", ws, "--new", 1, *REGISTER).code == 2


def test_candidates_outside_of_the_districts_alone_are_no_candidates(run, ws, tmp_path):
    file = table(tmp_path / "outside.csv", f"id,lon,lat\na,{EAST + 0.1},26.21\n")
    assert run("import", ws, "candidates", file, *WGS).code == 0
    answer = run("site", ws, "--new", 1, "--candidates", "register", "--weight", "land")
    assert answer.code == 2
    assert "no candidates" in answer.err
