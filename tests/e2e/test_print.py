"""The print page and the picture of the view have what a sheet on a wall needs."""

from __future__ import annotations

import math
import re
import struct

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import query_of, until, view_on

pytestmark = pytest.mark.browser
MM = 72 / 25.4
PANEL = 344  # px at the left of a wide map: what lies there is not seen
TILE = 256  # px: the world's width at zoom 0
TWO_PIXELS = 0.0014  # degrees of longitude at zoom 11
MOST_ROOM = 2**-0.15  # one step of the sheet's zoom, an eighth, and a little


def view_of(page):
    query = query_of(page)
    return tuple(float(query[name]) for name in ("lat", "lng", "z"))


def seen_from(view, width, height, *, left=0):
    """Return what a map shows right of `left`: (xmin, ymin, xmax, ymax) in widths of the world."""
    lat, lng, zoom = view
    scale = 1 / (TILE * 2**zoom)
    x = (lng + 180) / 360
    y = math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)
    half = height / 2 * scale
    return x - (width / 2 - left) * scale, y - half, x + width / 2 * scale, y + half


def shown_whole(page, seen):
    """Tell whether the sheet shows all of `seen`, and not much more from south to north."""
    width, height = page.locator("#map").evaluate("map => [map.clientWidth, map.clientHeight]")
    xmin, ymin, xmax, ymax = seen_from(view_of(page), width, height)
    near = (xmax - xmin) / 400
    whole = xmin < seen[0] + near and ymin < seen[1] + near and seen[2] < xmax + near
    return whole and seen[3] < ymax + near and (seen[3] - seen[1]) / (ymax - ymin) > MOST_ROOM


@pytest.mark.parametrize(("paper", "size"), [("a4", (297, 210)), ("a3", (420, 297))])
def test_the_sheet_fits_one_page_of_its_paper_and_shows_all_that_was_seen(
    visit, tiny_workspace, paper, size
):
    page = visit().open(view_on(tiny_workspace, zoom=11))
    before = view_of(page)
    seen = seen_from(before, 1440, 900, left=PANEL)
    page.click("#print-open")
    page.select_option("#sheet-paper", paper)
    until(page, lambda: query_of(page)["print"] == paper and shown_whole(page, seen))
    box = page.locator("#sheet-page").bounding_box()
    assert box["x"] + box["width"] <= 1440
    assert box["y"] + box["height"] <= 900
    data = page.pdf(prefer_css_page_size=True, print_background=True)
    boxes = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", data)
    assert len(boxes) == 1
    for points, millimetres in zip(boxes[0], size, strict=True):
        assert float(points) == pytest.approx(millimetres * MM, abs=1)
    page.click("#sheet-close")
    until(page, lambda: view_of(page) == pytest.approx(before, abs=TWO_PIXELS))


def test_the_sheet_tells_title_time_legend_scale_north_and_source(page):
    page.click("#print-open")
    expect(page.locator("#sheet-name")).to_contain_text("Patrol time")
    expect(page.locator("#sheet-when")).to_contain_text("SYNTHETIC DEMO")
    expect(page.locator("#sheet-source")).to_contain_text("Data as of")
    expect(page.locator("#sheet-source")).to_contain_text("Source:")
    assert page.locator("#sheet-legend tbody tr").count() >= 4
    expect(page.locator(".sheet-north")).to_contain_text("N")
    expect(page.locator(".leaflet-control-scale-line")).to_be_visible()
    page.fill("#sheet-title", "For the morning meeting")
    expect(page.locator("#sheet-name")).to_have_text("For the morning meeting")
    sheet = page.locator("#sheet-page").bounding_box()
    stage = page.locator(".stage").bounding_box()
    assert sheet["x"] <= stage["x"]
    assert stage["x"] + stage["width"] < sheet["x"] + sheet["width"]
    page.click("#sheet-close")
    expect(page.locator("#sheet")).to_be_hidden()
    expect(page.locator("#print-open")).to_be_focused()


def test_the_view_is_saved_as_a_picture_that_is_not_empty(page, tmp_path):
    with page.expect_download() as download:
        page.click("#png-save")
    path = tmp_path / "view.png"
    download.value.save_as(path)
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert width > 1440
    assert height > 900
    assert len(data) > 50_000


@pytest.mark.parametrize(("language", "core"), [("zh", "核心"), ("en", "core (stays)")])
def test_a_sheet_from_a_link_has_hotspots_and_tours_on_one_page(visit, language, core, tmp_path):
    page = visit().open(
        f"?lang={language}&layer=hotspots&on=spots,checkpoints&plan=2026-03-08T20:00/4&print=a3"
    )
    legend = page.locator("#sheet-legend")
    expect(legend).to_contain_text(core)  # comes after the sheet is open
    expect(legend.locator("h3:has(canvas)")).to_have_count(1)  # of checkpoints there is one kind
    expect(legend.locator(".sheet-tours li").first).to_be_visible()
    units = page.locator("#plan-list > li").count()
    expect(legend.locator(".sheet-tours li")).to_have_count(units)
    expect(legend.locator(".sheet-tours i").first).to_be_visible()  # whose colour is which
    data = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/MediaBox", data)) == 1
    page.click("#sheet-close")
    saved = {}
    for name, query in (("with", page.url), ("without", re.sub(r"&plan=[^&]*", "", page.url))):
        page.goto(query)
        page.wait_for_selector("body[data-ready]")
        if name == "with":
            expect(page.locator("#plan-list > li")).to_have_count(units)
        with page.expect_download() as download:
            page.click("#png-save")
        download.value.save_as(tmp_path / name)
        saved[name] = (tmp_path / name).read_bytes()
    assert saved["with"][16:24] == saved["without"][16:24]  # the same size
    assert len(saved["with"]) > len(saved["without"])
