"""Ask the map: areas, tracks with a purpose, last positions, leaks, places in any datum; undo."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from pyproj import Transformer

from tests.e2e.browsing import query_of, until

pytestmark = pytest.mark.browser
HERE = "?z=12&lat=26.25&lng=117.63"


def test_an_area_is_drawn_with_the_mouse_and_its_numbers_are_those_of_the_api(visit):
    visitor = visit()
    page = visitor.open(HERE)
    page.click("#area-draw")
    for x, y in ((700, 250), (1000, 260), (980, 560)):
        page.mouse.click(x, y)
        page.wait_for_timeout(60)
    page.reload()  # with the area half drawn
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#area-draw")).to_have_attribute("aria-pressed", "true")
    for step, corners in (("click", 3), ("undo", 4), ("double", 3)):
        expect(page.locator("#area-said")).to_contain_text(f"({corners} so far)")
        assert page.locator(".drawn-corner").count() == corners
        if step == "undo":
            page.keyboard.press("z")
        else:
            page.mouse.click(690, 540, click_count=1 if step == "click" else 2)
    expect(page.locator("#cell")).to_be_hidden()
    until(page, lambda: "corners" not in query_of(page))
    expect(page.locator("#area-stats tr").first).to_be_visible()
    corners = [[float(v) for v in p.split(",")] for p in query_of(page)["area"].split(";")]
    assert len(corners) == 4
    answer = visitor.context.request.post(
        f"{visitor.address}/api/areas/stats",
        data={"type": "Polygon", "coordinates": [[*corners, corners[0]]]},
        headers={"X-Requested-With": "test"},
    ).json()
    shown = page.locator("[data-row=cells] td").inner_text().replace(",", "")
    assert int(shown) == answer["cells"] > 50
    page.reload()
    expect(page.locator("[data-row=cells] td")).to_have_text(f"{answer['cells']:,}")
    page.click("#area-clear")
    until(page, lambda: "area" not in query_of(page))
    expect(page.locator("#area-stats")).to_be_hidden()


def test_an_area_can_be_made_without_a_mouse(page):
    page.locator("#map").focus()
    page.keyboard.press("a")
    expect(page.locator("#area-draw")).to_have_attribute("aria-pressed", "true")
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press("Enter")
        page.keyboard.press(key)
        page.wait_for_timeout(500)
    expect(page.locator("#area-done")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#area-done")).to_be_hidden()
    page.click("#area-view")
    expect(page.locator("#area-stats tr").first).to_be_visible()


def test_a_track_is_shown_for_a_purpose_and_the_look_stays_in_the_log(page, tiny_workspace):
    day = tiny_workspace.days()[0].isoformat()
    page.locator("#to").fill(day)
    until(page, lambda: query_of(page).get("to") == day)
    page.click("#track-open")
    page.click("#track-go")
    expect(page.locator("#track-dialog")).to_be_visible()  # no purpose, no track
    page.fill("#track-purpose", "complaint 17")
    page.click("#track-go")
    expect(page.locator("#track-said")).to_contain_text("is written down", timeout=20_000)
    assert page.locator(".track-line").count() == 1
    assert "unit" not in query_of(page)
    page.click("#track-open")
    page.click("#track-dialog summary")
    expect(page.locator("#track-log td").first).to_contain_text("complaint 17")
    page.keyboard.press("Escape")
    page.click("#window-last")
    expect(page.locator("#track-shown")).to_be_hidden()


def test_last_positions_and_leaks_are_drawn_and_explained(visit):
    page = visit().open(HERE)
    page.check("#layer-positions")
    row = page.locator("li:has(> label[for=layer-positions])")
    expect(row).to_contain_text("Data as of", timeout=20_000)
    expect(row).to_contain_text("within 15 min")
    page.check("#layer-leaks")
    leaks = page.locator("li:has(> label[for=layer-leaks])")
    expect(leaks).to_contain_text("nobody guards it")


def test_a_place_is_found_by_coordinates_in_another_datum(page, tiny_workspace):
    from geogrid.crs import Datum, from_wgs84

    grid = tiny_workspace.grid
    lon, lat = (float(v[2000]) for v in grid.lonlat())
    x, y = from_wgs84([lon], [lat], Datum.GCJ02)
    page.fill("#search", f"gcj02 {x[0]:.6f}, {y[0]:.6f}")
    expect(page.locator("#search-results")).to_contain_text("WGS-84")
    page.wait_for_timeout(250)
    page.keyboard.press("Enter")
    expect(page.locator("#cell h2")).to_contain_text(grid.spec.codes(grid.cells[[2000]])[0])


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("EPSG:4548 {x:.2f}, {y:.2f}", 4548),
        ("cgcs2000 {y:.2f} {x:.2f}", 4527),  # the northing first, as surveyors do; zone 39
        ("{x:.2f}, {y:.2f}", 0),  # of the grid
    ],
)
def test_a_place_is_found_by_metres_of_a_named_system_or_of_the_grid(
    page, tiny_workspace, typed, code
):
    grid = tiny_workspace.grid
    lon, lat = (float(v[2000]) for v in grid.lonlat())
    x, y = Transformer.from_crs(4326, code or grid.spec.crs, always_xy=True).transform(lon, lat)
    page.fill("#search", typed.format(x=x, y=y))
    expect(page.locator("#search-results [role=option]").first).to_contain_text("WGS-84")
    page.locator("#search").press("Enter")
    expect(page.locator("#cell h2")).to_contain_text(grid.spec.codes(grid.cells[[2000]])[0])


def test_degrees_and_minutes_are_read_and_metres_elsewhere_are_told(page, tiny_workspace):
    page.fill("#search", "26°15'30\"N 117°38'E")
    expect(page.locator("#search-results [role=option]").first).to_contain_text(
        "117.633333, 26.25833"
    )
    page.fill("#search", "epsg:4548 12, 13")
    expect(page.locator("#search-results")).to_contain_text("Name the system")


@pytest.mark.parametrize("kind", ["rooms", "depots"])
def test_a_place_of_the_register_is_found_by_its_number(page, tiny_workspace, kind):
    place = tiny_workspace.register(kind).index[0]
    page.fill("#search", str(place))
    expect(page.locator("#search-results [role=option]").first).to_contain_text(str(place))
    page.wait_for_timeout(250)
    page.keyboard.press("Enter")
    until(page, lambda: float(query_of(page).get("z", 0)) == 16)


def test_the_last_change_can_be_undone_by_a_key(page):
    page.click("[data-layer=gaps]")
    until(page, lambda: query_of(page)["layer"] == "gaps")
    page.wait_for_timeout(500)
    page.click("#shifts [data-hours='22-06']")
    until(page, lambda: query_of(page).get("hours") == "22-06")
    page.locator("#map").focus()
    page.keyboard.press("z")
    until(page, lambda: "hours" not in query_of(page))
    page.keyboard.press("z")
    until(page, lambda: query_of(page)["layer"] == "coverage")
