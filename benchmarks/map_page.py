"""The map page in a real browser: first picture, pan, zoom, restyle, hover, heap, bytes.

Run ``python benchmarks/map_page.py``: it makes the synthetic city twice, in cells of 250 m and of
100 m, serves each and looks at it with Chromium without WebGL, as on an office PC whose driver is
blocked. ``--workspace`` measures one that exists. Browser and server share the machine. Each figure
is the median of five; a movement is timed from its call to the end of the frame that shows it.
A switch of time is the change of one control, at random, to a window that the server has not been
asked for, timed from the change to the end of the frame that shows all cells anew.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from geogrid.service.demo_city import demo_files
from geogrid.workspace import Choices, DistrictFile, Workspace

DEMO_CELL_M = 250
ROOT = Path(__file__).resolve().parents[1]
PROGRAM = [sys.executable, "-c", "from geogrid.cli import main; main()"]
VIEW = {"width": 1440, "height": 900}
HOOK = """
let held;
window.paints = 0;
window.painted = 0; // the end of the frame after the last tile
const put = CanvasRenderingContext2D.prototype.putImageData;
CanvasRenderingContext2D.prototype.putImageData = function (...about) {
  put.apply(this, about);
  window.paints += 1;
  requestAnimationFrame(() => setTimeout(() => { window.painted = performance.now(); }));
};
Object.defineProperty(window, "L", {
  configurable: true,
  get: () => held,
  set(value) {
    held = value;
    if (value.Map) value.Map.addInitHook(function () { window.theMap = this; });
  },
});
"""
TIMED = """
async (name) => {
  const map = window.theMap;
  let lattice = null;
  map.eachLayer((layer) => { if (layer instanceof L.LatticeLayer) lattice = layer; });
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const moves = {
    pan: () => map.panBy([400, 0], { animate: false }),
    back: () => map.panBy([-400, 0], { animate: false }),
    zoom_in: () => map.setZoom(map.getZoom() + 1, { animate: false }),
    zoom_out: () => map.setZoom(map.getZoom() - 1, { animate: false }),
    restyle: () => lattice.setTheme(lattice.options.theme === "dark" ? "light" : "dark"),
  };
  await frame();
  const start = performance.now();
  moves[name]();
  await frame();
  return performance.now() - start;
}
"""
HOVER = """
() => {
  const map = window.theMap;
  let lattice = null;
  map.eachLayer((layer) => { if (layer instanceof L.LatticeLayer) lattice = layer; });
  const { x, y } = map.getSize();
  const start = performance.now();
  for (let i = 0; i < 10000; i += 1) {
    lattice.valueAt(map.containerPointToLatLng([(i * 37) % x, (i * 101) % y]));
  }
  return (performance.now() - start) / 10000;
}
"""
SWITCH = """
async ([id, value]) => {
  const control = document.getElementById(id);
  const before = window.paints;
  const start = performance.now();
  control.value = value;
  control.dispatchEvent(new Event("change", { bubbles: true }));
  while (window.paints === before && performance.now() - start < 60000) {
    await new Promise((done) => setTimeout(done, 2));
  }
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
}
"""
ARRIVED = """
() => {
  const lattice = performance.getEntriesByType("resource")
    .filter(({ name }) => name.includes("/lattice/"));
  const last = Math.max(...lattice.map(({ responseEnd }) => responseEnd));
  const octets = lattice.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  return { "drawn after arrival, ms": window.painted - last, "lattice, kB": octets / 1e3 };
}
"""


@contextmanager
def served(workspace: Path) -> Iterator[str]:
    """Serve a workspace in a process of its own; yield its address once its layers are made."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [*PROGRAM, "serve", str(workspace), "--port", str(port)], stdout=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for path in ("/healthz", "/lattice/mesh.json", "/api/layers/coverage", "/api/layers/gaps"):
            wait_for(address + path)
        yield address
    finally:
        server.terminate()
        server.wait()


def wait_for(url: str) -> None:
    """Return when an address answers."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=300) as answer:  # noqa: S310 - loopback
                answer.read()
            return
        except OSError:
            time.sleep(0.2)
    sys.exit(f"{url} does not answer")


def opened(browser: Browser, address: str, query: str) -> tuple[Page, float, int]:
    """Return a page on the map, the seconds until it was drawn, and the bytes it fetched."""
    context = browser.new_context(viewport=VIEW, locale="en-GB")
    page = context.new_page()
    page.add_init_script(HOOK)
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[int] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    start = time.perf_counter()
    page.goto(address + query)
    page.wait_for_selector("body[data-ready]", timeout=120_000)
    return page, time.perf_counter() - start, sum(sizes)


def heap_mb(page: Page) -> float:
    """Return what the page's scripts hold, after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    found = session.send("Performance.getMetrics")["metrics"]
    return next(one["value"] for one in found if one["name"] == "JSHeapUsedSize") / 1e6


def switches(page: Page, turns: int) -> list[float]:
    """Return the milliseconds of switches to windows that are each new to the server, sorted."""
    draw, seen, taken = random.Random(1), set(), []  # noqa: S311 - windows
    state = {"from": page.input_value("#from"), "to": page.input_value("#to")}
    first, last = (date.fromisoformat(state[end]) for end in ("from", "to"))
    state |= {"hour-from": "0", "hour-to": "24"}
    while len(taken) < turns:
        control = draw.choice(tuple(state))
        if control in ("from", "to"):
            day = first + timedelta(days=draw.randint(0, (last - first).days))
            value = day.isoformat()
        else:
            value = str(draw.randint(1, 23))
        wanted = state | {control: value}
        key = tuple(wanted.values())
        if key in seen or wanted["from"] > wanted["to"] or wanted["hour-from"] == wanted["hour-to"]:
            continue
        taken.append(page.evaluate(SWITCH, [control, value]))
        seen.add(key)
        state = wanted
    return sorted(taken)


def measure(browser: Browser, address: str, query: str, turns: int) -> dict[str, float]:
    """Return the figures of one page."""
    first, moves, more = [], {name: [] for name in ("pan", "zoom", "restyle")}, {}
    arrivals: list[float] = []
    for _ in range(turns):
        page, seconds, octets = opened(browser, address, query)
        first.append(seconds)
        arrived = page.evaluate(ARRIVED)
        arrivals.append(arrived["drawn after arrival, ms"])
        moves["pan"] += [page.evaluate(TIMED, "pan"), page.evaluate(TIMED, "back")]
        moves["zoom"] += [page.evaluate(TIMED, "zoom_in"), page.evaluate(TIMED, "zoom_out")]
        moves["restyle"].append(page.evaluate(TIMED, "restyle"))
        more = {"hover, ms": page.evaluate(HOVER), "heap, MB": heap_mb(page), "kB": octets / 1e3}
        more |= arrived | {"drawn after arrival, ms": statistics.median(arrivals)}
        page.context.close()
    medians = {f"{name}, ms": statistics.median(taken) for name, taken in moves.items()}
    return {"first picture, s": statistics.median(first), **medians, **more}


def made(folder: Path, cell_m: int) -> Path:
    """Return the synthetic city in a folder: whole at 250 m, its tracks alone in other cells."""
    city = folder / f"city-{cell_m}"
    if city.exists():
        return city
    if cell_m == DEMO_CELL_M:
        Workspace.demo(city, size="city")
        return city
    districts = DistrictFile(ROOT / "data/boundaries/sanming_2010.geojson", "adcode", "name")
    workspace, _ = Workspace.create(city, districts, Choices(cell_size_m=cell_m))
    with tempfile.TemporaryDirectory() as aside:
        files = demo_files(Path(aside), size="city", seed=1, progress=lambda *_: None)
        for kind, paths, options in files:
            if kind == "tracks":
                workspace.import_files(kind, paths, options)
    return city


def main() -> None:
    """Print a table a workspace."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, action="append")
    parser.add_argument("--folder", type=Path, help="where the cities are made and kept")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--switches", type=int, default=40)
    choice = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium on this machine; tools/install_browser.sh says how to get one")
    with tempfile.TemporaryDirectory() as aside, sync_playwright() as playwright:
        folder = choice.folder or Path(aside)
        workspaces = choice.workspace or [made(folder, DEMO_CELL_M), made(folder, 100)]
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-3d-apis"]
        )
        for workspace in workspaces:
            with served(workspace) as address:
                for query in ("/?on=", "/?on=cameras"):
                    found = measure(browser, address, query, choice.turns)
                    print(
                        workspace.name,
                        query,
                        json.dumps({k: round(v, 4) for k, v in found.items()}),
                    )
                page, _, _ = opened(browser, address, "/?on=")
                taken = switches(page, choice.switches)
                middle, late = statistics.median(taken), taken[int(len(taken) * 0.95)]
                print(workspace.name, f"other windows: median {middle:.0f} ms, p95 {late:.0f} ms")
                page.context.close()


if __name__ == "__main__":
    main()
