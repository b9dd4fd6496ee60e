"""What is drawn equals the store: the pointer on random cells, windows, columns, levels, places."""

from __future__ import annotations

import random
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import query_of, read_out, until

pytestmark = pytest.mark.browser
DRIVEN, ANY = 2, 1  # cells on each view
VIEWS = 1  # of each layer
LAYERS = ("coverage", "gaps", "camera_coverage", "hotspots")
NUMBERS_AND_WORDS = {"amount", "share", "diverging", "category"}
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
SIZE = np.array([1440, 900])
FREE = (400, 1360, 110, 780)  # of the map beside panel and buttons: left, right, top, bottom
PAINTED = """
([x, y]) => {
  for (const tile of [...document.querySelectorAll(".leaflet-measure-pane canvas")].reverse()) {
    const box = tile.getBoundingClientRect();
    const [i, j] = [(x - box.left) / box.width, (y - box.top) / box.height];
    if (i < 0 || j < 0 || i >= 1 || j >= 1) continue;
    const at = [Math.floor(i * tile.width), Math.floor(j * tile.height), 1, 1];
    return [...tile.getContext("2d").getImageData(...at).data];
  }
  return null;
}
"""


def window_drawn(draw):
    """Return a window as an address has it: hours, over midnight too, and days of the week."""
    start = draw.randrange(24)
    days = draw.sample(WEEK, draw.randint(1, 6))
    hours = f"{start:02}-{(start + draw.randint(1, 23)) % 24:02}"
    return {"hours": hours, "weekdays": ",".join(days)}


def pixels_of(view, lon, lat):
    """Return where a page with this view shows places, shape (n, 2)."""

    def plane(lng, lat):
        return np.column_stack([lng, -np.degrees(np.arcsinh(np.tan(np.radians(lat))))])

    middle = plane([float(view["lng"])], [float(view["lat"])])
    return (plane(lon, lat) - middle) * 256 * 2 ** float(view["z"]) / 360 + SIZE / 2


def classes_of(legend, value):
    """Return the entries of a legend that are for a value, as its words say it."""
    if value is None:
        return [legend["null"]]
    if isinstance(value, str):
        return [one for one in legend["classes"] if one["key"] == value]
    if value == 0 and any(one["key"] == "zero" for one in legend["classes"]):
        return [one for one in legend["classes"] if one["key"] == "zero"]
    slack = 1e-4 * max(1.0, abs(value))  # a rounded value on a break may be of either class
    return [
        one
        for one in legend["classes"]
        if one["key"] != "zero"
        and (one["from"] is None or value >= one["from"] - slack)
        and (one["to"] is None or value < one["to"] + slack)
    ]


def has_colour_of(pixel, entries):
    """Tell whether a pixel is painted as one of the entries: plain, or a line of its hatch."""
    for one in entries:
        opacity = 1.0 if one["opacity"] is None else one["opacity"]
        if pixel[3] == 0:
            if opacity == 0 or one["light"] is None:
                return True
            continue
        hatch = one["hatch"] or {}
        for colour in filter(None, (one["light"], hatch.get("light"))):
            wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
            if np.abs(np.subtract(pixel[:3], wanted)).max() <= 3:
                return True
    return False


def move_about(page, draw, view):
    """Drag the map some way and go a level nearer or further; return the view in the address."""
    page.mouse.move(900, 450)
    page.mouse.down()
    page.mouse.move(900 + draw.randint(40, 200), 450 - draw.randint(40, 150), steps=5)
    page.wait_for_timeout(250)  # a map that is let go at rest does not slide on
    page.mouse.up()
    until(page, lambda: query_of(page)["lng"] != view["lng"])
    way, by = draw.choice([("in", 1), ("out", -1)])
    page.click(f".leaflet-control-zoom-{way}")
    until(page, lambda: float(query_of(page)["z"]) == float(view["z"]) + by)
    return query_of(page)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_pointer_reads_the_value_of_the_api_in_its_colour(visit, tiny_workspace, layer):
    draw = random.Random(layer)  # noqa: S311 - places on a map
    visitor, grid = visit(), tiny_workspace.grid
    lon, lat = grid.lonlat()
    window = window_drawn(draw)
    about = visitor.api(f"/api/layers/{layer}?lang=en&{urlencode(window)}")
    names = [one["name"] for one in about["fields"] if one["scale"] in NUMBERS_AND_WORDS]
    driven = tiny_workspace.layer("coverage").table["patrol_s"] > 0
    start = draw.choice(np.flatnonzero(driven).tolist())
    view = {"z": draw.choice([13, 14, 15]), "lat": f"{lat[start]:.5f}", "lng": f"{lon[start]:.5f}"}
    asked = {"lang": "en", "on": "", "layer": layer, "column": draw.choice(names), "opacity": 100}
    page = visitor.open(f"?{urlencode(asked | window | view)}")
    for _ in range(VIEWS):
        view = move_about(page, draw, view)
        places = pixels_of(view, lon, lat)
        left, right, top, bottom = FREE
        free = (places >= [left, top]).all(axis=1) & (places <= [right, bottom]).all(axis=1)
        column = asked["column"]
        (field,) = (
            one
            for one in visitor.api(f"/api/layers/{layer}?column={column}&{urlencode(window)}")[
                "fields"
            ]
            if one["name"] == column
        )
        cells = draw.sample(np.flatnonzero(free & driven).tolist(), DRIVEN)
        for at in cells + draw.sample(np.flatnonzero(free).tolist(), ANY):
            code = grid.codes()[at]
            page.mouse.move(*places[at])
            expect(page.locator("#readout .code")).to_have_text(code)
            known = visitor.api(f"/api/cells/{code}?{urlencode(window)}")["layers"][layer][column]
            _, shown, _ = read_out(page)
            if isinstance(known, int | float):
                step = 10.0 ** -field["wire"]["decimals"]
                assert float(shown) == pytest.approx(known, abs=0.6 * step)
            else:
                assert shown == (known or "")
            entries = classes_of(field["wire"]["legend"], known)
            pixel = page.evaluate(PAINTED, places[at].tolist())
            assert has_colour_of(pixel, entries), (code, column, known, pixel, entries)
