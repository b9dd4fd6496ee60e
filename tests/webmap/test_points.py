"""Typed coordinates, groups of units and the facts of a cell over HTTP."""

from __future__ import annotations

import pytest


def test_coordinates_of_a_system_are_answered_in_wgs84(client):
    found = client.get("/api/points?x=563430.11&y=2906948.5&system=epsg:4548").json
    assert found["system"] == "EPSG:4548"
    again = client.get(f"/api/points?x={found['lon']}&y={found['lat']}&system=wgs84").json
    assert again["cell"] == found["cell"] is not None


@pytest.mark.parametrize(
    "query",
    ["", "x=1", "x=1&y=a", "x=1&y=1e5", "x=1&y=2&system=nowhere", "x=1&y=2&z=3", "x=nan&y=1"],
)
def test_what_is_no_pair_of_numbers_in_a_known_system_is_refused(client, query):
    answer = client.get(f"/api/points?{query}")
    assert answer.status_code == 400
    assert answer.json["detail"]


def test_a_cell_tells_incidents_by_hour_and_promises_of_the_window(client, tiny_workspace):
    points = tiny_workspace.layer("incidents").table.geometry
    grid = tiny_workspace.grid
    at = grid.position_at([points.iloc[0].x], [points.iloc[0].y])
    code = grid.codes()[int(at[0])]
    every = client.get(f"/api/cells/{code}").json
    night = client.get(f"/api/cells/{code}?hours=22-06").json
    assert every["incidents"]["n"] >= 1
    assert sum(night["incidents"]["by_hour"][6:22]) == 0
    assert isinstance(every["promises"], list)


def test_the_groups_of_units_are_told(client, tiny_workspace):
    groups = client.get("/api/layers").json["workspace"]["groups"]
    assert groups == sorted(set(tiny_workspace.register("units")["group"]))
