"""Districts beside each other and promises by HTTP: the answers of the commands."""

from __future__ import annotations

from geogrid.model.window import Window


def test_the_table_is_that_of_the_command(client, tiny_workspace):
    got = client.get("/api/districts/table").json
    assert got == tiny_workspace.compared_districts()
    rows = got["tables"]["km2"]["rows"]
    assert len(rows) == len(tiny_workspace.grid.boundary)
    assert all(row["low"] <= row["rate"] <= row["high"] for row in rows)


def test_the_table_follows_the_window(client, tiny_workspace):
    day = tiny_workspace.days()[0].isoformat()
    got = client.get(f"/api/districts/table?from={day}&to={day}").json
    assert got == tiny_workspace.compared_districts(Window.parse(day, day))
    assert got["days"] == 1


def test_an_unknown_parameter_is_refused(client):
    assert client.get("/api/districts/table?form=2026-01-01").status_code == 400
    assert client.get("/api/dosage?form=2026-01-01").status_code == 400


def test_dosage_is_that_of_the_command(client, tiny_workspace):
    got = client.get("/api/dosage").json
    assert got == tiny_workspace.dosage()
    assert 0 < got["total"]["kept"] < got["total"]["shifts"]
