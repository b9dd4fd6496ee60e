"""The panel: order, opacity and filters of layers, counted incidents, sections that fold."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from geogrid.model.window import Window
from tests.e2e.browsing import at_rest, numbers_in, query_of, until, view_on

pytestmark = pytest.mark.browser

LEVELS = """() => Object.fromEntries([...document.querySelectorAll('.leaflet-pane')]
  .map((pane) => [pane.className.match(/leaflet-([\\w-]+)-pane/)?.[1], getComputedStyle(pane)])
  .map(([name, style]) => [name, [Number(style.zIndex), Number(style.opacity)]]))"""
PAINTED = """(pane) => {
  let sum = 0;
  for (const canvas of document.querySelectorAll(`.leaflet-${pane}-pane canvas`)) {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 3; i < data.length; i += 4) if (data[i]) sum += 1;
  }
  return sum;
}"""
MOST_LEVEL = 12  # of the map, below which incidents are counted in circles


def order_of(page):
    rows = page.locator("#layers > li")
    return [row.get_attribute("data-layer-row") for row in rows.all()]


def questions_under_way(page):
    """Return a list that gets, at each question about a layer, how many are not answered yet."""
    counts = [0]

    def count(request, step):
        if re.search(r"/api/layers/\w+\?", request.url):
            counts.append(counts[-1] + step)

    page.on("request", lambda request: count(request, 1))
    page.on("requestfinished", lambda request: count(request, -1))
    return counts


def levels(page):
    return page.evaluate(LEVELS)


def test_a_layer_is_moved_by_keyboard_and_by_mouse_and_undo_takes_it_back(visit):
    visitor = visit()
    under_way = questions_under_way(visitor.page)
    page = visitor.open("?on=cameras,roads")
    until(page, lambda: max(under_way) > 1)  # layers are asked for together, not in turn
    usual = order_of(page)
    assert usual.index("cameras") < usual.index("roads") < usual.index("measure")
    above = levels(page)
    assert above["layer-cameras"][0] > above["layer-roads"][0] > above["measure"][0]

    page.locator("#layer-move-cameras").focus()
    while order_of(page).index("cameras") < order_of(page).index("roads"):
        page.keyboard.press("ArrowDown")
        expect(page.locator("#layer-move-cameras")).to_be_focused()
    below = levels(page)
    assert below["layer-cameras"][0] < below["layer-roads"][0]
    assert query_of(page)["order"].index("roads") < query_of(page)["order"].index("cameras")
    linked = visit().open(page.url.partition("/?")[2].join(["?", ""]))
    assert order_of(linked) == order_of(page)

    handle = page.locator("#layer-move-measure")
    handle.scroll_into_view_if_needed()
    start, end = at_rest(page, handle, page.locator("#layer-move-roads"))
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 8, end["y"] + 4, steps=6)
    page.mouse.up()
    until(page, lambda: order_of(page).index("measure") < order_of(page).index("roads"))
    assert levels(page)["measure"][0] > levels(page)["layer-roads"][0]
    page.locator("#map").focus()
    page.wait_for_timeout(450)
    page.keyboard.press("z")
    until(page, lambda: order_of(page)[-1] == "measure")


def test_a_layer_is_made_fainter_and_the_link_keeps_it(visit):
    page = visit().open("?on=roads")
    page.click("#layer-more-roads")
    page.locator("#layer-fade-roads").fill("40")
    until(page, lambda: query_of(page).get("fade") == "roads:40")
    assert levels(page)["layer-roads"][1] == pytest.approx(0.4)
    page.click("#layer-up-roads")
    expect(page.locator("#layer-up-roads")).to_be_focused()
    page.wait_for_timeout(450)
    for _ in range(2):
        page.locator("#map").focus()
        page.keyboard.press("z")
    until(page, lambda: "fade" not in query_of(page))
    expect(page.locator("#layer-fade-roads")).to_have_value("100")
    assert levels(page)["layer-roads"][1] == 1


def test_a_kind_of_places_is_left_out_of_the_map_and_of_the_link(visit, tiny_workspace):
    page = visit().open(view_on(tiny_workspace, zoom=13))
    kinds = page.locator("[data-layer-row=cameras] ul li")
    expect(kinds.first).to_be_visible()
    before = page.evaluate(PAINTED, "layer-cameras")
    for kind in kinds.all():
        kind.locator("label").click()
    until(page, lambda: page.evaluate(PAINTED, "layer-cameras") == 0)
    assert before > 0
    linked = visit().open(page.url.partition("/?")[2].join(["?", ""]))
    expect(linked.locator("[data-layer-row=cameras] ul input").first).not_to_be_checked()
    assert linked.evaluate(PAINTED, "layer-cameras") == 0


def test_only_values_from_one_number_to_another_are_drawn_and_counted(visit, tiny_workspace):
    page = visit().open("?layer=coverage&column=patrol_s")
    seconds = tiny_workspace.layer("coverage").table["patrol_s"]
    page.fill("#range-least", "2")
    page.keyboard.press("Tab")
    until(page, lambda: sum(numbers_in(page, 2)) == int((seconds >= 120).sum()))
    page.fill("#range-most", "30")
    page.keyboard.press("Tab")
    wanted = int(((seconds >= 120) & (seconds <= 1800)).sum())
    until(page, lambda: sum(numbers_in(page, 2)) == wanted)
    assert query_of(page)["range"] == "coverage.patrol_s:120..1800"
    linked = visit().open(page.url.partition("/?")[2].join(["?", ""]))
    assert sum(numbers_in(linked, 2)) == wanted
    expect(linked.locator("#range-most")).to_have_value("30")
    linked.click("#range-clear")
    until(linked, lambda: sum(numbers_in(linked, 2)) == len(tiny_workspace.grid))


def test_a_class_of_the_legend_that_is_left_out_stays_out_in_the_link_and_comes_back_by_undo(visit):
    page = visit().open("?layer=gaps&column=state")
    first = page.locator("#legend tbody tr").first
    key = first.get_attribute("data-class")
    first.locator("label").click()
    until(page, lambda: query_of(page).get("hidden") == f"gaps.state:{key}")
    linked = visit().open(page.url.partition("/?")[2].join(["?", ""]))
    expect(linked.locator(f"#legend [data-class={key}] input")).not_to_be_checked()
    page.locator("#map").focus()
    page.keyboard.press("z")
    expect(page.locator(f"#legend [data-class={key}] input")).to_be_checked()


def test_circles_count_every_incident_of_the_window_and_a_click_goes_nearer(visit, tiny_workspace):
    visitor = visit()
    page = visitor.page
    with page.expect_response(lambda answer: "/incidents/clusters" in answer.url) as told:
        visitor.open("?on=incidents&z=9&lat=26.25&lng=117.5&hours=22-06")
    night = Window.parse(None, None, "22-06", None)
    matched = tiny_workspace.features("incidents", limit=1, window=night)["numberMatched"]
    found = told.value.json()["clusters"]
    assert sum(count for *_, count in found) == matched
    count = page.locator("label[for=layer-incidents] .count")
    expect(count).to_have_text(f"{matched:,}")
    assert page.evaluate(PAINTED, "layer-incidents") > 0
    with page.expect_response(lambda answer: "/incidents/clusters" in answer.url) as told:
        page.click("#shifts [data-hours='']")
    assert "hours" not in told.value.url
    every = tiny_workspace.features("incidents", limit=1)["numberMatched"]
    expect(count).to_have_text(f"{every:,}")
    lng, lat, _ = max(told.value.json()["clusters"], key=lambda one: one[2])
    page.goto(f"{visitor.address}/?on=incidents&z=9&lat={lat}&lng={lng}")
    page.wait_for_selector("body[data-ready]")
    until(page, lambda: page.evaluate(PAINTED, "layer-incidents") > 0)
    page.mouse.move(720, 449)
    page.mouse.move(720, 450)
    expect(page.locator(".point-tip")).to_contain_text("incidents; click")
    page.mouse.click(720, 450)
    until(page, lambda: query_of(page).get("z") == "11")
    assert "cell" not in query_of(page)
    page.locator("#map").focus()
    page.mouse.move(60, 860)
    page.keyboard.press("Enter")
    until(page, lambda: float(query_of(page)["z"]) >= MOST_LEVEL or "cell" in query_of(page))


def test_sections_fold_by_keyboard_and_stay_so_when_the_page_is_loaded_anew(visit):
    page = visit(folded=True).open()
    area, measure = page.locator("#area-title"), page.locator("#measure-title")
    expect(page.locator("#area-draw")).to_be_hidden()
    expect(page.locator("#legend")).to_be_visible()
    area.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#area-draw")).to_be_visible()
    measure.focus()
    page.keyboard.press("Space")
    expect(page.locator("#legend")).to_be_hidden()
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(area).to_have_attribute("aria-expanded", "true")
    expect(measure).to_have_attribute("aria-expanded", "false")
    page.locator("#map").focus()
    page.keyboard.press("f")
    expect(page.locator("#area-draw")).to_be_hidden()
    page.keyboard.press("f")
    expect(page.locator("#legend")).to_be_visible()


def test_a_link_opens_the_section_that_it_needs(visit):
    page = visit(folded=True).open("?compare=difference")
    expect(page.locator("#other-window")).to_be_visible()


def test_a_hostile_kind_is_text_in_the_list_and_in_the_link(visit, hostile_address):
    page = visit(hostile_address).open(
        "?on=cameras&without=cameras:%3Cimg%20src%3Dx%3E|%25E0%25A4%25A"
    )
    expect(page.locator("[data-layer-row=cameras]")).to_be_visible()
    page.locator("#layer-move-cameras").press("ArrowDown")
    assert page.evaluate("window.hit") is None
