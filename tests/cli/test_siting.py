"""What `geogrid site` does, prints, and ends with."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from geogrid.analysis.siting import SitingParams
from geogrid.errors import InputError
from geogrid.service.siting_question import SitingQuestion
from tests.small_city import MIDDLE, NORTH, SOUTH, WEST

ASKED = ("--new", 4, "--range", 600)


@pytest.fixture
def city(tiny_workspace):
    return tiny_workspace.path


def test_a_plan_is_written_checked_and_told_alike(run, city, tmp_path):
    file = tmp_path / "plan.json"
    told = run("site", city, *ASKED, "-o", file, "--json").json
    curve = told["best_curve"]
    assert len(curve["lower"]) == len(curve["upper"]) >= len(told["chosen"])
    assert all(low <= high for low, high in zip(curve["lower"], curve["upper"], strict=True))
    stored = json.loads(file.read_text("utf-8"))
    assert told["places"] == stored["places"]
    assert told["sha256"] == stored["instance"]["sha256"]
    assert told["value"] <= told["bound"] <= told["proved_bound"]
    checked = run("site", "--verify", file, "--json").json
    assert checked["holds"]
    assert (checked["value"], checked["bound"]) == (told["value"], told["proved_bound"])
    adds = [place["adds"] for place in told["places"]]
    assert adds == sorted(adds, reverse=True)


def test_a_changed_plan_does_not_hold_and_the_command_says_why(run, city, tmp_path):
    file = tmp_path / "plan.json"
    run("site", city, *ASKED, "-o", file)
    plan = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(plan | {"value": plan["value"] + 1}), "utf-8")
    answer = run("site", "--verify", file)
    assert answer.code == 2
    assert "its value is not what it says" in answer.err
    file.write_text("{", "utf-8")
    assert "damaged" in run("site", "--verify", file).err
    file.write_text("[1]", "utf-8")
    assert "damaged" in run("site", "--verify", file).err


@pytest.mark.parametrize("candidates", ["grid", "roads"])
def test_as_few_as_cover_a_share_are_enough(run, city, candidates):
    asked = ("--model", "lscp", "--share", 0.4, "--candidates", candidates, "--range", 900)
    answer = run("site", city, *asked, "--time-limit", 20, "--json").json
    assert answer["demand"]["seen_share"] >= 0.4
    assert answer["bound"] <= answer["value"] == len(answer["sites"])


def test_posts_come_nearer_to_demand_than_rooms_alone_and_are_checked(run, city, tmp_path):
    file = tmp_path / "posts.json"
    asked = ("--model", "p-median", "--new", 3, "--time-limit", 20, "-o", file)
    demand = run("site", city, *asked, "--json").json["demand"]
    assert demand["least_mean_m"] <= demand["mean_m"]
    if demand["mean_m_before"] is not None:
        assert demand["mean_m"] < demand["mean_m_before"]
    assert run("site", "--verify", file).code == 0


@pytest.mark.parametrize("weight", ["land", "roads"])
def test_demand_may_be_land_or_roads(run, city, weight):
    asked = ("--new", 3, "--weight", weight, "--candidates", "roads", "--range", 600)
    answer = run("site", city, *asked, "--json").json
    assert answer["demand"]["weight"] == weight
    assert len(answer["sites"]) == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--new", 0), "number of new sites"),
        (("--new", 1, "--model", "other"), "unknown model"),
        (("--new", 1, "--candidates", "other"), "unknown candidates"),
        (("--new", 1, "--weight", "other"), "unknown weight"),
        (("--new", 1, "--range", 0), "range must be over 0"),
        (("--new", 1, "--gap", 2), "gap must be"),
        (("--new", 1, "--time-limit", 0), "time limit must be"),
        (("--new", 1, "--model", "p-median", "--weight", "land"), "too many for p-median"),
        ((), "--new N"),
    ],
)
def test_what_cannot_be_is_refused(run, city, words, said):
    answer = run("site", city, *words)
    assert answer.code == 2
    assert said in answer.err


def test_a_command_without_a_workspace_or_a_plan_says_what_to_give(run):
    assert "--verify" in run("site").err


def test_a_plan_is_written_as_json_only(run, city, tmp_path):
    answer = run("site", city, *ASKED, "-o", tmp_path / "plan.csv")
    assert answer.code == 2
    assert ".json" in answer.err


def test_no_site_stands_in_a_zone_and_no_view_of_one_counts(run, ws, tmp_path):
    square = shapely.box(WEST, SOUTH, MIDDLE, NORTH)
    features = [
        {
            "type": "Feature",
            "properties": {"id": "z", "kind": "private"},
            "geometry": shapely.geometry.mapping(square),
        }
    ]
    file = tmp_path / "zones.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    assert run("import", ws, "zones", file).code == 0
    answer = run("site", ws, "--new", 5, "--weight", "land", "--range", 300, "--json").json
    assert answer["demand"]["in_zones"] > 0
    at = shapely.points([(place["lon"], place["lat"]) for place in answer["places"]])
    assert len(at) == 5
    assert not shapely.intersects(square, at).any()


def test_a_question_without_a_number_is_refused():
    with pytest.raises(InputError, match="--new N"):
        SitingQuestion(params=SitingParams())
    assert SitingQuestion(model="lscp").new is None
    assert np.isclose(SitingQuestion(new=1).range_m, 250.0)
