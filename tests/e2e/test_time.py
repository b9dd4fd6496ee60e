"""Time: one window for everything, bars to choose from, a film, and two windows compared."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import at_rest, numbers_in, query_of, read_out, until, view_on

pytestmark = pytest.mark.browser
PAINTED = """() => {
  let sum = 0;
  for (const tile of document.querySelectorAll('.lattice-layer canvas')) {
    const { data } = tile.getContext('2d').getImageData(0, 0, tile.width, tile.height);
    for (let i = 0; i < data.length; i += 4) sum = (sum * 31 + data[i] + data[i + 3]) % 1000003;
  }
  return sum;
}"""


def scrolled(page, selector):
    page.locator(selector).scroll_into_view_if_needed()
    return page.locator(selector)


def test_a_drag_over_the_bars_chooses_their_days_for_every_layer(visit):
    visitor = visit()
    page = visitor.open("?on=incidents&z=13&lat=26.27&lng=117.63")
    bars = page.locator("#timeline .incidents .columns span")
    scrolled(page, "#timeline")
    first, last = at_rest(page, bars.nth(20), bars.nth(25))
    with page.expect_response(
        lambda answer: "from=" in answer.url and "/items" in answer.url
    ) as answer:
        page.mouse.move(first["x"] + 1, first["y"] + 20)
        page.mouse.down()
        page.mouse.move(last["x"] + 1, last["y"] + 20, steps=4)
        page.mouse.up()
    asked = query_of(page)
    assert asked["from"] < asked["to"]
    assert f"from={asked['from']}" in answer.value.url
    counted = visitor.api(f"/api/timeline?from={asked['from']}&to={asked['to']}")
    items = visitor.api(
        f"/api/layers/incidents/items?limit=1&from={asked['from']}&to={asked['to']}"
    )
    assert sum(counted["incidents"]) == items["numberMatched"]
    assert page.locator("#timeline .incidents .columns span:not(.aside)").count() == 6


def test_the_bars_tell_what_they_hold(page):
    scrolled(page, "#timeline")
    page.locator("#timeline .incidents .columns span").nth(30).hover()
    expect(page.locator("#timeline-said")).to_contain_text("incidents")
    expect(page.locator("#timeline [role=img]").first).to_have_attribute(
        "aria-label", "Incidents: most: " + page.locator("#timeline .quiet").first.inner_text()[6:]
    )


def test_the_bars_of_incidents_and_of_patrol_hours_are_as_high_as_what_they_count(visit):
    visitor = visit()
    page = visitor.open()
    told = visitor.api("/api/timeline")
    scrolled(page, "#timeline")
    for name in ("incidents", "patrol_h"):
        bars = page.locator(f"#timeline .{name} .columns i")
        shares = [
            float(one.evaluate("i => i.style.height.match(/[0-9.]+(?=%)|^0/)?.[0] ?? 0"))
            for one in bars.all()
        ]
        step = -(-len(told["days"]) // 75)  # as many bars at most
        sums = [
            sum(value or 0 for value in told[name][at : at + step])
            for at in range(0, len(told["days"]), step)
        ]
        assert shares == pytest.approx([100 * value / max(sums) for value in sums], abs=0.01)


def test_the_last_day_is_one_press_away(page, tiny_workspace):
    page.click("#window-last")
    until(page, lambda: query_of(page).get("from") == tiny_workspace.days()[-1].isoformat())
    page.click("#shifts [data-hours='20-08']")
    until(page, lambda: query_of(page).get("hours") == "20-08")


def test_a_film_goes_through_the_hours_under_one_legend_and_ends_as_it_began(page):
    before = page.locator("#legend tbody").inner_text()
    hours = page.locator("#play-by option")
    assert hours.first.get_attribute("value") == "hours"  # what a film begins with
    page.locator("#play-by").select_option("shifts")
    page.click("#play-run")
    expect(page.locator("#play-name")).to_have_text("00:00–08:00", timeout=20_000)
    page.click("#play-run")  # pauses
    classes = page.locator("#legend tbody .words").all_inner_texts()
    painted = page.evaluate(PAINTED)
    page.locator("#play-at").fill("2")
    expect(page.locator("#play-name")).to_have_text("16:00–24:00")
    page.wait_for_timeout(300)
    assert page.evaluate(PAINTED) != painted
    assert page.locator("#legend tbody .words").all_inner_texts() == classes
    page.click("#play-stop")
    expect(page.locator("#legend tbody")).to_have_text(before, use_inner_text=True)
    assert "hours" not in query_of(page)


def test_the_difference_of_two_windows_is_the_difference_of_their_values(visit, tiny_workspace):
    visitor = visit()
    first, *_, last = (day.isoformat() for day in tiny_workspace.days())
    page = visitor.open(f"{view_on(tiny_workspace)}&from={last}&to={last}")
    scrolled(page, "#compare-ways")
    page.click("[data-way=difference]")
    page.locator("#b_from").fill(first)
    page.locator("#b_to").fill(first)
    until(page, lambda: query_of(page).get("b_from") == first or "b_from" not in query_of(page))
    expect(page.locator("#meaning")).to_contain_text("orange is more now")
    page.wait_for_timeout(500)
    compared = 0
    for x, y in ((700, 300), (800, 430), (900, 450), (950, 500), (1000, 400), (760, 520)):
        page.mouse.move(x, y)
        page.wait_for_timeout(80)
        if not page.locator("#readout").is_visible():
            continue
        code, shown, _ = read_out(page)
        values = [
            visitor.api(f"/api/cells/{code}?from={day}&to={day}")["layers"]["coverage"]["patrol_s"]
            for day in (last, first)
        ]
        assert float(shown) == pytest.approx(values[0] - values[1], abs=0.2)
        compared += 1
    assert compared >= 4


def test_a_comparison_opens_beside_the_days_before_and_swipes_by_keyboard(visit, tiny_workspace):
    page = visit().open()
    page.click("[data-way=swipe]")
    expect(page.locator("#swipe")).to_be_visible()
    asked = query_of(page)
    assert asked["b_to"] < asked["from"]
    expect(page.locator("#swipe-first")).to_contain_text(asked["from"])
    handle = page.locator("#swipe-handle")
    at = int(handle.get_attribute("aria-valuenow"))
    handle.focus()
    page.keyboard.press("ArrowRight")
    assert int(handle.get_attribute("aria-valuenow")) > at
    box = handle.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(700, box["y"] + 20, steps=3)
    page.mouse.up()
    assert abs(handle.bounding_box()["x"] + 22 - 700) < 6
    until(page, lambda: page.locator(".leaflet-other-pane canvas").count() > 0)
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#swipe")).to_be_visible()
    page.click("[data-way='']")
    expect(page.locator("#swipe")).to_be_hidden()
    until(page, lambda: page.locator(".leaflet-other-pane canvas").count() == 0)


def test_gaps_compared_say_what_opened_and_what_closed(visit, tiny_workspace):
    first, second, *_ = (day.isoformat() for day in tiny_workspace.days())
    page = visit().open(
        f"?layer=gaps&compare=difference&from={second}&to={second}&b_from={first}&b_to={first}"
    )
    words = page.locator("#legend tbody .words").all_inner_texts()
    assert words[:4] == [
        "gap has opened",
        "gap has stayed",
        "gap has closed",
        "no gap in either",
    ]
    assert sum(numbers_in(page, 2)) == len(tiny_workspace.grid)


def test_a_column_of_times_has_no_difference_and_the_page_says_so(page):
    page.select_option("#column", "last_seen")
    page.click("[data-way=difference]")
    expect(page.locator("#notices")).to_contain_text("no difference", timeout=20_000)
