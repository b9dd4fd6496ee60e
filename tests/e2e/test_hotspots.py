"""Hotspots on the map: every method with words and a legend of its own; areas; the forecast."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import query_of, read_out, until

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("method", "column", "classes"),
    [
        ("local-moran", "cluster", {"high among high", "low among low"}),
        ("emerging", "category", {"persistent hot", "sporadic hot"}),
        ("kde", "density", set()),
        ("rate", "hot", {"hot spot, 99 %"}),
    ],
)
def test_a_method_is_chosen_and_drawn_by_its_own_column(page, method, column, classes):
    page.click("[data-layer=hotspots]")
    expect(page.locator("#method")).to_be_visible()
    page.select_option("#method", method)
    expect(page.locator("#column")).to_have_value(column)
    assert query_of(page)["method"] == method
    assert classes <= set(page.locator("#legend tbody .words").all_inner_texts())
    if method == "kde":
        expect(page.locator("#method-note")).to_contain_text("not significant")


def test_the_value_under_the_pointer_is_that_of_the_method(visit, tiny_workspace):
    page = visit().open("?layer=hotspots&method=local-moran&z=14&lat=26.27&lng=117.635")
    asked = tiny_workspace.by_method("local-moran").layer("hotspots").table
    grid = tiny_workspace.grid
    codes = {code: i for i, code in enumerate(grid.spec.codes(grid.cells))}
    for x, y in ((700, 300), (900, 450), (1100, 500), (800, 600)):
        page.mouse.move(x, y)
        page.wait_for_timeout(100)
        code, shown, _ = read_out(page)
        assert shown == (asked["cluster"][codes[code]] or "")


def test_the_forecast_is_a_measure_that_is_asked_for(page):
    page.click("[data-layer=forecast]")
    expect(page.locator("#column")).to_have_value("rank")
    page.select_option("#column", "expected")
    until(page, lambda: query_of(page).get("column") == "expected")
    page.click("[data-layer=gaps]")
    expect(page.locator("#column")).to_have_value("state")
    assert "never visited" in page.locator("#legend").inner_text()


def test_gaps_count_incidents_by_harm_where_that_is_asked(page):
    expect(page.locator("#weight")).to_be_hidden()
    page.click("[data-layer=gaps]")
    with page.expect_response(lambda answer: "layers/gaps?weight=harm" in answer.url) as told:
        page.check("#weight")
    assert told.value.json()["provenance"]["parameters"]["weight"] == "harm"
    until(page, lambda: query_of(page).get("weight") == "harm")
    page.keyboard.press("z")
    expect(page.locator("#weight")).not_to_be_checked()
