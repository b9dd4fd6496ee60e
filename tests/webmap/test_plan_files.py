"""Tours as files over HTTP: what the workspace writes is what is sent."""

from __future__ import annotations

import pytest

from geogrid.workspace import Workspace


@pytest.fixture
def planned(monkeypatch):
    asked = []

    def plan(_, start, hours, *, group=None, path):
        asked.append((start, hours, group, path.suffix))
        path.write_text("<gpx/>", "utf-8")

    monkeypatch.setattr(Workspace, "plan", plan)
    return asked


def test_a_plan_is_sent_as_a_file_for_navigators(client, planned):
    answer = client.get("/api/plan/export?f=gpx&from=2026-03-09T20:00&length=1.5&units=night")
    assert answer.status_code == 200
    assert answer.data == b"<gpx/>"
    assert answer.mimetype == "application/gpx+xml"
    assert answer.headers["Content-Disposition"] == "attachment; filename=plan.gpx"
    assert planned == [("2026-03-09T20:00", 1.5, "night", ".gpx")]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("from=2026-03-09T20:00", "'length' is needed"),
        ("length=4", "'from' is needed"),
        ("from=2026-03-09T20:00&length=nan", "length is 'nan'; give hours"),
        ("from=2026-03-09T20:00&length=4&f=exe", "give one of gpx, geojson"),
    ],
)
def test_what_is_missing_or_wrong_is_told(client, planned, query, told):
    answer = client.get(f"/api/plan/export?{query}&lang=en")
    assert answer.status_code == 400
    assert told in answer.json["detail"]
    assert planned == []
