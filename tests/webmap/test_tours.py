"""Tours on the map: the address answers what the workspace plans, and refuses what it cannot."""

from __future__ import annotations

import pytest

from geogrid.workspace import Workspace
from webmap.app import create_app


@pytest.fixture
def client(monkeypatch, tiny_workspace):
    asked = []

    def plan_drawn(_, start=None, hours=4.0, *, group=None):
        asked.append((start, hours, group))
        return {"type": "FeatureCollection", "features": [], "summary": None}

    monkeypatch.setattr(Workspace, "plan_drawn", plan_drawn)
    client = create_app(tiny_workspace).test_client()
    client.asked = asked
    return client


def test_a_plan_is_asked_for_with_its_time_length_and_group(client):
    answer = client.get("/api/plan?from=2026-03-09T20:00&length=2.5&units=night")
    assert answer.status_code == 200
    assert answer.mimetype == "application/geo+json"
    assert client.get("/api/plan").json["features"] == []
    assert client.asked == [("2026-03-09T20:00", 2.5, "night"), (None, 4.0, None)]


def test_what_is_no_length_or_not_known_is_refused(client):
    for query in ("length=long", "hours=4"):
        assert client.get(f"/api/plan?{query}").status_code == 400
    assert client.asked == []


def test_gaps_are_asked_by_harm(tiny_workspace):
    client = create_app(tiny_workspace).test_client()
    counted, weighed = (client.get(f"/api/layers/gaps?weight={name}") for name in ("none", "harm"))
    assert (counted.status_code, weighed.status_code) == (200, 200)
    told = [answer.json["provenance"]["parameters"]["weight"] for answer in (counted, weighed)]
    assert told == ["none", "harm"]
    assert client.get("/api/layers/gaps?weight=mass").status_code == 400
