"""Tours of the next hours: drawn in order, listed with their times, kept in the link."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import query_of, until
from tests.e2e.conftest import HOSTILE
from tests.e2e.test_layers_panel import PAINTED

pytestmark = pytest.mark.browser
PLACES = {"SM-01": [(117.60, 26.20), (117.63, 26.22), (117.66, 26.20)], HOSTILE: [(117.62, 26.26)]}


def plan():
    """Return two tours as the server draws them, one of a unit with a hostile name."""
    stops = [
        {
            "type": "Feature",
            "id": f"{unit}-{number:02d}",
            "geometry": {"type": "Point", "coordinates": place},
            "properties": {
                "part": "stop",
                "unit": unit,
                "stop": number,
                "cell": f"cell-{number}",
                "arrive": f"2026-03-09T12:{number}0:00Z",
                "leave": f"2026-03-09T12:{number}9:30Z",
            },
        }
        for unit, places in PLACES.items()
        for number, place in enumerate(places, start=1)
    ]
    summary = {"tours": 2, "stops": 4, "reporting": True, "warnings": []}
    summary |= {"from": "2026-03-09T12:00:00Z", "to": "2026-03-09T14:00:00Z"}
    # In another order than they are driven: the page goes by the numbers.
    return {"type": "FeatureCollection", "features": stops[::-1], "summary": summary}


@pytest.fixture
def planned(visit):
    visitor = visit()
    visitor.asked = []

    def answer(route):
        visitor.asked.append(parse_qs(urlsplit(route.request.url).query))
        route.fulfill(content_type="application/geo+json", body=json.dumps(plan()))

    visitor.context.route("**/api/plan?*", answer)
    return visitor


def test_tours_are_drawn_listed_and_can_be_taken_away(planned, tiny_workspace):
    page = planned.open("?lang=en&lat=26.22&lng=117.63&z=12")
    assert page.input_value("#plan-from") == "2026-03-09T00:00"  # the hour after the newest fix
    assert page.evaluate(PAINTED, "tours") == 0
    page.fill("#plan-from", "2026-03-09T20:00")
    page.fill("#plan-hours", "2")
    groups = page.locator("#plan-group option")
    assert groups.all_inner_texts() == ["All units on duty", *tiny_workspace.unit_groups()]
    page.select_option("#plan-group", index=2)
    page.click("#plan-go")
    expect(page.locator("#plan-said")).to_contain_text("2 tours with 4 stops, 20:00 to 22:00")
    assert planned.asked[-1]["from"] == ["2026-03-09T20:00"]
    assert planned.asked[-1]["length"] == ["2"]
    group = tiny_workspace.unit_groups()[1]
    assert planned.asked[-1]["units"] == [group]
    units = page.locator("#plan-list > li > button")
    expect(units).to_have_count(2)
    expect(page.locator("#plan-list")).to_contain_text(HOSTILE)  # as text
    assert page.evaluate("window.hit") is None
    drawn = page.evaluate(PAINTED, "tours")
    assert drawn > 0
    links = page.locator("#plan-formats a")
    assert links.all_inner_texts() == ["GPX", "GeoJSON"]
    asked = parse_qs(urlsplit(links.first.get_attribute("href")).query)
    wanted = {"f": ["gpx"], "from": ["2026-03-09T20:00"], "length": ["2"], "units": [group]}
    assert asked == wanted

    page.get_by_role("button", name="SM-01").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#plan-list ol > li")).to_have_count(3)
    times = page.locator("#plan-list ol button").all_inner_texts()
    assert times == ["20:10–20:19", "20:20–20:29", "20:30–20:39"]
    until(page, lambda: query_of(page).get("plan_unit") == "SM-01")
    linked = page.url.partition("/?")[2].join(["?", ""])
    page.click("#plan-close")
    until(page, lambda: page.evaluate(PAINTED, "tours") == 0)
    assert "plan" not in query_of(page)
    page.goto(f"{planned.address}/{linked}")
    expect(page.locator("#plan-list ol > li")).to_have_count(3)
    expect(page.locator("#plan-group")).to_have_value(group)
    assert planned.asked[-1]["units"] == [group]
    page.locator("#map").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#plan")).to_be_hidden()


def test_a_click_on_a_stop_opens_its_tour(planned):
    page = planned.open("?lang=en&lat=26.26&lng=117.62&z=14&plan=2026-03-09T20:00/2")
    expect(page.locator("#plan-list > li")).to_have_count(2)
    before = page.evaluate(PAINTED, "tours")
    page.mouse.click(720, 450)
    expect(page.locator("#plan-list ol > li")).to_have_count(1)
    until(page, lambda: page.evaluate(PAINTED, "tours") != before)  # its times stand beside it
    assert "cell" not in query_of(page)


def test_a_link_without_a_time_plans_nothing(planned):
    page = planned.open("?lang=en&plan=nonsense")
    expect(page.locator("#plan")).to_be_hidden()
    assert planned.asked == []
