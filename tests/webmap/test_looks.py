"""Single units, edges of zones and drawn areas over HTTP."""

from __future__ import annotations

import pytest

OWN = {"X-Requested-With": "test"}


def post(client, path, value):
    return client.post(path, json=value, headers=OWN)


def square(west, south, east, north):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def test_each_unit_is_where_it_was_last(client, tiny_workspace):
    found = client.get("/api/positions").get_json()
    names = [feature["properties"]["unit"] for feature in found["features"]]
    assert len(names) == len(set(names)) > 10
    assert min(feature["properties"]["age_min"] for feature in found["features"]) == 0
    newest = max(feature["properties"]["at"] for feature in found["features"])
    assert newest == found["as_of"]


def test_a_track_needs_a_purpose_and_each_look_is_written_down(client, tiny_workspace):
    known = client.get("/api/tracks").get_json()
    unit, day = known["units"][0], tiny_workspace.days()[0].isoformat()
    asked = {"unit": unit, "from": day, "to": day}
    for purpose in ("", "  x "):
        refused = post(client, "/api/tracks", {**asked, "purpose": purpose})
        assert refused.status_code == 400
    assert client.get("/api/tracks").get_json()["looks"] == known["looks"]
    answer = post(client, "/api/tracks", {**asked, "purpose": "complaint 17 of 6 March"})
    track = answer.get_json()
    assert track["properties"]["unit"] == unit
    assert sum(map(len, track["geometry"]["coordinates"])) <= track["properties"]["fixes"]
    newest = client.get("/api/tracks").get_json()["looks"][0]
    assert newest["id"] == track["look"]
    assert (newest["unit"], newest["purpose"]) == (unit, "complaint 17 of 6 March")
    assert day in newest["span"]


def test_a_track_of_nobody_is_not_found_and_not_logged(client):
    before = client.get("/api/tracks").get_json()["looks"]
    assert post(client, "/api/tracks", {"unit": "none", "purpose": "a test"}).status_code == 404
    assert client.get("/api/tracks").get_json()["looks"] == before
    assert post(client, "/api/tracks", ["unit"]).status_code == 400
    assert client.post("/api/tracks", json={}).status_code == 403


def test_the_edge_of_the_city_tells_its_leaks(client):
    found = client.get("/api/cordon").get_json()
    states = {feature["properties"]["state"] for feature in found["features"]}
    assert states <= {"guarded", "leak", "point"}
    assert found["numberMatched"] == len(found["features"]) > 0
    assert client.get("/api/cordon?zone=nowhere").status_code in (400, 404)


def test_an_area_that_holds_everything_has_the_totals_of_the_table(client, tiny_workspace):
    found = post(client, "/api/areas/stats", square(115.0, 24.0, 120.0, 29.0))
    stats = found.get_json()
    rows = client.get("/api/districts").get_json()["districts"]
    assert stats["cells"] == len(tiny_workspace.grid)
    for name, tolerance in (
        ("land_km2", 1e-6),
        ("patrol_h", 1e-3),
        ("incidents", 0),
        ("gaps", 0),
        ("required_cells", 0),
    ):
        total = sum(row[name] or 0 for row in rows)
        assert stats[name] == pytest.approx(total, rel=tolerance), name
    assert len(stats["districts"]) == len(rows)


@pytest.mark.parametrize(
    "area",
    [
        [],
        {"type": "Point", "coordinates": [117, 26]},
        {"type": "Polygon", "coordinates": "x"},
        {"type": "Polygon", "coordinates": [[[0, 0], [1]]]},
        {"type": "Polygon", "coordinates": [[[900, 0], [901, 0], [901, 1], [900, 0]]]},
        square(0, 0, 0.1, 0.1),
        square(117.0, 26.0, 117.0000001, 26.0000001),
    ],
)
def test_what_is_no_area_of_the_city_is_refused_with_a_reason(client, area):
    answer = post(client, "/api/areas/stats", area)
    assert answer.status_code == 400
    assert answer.get_json()["detail"]


def test_half_and_half_add_up_to_the_whole(client):
    west, south, east, north = 117.5, 26.1, 117.8, 26.4
    whole, left, right = (
        post(client, "/api/areas/stats", square(*box)).get_json()
        for box in (
            (west, south, east, north),
            (west, south, 117.65, north),
            (117.65, south, east, north),
        )
    )
    for name in ("cells", "incidents", "gaps", "cameras"):
        assert left[name] + right[name] == whole[name]
