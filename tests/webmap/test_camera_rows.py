"""Rows of the report about cameras by HTTP: sorted, of one district, and as files."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

DAY = "as-of=2026-03-01"
ROWS = f"/api/cameras/report/rows?{DAY}"


def test_rows_are_sorted_by_any_column_and_tell_where_their_cameras_stand(client, tiny_workspace):
    found = client.get(f"{ROWS}&table=poles&order=-lost_road_m&rows=50").json
    lost = [row["lost_road_m"] for row in found["rows"]]
    assert lost == sorted(lost, reverse=True)
    assert found["matched"] >= len(found["rows"])
    cameras = tiny_workspace.register("cameras")
    for row in found["rows"]:
        west, south, east, north = row["box"]
        place = cameras.geometry[row["id"].removeprefix("@")]
        assert west - 1e-6 <= place.x <= east + 1e-6
        assert south - 1e-6 <= place.y <= north + 1e-6
        assert row["district"] in tiny_workspace.grid.boundary.ids


def test_the_usual_order_is_that_of_the_report(client):
    report = client.get(f"/api/cameras/report?{DAY}&rows=20").json
    rows = client.get(f"{ROWS}&table=cameras&rows=20").json
    assert [row["id"] for row in rows["rows"]] == [
        row["id"] for row in report["failures"]["cameras"]["rows"]
    ]
    assert rows["matched"] == report["failures"]["cameras"]["missed"]
    care = client.get(f"{ROWS}&table=care&rows=20").json
    assert [row["findings"] for row in care["rows"]] == [
        row["findings"] for row in report["care"]["rows"]
    ]


def test_the_rows_of_all_districts_are_the_rows_there_are(client, tiny_workspace):
    def matched(query=""):
        return client.get(f"{ROWS}&table=care&rows=0{query}").json["matched"]

    by_district = [matched(f"&district={name}") for name in tiny_workspace.grid.boundary.ids]
    assert sum(by_district) == matched()
    assert len(client.get(f"{ROWS}&table=hours").json["rows"]) == 24


def test_a_browser_that_has_the_rows_is_told_so(client):
    first = client.get(ROWS)
    again = client.get(ROWS, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_the_report_is_taken_away_as_a_workbook_or_as_one_table(client):
    told = client.get(f"/api/cameras/report/export?{DAY}&f=csv&table=cameras")
    assert told.headers["Content-Disposition"] == "attachment; filename=cameras-cameras.csv"
    table = list(csv.DictReader(io.StringIO(told.data.decode("utf-8-sig"))))
    first = client.get(f"{ROWS}&table=cameras&rows=1").json["rows"][0]
    assert table[0]["id"] == first["id"]
    book = client.get(f"/api/cameras/report/export?{DAY}&f=xlsx")
    sheets = zipfile.ZipFile(io.BytesIO(book.data)).read("xl/workbook.xml").decode()
    assert all(f'name="{name}"' in sheets for name in ("districts", "poles", "care", "zones"))


@pytest.mark.parametrize(
    "query",
    [
        "rows?table=people",
        "rows?order=cost&as-of=2026-03-01",
        "rows?district=nowhere",
        "rows?as-of=spring",
        "export?f=pdf",
        "export?f=csv&table=people",
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_problem(client, query):
    answer = client.get(f"/api/cameras/report/{query}")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
