"""Scenarios and what-ifs by HTTP: kept, changed, solved, compared, and guarded."""

from __future__ import annotations

import io

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

OURS = {"X-Requested-With": "geogrid"}


@pytest.fixture
def send(client):
    """Return a function that sends JSON as the map's page does."""

    def sent(method, address, body=None, **headers):
        how = {"json": body} if body is not None else {}
        return client.open(address, method=method, headers=OURS | headers, **how)

    return sent


@pytest.fixture(scope="session")
def middle(tiny_workspace):
    grid = tiny_workspace.grid
    lon, lat = grid.lonlat()
    busiest = tiny_workspace.layer("hotspots").table.columns["count"].argmax()
    return float(lon[busiest]), float(lat[busiest])


@pytest.fixture
def camera(middle):
    return {"id": "new-1", "lon": middle[0], "lat": middle[1], "range": 700}


@pytest.fixture
def kept(send, camera, request):
    made = send("POST", "/api/scenarios", {"name": request.node.name, "cameras": [camera]})
    assert made.status_code == 201
    yield made.json
    send("DELETE", made.headers["Location"])


def test_a_camera_that_is_placed_is_seen_in_the_answer_and_its_drop_takes_it_back(send, camera):
    place = {"op": "place", "camera": camera}
    placed = send("POST", "/api/whatif", {"changes": [place]}).json
    assert placed["change"]["seen"] > 0
    assert placed["cameras"][0]["adds"] == pytest.approx(placed["change"]["worth"])
    assert placed["views"]["features"][0]["geometry"]["type"] == "Polygon"
    state = {"cameras": placed["cameras"], "dropped": placed["dropped"]}
    gone = send("POST", "/api/whatif", state | {"changes": [{"op": "drop", "id": "new-1"}]}).json
    assert gone["change"]["seen"] == -placed["change"]["seen"]
    assert gone["after"] == placed["before"]


def test_a_camera_of_the_register_may_be_dropped_turned_and_restored(send, tiny_workspace):
    name = str(tiny_workspace.register("cameras").query("status == 'on'").index[0])
    gone = send("POST", "/api/whatif", {"changes": [{"op": "drop", "id": name}]}).json
    assert gone["dropped"] == [name]
    assert gone["change"]["worth"] <= 0
    back = {"dropped": [name], "changes": [{"op": "restore", "id": name}]}
    assert send("POST", "/api/whatif", back).json["change"]["worth"] == -gone["change"]["worth"]
    turn = {"op": "turn", "id": name, "bearing": 10.0, "view_angle": 60.0}
    turned = send("POST", "/api/whatif", {"changes": [turn]}).json
    assert turned["cameras"][0]["bearing"] == 10.0


def test_a_scenario_is_kept_read_changed_and_forgotten(send, client, kept, middle):
    address = f"/api/scenarios/{kept['id']}"
    assert kept["revision"] == 1
    assert kept["result"]["change"]["seen"] > 0
    listed = client.get("/api/scenarios").json
    assert kept["id"] in [one["id"] for one in listed["scenarios"]]
    assert "incidents" in listed["weights"]
    move = {"op": "move", "id": "new-1", "lon": middle[0] + 0.001, "lat": middle[1]}
    moved = send("PATCH", address, {"revision": 1, "note": "moved", "changes": [move]}).json
    assert (moved["revision"], moved["note"]) == (2, "moved")
    assert moved["cameras"][0]["lon"] == pytest.approx(middle[0] + 0.001, abs=1e-7)
    assert send("PATCH", address, {"revision": 1, "name": "late"}).status_code == 409
    assert send("DELETE", address).status_code == 204
    assert client.get(address).status_code == 404


def test_a_name_stands_for_one_scenario(send, kept):
    again = send("POST", "/api/scenarios", {"name": kept["name"]})
    assert again.status_code == 400
    assert "name" in again.json["detail"]


def test_a_scenario_is_solved_around_its_fixed_cameras_with_a_proof(send, client, kept):
    address = f"/api/scenarios/{kept['id']}"
    state = [kept["cameras"][0] | {"fixed": True}]
    send("PATCH", address, {"cameras": state})
    asked = {"question": {"new": 3, "range": 600, "bearings": 4, "view_angle": 90}}
    solved = send("POST", f"{address}/solve", asked).json
    assert [one["origin"] for one in solved["cameras"]] == ["hand", *["plan"] * 3]
    assert solved["solved"]["value"] <= solved["solved"]["bound"]
    gains = np.diff([solved["solved"]["standing"], *solved["solved"]["curve"]])
    assert (gains >= 0.0).all()
    assert solved["solved"]["curve"][-1] == pytest.approx(solved["solved"]["objective"])
    assert all(one["view_angle"] == 90 for one in solved["cameras"][1:])
    share = solved["result"]["after"]["seen_share"]
    assert share == pytest.approx(solved["solved"]["covered_share"], abs=1e-3)
    plan = client.get(f"{address}/export?f=json").json
    assert plan["certificate"]
    assert plan["instance"]["sha256"] == solved["solved"]["sha256"]
    again = send("POST", f"{address}/solve", {}).json
    assert [one["id"] for one in again["cameras"]] == [one["id"] for one in solved["cameras"]]


def test_two_scenarios_are_compared_under_one_demand(send, client, kept):
    other = send("POST", "/api/scenarios", {"name": "nothing new"}).json
    found = client.get(f"/api/scenarios/{kept['id']}/compare/{other['id']}").json
    assert found["only_first"] == ["new-1"]
    assert found["change"]["seen"] == -kept["result"]["change"]["seen"]
    assert found["second"]["name"] == "nothing new"
    send("DELETE", f"/api/scenarios/{other['id']}")


def test_a_scenario_is_taken_away_as_geojson_and_as_a_work_order(client, kept, camera):
    address = f"/api/scenarios/{kept['id']}/export"
    features = client.get(f"{address}?f=geojson").get_json(force=True)["features"]
    assert [one["properties"]["what"] for one in features] == ["camera", "view"]
    assert features[0]["geometry"]["coordinates"] == pytest.approx([camera["lon"], camera["lat"]])
    answer = client.get(f"{address}?f=xlsx&datum=gcj02")
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    assert "lon_gcj02" in book.get_sheet_by_index(0).to_python()[0]
    assert client.get(f"{address}?f=geojson&datum=gcj02").status_code == 400
    assert client.get(f"{address}?f=json").status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Requested-With": ""}, 403),
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, 200),
    ],
)
def test_a_page_of_another_site_changes_nothing(send, headers, status):
    answer = send("POST", "/api/whatif", {}, **headers)
    assert answer.status_code == status


def test_a_body_that_is_no_json_or_too_large_is_refused(client):
    form = client.post("/api/whatif", data="{}", content_type="text/plain", headers=OURS)
    assert form.status_code == 415
    assert form.mimetype == "application/problem+json"
    ours = {"headers": OURS, "content_type": "application/json"}
    assert client.post("/api/whatif", data="{", **ours).status_code == 400
    assert client.post("/api/whatif", data="[" * 100_000, **ours).status_code == 400
    assert client.post("/api/whatif", data=" " * (2 << 20), **ours).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"other": 1},
        {"changes": {}},
        {"changes": [{"op": "fly", "id": "x"}]},
        {"changes": [{"op": "drop", "id": "no such camera"}]},
        {"changes": [{"op": "place", "camera": {"id": "a", "lon": 117.0}}]},
        {"changes": [{"op": "place", "camera": {"id": "a", "lon": 1e9, "lat": 26}}]},
        {"cameras": [{"id": "a", "lon": 117, "lat": 26, "bearing": 5}]},
        {"cameras": [{"id": "a", "lon": 117, "lat": 26, "view_angle": 50}]},
        {"cameras": [{"id": "a", "lon": 117, "lat": 26, "range": True}]},
        {"cameras": [{"id": "a", "lon": 117, "lat": 26}] * 2},
        {"question": {"weight": "gold"}},
        {"question": {"weight": 5}},
    ],
)
def test_a_what_if_that_cannot_be_is_refused_and_says_why(send, body):
    answer = send("POST", "/api/whatif", body)
    assert answer.status_code == 400
    assert answer.json["detail"]
