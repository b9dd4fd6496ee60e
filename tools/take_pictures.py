"""Take every picture of docs/img from the real pages, in a real browser without a network.

Run in the project's root: ``make pictures``. The small synthetic city is made first, so the
pictures are of data that nobody recorded.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from geogrid.workspace import Workspace
from webmap import create_app, serving

FOLDER: Final = Path("docs/img")
WIDE: Final = {"width": 1280, "height": 800}
PHONE: Final = {"width": 390, "height": 844}
MAX_BYTES: Final = 400_000
SLOW_MS: Final = 180_000
BROWSERS: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
DISTRICT: Final = "350402"
# Of three cameras that face north, pixels from the middle of the map: each below another cell.
PLACES: Final = ((0, 36), (-58, 36), (58, 36))
ROOMS: Final = "id,lon,lat,class,name\nR901,117.612,26.266,2,Liedong\nR902,117.631,26.271,9,?\n"


class Screen(NamedTuple):
    """One picture: its file, what the address asks for, and what is done before it is taken."""

    name: str
    query: str
    act: Callable[[Page], None]
    size: dict[str, int] = WIDE


def wait(page: Page, selector: str) -> None:
    """Wait until the page shows something."""
    page.locator(selector).first.wait_for(state="visible")


def point(page: Page) -> None:
    """Hold the pointer over a cell."""
    page.mouse.move(888, 252)
    wait(page, "#readout")


def open_worst(page: Page) -> None:
    """Find the worst gap and open it."""
    page.click("#worst-find")
    page.locator("#worst-list button").first.click()
    wait(page, "#cell .sentence")


def ask_for_more(page: Page) -> None:
    """Ask the siting desk for six more cameras."""
    page.fill("#desk-label", "Six more cameras")
    page.select_option("#desk-weight", "roads")
    page.fill("#desk-count", "6")
    page.click("#desk-solve")
    wait(page, "#desk-plan [data-row=status]")
    page.locator("#desk-plan").scroll_into_view_if_needed()


def plan_tours(page: Page) -> None:
    """Choose the first of the proposed tours."""
    page.locator("#plan-list > li > button").first.click()


def look_at_file(page: Page) -> None:
    """Lay a file aside and look at what would be kept of it."""
    told = {"name": "rooms.csv", "mimeType": "text/csv", "buffer": ROOMS.encode()}
    page.wait_for_load_state("networkidle")  # before that nobody hears of the file
    page.locator("input[type=file]").set_input_files(files=[told])  # type: ignore[list-item]
    page.get_by_label("Kind").select_option("rooms")
    page.get_by_label("Datum of coordinates").select_option("wgs84")
    page.get_by_role("button", name="Look at them first").click()
    wait(page, "#seen")
    page.locator("#seen").evaluate("(seen) => seen.scrollIntoView()")


def show_report(page: Page) -> None:
    """Wait for the rows of the report about cameras, and go to the first camera."""
    page.locator("#cameras-body tbody button").first.click()


SCREENS: Final = (
    Screen("map.png", "?lang=en&theme=light&layer=coverage&column=patrol_s", point),
    Screen("phone.png", f"?lang=zh&theme=dark&layer=gaps&district={DISTRICT}", open_worst, PHONE),
    Screen(
        "hotspots.png",
        "?lang=en&theme=dark&layer=hotspots&on=roads,spots",
        lambda page: wait(page, "#legend tbody tr"),
    ),
    Screen(
        "gaps.png",
        "?lang=zh&theme=light&layer=gaps&column=state",
        lambda page: wait(page, "#legend tbody tr"),
    ),
    Screen(
        "difference.png",
        "?lang=en&theme=light&layer=coverage&column=patrol_s&from=2026-03-08&to=2026-03-08"
        "&compare=difference&b_from=2026-03-07&b_to=2026-03-07",
        lambda page: wait(page, "#legend tbody tr"),
    ),
    Screen("table.png", "?lang=zh&theme=dark&table=1", lambda page: wait(page, "#table tbody tr")),
    Screen("cameras.png", "?lang=en&theme=light&table=cameras&report=poles", show_report),
    Screen("tours.png", "?lang=en&theme=dark&plan=2026-03-09T20:00/4", plan_tours),
    Screen("desk.png", f"?lang=en&theme=dark&desk=new&district={DISTRICT}", ask_for_more),
    Screen("import.png", "import?lang=en&theme=light", look_at_file),
)


def keep(page: Page, name: str) -> None:
    """Write what the page shows when nothing is under way any more.

    Parameters
    ----------
    page
        The page.
    name
        Of the file in docs/img.

    Raises
    ------
    SystemExit
        The picture is larger than the documentation allows.
    """
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1000)  # until the page says that something is under way
    if page.locator("#busy").count():
        page.locator("#busy").wait_for(state="hidden")
    page.wait_for_timeout(500)  # until it is drawn
    path = FOLDER / name
    page.screenshot(path=path)
    size = path.stat().st_size
    print(f"{path}: {size} bytes", flush=True)
    if size > MAX_BYTES:
        raise SystemExit(f"a picture may have {MAX_BYTES} bytes")


def opened(browser: Browser, address: str, size: dict[str, int]) -> Page:
    """Return a page of somebody who never was there."""
    page = browser.new_page(viewport=size, locale="en-GB")  # type: ignore[arg-type]
    page.set_default_timeout(SLOW_MS)
    page.goto(address)
    if "/import" not in address:
        page.wait_for_selector("body[data-ready]")
    return page


def walk(page: Page) -> None:
    """Walk docs/morning-walk.md from the worst gap to three cameras, a picture a step.

    Parameters
    ----------
    page
        The map.
    """
    page.click("[data-layer=gaps]")
    page.select_option("#district", DISTRICT)
    page.click("#window-last")
    page.click("#shifts [data-hours='20-08']")
    page.click("#worst-find")
    wait(page, "#worst-list button")
    page.locator("#worst-said").scroll_into_view_if_needed()
    keep(page, "walk-gaps.png")
    page.locator("#worst-list button").first.click()
    wait(page, "#cell .sentence")
    keep(page, "walk-reason.png")
    page.click("#desk-toggle")
    wait(page, "#desk-result [data-row=after]")
    page.select_option("#desk-weight", "roads")
    page.click("#desk-place")
    for dx, dy in PLACES:
        page.mouse.click(WIDE["width"] / 2 + dx, WIDE["height"] / 2 + dy)
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


def take(browser: Browser, address: str, wanted: set[str]) -> None:
    """Write the pictures; all if none is named.

    Parameters
    ----------
    browser
        Without a window.
    address
        Where the map is served.
    wanted
        Names of files in docs/img; ``walk`` for those of the walk.
    """
    for screen in SCREENS:
        if not wanted or screen.name in wanted:
            page = opened(browser, f"{address}/{screen.query}", screen.size)
            screen.act(page)
            keep(page, screen.name)
            page.close()
    if not wanted or "walk" in wanted:
        walk(opened(browser, f"{address}/?lang=en&theme=light", WIDE))


def main() -> int:
    """Make the city and take the pictures of it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        workspace = Workspace.demo(Path(folder) / "tiny", size="tiny", seed=0)
        chromium = playwright.chromium.launch(executable_path=found, args=arguments)
        with serving(create_app(workspace)) as address:
            take(chromium, address, set(sys.argv[1:]))
            chromium.close()  # before the server: what it still asks for would find nobody
    return 0


if __name__ == "__main__":
    sys.exit(main())
