"""Tours on the map: the address answers what the workspace plans, and refuses what it cannot."""

from __future__ import annotations

import pytest
from defusedxml.ElementTree import fromstring

from webmap.app import create_app

NAVIGATOR = "{http://www.topografix.com/GPX/1/1}"
ASKED = "from=2026-03-09T20:00&length=0.5&units=梅列区巡逻队"


def test_a_plan_is_asked_for_with_its_time_length_and_group(client, tiny_workspace):
    answer = client.get(f"/api/plan?{ASKED}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/geo+json"
    told = answer.json["summary"]
    assert (told["from"], told["to"]) == ("2026-03-09T12:00:00Z", "2026-03-09T12:30:00Z")
    groups = tiny_workspace.register("units")["group"]
    driven = {feature["properties"]["unit"] for feature in answer.json["features"]}
    assert {groups[unit] for unit in driven} == {"梅列区巡逻队"}
    assert len(driven) == told["tours"] == told["units"]


def test_what_is_no_length_or_not_known_is_refused(client):
    none = ASKED.replace("0.5", "0")
    for query in ("length=2", "hours=4", f"{ASKED}x", none):
        assert client.get(f"/api/plan?{query}").status_code == 400, query


def test_a_plan_is_sent_as_a_file_for_navigators(client):
    answer = client.get(f"/api/plan/export?f=gpx&{ASKED}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/gpx+xml"
    assert answer.headers["Content-Disposition"] == "attachment; filename=plan.gpx"
    book = fromstring(answer.data)
    told = client.get(f"/api/plan?{ASKED}").json["summary"]
    assert len(book.findall(f"{NAVIGATOR}rte")) == told["tours"]
    assert len(book.findall(f".//{NAVIGATOR}rtept")) == told["stops"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("from=2026-03-09T20:00", "'length' is needed"),
        ("length=4", "'from' is needed"),
        ("from=2026-03-09T20:00&length=nan", "length is 'nan'; give hours"),
        ("from=2026-03-09T20:00&length=4&f=exe", "give one of gpx, geojson"),
    ],
)
def test_what_is_missing_or_wrong_is_told(client, query, told):
    answer = client.get(f"/api/plan/export?{query}&lang=en")
    assert answer.status_code == 400
    assert told in answer.json["detail"]


def test_gaps_are_asked_by_harm(tiny_workspace):
    client = create_app(tiny_workspace).test_client()
    counted, weighed = (client.get(f"/api/layers/gaps?weight={name}") for name in ("none", "harm"))
    assert (counted.status_code, weighed.status_code) == (200, 200)
    told = [answer.json["provenance"]["parameters"]["weight"] for answer in (counted, weighed)]
    assert told == ["none", "harm"]
    assert client.get("/api/layers/gaps?weight=mass").status_code == 400
