"""The whole morning by keyboard alone: no step of it needs a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import query_of, until

pytestmark = pytest.mark.browser
MOST_TABS = 200


def tab_to(page, selector):
    """Press Tab until a control has the focus, as somebody without a mouse does."""
    for _ in range(MOST_TABS):
        if page.evaluate("one => document.activeElement?.matches(one) ?? false", selector):
            return
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.outerHTML") == selector


def press(page, selector, key="Enter"):
    tab_to(page, selector)
    page.keyboard.press(key)


def test_gaps_cameras_and_a_file_by_keyboard_alone(visit, tmp_path):
    visitor = visit(permissions=["clipboard-read", "clipboard-write"])
    page = visitor.open("?lang=en")
    page.keyboard.press("2")  # the second measure: gaps
    expect(page.locator("#measure-tabs")).to_have_attribute("data-drawn", "state")
    press(page, "#window-last")
    until(page, lambda: "from" in query_of(page))
    press(page, "#worst-find")
    expect(page.locator("#worst-list button").first).to_be_visible()
    press(page, "#worst-list button")
    expect(page.locator("#cell h2")).to_contain_text("Cell")
    page.keyboard.press("Escape")
    expect(page.locator("#cell")).to_be_hidden()

    press(page, "#desk-toggle")
    press(page, "#desk-place")
    tab_to(page, "#map")
    page.keyboard.press("Enter")
    expect(page.locator("#desk-cameras li")).to_have_count(1)
    before = query_of(page)["lat"], query_of(page)["lng"]
    page.keyboard.press("ArrowRight")
    until(page, lambda: (query_of(page)["lat"], query_of(page)["lng"]) != before)
    page.keyboard.press("Enter")
    expect(page.locator("#desk-cameras li")).to_have_count(2)
    page.keyboard.press("Escape")
    page.keyboard.press("z")  # the last camera goes, the first stays
    expect(page.locator("#desk-cameras li")).to_have_count(1)
    press(page, "#desk-N1-bearing", "ArrowUp")
    page.keyboard.press("Tab")
    page.reload()  # nothing that was placed is lost
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#desk-cameras li")).to_have_count(1)
    expect(page.locator("#desk-N1-bearing")).to_have_value("1")

    press(page, "#link-copy")
    expect(page.locator("#notices")).to_contain_text("copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    press(page, "#take-open")
    expect(page.locator("#take-dialog")).to_be_visible()
    tab_to(page, "#take-list a[download='gaps.csv']")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    download.value.save_as(tmp_path / "gaps.csv")
    assert (tmp_path / "gaps.csv").read_text("utf-8-sig").startswith("cell,")
    page.keyboard.press("Escape")
    expect(page.locator("#take-open")).to_be_focused()
