"""The map in one file, in a real browser, opened from a file and without a network."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

from geogrid.export.folium_map import one_file_map
from geogrid.model.grid import Grid

CITY = Path(__file__).resolve().parents[1] / "export" / "map" / "conftest.py"
TITLE = "三明 <script>alert(1)</script>"


def made_up_layers(grid, **options):
    spec = importlib.util.spec_from_file_location("made_up_city", CITY)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.made_up_layers(grid, **options)


@pytest.fixture(scope="module")
def small_layers(sanming_grid):
    return made_up_layers(sanming_grid, camera_count=300)


@pytest.fixture(scope="module")
def small_map(small_layers, tmp_path_factory):
    path = tmp_path_factory.mktemp("map") / "small.html"
    return one_file_map(small_layers, path, title=TITLE, time_zone="Asia/Shanghai")


@pytest.fixture(scope="module")
def city_layers(sanming):
    return made_up_layers(Grid.over(sanming, 250), camera_count=16_450)


@pytest.fixture(scope="module")
def city_map(city_layers, tmp_path_factory):
    path = tmp_path_factory.mktemp("map") / "city.html"
    return one_file_map(city_layers, path, title="Sanming", time_zone="Asia/Shanghai")


@pytest.fixture
def requests_made():
    """Return a list of the addresses that `page` has asked for so far."""
    return []


@pytest.fixture
def page(browser, requests_made):
    """Return an empty page; in the end it has made no error and asked for files only."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.on("request", lambda request: requests_made.append(request.url))
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert [url for url in requests_made if not url.startswith("file:")] == []
    assert errors == []


def opened(page, path):
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]")
    return page


def pointed_at(page, grid, position, zoom=14):
    """Move the map and the pointer to the middle of a cell."""
    lon, lat = (float(values[position]) for values in grid.lonlat())
    page.evaluate(
        "([at, zoom]) => map_lattice.setView(at, zoom, {animate: false})", [[lat, lon], zoom]
    )
    x, y = page.evaluate(
        """at => {
            const box = map_lattice.getContainer().getBoundingClientRect();
            const point = map_lattice.latLngToContainerPoint(at);
            return [box.left + point.x, box.top + point.y];
        }""",
        [lat, lon],
    )
    page.mouse.move(x + 3, y + 3)
    page.locator(".gg-cell h2", has_text=grid.codes()[position]).wait_for()
    return dict(
        zip(
            page.locator(".gg-cell dt").all_text_contents(),
            page.locator(".gg-cell dd").all_text_contents(),
            strict=True,
        )
    )


def colour_at(page, grid, position):
    """Return the pixel of the lattice in the middle of a cell, as [r, g, b, a]."""
    lon, lat = (float(values[position]) for values in grid.lonlat())
    return page.evaluate(
        """at => {
            const box = map_lattice.getContainer().getBoundingClientRect();
            const point = map_lattice.latLngToContainerPoint(at);
            const [x, y] = [box.left + point.x, box.top + point.y];
            for (const tile of document.querySelectorAll(".lattice-layer canvas")) {
                const inside = tile.getBoundingClientRect();
                const [i, j] = [Math.floor(x - inside.left), Math.floor(y - inside.top)];
                if (i >= 0 && j >= 0 && i < inside.width && j < inside.height) {
                    return [...tile.getContext("2d").getImageData(i, j, 1, 1).data];
                }
            }
            return null;
        }""",
        [lat, lon],
    )


@pytest.mark.browser
def test_the_city_draws_from_a_file_with_no_other_request(page, requests_made, city_map):
    opened(page, city_map)
    assert page.locator(".lattice-layer canvas").count() > 4
    assert requests_made == [city_map.as_uri()]
    assert page.locator(".gg-name").count() == 12
    notes = page.locator(".gg-notes").text_content()
    assert "Synthetic data" in notes
    assert "Data as of 31 Mar 2026, 23:59 (Asia/Shanghai)" in notes
    assert "2026-03-01 – …, 22-06" in notes


@pytest.mark.browser
def test_hovering_a_cell_of_the_city_says_all_its_values(page, city_map, city_layers):
    grid = city_layers[0].table.grid
    opened(page, city_map)
    driven = int(np.flatnonzero(city_layers[0].table["patrol_s"] > 60)[1234])
    said = pointed_at(page, grid, driven, zoom=15)
    seconds = float(city_layers[0].table["patrol_s"][driven])
    minutes, rest = divmod(round(seconds), 60)
    assert said["Patrol time"] in {f"{minutes} min {rest} s", f"{minutes} min"}
    assert said["Visits"] == f"{city_layers[0].table['visits'][driven]:.0f}"
    assert said["State"] == str(city_layers[1].table["state"][driven]).replace("_", " ")
    share = float(city_layers[3].table["covered_share"][driven])
    assert float(said["Covered by cameras"].split()[0]) == pytest.approx(100 * share, abs=0.06)
    left_out = page.locator(".gg-foot").text_content()
    assert "Incidents" in left_out  # noise does not pack: what has no room is named
    assert "Incidents" not in said
    district = grid.boundary.names[grid.district[driven]]
    assert district in page.locator(".gg-cell p").text_content()


@pytest.mark.browser
def test_none_and_not_known_are_said_and_drawn_apart(page, small_map, small_layers):
    table = small_layers[0].table
    opened(page, small_map)
    none = int(np.flatnonzero(table["patrol_s"] == 0)[700])
    unknown = int(np.flatnonzero(np.isnan(table["patrol_s"]))[300])
    assert pointed_at(page, table.grid, none, zoom=12)["Patrol time"] == "0 s"
    drawn_none = colour_at(page, table.grid, none)
    assert pointed_at(page, table.grid, unknown, zoom=12)["Patrol time"] == "not known"
    drawn_unknown = colour_at(page, table.grid, unknown)
    assert drawn_none[3] > 200
    assert drawn_unknown[3] > 0
    assert drawn_none[:3] != drawn_unknown[:3]


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_cell_has_the_colour_that_the_legend_gives_its_class(
    page, small_map, small_layers, theme
):
    page.emulate_media(color_scheme=theme)
    opened(page, small_map)
    page.get_by_label("State").check()
    table = small_layers[1].table
    cell = int(np.flatnonzero(table["state"] == "never")[200])
    pointed_at(page, table.grid, cell, zoom=12)
    swatch = page.locator(".gg-legend li", has_text="never").locator(".gg-swatch")
    colour = swatch.evaluate("element => getComputedStyle(element).backgroundColor")
    wanted = [int(part) for part in re.findall(r"\d+", colour)]
    found = colour_at(page, table.grid, cell)
    np.testing.assert_allclose(found[:3], wanted, atol=2)


@pytest.mark.browser
def test_a_class_that_is_unticked_is_not_drawn(page, small_map, small_layers):
    table = small_layers[0].table
    opened(page, small_map)
    cell = int(np.flatnonzero(table["patrol_s"] == 0)[700])
    pointed_at(page, table.grid, cell, zoom=12)
    page.locator(".gg-legend li", has_text="none").locator("input").uncheck()
    assert colour_at(page, table.grid, cell) == [0, 0, 0, 0]


@pytest.mark.browser
def test_a_filter_leaves_only_the_cells_it_lets_through(page, small_map, small_layers):
    grid = small_layers[0].table.grid
    opened(page, small_map)
    middle = len(grid) // 2
    pointed_at(page, grid, middle, zoom=12)
    page.evaluate(f"""() => {{
        const layer = Object.values(map_lattice._layers).find(({{ lattice }}) => lattice);
        layer.setFilter((position) => position === {middle});
    }}""")
    assert colour_at(page, grid, middle)[3] > 0
    assert colour_at(page, grid, middle + 1) == [0, 0, 0, 0]


@pytest.mark.browser
def test_another_column_is_drawn_on_the_same_tiles(page, small_map, small_layers):
    grid = small_layers[0].table.grid
    opened(page, small_map)
    page.evaluate(
        "() => { window.tiles = [...document.querySelectorAll('.lattice-layer canvas')]; }"
    )
    before = colour_at(page, grid, len(grid) // 2)
    page.get_by_label("Balance").check()
    assert colour_at(page, grid, len(grid) // 2) != before
    assert page.evaluate(
        "() => tiles.every((tile, i) => "
        "tile === document.querySelectorAll('.lattice-layer canvas')[i])"
    )


@pytest.mark.browser
def test_the_language_changes_on_request(page, small_map):
    opened(page, small_map)
    page.get_by_role("button", name="中文").click()
    assert page.evaluate("() => document.documentElement.lang") == "zh-CN"
    assert page.get_by_role("button", name="English").is_visible()


@pytest.mark.browser
def test_texts_of_the_data_are_shown_as_they_are(page, small_map, small_layers):
    opened(page, small_map)
    assert page.locator("h1").text_content() == TITLE
    place = small_layers[5].table.geometry.iloc[0]
    at = [place.y, place.x]
    page.evaluate("at => map_lattice.setView(at, 12, {animate: false})", at)
    box = page.locator(".leaflet-container").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2 + 1, box["y"] + box["height"] / 2 + 1)
    page.locator(".gg-feature", has_text="K00000").wait_for()
    assert "第0号 <b>&</b>" in page.locator(".gg-feature").text_content()
    assert page.locator(".gg-feature b").count() == 0


@pytest.mark.browser
def test_the_arrow_keys_read_the_cell_in_the_middle(page, small_map, small_layers):
    grid = small_layers[0].table.grid
    opened(page, small_map)
    lon, lat = (float(values[len(grid) // 2]) for values in grid.lonlat())
    page.evaluate("at => map_lattice.setView(at, 13, {animate: false})", [lat, lon])
    page.locator(".leaflet-container").focus()
    page.keyboard.press("ArrowRight")
    page.locator(".gg-cell h2").wait_for()
    assert page.locator(".gg-cell h2").text_content() in set(grid.codes())


@pytest.mark.browser
def test_a_phone_shows_the_map_above_the_panel(page, small_map):
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, small_map)
    map_box = page.locator(".leaflet-container").bounding_box()
    panel = page.locator(".gg-panel").bounding_box()
    assert map_box["width"] == panel["width"] == 390
    assert map_box["y"] + map_box["height"] <= panel["y"]
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
