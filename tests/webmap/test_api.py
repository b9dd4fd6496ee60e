"""Layers, cells and districts over HTTP say what the workspace says."""

from __future__ import annotations

import json

import geopandas
import pytest

LATTICES = ("coverage", "camera_coverage", "hotspots", "gaps")
PATHS = ("/api/layers", "/api/layers/coverage", "/api/layers/cameras/items", "/api/districts")


def test_the_list_names_every_layer_of_the_workspace(client, tiny_workspace):
    answer = client.get("/api/layers").get_json()
    assert [layer["id"] for layer in answer["layers"]] == list(tiny_workspace.layer_ids())
    kinds = {layer["id"]: layer["kind"] for layer in answer["layers"]}
    assert {name for name, kind in kinds.items() if kind == "lattice"} == {*LATTICES, "grid"}
    assert answer["workspace"]["synthetic"] is True
    assert answer["workspace"]["cells"] == len(tiny_workspace.grid)
    first, *_, last = tiny_workspace.days()
    assert answer["workspace"]["days"] == [first.isoformat(), last.isoformat()]


@pytest.mark.parametrize("layer_id", LATTICES)
def test_a_layer_tells_its_fields_legend_age_and_version(client, layer_id):
    answer = client.get(f"/api/layers/{layer_id}").get_json()
    assert answer["id"] == layer_id
    assert answer["synthetic"] is True
    assert answer["data_as_of"] or layer_id == "camera_coverage"
    drawn = [field for field in answer["fields"] if "wire" in field]
    assert drawn
    for field in drawn:
        assert field["title"]
        assert field["wire"]["legend"]["classes"]


def test_a_window_changes_the_version_of_a_layer_that_depends_on_time(client, tiny_workspace):
    first = tiny_workspace.days()[0].isoformat()
    whole = client.get("/api/layers/coverage").get_json()
    part = client.get(f"/api/layers/coverage?from={first}&to={first}&hours=22-06").get_json()
    assert part["version"] != whole["version"]
    assert part["provenance"]["parameters"]["window"]["hours"] == "22-06"


def test_pages_of_features_join_to_the_whole_register(client, tiny_workspace):
    cameras = tiny_workspace.register("cameras")
    seen, address = [], "/api/layers/cameras/items?limit=100"
    while address:
        page = client.get(address).get_json()
        assert page["numberMatched"] == len(cameras)
        seen += [feature["id"] for feature in page["features"]]
        address = next((link["href"] for link in page.get("links", ())), None)
    assert seen == [str(key) for key in cameras.index]


def test_features_can_be_asked_by_box_and_by_district(client, tiny_workspace):
    cameras = tiny_workspace.register("cameras")
    xmin, ymin, xmax, ymax = cameras.total_bounds
    box = (xmin, ymin, (xmin + xmax) / 2, (ymin + ymax) / 2)
    page = client.get(
        "/api/layers/cameras/items?limit=20000&bbox=" + ",".join(str(value) for value in box)
    ).get_json()
    inside = cameras.cx[box[0] : box[2], box[1] : box[3]]
    assert {feature["id"] for feature in page["features"]} == {str(key) for key in inside.index}
    districts = tiny_workspace.register("districts")
    whole = sum(
        client.get(f"/api/layers/cameras/items?limit=1&district={key}").get_json()["numberMatched"]
        for key in districts.index
    )
    assert whole == len(cameras)


def test_the_limit_is_lowered_to_the_most_that_is_served(tiny_workspace):
    import webmap

    client = webmap.create_app(tiny_workspace, settings=webmap.Settings(max_limit=7)).test_client()
    page = client.get("/api/layers/cameras/items?limit=999999").get_json()
    assert page["numberReturned"] == len(page["features"]) == 7
    assert "limit=7" in page["links"][0]["href"]


def test_items_are_geojson_with_finite_numbers(client):
    answer = client.get("/api/layers/cameras/items?limit=50")
    assert answer.mimetype == "application/geo+json"
    json.loads(answer.text, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))


def test_a_cell_answers_what_the_workspace_knows(client, tiny_workspace, cell_code):
    answer = client.get(f"/api/cells/{cell_code}?lang=en").get_json()
    assert answer["cell"] == cell_code
    assert answer["district"] in tiny_workspace.grid.boundary.ids
    assert set(answer["layers"]) == set(LATTICES)
    known = tiny_workspace.cell_report(cell_code, language="en")
    assert answer == known | tiny_workspace.cell_facts(cell_code)


def test_the_sentence_of_a_cell_is_in_the_language_that_is_asked_for(client, cell_code):
    english = client.get(f"/api/cells/{cell_code}?lang=en").get_json()["sentence"]
    chinese = client.get(f"/api/cells/{cell_code}?lang=zh").get_json()["sentence"]
    by_browser = client.get(
        f"/api/cells/{cell_code}", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}
    ).get_json()["sentence"]
    assert english.isascii()
    assert not chinese.isascii()
    assert by_browser == chinese


def test_district_totals_cover_every_district_and_its_land(client, tiny_workspace):
    rows = client.get("/api/districts").get_json()["districts"]
    assert [row["district"] for row in rows] == list(tiny_workspace.grid.boundary.ids)
    land = sum(row["land_km2"] for row in rows)
    assert land == pytest.approx(tiny_workspace.grid.area_m2.sum() / 1e6, rel=1e-9)
    assert sum(row["cameras"] for row in rows) > 0


@pytest.mark.parametrize(
    ("fmt", "mimetype"),
    [
        ("geojson", "application/geo+json"),
        ("gpkg", "application/geopackage+sqlite3"),
        ("fgb", "application/flatgeobuf"),
        ("zip", "application/zip"),
        ("kml", "application/vnd.google-earth.kml+xml"),
    ],
)
def test_an_exported_file_opens_with_every_feature(client, tiny_workspace, tmp_path, fmt, mimetype):
    answer = client.get(f"/api/layers/checkpoints/export?f={fmt}")
    assert answer.status_code == 200
    assert answer.mimetype == mimetype
    assert f"checkpoints.{fmt}" in answer.headers["Content-Disposition"]
    path = tmp_path / f"checkpoints.{fmt}"
    path.write_bytes(answer.data)
    assert len(geopandas.read_file(path)) == len(tiny_workspace.register("checkpoints"))


def test_a_table_can_be_taken_as_csv_for_one_district(client, tiny_workspace):
    district = tiny_workspace.grid.boundary.ids[0]
    answer = client.get(f"/api/layers/gaps/export?f=csv&district={district}")
    lines = answer.data.decode("utf-8-sig").splitlines()
    header = next(line for line in lines if line.startswith("cell"))
    rows = lines[lines.index(header) + 1 :]
    mine = int((tiny_workspace.grid.district == 0).sum())
    assert len(rows) == mine
    assert all(f",{district}," in row for row in rows)


@pytest.mark.parametrize("path", PATHS)
def test_answers_are_not_kept_for_others(client, path):
    assert client.get(path).headers["Cache-Control"] == "private, no-cache"


def test_units_answer_the_report_of_the_workspace_in_the_language_asked_for(client, tiny_workspace):
    assert client.get("/api/units?lang=en").get_json() == tiny_workspace.quality()
    chinese = client.get("/api/units?lang=zh").get_json()
    assert chinese == tiny_workspace.quality(language="zh")
    assert not chinese["units"][0]["reason"].isascii()


def test_units_follow_the_window_and_refuse_what_they_do_not_know(client, tiny_workspace):
    first = tiny_workspace.days()[0].isoformat()
    part = client.get(f"/api/units?from={first}&to={first}&hours=22-06").get_json()
    assert part["days"] == 1
    assert max(unit["tracked_h"] for unit in part["units"]) <= 8.0
    for query in ("hours=late", "unit=SM-0101"):
        answer = client.get(f"/api/units?{query}")
        assert answer.status_code == 400
        assert answer.mimetype == "application/problem+json"
