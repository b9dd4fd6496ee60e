"""The morning walk: the worst gap of last night in a district, why, three cameras, and a link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

import webmap
from geogrid.workspace import Workspace
from tests.e2e.browsing import query_of, until

pytestmark = pytest.mark.browser


@pytest.fixture
def usual_workspace(tmp_path):
    """Return the small demo city in cells of 250 m, as docs/morning-walk.md walks in it."""
    return Workspace.demo(tmp_path / "tiny")


@pytest.fixture
def usual_address(usual_workspace):
    """Serve it."""
    with webmap.serving(webmap.create_app(usual_workspace)) as address:
        yield address


def test_the_worst_gap_of_last_night_its_reason_three_cameras_and_a_link(
    usual_address, visit, usual_workspace
):
    visitor = visit(usual_address)
    page = visitor.open()
    boundary = usual_workspace.grid.boundary
    district = "350402" if "350402" in boundary.ids else boundary.ids[0]
    last = usual_workspace.days()[-1].isoformat()

    # Last night, in one district, as gaps.
    page.click("[data-layer=gaps]")
    page.select_option("#district", district)
    page.click("#window-last")
    page.click("#shifts [data-hours='20-08']")
    until(page, lambda: query_of(page).get("hours") == "20-08")

    # The worst gap, and its reason.
    page.click("#worst-find")
    first = page.locator("#worst-list button").first
    expect(first).to_be_visible()
    code = first.get_attribute("data-cell")
    window = f"from={last}&hours=20-08"
    known = visitor.api(f"/api/cells/{code}?lang=en&{window}")
    assert known["district"] == district
    assert known["layers"]["gaps"]["state"] in ("never", "dark", "stale", "under")
    worst = max(
        feature["properties"]["demand_share"] or 0
        for feature in usual_workspace.features(
            "gaps", district=district, limit=400_000, window=window_of(last)
        )["features"]
        if feature["properties"]["state"] in ("never", "dark", "stale", "under")
    )
    assert known["layers"]["gaps"]["demand_share"] == pytest.approx(worst)
    first.click()
    expect(page.locator("#cell .sentence")).to_have_text(known["sentence"])

    # Three cameras there, each below a cell whose road nobody sees.
    page.click("#desk-toggle")
    expect(page.locator("#desk-result [data-row=after]")).to_be_visible()
    page.select_option("#desk-weight", "roads")
    page.click("#desk-place")
    size = page.viewport_size
    for dx, dy in ((0, 36), (-58, 36), (58, 36)):
        page.mouse.click(size["width"] / 2 + dx, size["height"] / 2 + dy)
    expect(page.locator("#desk-cameras li")).to_have_count(3)
    for added in page.locator("#desk-cameras .adds").all():
        expect(added).to_have_text(re.compile(r"adds [\d,]*[1-9]"))
    page.keyboard.press("Escape")
    page.fill("#desk-label", "Three for the gap of last night")
    page.click("#desk-save")
    until(page, lambda: query_of(page).get("desk") not in (None, "new"))
    expect(page.locator("#desk-result [data-row=change]")).to_be_visible()

    # Sent as a link, it shows the same to somebody else.
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#link-copy")
    expect(page.locator("#notices")).to_contain_text("copied")
    link = page.evaluate("navigator.clipboard.readText()")
    other = visit(usual_address).open(link.partition("/?")[2].join(["?", ""]))
    expect(other.locator("#desk-cameras li")).to_have_count(3)
    expect(other.locator("#desk-name")).to_contain_text("Three for the gap")
    assert other.locator(".desk-view").count() == 3
    assert other.locator(".chosen-cell").count() == 1
    expect(other.locator("#district")).to_have_value(district)
    other.click("#desk-close")
    expect(other.locator("#cell .sentence")).to_have_text(known["sentence"])


def window_of(day):
    from geogrid.model.window import Window

    return Window.parse(day, None, "20-08", None)
