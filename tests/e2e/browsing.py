"""What the browser tests share: reading the page as a person does."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

CENTRE = {"x": 900, "y": 450}  # of the map, right of the panel


def query_of(page):
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def until(page, holds):
    """Wait until something holds; the page's own policy forbids the browser's waiting."""
    for _ in range(2400):
        if holds():
            return
        page.wait_for_timeout(50)
    assert holds()


def at_rest(page, *locators):
    """Return where things are once what still comes in moves them no more."""
    boxes, since = [], 0
    while since < 10:  # half a second
        page.wait_for_timeout(50)
        now = [locator.bounding_box() for locator in locators]
        since = since + 1 if now == boxes else 0
        boxes = now
    return boxes


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
