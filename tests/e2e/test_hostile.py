"""Nine payloads in every place that takes a text: each is read on the screen, none ever runs.

Half of the visits are made without the page's own policy, which would stop what got in.
"""

from __future__ import annotations

import math

import pytest
from playwright.sync_api import expect

from tests.e2e.hostile import (
    MIDDLE,
    NAMES,
    ROWS,
    WORKSPACE,
    place_of,
    visible,
)

pytestmark = pytest.mark.browser
ZOOM = 14
SLOW_MS = 30_000
DEGREE_PX = 256 * 2**ZOOM / 360
VIEW = f"z={ZOOM}&lat={MIDDLE[0]}&lng={MIDDLE[1]}"
EVERY_LAYER = ",".join((*ROWS, "areas", "zones", "roads"))
# What runs says so in the console, where a visitor may not leave a complaint.
SPY = "Object.defineProperty(window, 'hit', {set(by) { console.error(`a payload ran: ${by}`); }});"
GOT_IN = (
    "img:not(.leaflet-tile):not([src^='data:']), script:not([src]), body style, svg[onload], "
    "[onerror], [onload], [onfocus], [onmouseover], [href^='javascript:'], [style*='elsewhere']"
)
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


@pytest.fixture
def hostile_visit(visit, hostile_address):
    """Return a function that brings a visitor for whom a payload that runs is a complaint."""

    def come(language):
        visitor = visit(hostile_address, bypass_csp=language == "zh")
        visitor.context.add_init_script(SPY)
        visitor.page.on("dialog", lambda dialog: visitor.complaints.append(dialog.message))
        return visitor

    return come


def assert_nothing_got_in(page):
    assert page.locator(GOT_IN).count() == 0
    assert page.evaluate("Object.getOwnPropertyNames(Object.prototype).length") == 12


def assert_told(locator, names=NAMES):
    for name in names:
        expect(locator).to_contain_text(name, timeout=SLOW_MS)


def y_of(lat):
    return math.degrees(math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)))


def pixel_of(page, kind, number):
    """Return where the map, centred on `MIDDLE`, shows a place."""
    size = page.viewport_size
    lon, lat = place_of(kind, number)
    x = size["width"] / 2 + (lon - MIDDLE[1]) * DEGREE_PX
    return x, size["height"] / 2 - (y_of(lat) - y_of(MIDDLE[0])) * DEGREE_PX


def see_the_panel(page):
    expect(page.locator("#workspace-name")).to_have_text(WORKSPACE)
    assert visible(NAMES[0]) in page.title()
    assert_told(page.locator("#district"))
    assert_told(page.locator("#basemap"))
    expect(page.locator(".ground-credit")).to_have_text(NAMES[0])
    for layer in ("places", "incidents"):
        kinds = page.locator(f"[data-layer-row={layer}] ul")
        assert_told(kinds, map(str.lower, NAMES) if layer == "places" else NAMES)
    page.click("#layer-more-cameras")
    assert_told(page.locator("[data-layer-row=cameras]"), [NAMES[0]])  # its file
    labels = page.locator(".district-name").all_text_contents()
    assert set(NAMES) <= set(labels)


def point_at_everything(page):
    for kind in ROWS:
        for number, name in enumerate(NAMES):
            x, y = pixel_of(page, kind, number)
            page.mouse.move(x + 1, y + 1)
            page.mouse.move(x, y)
            expect(page.locator(".point-tip")).to_contain_text(name)
    expect(page.locator("#readout .place")).to_have_text(here(page))


def here(page):
    """Return the name of the district on the middle of the map."""
    code = page.locator("#readout .code").inner_text()
    district = page.evaluate("(code) => fetch(`api/cells/${code}`).then((a) => a.json())", code)
    return page.locator(f"#district option[value='{district['district']}']").text_content()


def search_for_everything(page):
    for name in NAMES:
        page.fill("#search", name)
        found = page.locator("#search-results")
        expect(found.locator("[role=option]").nth(2)).to_contain_text(name)
    page.keyboard.press("Escape")


def open_the_tables(page):
    page.click("#table-open")
    assert_told(page.locator("#table-body"))
    page.locator("#table-body button.name").first.click()
    page.click("#units-open")
    assert_told(page.locator("#units-body tbody th").first.locator("xpath=ancestor::tbody"))
    groups = page.locator("#units-body tbody tr > :last-child").all_text_contents()
    assert sorted(groups) == sorted(NAMES)
    page.click("#units-close")


def look_at_a_track(page):
    purpose = f"{NAMES[0]} {NAMES[5]} {NAMES[6]}"
    page.click("#track-open")
    assert_told(page.locator("#track-unit"))
    page.select_option("#track-unit", NAMES[3])
    page.fill("#track-purpose", purpose)
    page.click("#track-go")
    expect(page.locator("#track-said")).to_contain_text(NAMES[3], timeout=SLOW_MS)
    page.click("#track-open")
    page.click("#track-dialog summary")
    expect(page.locator("#track-log td").first).to_have_text(f"{NAMES[3]}: {purpose}")
    page.keyboard.press("Escape")


@LANGUAGES
def test_names_on_the_map_and_in_its_tables_never_run(hostile_visit, language):
    visitor = hostile_visit(language)
    page = visitor.open(f"?lang={language}&on={EVERY_LAYER}&{VIEW}&basemap=g0")
    see_the_panel(page)
    assert_nothing_got_in(page)
    point_at_everything(page)
    assert_nothing_got_in(page)
    search_for_everything(page)
    assert_nothing_got_in(page)
    open_the_tables(page)
    look_at_a_track(page)
    assert_nothing_got_in(page)
    page.click("#language")
    expect(page.locator("#district option").first).not_to_be_empty()
    assert_nothing_got_in(page)
