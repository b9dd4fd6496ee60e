"""Take the pictures of docs/morning-walk.md by walking the walk in a real browser.

Run in the project's root: ``.venv/bin/python tools/take_walk_pictures.py``. The small synthetic
city is made first, so the pictures are of data that nobody recorded.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from take_pictures import BROWSERS, FOLDER, MAX_BYTES, SCREEN

from geogrid.workspace import Workspace
from webmap import create_app, serving

DISTRICT = "350402"
PLACES = ((-40, -30), (40, -20), (0, 45))  # of three cameras, pixels from the middle


def keep(page: Page, name: str) -> None:
    """Write what the page shows.

    Parameters
    ----------
    page
        The map.
    name
        Of the file in docs/img.

    Raises
    ------
    SystemExit
        The picture is larger than the documentation allows.
    """
    page.wait_for_timeout(1000)  # until the page says that something is under way
    page.locator("#busy").wait_for(state="hidden")
    page.wait_for_timeout(500)  # until it is drawn
    path = FOLDER / name
    page.screenshot(path=path)
    print(f"{path}: {path.stat().st_size} bytes")
    if path.stat().st_size > MAX_BYTES:
        raise SystemExit(f"a picture may have {MAX_BYTES} bytes")


def walk(page: Page, address: str) -> None:
    """Walk from the worst gap to three cameras, a picture a step.

    Parameters
    ----------
    page
        A new page.
    address
        Where the map is served.
    """
    page.set_default_timeout(120_000)
    page.goto(f"{address}/?lang=en&theme=light")
    page.wait_for_selector("body[data-ready]")
    page.click("[data-layer=gaps]")
    page.select_option("#district", DISTRICT)
    page.click("#window-last")
    page.click("#shifts [data-hours='20-08']")
    page.click("#worst-find")
    page.locator("#worst-list button").first.wait_for()
    page.locator("#worst-said").scroll_into_view_if_needed()
    keep(page, "walk-gaps.png")
    page.locator("#worst-list button").first.click()
    page.locator("#cell .sentence").wait_for()
    keep(page, "walk-reason.png")
    page.click("#desk-toggle")
    page.click("#desk-place")
    for dx, dy in PLACES:
        page.mouse.click(SCREEN["width"] / 2 + dx, SCREEN["height"] / 2 + dy)
    page.keyboard.press("Escape")
    page.fill("#desk-label", "Three for the gap of last night")
    page.click("#desk-save")
    page.locator("#desk").evaluate("(desk) => { desk.scrollTop = 0; }")
    keep(page, "walk-cameras.png")
    page.click("#desk-close")
    page.click("#cell-close")
    page.click("#compare-title")
    page.locator("#compare-ways").scroll_into_view_if_needed()
    page.click("[data-way=swipe]")
    keep(page, "walk-compare.png")


def main() -> int:
    """Make the city and take the pictures of the walk."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        workspace = Workspace.demo(Path(folder) / "tiny", size="tiny", seed=0)
        chromium = playwright.chromium.launch(executable_path=found, args=arguments)
        with serving(create_app(workspace)) as address:
            walk(chromium.new_page(viewport=SCREEN, locale="en-GB"), address)
            chromium.close()  # before the server: what it still asks for would find nobody
    return 0


if __name__ == "__main__":
    sys.exit(main())
