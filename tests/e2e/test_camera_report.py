"""The report about cameras on the map: tables that sort, a way to each camera, files, a link."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import query_of, until
from tests.e2e.conftest import NARROW

pytestmark = pytest.mark.browser


def column(page, at):
    """Return the texts of one column."""
    return page.locator(f"#cameras-body tbody tr > :nth-child({at})").all_inner_texts()


def numbers(page, at):
    return [float(text.replace(",", "")) for text in column(page, at)]


def test_the_worst_pole_by_roads_is_found_by_keyboard_and_gone_to(visit, tmp_path):
    visitor = visit()
    page = visitor.open()
    page.locator("#map").focus()
    page.keyboard.press("c")
    expect(page.locator("#cameras-body")).to_be_focused()
    expect(page.locator("#cameras-body tbody tr")).to_have_count(12)
    expect(page.locator("#cameras-body .told")).to_contain_text("of 1,200 cameras count")

    page.locator("#cameras-tabs [data-table=poles]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#cameras-body .told")).to_contain_text("would be missed")
    assert numbers(page, 3) == sorted(numbers(page, 3))
    page.locator("#cameras-body [data-column=lost_road_m]").focus()
    page.keyboard.press("Enter")
    head = page.locator("#cameras-body th:has([data-column=lost_road_m])")
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(page.locator("#cameras-body [data-column=lost_road_m]")).to_be_focused()
    asked = "/api/cameras/report/rows?table=poles&order=-lost_road_m&rows=300"
    rows = visitor.api(asked)["rows"]
    assert column(page, 1) == [row["id"] for row in rows]
    assert query_of(page)["report"] == "poles,-lost_road_m"

    # A click goes there; the cameras are shown, and the drawer does not cover the place.
    west, south, east, north = rows[0]["box"]
    page.locator("#cameras-body tbody button").first.click()
    until(page, lambda: float(query_of(page).get("z", 0)) == 17)
    assert "cameras" in query_of(page)["on"]
    until(page, lambda: abs(float(query_of(page)["lng"]) - (west + east) / 2) < 0.01)
    assert float(query_of(page)["lat"]) < (south + north) / 2

    with page.expect_download() as got:
        page.click("#cameras-csv")
    got.value.save_as(tmp_path / "poles.csv")
    lines = (tmp_path / "poles.csv").read_text("utf-8-sig").splitlines()
    assert lines[0].split(",")[:3] == ["rank", "id", "cameras"]
    page.locator("#map").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#cameras")).to_be_hidden()
    expect(page.locator("#cameras-open")).to_have_attribute("aria-expanded", "false")


def test_a_link_shows_the_same_table_of_a_district_in_chinese_on_a_phone(visit, tiny_workspace):
    district = tiny_workspace.grid.boundary.ids[0]
    query = f"?table=cameras&report=care,-camera&lang=zh&theme=dark&district={district}"
    visitor = visit(viewport=NARROW)
    page = visitor.open(query)
    expect(page.locator("#cameras-title")).to_have_text("摄像头报告")
    first = page.locator("#cameras-body tbody tr").first
    expect(first).to_be_visible()
    asked = f"table=care&order=-camera&rows=300&district={district}"
    rows = visitor.api(f"/api/cameras/report/rows?{asked}")["rows"]
    assert rows
    assert column(page, 1) == [row["camera"] for row in rows]
    assert "没有复核日期" in first.inner_text()
    box = page.locator("#cameras").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= NARROW["width"]


def test_a_workspace_without_cameras_says_so(visit, bare_address):
    visitor = visit(bare_address)
    page = visitor.open("?table=cameras")
    expect(page.locator("#cameras-body")).to_contain_text("cameras")
    visitor.complaints.clear()  # the browser reports the answer 404 as an error
