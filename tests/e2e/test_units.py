"""The table of units on the map: worst first, sortable, by keyboard, in both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import query_of, until
from tests.e2e.conftest import NARROW

pytestmark = pytest.mark.browser


def column(page, at):
    """Return the texts of one column."""
    return page.locator(f"#units-body tbody tr > :nth-child({at})").all_inner_texts()


def test_the_table_has_the_units_of_the_api_worst_first_and_marks_what_is_wrong(visit):
    visitor = visit()
    page = visitor.open()
    page.click("#units-open")
    expect(page.locator("#units-body tbody tr").first).to_be_visible()
    report = visitor.api("/api/units?lang=en")
    assert column(page, 1) == [unit["unit"] for unit in report["units"]]
    assert column(page, 2) == [unit["reason"] for unit in report["units"]]
    expect(page.locator("#units-body .told")).to_contain_text(f"{report['wrong']} of 30 units")
    assert page.locator("#units-body .wrong").count() == sum(
        len(unit["remarks"]) for unit in report["units"]
    )
    assert query_of(page)["table"] == "units"


def test_it_opens_sorts_and_closes_by_keyboard(page):
    page.locator("#map").focus()
    page.keyboard.press("u")
    expect(page.locator("#units-body tbody tr").first).to_be_visible()
    expect(page.locator("#units-body")).to_be_focused()
    page.locator("#units-body [data-column=fixes]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#units-body [data-column=fixes]")).to_be_focused()
    head = page.locator("#units-body th:has([data-column=fixes])")
    expect(head).to_have_attribute("aria-sort", "descending")
    fixes = [int(text.replace(",", "")) for text in column(page, 10)]
    assert fixes == sorted(fixes, reverse=True)
    page.keyboard.press("Escape")
    expect(page.locator("#units")).to_be_hidden()
    assert "table" not in query_of(page)


def test_only_one_table_is_open_and_the_window_of_the_page_counts(visit, tiny_workspace):
    page = visit().open("?table=1")
    expect(page.locator("#table")).to_be_visible()
    page.click("#units-open")
    expect(page.locator("#units-body tbody tr").first).to_be_visible()
    expect(page.locator("#table")).to_be_hidden()
    before = column(page, 9)
    day = tiny_workspace.days()[0].isoformat()
    page.fill("#from", day)
    page.fill("#to", day)
    until(page, lambda: column(page, 9) not in ([], before))
    assert set(column(page, 11)) <= {"0", "1"}


def test_it_speaks_chinese_and_fits_a_narrow_screen(visit):
    page = visit(viewport=NARROW).open("?table=units&lang=zh&theme=dark")
    expect(page.locator("#units-body tbody tr").first).to_be_visible()
    expect(page.locator("#units-title")).to_have_text("巡逻单元上报质量")
    assert column(page, 2)[0].startswith("当班时间的")
    box = page.locator("#units").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= NARROW["width"]


def test_a_workspace_without_tracks_says_what_to_import(visit, bare_address):
    page = visit(bare_address).open("?table=units")
    expect(page.locator("#units-body")).to_contain_text("geogrid import WS tracks FILE")
