"""The map is for everyone: two languages, keyboard, phone, dark mode, and when things fail."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import CENTRE, query_of, until
from webmap.views.api import FORMATS

pytestmark = pytest.mark.browser

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
BEYOND = """() => [...document.querySelectorAll('.panel *')]
  .filter((part) => part.getBoundingClientRect().right > innerWidth + 1)
  .map((part) => part.outerHTML.slice(0, 80))"""


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
    for _ in range(80):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.id || document.activeElement.dataset.day"))
    assert {"theme", "help", "search", "column", "opacity", "from", "to", "district"} <= seen


def test_focus_is_visible(page):
    page.keyboard.press("Tab")
    width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
    assert width >= 2
    page.emulate_media(forced_colors="active")  # the system's colours take the place of ours
    tabs = page.locator("#measure-tabs button")
    colour = "tab => getComputedStyle(tab).backgroundColor"
    assert tabs.nth(0).evaluate(colour) != tabs.nth(1).evaluate(colour)
    kept = "swatch => getComputedStyle(swatch).forcedColorAdjust"
    assert page.locator("#legend .swatch").first.evaluate(kept) == "none"
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


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
    assert page.evaluate(BEYOND) == []
    page.click("#sheet-handle")
    page.wait_for_timeout(300)
    page.touchscreen.tap(190, 300)
    expect(page.locator("#cell h2")).to_be_visible()
    assert page.evaluate(NO_OVERFLOW)
    page.evaluate("document.querySelector('#print-open').click()")  # below two sheets by now
    expect(page.locator("#sheet-page")).to_be_visible()
    assert page.evaluate(NO_OVERFLOW)


def test_four_times_as_large_all_screens_are_read_and_left_without_scrolling_sideways(visit):
    """See WCAG 2.2, 1.4.10: 1280 x 1024 px at 400 % are 320 x 256 px."""
    visitor = visit(viewport={"width": 320, "height": 256})
    page = visitor.open("?lang=en")
    expect(page.locator(".leaflet-control-zoom-in")).to_be_in_viewport(ratio=1)
    page.click("#sheet-handle")
    expect(page.locator("#search")).to_be_in_viewport(ratio=1)
    assert page.evaluate(BEYOND) == []
    page.click("#sheet-handle")
    press = "id => document.getElementById(id).click()"
    for key, opener, leave in (
        ("Enter", "", "#cell-close"),
        ("t", "", "#table-close"),
        ("", "desk-toggle", "#desk-close"),
        ("", "print-open", "#sheet-close"),
    ):
        if key:
            page.locator("#map").focus()
            page.keyboard.press(key)
        else:
            page.evaluate(press, opener)
        expect(page.locator(leave)).to_be_in_viewport(ratio=1)
        assert page.evaluate(NO_OVERFLOW), leave
        page.click(leave)
    for path in ("/import", "/nowhere"):
        page.goto(visitor.address + path)
        assert page.evaluate(NO_OVERFLOW), path
    visitor.complaints.clear()  # of the address that is not there


def test_every_layer_can_be_taken_away(page, tiny_workspace, tmp_path):
    page.click("#take-open")
    links = page.locator("#take-list a")
    layers = len(tiny_workspace.layer_ids()) + len(tiny_workspace.slow_layer_list("en"))
    expect(links).to_have_count((len(FORMATS) + 1) * layers)  # and their provenance
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
