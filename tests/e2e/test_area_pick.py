"""Areas that are there already are picked from a list or on the map, without drawing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import CENTRE, query_of, until
from tests.e2e.test_asking import HERE

pytestmark = pytest.mark.browser


def asked(visitor, geometry):
    return visitor.context.request.post(
        f"{visitor.address}/api/areas/stats",
        data=geometry,
        headers={"X-Requested-With": "test"},
    ).json()


def test_a_district_of_the_list_tells_its_statistics_and_the_link_keeps_it(visit):
    visitor = visit()
    page = visitor.open(HERE)
    feature = visitor.api("/api/layers/districts/items?limit=100")["features"][1]
    wanted = asked(visitor, feature["geometry"])
    options = page.locator("#area-pick optgroup").first.locator("option")
    expect(options).to_have_count(12)
    page.locator("#area-pick").focus()
    page.select_option("#area-pick", f"districts:{feature['id']}")
    cells = page.locator("[data-row=cells] td")
    expect(cells).to_have_text(f"{wanted['cells']:,}")
    expect(page.locator("#area-stats p")).to_contain_text(feature["properties"]["name"])
    assert query_of(page)["area"] == f"districts:{feature['id']}"
    assert page.locator(".drawn-area").count() == 1
    page.reload()
    expect(cells).to_have_text(f"{wanted['cells']:,}")
    expect(page.locator("#area-pick")).to_have_value(f"districts:{feature['id']}")
    page.click("#take-open")
    expect(page.locator("#take-parts")).to_contain_text("Only the chosen area")
    file = page.locator("#take-list a[download='grid.geojson']").get_attribute("href")
    assert len(visitor.api(f"/{file}")["features"]) == wanted["cells"]
    page.keyboard.press("Escape")
    page.click("#area-clear")
    expect(page.locator("#area-stats")).to_be_hidden()
    expect(page.locator("#area-pick")).to_have_value("")


def test_a_click_picks_the_district_under_it_and_enter_the_one_in_the_middle(visit):
    page = visit().open(HERE)
    page.click("#area-point")
    expect(page.locator("#area-said")).to_contain_text("Click an area")
    page.mouse.click(**CENTRE)
    until(page, lambda: query_of(page).get("area", "").startswith("districts:"))
    assert "cell" not in query_of(page)
    expect(page.locator("[data-row=cells] td")).to_be_visible()
    page.click("#area-clear")
    until(page, lambda: "area" not in query_of(page))
    page.locator("#area-point").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#map")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#area-point")).to_have_attribute("aria-pressed", "false")
    page.locator("#area-point").press("Enter")
    page.locator("#map").press("Enter")
    until(page, lambda: query_of(page).get("area", "").startswith("districts:"))


def test_a_link_to_an_area_that_is_gone_shows_no_statistics(visit):
    page = visit().open(f"{HERE}&area=districts:<b>nowhere</b>")
    expect(page.locator("#area-stats")).to_be_hidden()
