"""Take the picture of the README from the real page, in a real browser without a network.

Run in the project's root: ``.venv/bin/python tools/take_pictures.py [WORKSPACE]``. Without a
workspace the small synthetic city is made first.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from geogrid.workspace import Workspace
from webmap import create_app, serving

PICTURES = {  # by file: what the address asks for, and a place to point at
    "map.png": ("lang=en&theme=light&layer=coverage&column=patrol_s", (888, 252)),
}
FOLDER = Path("docs/img")
SCREEN = {"width": 1280, "height": 800}
MAX_BYTES = 400_000
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def take(address: str) -> None:
    """Write every picture.

    Parameters
    ----------
    address
        Where the map is served.
    """
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=arguments)
        for name, (query, pointer) in PICTURES.items():
            page = chromium.new_page(viewport=SCREEN, locale="en-GB")
            page.goto(f"{address}/?{query}")
            page.wait_for_selector("body[data-ready]", timeout=60_000)
            page.mouse.move(*pointer)
            page.wait_for_timeout(1000)  # until the value under the pointer is shown
            page.screenshot(path=FOLDER / name)
            size = (FOLDER / name).stat().st_size
            print(f"{FOLDER / name}: {size} bytes")
            if size > MAX_BYTES:
                raise SystemExit(f"a picture may have {MAX_BYTES} bytes")
        chromium.close()


def main() -> int:
    """Make or open a workspace and take the pictures of it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        if len(sys.argv) > 1:
            workspace = Workspace.open(sys.argv[1])
        else:
            workspace = Workspace.demo(Path(folder) / "tiny", size="tiny", seed=0)
        with serving(create_app(workspace)) as address:
            take(address)
    return 0


if __name__ == "__main__":
    sys.exit(main())
