"""What a person asks the map: values, cells, measures, time, districts, places."""

from __future__ import annotations

import random
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import CENTRE, numbers_in, query_of, read_out, until, view_on

pytestmark = pytest.mark.browser


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
    expect(panel.locator("h2")).to_contain_text("Cell 500mE")
    code = query_of(page)["cell"]
    known = visitor.api(f"/api/cells/{code}?lang=en")
    expect(panel).to_contain_text(known["sentence"])
    facts = [known[name] for name in ("history", "incidents", "promises") if known[name]]
    expect(panel.locator("details")).to_have_count(len(known["layers"]) + len(facts))
    assert panel.locator("#cell-body").get_attribute("aria-live") == "polite"
    assert page.locator(".chosen-cell").count() == 1
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert "cell" not in query_of(page)


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
    expect(page.locator("label[for=layer-cameras] .count")).not_to_be_empty()
    page.wait_for_timeout(600)
    page.mouse.move(720, 450)
    page.mouse.move(721, 451)
    expect(page.locator(".point-tip")).to_contain_text("Camera")
    camera = str(tiny_workspace.register("cameras").index[0])
    assert camera in page.locator(".point-tip").inner_text()
