"""A ground in GCJ-02 under the map: everything over it is moved onto it."""

from __future__ import annotations

import math
from urllib.parse import urlsplit

import numpy as np
import pytest
from flask import Flask, Response
from playwright.sync_api import expect

import webmap
from geogrid.crs import Datum, from_wgs84
from geogrid.export.lattice_tiles import WORLD_M, png
from tests.e2e.browsing import at_rest, query_of, read_out, until
from tests.webmap.pmtiles_files import pmtiles
from webmap.basemaps import Basemap, read_basemaps

pytestmark = pytest.mark.browser
PLACE = (117.6, 26.2)
ZOOM = 15
KEY = "k-3c1f"
VIEW = f"?lang=en&lat={PLACE[1]}&lng={PLACE[0]}&z={ZOOM}"


def picture():
    """Return a plain green tile."""
    return png(np.full((256, 256, 4), (60, 160, 60, 255), np.uint8))


@pytest.fixture(scope="module")
def grounded_address(tiny_workspace):
    """Serve green tiles, and the demo city with them as a ground in GCJ-02."""
    tiles = Flask("tiles")
    green = picture()
    tiles.add_url_rule(
        "/<int:z>/<int:x>/<int:y>.png", "tile", lambda **_: Response(green, mimetype="image/png")
    )
    with webmap.serving(tiles) as ground:
        url = f"{ground}/{{z}}/{{x}}/{{y}}.png?tk={KEY}"
        named = Basemap("green", "绿底图", url, Datum.GCJ02, "© 某地")
        gone = Basemap("gone", "旧底图", f"{ground}/none/{{z}}/{{x}}/{{y}}.png", Datum.WGS84)
        settings = webmap.Settings(basemaps=(named, gone))
        with webmap.serving(webmap.create_app(tiny_workspace, settings=settings)) as address:
            yield address


def tile_place(lon, lat):
    """Return where a place lies in the pyramid of tiles, in pixels."""
    x = (lon / 360 + 0.5) * 256 * 2**ZOOM
    merc = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
    y = (0.5 - merc * 6_378_137 / WORLD_M) * 256 * 2**ZOOM
    return x, y


def test_a_reader_chooses_a_ground_and_is_told_of_its_datum(visit, grounded_address):
    page = visit(grounded_address).open(f"?lang=en&lat={PLACE[1]}&lng={PLACE[0]}&z={ZOOM}")
    page.get_by_role("combobox", name="Ground").select_option("green")
    expect(page.locator("body[data-ready=true]")).to_be_attached()
    expect(page.locator("#basemap-datum")).to_contain_text("GCJ-02")
    expect(page.locator(".ground-credit")).to_have_text("© 某地")
    expect(page.locator("img.leaflet-tile").first).to_be_visible()
    assert query_of(page)["basemap"] == "green"


def test_over_a_shifted_ground_a_place_lies_on_its_shifted_pixel(visit, grounded_address):
    page = visit(grounded_address).open(
        f"?lang=en&lat={PLACE[1]}&lng={PLACE[0]}&z={ZOOM}&basemap=green"
    )
    size = page.viewport_size
    middle = size["width"] / 2, size["height"] / 2
    page.mouse.move(*middle)
    code, _, _ = read_out(page)
    plain = visit(grounded_address).open(f"?lang=en&lat={PLACE[1]}&lng={PLACE[0]}&z={ZOOM}")
    plain.mouse.move(*middle)
    assert read_out(plain)[0] == code
    tile = page.locator("img.leaflet-tile").first
    expect(tile).to_be_visible()
    box = tile.bounding_box()
    z, x, y = (
        int(part)
        for part in urlsplit(tile.get_attribute("src")).path.removesuffix(".png").split("/")[-3:]
    )
    assert z == ZOOM
    on_ground = tile_place(*from_wgs84(*PLACE, Datum.GCJ02))
    assert x * 256 + middle[0] - box["x"] == pytest.approx(on_ground[0], abs=2)
    assert y * 256 + middle[1] - box["y"] == pytest.approx(on_ground[1], abs=2)


def test_what_a_hand_places_over_a_shifted_ground_is_stored_where_it_is(visit, grounded_address):
    placed = []
    for ground in ("", "&basemap=green"):
        page = visit(grounded_address).open(VIEW + ground)
        page.click("#area-draw")
        for x, y in ((800, 350), (1000, 350), (900, 550)):
            page.mouse.click(x, y)
        page.click("#area-done")
        until(page, lambda: "area" in query_of(page))  # noqa: B023 - called at once
        expect(page.locator("#area-stats tr").first).to_be_visible()  # moves what is below it
        at_rest(page, page.locator("#desk-toggle"))
        page.click("#desk-toggle")
        page.click("#desk-place")
        page.mouse.click(900, 420)
        camera = page.locator("#desk-cameras li")
        expect(camera).to_have_count(1)
        key = "Object.keys(localStorage).find((name) => name.startsWith('geogrid.desk'))"
        plan = page.evaluate(f"JSON.parse(localStorage[{key}])")
        area = [float(part) for part in query_of(page)["area"].replace(";", ",").split(",")]
        placed.append([*area, plan["cameras"][0]["lon"], plan["cameras"][0]["lat"]])
    # One and the same pixels, one and the same places: GCJ-02 is 500 m off here, a pixel is 4 m.
    np.testing.assert_allclose(placed[0], placed[1], atol=6e-5)


def test_the_key_of_a_ground_stays_out_of_links_files_and_logs(
    visit, grounded_address, tmp_path, caplog
):
    visitor = visit(grounded_address, permissions=["clipboard-read", "clipboard-write"])
    with caplog.at_level("DEBUG"):
        page = visitor.open(VIEW + "&basemap=green")
        until(page, lambda: any(KEY in url for url in visitor.requests))
        page.click("#link-copy")
        expect(page.locator(".notice")).to_be_visible()
        assert "basemap=green" in page.evaluate("navigator.clipboard.readText()")
        assert KEY not in page.evaluate("navigator.clipboard.readText()") + page.url
        page.click("#take-open")
        with page.expect_download() as download:
            page.click("#take-list a[download='checkpoints.geojson']")
        download.value.save_as(tmp_path / "file")
        assert KEY not in (tmp_path / "file").read_text("utf-8")
        page.keyboard.press("Escape")
        with page.expect_download() as download:  # the picture has to do without these tiles
            page.click("#png-save")
        download.value.save_as(tmp_path / "view.png")
        assert (tmp_path / "view.png").stat().st_size > 20_000
        expect(page.locator("#notices")).to_contain_text("The picture has no ground")
        page.click("#print-open")
        expect(page.locator("#sheet-source")).to_contain_text("© 某地")
        assert KEY not in page.locator("body").inner_text()
    assert KEY not in caplog.text


def test_a_ground_that_does_not_answer_is_told_and_the_map_works_on(visit, grounded_address):
    visitor = visit(grounded_address)
    page = visitor.open(VIEW + "&basemap=gone")
    notice = page.locator(".notice.error")
    expect(notice).to_contain_text("旧底图")
    expect(notice).to_contain_text("the map works on")
    page.mouse.move(900, 450)
    assert read_out(page)[0]
    asked = len(visitor.requests)
    notice.get_by_role("button", name="Try again").click()
    expect(notice).to_contain_text("the map works on")
    assert len(visitor.requests) > asked
    visitor.complaints.clear()  # the browser itself reports tiles that are not there


def test_a_ground_of_a_pmtiles_file_is_drawn_by_this_server_alone(visit, tiny_workspace, tmp_path):
    x, y = (int(part / 256) for part in tile_place(*PLACE))
    green = picture()
    tiles = {(ZOOM, x + dx, y + dy): green for dx in range(-8, 1) for dy in range(-4, 5)}
    (tmp_path / "city.pmtiles").write_bytes(pmtiles(tiles))
    toml = tmp_path / "basemaps.toml"
    toml.write_text('[[basemap]]\nid="c"\nname="C"\nfile="city.pmtiles"\ndatum="wgs84"\n', "utf-8")
    settings = webmap.Settings(basemaps=read_basemaps(toml))
    with webmap.serving(webmap.create_app(tiny_workspace, settings=settings)) as address:
        visitor = visit(address)
        page = visitor.open(f"?lat={PLACE[1]}&lng={PLACE[0]}&z={ZOOM}&basemap=c")
        drawn = """([x, y]) => {
          const tile = [...document.querySelectorAll('img.leaflet-tile')].find(
            (one) => one.src.endsWith(`/${x}/${y}`) && one.complete && one.naturalWidth);
          if (!tile) return null;
          const canvas = Object.assign(document.createElement('canvas'), { width: 9, height: 9 });
          canvas.getContext('2d').drawImage(tile, 0, 0, 9, 9);
          return [...canvas.getContext('2d').getImageData(4, 4, 1, 1).data];
        }"""
        until(page, lambda: page.evaluate(drawn, [x, y]) == [60, 160, 60, 255])
        until(page, lambda: page.evaluate(drawn, [x + 1, y]) == [0, 0, 0, 0])  # has no tile
        assert all(url.startswith(address) for url in visitor.requests)
        visitor.context.close()
