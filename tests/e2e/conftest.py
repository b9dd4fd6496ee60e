"""A server on loopback and a real Chromium that may reach nothing else."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import webmap
from geogrid.workspace import Choices, DistrictFile, Workspace
from tests.e2e.hostile import hostile_grounds, make_hostile_workspace

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
MAC = Path("/Applications/Chromium.app/Contents/MacOS/Chromium")
SECTIONS = ("measure", "window", "compare", "district", "layers", "plan", "area", "what-if")
SECTIONS += ("basemap", "units-of", "take")
_ALL_OPEN = json.dumps(dict.fromkeys(SECTIONS, True))
OPENED = f"localStorage['geogrid.sections'] ??= '{_ALL_OPEN}'"
HOSTILE = "<img src=x onerror=window.hit=1>"
PATIENCE_MS = 120_000  # three parts of the tests share two cores
# No way leads elsewhere; stops at each request in Python would also switch off the cache.
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def address(tiny_workspace):
    """Serve the small demo city and return its address."""
    with webmap.serving(webmap.create_app(tiny_workspace)) as address:
        yield address


@pytest.fixture(scope="session")
def bare_address(boundaries, tmp_path_factory):
    """Serve a workspace that has districts and nothing else, and a hostile name."""
    folder = tmp_path_factory.mktemp("bare") / "ws"
    districts = DistrictFile(boundaries / "sanming_2010.geojson", "adcode", "name")
    choices = Choices(cell_size_m=2000, name="<b>Bare</b>")
    workspace, _ = Workspace.create(folder, districts, choices)
    with webmap.serving(webmap.create_app(workspace)) as address:
        yield address


@pytest.fixture(scope="session")
def hostile_workspace(boundaries, tmp_path_factory):
    """Return a workspace in which every text is code."""
    folder = tmp_path_factory.mktemp("hostile")
    return make_hostile_workspace(folder, boundaries / "sanming_2010.geojson")


@pytest.fixture(scope="session")
def hostile_address(hostile_workspace, tmp_path_factory):
    """Serve it over grounds whose names and credits are code too."""
    grounds = hostile_grounds(tmp_path_factory.mktemp("grounds"))
    app = webmap.create_app(hostile_workspace, settings=webmap.Settings(basemaps=grounds))
    with webmap.serving(app) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """Start Chromium without WebGL, as on an office PC whose driver is blocked."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None) or (MAC.exists() and str(MAC))
    if not found:
        reason = "no Chromium on this machine; tools/install_browser.sh says how to get one"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)  # a busy machine is slow, not wrong

    arguments = ["--disable-3d-apis", "--disable-dev-shm-usage", ALONE]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses its sandbox to root
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=arguments)
        yield chromium
        chromium.close()


class Visit:
    """One visitor: a page, what it asked for and what it complained of."""

    def __init__(self, browser, address, *, folded=False, **options):
        self.address = address
        # Nothing turns or slides: pictures of every frame are much of the work of a browser.
        usual = {"viewport": WIDE, "locale": "en-GB", "reduced_motion": "reduce"}
        self.context = browser.new_context(**usual | options)
        self.context.set_default_timeout(PATIENCE_MS)
        if not folded:  # somebody who has opened every section before
            self.context.add_init_script(OPENED)
        self.page = self.context.new_page()
        self.requests, self.complaints = [], []
        self.context.on("request", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type == "error" else None,
        )

    def _note(self, request):
        if not request.url.startswith(("data:", "blob:")):  # these are in the page already
            self.requests.append(request.url)

    def open(self, query=""):
        """Open the map and wait until it is drawn."""
        self.page.goto(f"{self.address}/{query}")
        self.page.wait_for_selector("body[data-ready]")
        return self.page

    def api(self, path):
        """Return JSON from the server, as the page would get it."""
        return self.context.request.get(f"{self.address}{path}").json()


@pytest.fixture
def visit(browser, address):
    """Return a function that brings a visitor; none may leave with a complaint."""
    visitors = []

    def come(other=None, **options):
        visitors.append(Visit(browser, other or address, **options))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.context.close()
    assert [said for visitor in visitors for said in visitor.complaints] == []
    asked = {urlsplit(url).hostname for visitor in visitors for url in visitor.requests}
    assert asked <= {"127.0.0.1"}


@pytest.fixture
def page(visit):
    """Return the map on a wide screen in English."""
    return visit().open()
