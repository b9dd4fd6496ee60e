"""What a person does with the map, in a real browser."""

from __future__ import annotations

import random
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# Where a cell is on the screen, from what the page itself knows of its address and view.
CENTRE = {"x": 900, "y": 450}
NO_OVERFLOW = "document.documentElement.scrollWidth <= window.innerWidth"
LABELLED = """() => [...document.querySelectorAll('button, select, input, a[href], summary')]
  .filter((control) => control.offsetParent !== null || control.closest('dialog'))
  .filter((control) => !(control.labels?.length || control.getAttribute('aria-label')
    || control.textContent.trim()))
  .map((control) => control.outerHTML)"""


SMALL = """() => [...document.querySelectorAll('button, select, input, a[href]')]
  .filter((control) => control.offsetParent !== null && !control.matches('.skip'))
  .filter((control) => {
    const box = (control.closest('label') ?? control).getBoundingClientRect();
    return box.width < 24 || box.height < 24;
  })
  .map((control) => control.outerHTML)"""


def query_of(page):
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def until(page, holds):
    """Wait until something holds; the page's own policy forbids the browser's waiting."""
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(50)
    assert holds()


def numbers_in(page, column):
    """Return the numbers of one column of the legend."""
    cells = page.locator(f"#legend tbody td:nth-child({column})").all_inner_texts()
    return [float(text.replace(",", "")) for text in cells]


def view_on(tiny_workspace, zoom=13):
    """Return an address of the map over the first camera."""
    point = tiny_workspace.register("cameras").geometry.iloc[0]
    return f"?lat={point.y:.5f}&lng={point.x:.5f}&z={zoom}&on=cameras"


def read_out(page):
    """Return the code, the raw value and the words under the pointer."""
    box = page.locator("#readout")
    expect(box).to_be_visible()
    value = box.locator("data")
    return box.locator(".code").inner_text(), value.get_attribute("value"), value.inner_text()


@pytest.mark.parametrize(
    ("layer", "column"),
    [("coverage", "patrol_s"), ("gaps", "state"), ("camera_coverage", "covered_share")],
)
def test_the_value_under_the_pointer_is_the_value_of_the_api(visit, tiny_workspace, layer, column):
    visitor = visit()
    page = visitor.open(f"{view_on(tiny_workspace)}&layer={layer}&column={column}")
    draw = random.Random(layer)  # noqa: S311 - places on a screen
    for _ in range(6):
        page.mouse.move(draw.randint(380, 1380), draw.randint(80, 780))
        page.wait_for_timeout(80)
        code, shown, words = read_out(page)
        known = visitor.api(f"/api/cells/{code}")["layers"][layer][column]
        if known is None:
            assert shown == ""
            assert words == "not known"
        elif isinstance(known, str):
            assert shown == known
        else:
            assert float(shown) == pytest.approx(known, abs=0.06)
            assert known == 0 or "none" not in words


def test_a_value_of_zero_is_said_to_be_none(visit, tiny_workspace):
    page = visit().open("?layer=camera_coverage&column=cameras")
    for x in range(500, 1300, 40):
        page.mouse.move(x, 430)
        page.wait_for_timeout(40)
        if page.locator("#readout").is_visible():
            _, value, words = read_out(page)
            if value == "0":
                assert words.startswith("none")
                return
    pytest.fail("no cell without a camera was found")


def test_a_click_opens_everything_known_of_the_cell(visit):
    visitor = visit()
    page = visitor.open("?layer=gaps")
    page.mouse.click(**CENTRE)
    panel = page.locator("#cell")
    expect(panel.locator("h2")).to_contain_text("Cell 250mE")
    code = query_of(page)["cell"]
    known = visitor.api(f"/api/cells/{code}?lang=en")
    expect(panel).to_contain_text(known["sentence"])
    expect(panel.locator("details")).to_have_count(len(known["layers"]))
    assert panel.locator("#cell-body").get_attribute("aria-live") == "polite"
    assert page.locator(".chosen-cell").count() == 1
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert "cell" not in query_of(page)


def test_the_language_can_be_switched_and_stays_in_the_link(page):
    expect(page.locator("h1")).to_have_text("Patrol grid")
    page.click("#language")
    expect(page.locator("h1")).to_have_text("巡逻网格")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert "巡逻网格" in page.title()
    expect(page.locator("#legend th").first).to_have_text("数值")
    assert query_of(page)["lang"] == "zh"
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("h1")).to_have_text("巡逻网格")
    page.click("#language")
    expect(page.locator("h1")).to_have_text("Patrol grid")


def test_the_page_says_that_the_data_is_synthetic_and_how_old_it_is(page):
    expect(page.locator("#synthetic")).to_contain_text("SYNTHETIC DEMO")
    expect(page.locator("#synthetic")).to_contain_text("合成演示数据")
    expect(page.locator("#data-age")).to_contain_text("Data as of")


def test_dark_mode_follows_the_system_and_the_button(visit):
    background = "getComputedStyle(document.querySelector('.panel')).backgroundColor"
    dark = visit(color_scheme="dark").open()
    light = visit(color_scheme="light").open()
    assert dark.evaluate(background) != light.evaluate(background)
    light.click("#theme")  # light, whatever the system says
    light.click("#theme")
    assert light.evaluate(background) == dark.evaluate(background)
    assert query_of(light)["theme"] == "dark"


def test_the_legend_counts_every_cell_and_all_land(page, tiny_workspace):
    assert sum(numbers_in(page, 2)) == len(tiny_workspace.grid)
    land_km2 = tiny_workspace.grid.area_m2.sum() / 1e6
    assert sum(numbers_in(page, 3)) == pytest.approx(land_km2, rel=1e-3)


def test_a_class_of_the_legend_can_be_left_out(page):
    painted = """() => {
      let sum = 0;
      for (const tile of document.querySelectorAll('.lattice-layer canvas')) {
        const { data } = tile.getContext('2d').getImageData(0, 0, tile.width, tile.height);
        for (let i = 3; i < data.length; i += 4) if (data[i]) sum += 1;
      }
      return sum;
    }"""
    before = page.evaluate(painted)
    page.locator("#legend tbody label").first.click()
    after = page.evaluate(painted)
    assert 0 <= after < before
    page.locator("#legend tbody label").first.click()
    assert page.evaluate(painted) == before


def test_another_measure_and_column_are_drawn_and_kept_in_the_link(page):
    page.click("[data-layer=hotspots]")
    expect(page.locator("#column")).to_have_value("hot")
    page.select_option("#column", "count")
    expect(page.locator("#legend th").first).to_be_visible()
    until(page, lambda: query_of(page).get("column") == "count")
    assert query_of(page)["layer"] == "hotspots"
    page.keyboard.press("Escape")
    page.locator("#map").focus()
    page.keyboard.press("1")
    expect(page.locator("[data-layer=coverage]")).to_have_attribute("aria-checked", "true")


def test_a_shift_changes_what_is_drawn_and_the_same_hours_are_asked_of_the_api(visit):
    visitor = visit()
    page = visitor.open()
    before = page.locator("#legend tbody").inner_text()
    with page.expect_response(lambda answer: "patrol_s.bin" in answer.url) as answer:
        page.click("#shifts [data-hours='22-06']")
    assert parse_qs(urlsplit(answer.value.url).query)["hours"] == ["22-06"]
    expect(page.locator("#shifts [data-hours='22-06']")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#legend tbody")).not_to_have_text(before)
    assert query_of(page)["hours"] == "22-06"
    page.click("#window-reset")
    until(page, lambda: "hours" not in query_of(page))


def test_a_weekday_can_be_chosen(page):
    page.click("#weekdays [data-day=mon]")
    until(page, lambda: query_of(page).get("weekdays") == "mon")
    expect(page.locator("#weekdays [data-day=tue]")).to_have_attribute("aria-pressed", "false")
    page.click("#weekdays [data-day=mon]")
    until(page, lambda: "weekdays" not in query_of(page))


def test_the_table_of_districts_is_sorted_by_a_click_and_zooms(visit, tiny_workspace):
    visitor = visit()
    page = visitor.open()
    page.click("#table-open")
    rows = page.locator(".totals tbody tr")
    expect(rows).to_have_count(len(tiny_workspace.grid.boundary))
    page.click("[data-column=land_km2]")
    land = [
        float(text.replace(",", "")) for text in rows.locator("td:nth-child(2)").all_inner_texts()
    ]
    assert land == sorted(land, reverse=True)
    known = {row["district"]: row for row in visitor.api("/api/districts")["districts"]}
    first = rows.first.get_attribute("data-district")
    assert land[0] == pytest.approx(known[first]["land_km2"], abs=0.05)
    rows.first.locator("button").click()
    until(page, lambda: query_of(page).get("district") == first)
    west, south, east, north = tiny_workspace.register("districts").geometry[first].bounds

    def inside():
        view = query_of(page)
        return west < float(view["lng"]) < east and south < float(view["lat"]) < north

    until(page, inside)
    expect(page.locator("#district")).to_have_value(first)


def test_choosing_a_district_counts_only_its_cells(page, tiny_workspace):
    grid = tiny_workspace.grid
    page.select_option("#district", grid.boundary.ids[2])
    mine = int((grid.district == 2).sum())
    until(page, lambda: sum(numbers_in(page, 2)) == mine)


def test_the_address_holds_the_whole_state(visit, tiny_workspace):
    first = visit().open()
    first.click("[data-layer=gaps]")
    first.select_option("#district", tiny_workspace.grid.boundary.ids[1])
    first.click("#shifts [data-hours='08-20']")
    first.check("#layer-cameras")
    first.fill("#opacity", "55")
    first.click("#language")
    first.wait_for_timeout(600)
    first.mouse.click(**CENTRE)
    until(first, lambda: "cell" in query_of(first))
    first.wait_for_selector(".cell h2")
    state = query_of(first)
    second = visit().open(f"?{urlsplit(first.url).query}")
    second.wait_for_timeout(400)
    assert query_of(second) == state
    for locator in ("#legend", "#cell-body", "#district", "#shifts"):
        assert second.locator(locator).inner_text() == first.locator(locator).inner_text()
    expect(second.locator("#layer-cameras")).to_be_checked()
    expect(second.locator("#opacity")).to_have_value("55")


def test_search_finds_districts_cells_cameras_and_coordinates(page, tiny_workspace):
    def search(text):
        page.fill("#search", text)
        expect(page.locator("#search-results")).to_be_visible()
        page.wait_for_timeout(250)
        page.keyboard.press("Enter")

    district = tiny_workspace.grid.boundary.ids[3]
    search(tiny_workspace.grid.boundary.names[3])
    until(page, lambda: query_of(page).get("district") == district)
    grid = tiny_workspace.grid
    code = grid.spec.codes(grid.cells[[1000]])[0]
    search(code)
    expect(page.locator("#cell h2")).to_contain_text(code)
    camera = tiny_workspace.register("cameras").index[5]
    search(str(camera))
    expect(page.locator("#layer-cameras")).to_be_checked()
    lon, lat = grid.lonlat()
    search(f"{lon[2000]:.6f}, {lat[2000]:.6f}")
    expect(page.locator("#cell h2")).to_contain_text(grid.spec.codes(grid.cells[[2000]])[0])
    page.fill("#search", "no such thing")
    expect(page.locator("#search-results")).to_contain_text("Nothing found")
    page.fill("#search", "26.2, 117.6")
    expect(page.locator("#search-results")).to_contain_text("Longitude comes first")


def test_cameras_are_drawn_and_tell_their_number(visit, tiny_workspace):
    page = visit().open(view_on(tiny_workspace, zoom=16))
    expect(page.locator("#layers .count").first).not_to_be_empty()
    page.wait_for_timeout(600)
    page.mouse.move(720, 450)
    page.mouse.move(721, 451)
    expect(page.locator(".point-tip")).to_contain_text("Cameras")
    camera = str(tiny_workspace.register("cameras").index[0])
    assert camera in page.locator(".point-tip").inner_text()


def test_the_keyboard_reaches_everything(page):
    page.keyboard.press("?")
    expect(page.locator("#help-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help-dialog")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.locator("#map").focus()
    before = page.url
    page.keyboard.press("ArrowRight")
    until(page, lambda: page.url != before)
    page.keyboard.press("Enter")
    expect(page.locator("#cell h2")).to_contain_text("Cell")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.locator("#table")).to_be_visible()
    seen = set()
    page.locator("#language").focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.id || document.activeElement.dataset.day"))
    assert {"theme", "help", "search", "column", "opacity", "from", "to", "district"} <= seen


def test_focus_is_visible(page):
    page.keyboard.press("Tab")
    width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
    assert width >= 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_control_has_a_name_and_the_page_a_title_and_a_language(visit, language):
    page = visit().open(f"?lang={language}&table=1")
    assert page.evaluate(LABELLED) == []
    assert page.title()
    assert page.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-CN"}[language]
    assert page.locator("h1").count() == page.locator("main").count() == 1
    small = page.evaluate(SMALL)
    assert small == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_shows_everything_without_scrolling_sideways(visit, language):
    narrow = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    page = visit(**narrow).open(f"?lang={language}")
    assert page.evaluate(NO_OVERFLOW)
    page.click("#sheet-handle")
    expect(page.locator("#sheet-handle")).to_have_attribute("aria-expanded", "true")
    page.wait_for_timeout(300)
    page.locator("#take-open").scroll_into_view_if_needed()
    assert page.evaluate(NO_OVERFLOW)
    wide = page.evaluate(
        """() => [...document.querySelectorAll('.panel *')]
          .filter((part) => part.getBoundingClientRect().right > innerWidth + 1)
          .map((part) => part.outerHTML.slice(0, 80))"""
    )
    assert wide == []
    page.click("#sheet-handle")
    page.wait_for_timeout(300)
    page.touchscreen.tap(190, 300)
    expect(page.locator("#cell h2")).to_be_visible()
    assert page.evaluate(NO_OVERFLOW)


def test_every_layer_can_be_taken_away(page, tiny_workspace, tmp_path):
    page.click("#take-open")
    links = page.locator("#take-list a")
    expect(links).to_have_count(5 * len(tiny_workspace.layer_ids()))
    with page.expect_download() as download:
        page.click("#take-list a[download='checkpoints.geojson']")
    path = tmp_path / "checkpoints.geojson"
    download.value.save_as(path)
    assert '"FeatureCollection"' in path.read_text("utf-8")


def test_a_server_that_is_gone_is_told_with_a_way_out(visit):
    visitor = visit()
    page = visitor.open()
    visitor.context.route("**/api/**", lambda route: route.abort())
    page.click("[data-layer=gaps]")
    notice = page.locator(".notice.error")
    expect(notice).to_contain_text("geogrid serve")
    visitor.context.unroute("**/api/**")
    notice.get_by_role("button", name="Try again").click()
    expect(page.locator("#column")).to_have_value("state")
    visitor.complaints.clear()  # the browser itself reports the requests that were cut


def test_a_workspace_without_data_says_what_to_do(visit, bare_address):
    page = visit(bare_address).open()
    expect(page.locator("#meaning")).to_contain_text("geogrid import")
    expect(page.locator("#window-none")).to_contain_text("geogrid import")
    expect(page.locator("#workspace-name")).to_have_text("<b>Bare</b>")
    assert page.locator("#synthetic").count() == 0
    page.mouse.click(**CENTRE)
    expect(page.locator("#cell h2")).to_contain_text("Cell 2000mE")
    page.click("#table-open")
    expect(page.locator(".totals tbody tr")).to_have_count(12)


def test_hostile_names_in_the_address_never_run(visit):
    payload = "%3Cimg%20src%3Dx%20onerror%3Dwindow.hit%3D1%3E"
    page = visit().open(f"?district={payload}&layer={payload}&column={payload}&on={payload}")
    page.wait_for_timeout(300)
    assert page.evaluate("window.hit") is None
    assert not re.search(r"<img", page.locator("body").inner_html())
