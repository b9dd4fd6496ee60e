"""Nine payloads in every place that takes a text: each is read on the screen, none ever runs.

Half of the visits are made without the page's own policy, which would stop what got in.
"""

from __future__ import annotations

import csv
import math

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import until
from tests.e2e.conftest import WIDE
from tests.e2e.hostile import (
    MIDDLE,
    NAMES,
    PAYLOADS,
    ROWS,
    WORKSPACE,
    place_of,
    visible,
)

pytestmark = pytest.mark.browser
ZOOM = 14
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
        expect(locator).to_contain_text(name)


def y_of(lat):
    return math.degrees(math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)))


def pixel_of(page, kind, number, box=None):
    """Return where a map over the whole page, or in a box of it, shows a place near `MIDDLE`."""
    size = box or page.viewport_size | {"x": 0, "y": 0}
    lon, lat = place_of(kind, number)
    x = size["x"] + size["width"] / 2 + (lon - MIDDLE[1]) * DEGREE_PX
    return x, size["y"] + size["height"] / 2 - (y_of(lat) - y_of(MIDDLE[0])) * DEGREE_PX


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


def point_at(page, kinds):
    for kind in kinds:
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


def search_for(page, names):
    for name in names:
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
    expect(page.locator("#track-said")).to_contain_text(NAMES[3])
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
    half = ["en", "zh"].index(language)  # of the places and names, the other half is the other's
    point_at(page, ROWS[half::2])
    assert_nothing_got_in(page)
    search_for(page, NAMES[half::2])
    assert_nothing_got_in(page)
    open_the_tables(page)
    look_at_a_track(page)
    assert_nothing_got_in(page)
    page.click("#language")
    expect(page.locator("#district option").first).not_to_be_empty()
    assert_nothing_got_in(page)


def see_the_desk(visitor, language):
    page = visitor.open(f"?lang={language}&desk=1&on=&{VIEW}")
    expect(page.locator("#desk-name")).to_contain_text(visible(NAMES[0]))
    expect(page.locator("#desk-cameras")).to_contain_text(visible(NAMES[0]))
    assert_told(page.locator("#desk-open"), map(visible, NAMES))
    assert_told(page.locator("#desk-district"))
    page.select_option("#desk-compare", "6")
    expect(page.locator("#desk-compared")).to_contain_text(visible(NAMES[5]))
    for number in range(2, len(NAMES) + 1):
        page.select_option("#desk-open", str(number))
        wanted = visible(NAMES[number - 1])
        expect(page.locator("#desk-name")).to_contain_text(wanted)
        expect(page.locator("#desk-cameras")).to_contain_text(wanted)
    assert_nothing_got_in(page)


def see_the_cameras(visitor, language):
    page = visitor.open(f"?lang={language}&table=cameras&report=care&on=")
    body = page.locator("#cameras-body")
    assert_told(body)
    page.click("#cameras-tabs [data-table=districts]")
    assert_told(body)
    page.click("#cameras-tabs [data-table=roads]")
    assert_told(body)
    assert_nothing_got_in(page)


def see_cell_leaks_and_sheet(visitor, language):
    page = visitor.open(f"?lang={language}&layer=gaps&on=leaks,incidents&{VIEW}")
    page.mouse.move(900, 380)
    named = here(page)
    assert named in NAMES
    page.mouse.click(900, 380)
    expect(page.locator("#cell-body")).to_contain_text(named)
    page.keyboard.press("Escape")
    page.select_option("#district", index=2)
    chosen = page.locator("#district option:checked").text_content()
    page.click("#worst-find")
    expect(page.locator("#worst-said")).to_contain_text(chosen)
    page.click("#take-open")
    expect(page.locator("#take-list a").first).to_be_visible()
    assert_nothing_got_in(page)
    page.keyboard.press("Escape")
    assert_told(page.locator("[data-layer-row=incidents] ul"))  # from afar, as circles
    page.click("#print-open")
    expect(page.locator("#sheet-name")).to_contain_text(chosen)
    assert_told(page.locator("#sheet-legend"))
    page.fill("#sheet-title", NAMES[0])
    expect(page.locator("#sheet-name")).to_have_text(NAMES[0])
    assert_nothing_got_in(page)


@LANGUAGES
def test_names_on_desk_tables_and_paper_never_run(hostile_visit, language):
    visitor = hostile_visit(language)
    see_the_desk(visitor, language)
    see_the_cameras(visitor, language)
    see_cell_leaks_and_sheet(visitor, language)


def spoiled_file(folder):
    """Write rooms of which half are refused, under headers that are payloads, in such a file."""
    rows = [["id", "lon", "lat", "class", *NAMES]]
    for number, name in enumerate(NAMES):
        lon, lat = place_of("rooms", number)
        rows.append([f"new {name}", lon, lat, name if number % 2 else 1, *NAMES])
    path = folder / f"{PAYLOADS['image']} {PAYLOADS['template']}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@LANGUAGES
def test_a_file_whose_name_headers_and_cells_are_code_is_only_read(
    hostile_visit, tmp_path, language
):
    page = hostile_visit(language).open(f"import?lang={language}")
    file = spoiled_file(tmp_path)
    page.set_input_files("#files", file)
    expect(page.locator("#file-list")).to_contain_text(file.name)
    page.select_option("#kind", "rooms")
    page.select_option("#datum", "wgs84")
    page.fill("#profile-name", NAMES[0])
    page.click("#profile-keep")
    expect(page.locator("#profile")).to_contain_text(NAMES[0])
    page.click("#mapping-box summary")
    page.fill("#map-name", NAMES[5])
    page.click("#look")
    expect(page.locator("#seen h3")).to_have_text(file.name)
    assert_told(page.locator("#seen-files"), [f"name ← {NAMES[5]}"])
    values = page.locator("#seen-files table").nth(1).locator("td:nth-child(3)")
    assert values.all_text_contents() == [name[:60] for name in NAMES[1::2]]  # long ones are cut
    assert_nothing_got_in(page)
    page.click("#take")
    expect(page.locator("#log tbody tr").first).to_contain_text(file.name)
    page.locator("#log tbody tr").first.locator("button").click()
    expect(page.locator("#refused-rows tbody tr")).to_have_count(4)
    assert_nothing_got_in(page)
    page.click("#undo")
    expect(page.locator("#sure-text")).to_contain_text(file.name)
    page.click("#sure button[value=yes]")
    expect(page.locator("#log tbody tr").first).not_to_contain_text(file.name)
    assert_nothing_got_in(page)


def told_at(page, at, name):
    """Point at a place once; Leaflet passes over what follows within 32 ms."""
    page.mouse.move(at[0] + 1, at[1] + 1)
    page.wait_for_timeout(40)
    page.mouse.move(*at)
    return any(name in text for text in page.locator(".gg-feature").all_text_contents())


def test_names_in_the_one_file_map_never_run(browser, hostile_workspace, tmp_path):
    path = hostile_workspace.one_file_map(tmp_path / "map.html")
    context = browser.new_context(viewport=WIDE, locale="en-GB")
    context.add_init_script(SPY)
    page, complaints, asked = context.new_page(), [], []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]")
    assert page.locator("h1").text_content() == WORKSPACE
    assert visible(NAMES[0]) in page.title()
    assert set(NAMES) <= set(page.locator(".gg-name").all_text_contents())
    for box in page.locator(".gg-panel input[type=checkbox]").all():
        box.check()
    page.locator(".gg-legend summary").click()  # it lies over the map
    for _ in range(2):
        page.evaluate("(view) => map_lattice.setView(...view)", [list(MIDDLE), ZOOM])
        stage = page.locator(".leaflet-container").bounding_box()
        for kind in ("cameras", "checkpoints"):
            for number, name in enumerate(NAMES):
                x, y = pixel_of(page, kind, number, stage)
                until(page, lambda at=(x, y), name=name: told_at(page, at, name))
        page.locator(".gg-head button").click()  # the other language
    assert page.locator("svg[onload], [onerror], [onload], [onfocus], [onmouseover]").count() == 0
    starts = "[...document.scripts].filter((one) => one.text.trim().startsWith('window.hit'))"
    assert page.evaluate(f"{starts}.length") == 0
    context.close()
    assert complaints == []
    assert asked == [path.as_uri()]
