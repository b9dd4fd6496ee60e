"""Counted incidents over HTTP."""

from __future__ import annotations


def test_clusters_follow_the_window_and_the_categories(client):
    every = client.get("/api/incidents/clusters?zoom=8").json
    night = client.get("/api/incidents/clusters?zoom=8&hours=22-06").json
    items = client.get("/api/layers/incidents/items?limit=1&hours=22-06").json
    assert night["numberMatched"] == items["numberMatched"] < every["numberMatched"]
    gone = every["categories"][0]
    without = client.get(f"/api/incidents/clusters?zoom=8&without={gone}%7Cno%2520such").json
    assert without["numberMatched"] < every["numberMatched"]
    assert without["categories"] == every["categories"]


def test_a_level_that_is_none_is_refused(client):
    for wrong in ("23", "-1", "x"):
        assert client.get(f"/api/incidents/clusters?zoom={wrong}").status_code == 400
