"""The same cells in the same browser by other ways: folium GeoJson, VectorGrid and MapLibre GL.

Run ``python benchmarks/map_peers.py --workspace WS`` on a built demo city. The patrol time of every
cell is drawn by folium as GeoJSON polygons, by Leaflet.VectorGrid and by MapLibre GL as
vector tiles that GDAL made; ``map_page.py`` measures ours. VectorGrid and MapLibre are packed by
npm into a temporary folder, at the versions and sums below. MapLibre is tried without WebGL first,
as on an office PC whose driver is blocked, and then with WebGL drawn by the processor. Each is a
bare page: no panel, no legend, no other layer.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import http.server
import json
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pyogrio
from folium.utilities import JsCode
from map_page import VIEW, heap_mb
from playwright.sync_api import Browser, Error, Page, sync_playwright

from geogrid.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
LEAFLET = ROOT / "geogrid/export/assets/vendor/leaflet"
PACKAGES = {  # by name and version: the sum of the packed file, and what is taken from it
    "leaflet.vectorgrid@1.3.0": (
        "sha512-kWmj1pKM+MVdo/7Mg5zsB3YrGZvo/uIuiANV9MvWUFOG+Y2xAJzrteDhoIcCgTjHSSRJ36xdeGdIQVhuWjnCZw==",
        ("dist/Leaflet.VectorGrid.bundled.min.js",),
    ),
    "maplibre-gl@5.24.0": (
        "sha512-ALyFxgtd5R+65UqZ/++lOqwWcC0SNho9c27fYSyLmG7AfnAul2o46F05aDJGPbFU57wos9dgcIySHs0Xe6ia3A==",
        ("dist/maplibre-gl.js", "dist/maplibre-gl.css"),
    ),
}
COLOURS = ("#e5e7eb", "#c7e9b4", "#7fcdbb", "#41b6c4", "#225ea8", "#0c2c84")
ZOOM = 9  # of 256-pixel tiles: the whole city on one screen
NO_GL = ("--no-sandbox", "--disable-gpu", "--disable-3d-apis")
SOFTWARE_GL = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
WAITS = """
const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
const until = async (holds) => { while (!holds()) await frame(); await frame(); };
const timed = async (act, settled) => {
  await frame();
  const start = performance.now();
  act();
  await settled();
  return performance.now() - start;
};
"""
LEAFLET_ACTS = """
window.act = (map, settled, restyle, renderer) => ({
  pan: () => timed(() => map.panBy([400, 0], { animate: false }), settled),
  zoom: () => timed(() => map.setZoom(map.getZoom() + 1, { animate: false }), settled),
  restyle: () => timed(restyle, settled),
  hover: async () => {
    const start = performance.now();
    for (let i = 0; i < 20; i += 1) {
      const at = [600 + i * 11, 300 + i * 7];
      renderer()._mouseHoverThrottled = false;
      renderer()._onMouseMove({ clientX: at[0], clientY: at[1], type: "mousemove" });
    }
    return (performance.now() - start) / 20;
  },
});
"""
FOLIUM_READY = """
(async () => {
  %(waits)s %(acts)s
  const map = Object.values(window).find((one) => one instanceof L.Map);
  let cells = null;
  map.eachLayer((layer) => { if (layer instanceof L.GeoJSON) cells = layer; });
  const turned = (feature) => ({ fillColor: colours[5 - feature.properties.c] });
  window.acts = act(map, frame, () => cells.setStyle(turned), () => map.getRenderer(
    Object.values(cells._layers)[0]));
  await frame();
  window.ready = performance.now();
})();
"""
VECTOR_GRID = """
<script>
%(waits)s %(acts)s
const colours = %(colours)s;
let turn = false;
const map = L.map("map", { zoomControl: false, attributionControl: false });
map.setView(%(middle)s, %(zoom)d);
const style = ({ c }) => ({ fill: true, fillColor: colours[turn ? 5 - c : c], fillOpacity: 1,
  stroke: false, weight: 0 });
let last = null;
const grid = L.vectorGrid.protobuf("/tiles/{z}/{x}/{y}.pbf", {
  rendererFactory: (...about) => { last = L.canvas.tile(...about); return last; },
  vectorTileLayerStyles: { cells: style }, interactive: true, maxNativeZoom: 10 });
grid.addTo(map);
const settled = () => until(() => !grid.isLoading());
window.acts = act(map, settled, () => { turn = !turn; grid.redraw(); }, () => last);
grid.once("load", async () => { await frame(); window.ready = performance.now(); });
</script>
"""
MAPLIBRE = """
<script>
%(waits)s
const colours = %(colours)s;
const stops = (list) => ["match", ["get", "c"], ...list.flatMap((one, i) => [i, one]), "#fff"];
try {
  const map = new maplibregl.Map({ container: "map", attributionControl: false, fadeDuration: 0,
    center: %(lonlat)s, zoom: %(zoom)d - 1, style: { version: 8, sources: { cells: {
      type: "vector", tiles: [location.origin + "/tiles/{z}/{x}/{y}.pbf"],
      minzoom: 8, maxzoom: 10 } },
      layers: [{ id: "cells", type: "fill", source: "cells", "source-layer": "cells",
        paint: { "fill-color": stops(colours), "fill-antialias": false } }] } });
  map.on("error", ({ error }) => { window.failed = String(error && error.message); });
  const idle = () => new Promise((done) => map.once("idle", done));
  window.acts = {
    pan: () => timed(() => map.panBy([400, 0], { duration: 0 }), idle),
    zoom: () => timed(() => map.setZoom(map.getZoom() + 1), idle),
    restyle: () => timed(() => map.setPaintProperty(
      "cells", "fill-color", stops([...colours].reverse())), idle),
    hover: async () => {
      const start = performance.now();
      for (let i = 0; i < 20; i += 1) map.queryRenderedFeatures([600 + i * 11, 300 + i * 7]);
      return (performance.now() - start) / 20;
    },
  };
  map.once("idle", () => { window.ready = performance.now(); });
} catch (error) { window.failed = String(error.message); }
</script>
"""
PAGE = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/{css}">
<style>html, body, #map {{ height: 100%; margin: 0 }}</style><div id="map"></div>
{scripts}{body}"""


def cells_of(workspace: Path) -> gpd.GeoDataFrame:
    """Return each cell as a polygon in WGS-84 with its seconds ``v`` and its class ``c``."""
    frame = Workspace.open(workspace).layer("coverage").table.to_geodataframe()
    seconds = frame["patrol_s"].fillna(0).to_numpy()
    limits = np.unique(np.quantile(seconds[seconds > 0], [0.2, 0.4, 0.6, 0.8]))
    classes = np.where(seconds > 0, 1 + np.digitize(seconds, limits), 0)
    columns = {"v": seconds.round(), "c": classes.astype(np.int32)}
    return gpd.GeoDataFrame(columns, geometry=frame.geometry.to_numpy(), crs=4326)


def fetched(folder: Path) -> None:
    """Pack the peers' scripts by npm, check their sums and lay them into a folder."""
    for name, (wanted, files) in PACKAGES.items():
        packed = subprocess.run(
            ["npm", "pack", name, "--silent"],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        )
        path = folder / packed.stdout.split()[-1]
        found = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
        if wanted != f"sha512-{found}":
            sys.exit(f"{name} is not the file whose sum is written here")
        with tarfile.open(path) as archive:
            for file in files:
                member = archive.extractfile(f"package/{file}")
                (folder / Path(file).name).write_bytes(member.read())
    for name in ("leaflet.js", "leaflet.css"):
        shutil.copy(LEAFLET / name, folder / name)


def write_tiles(cells: gpd.GeoDataFrame, folder: Path) -> float:
    """Write the cells as vector tiles, nothing dropped; return the seconds it took."""
    start = time.perf_counter()
    options = {"MINZOOM": 8, "MAXZOOM": 10, "MAX_SIZE": 50_000_000, "MAX_FEATURES": 1_000_000}
    more = {"FORMAT": "DIRECTORY", "SIMPLIFICATION": 0, "COMPRESS": "YES", "TILE_EXTENSION": "pbf"}
    pyogrio.write_dataframe(cells, folder / "tiles", driver="MVT", layer="cells", **options, **more)
    return time.perf_counter() - start


def write_pages(cells: gpd.GeoDataFrame, folder: Path) -> float:
    """Write the three pages; return the seconds that folium's took."""
    west, south, east, north = cells.total_bounds
    lat, lon = (south + north) / 2, (west + east) / 2
    facts = {
        "waits": WAITS,
        "acts": LEAFLET_ACTS,
        "colours": json.dumps(COLOURS),
        "middle": json.dumps([lat, lon]),
        "lonlat": json.dumps([lon, lat]),
        "zoom": ZOOM,
    }
    for name, css, scripts, body in (
        (
            "vectorgrid",
            "leaflet.css",
            ("leaflet.js", "Leaflet.VectorGrid.bundled.min.js"),
            VECTOR_GRID,
        ),
        ("maplibre", "maplibre-gl.css", ("maplibre-gl.js",), MAPLIBRE),
    ):
        loaded = "".join(f'<script src="/{script}"></script>' for script in scripts)
        text = PAGE.format(css=css, scripts=loaded, body=body % facts)
        (folder / f"{name}.html").write_text(text, "utf-8")
    start = time.perf_counter()
    shown = folium.Map([lat, lon], zoom_start=ZOOM, tiles=None, prefer_canvas=True)
    shown.default_js, shown.default_css = [("leaflet", "/leaflet.js")], [("css", "/leaflet.css")]
    # A style in JavaScript is folium's quick way; one in Python is written out for every cell.
    styled = JsCode(
        "(feature, layer) => layer.setStyle({stroke: false, fillOpacity: 1, "
        f"fillColor: ({json.dumps(COLOURS)})[feature.properties.c]}})"
    )
    folium.GeoJson(cells, on_each_feature=styled, zoom_on_click=False).add_to(shown)
    text = shown.get_root().render()
    ready = f"const colours = {json.dumps(COLOURS)};" + FOLIUM_READY % facts
    (folder / "folium.html").write_text(f"{text}<script>{ready}</script>", "utf-8")
    return time.perf_counter() - start


class _Files(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; tiles are compressed already, and there is none where no cell is."""

    def end_headers(self) -> None:
        if self.path.endswith(".pbf") and Path(self.translate_path(self.path)).exists():
            self.send_header("Content-Encoding", "gzip")
        super().end_headers()

    def send_error(self, code: int, *_: object) -> None:
        self.send_response(204 if self.path.endswith(".pbf") else code)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine; yield its address."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(_Files, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def one_visit(browser: Browser, url: str) -> dict[str, float] | str:
    """Return the figures of one visit, or in short what the page says went wrong."""
    context = browser.new_context(viewport=VIEW)
    page: Page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    try:
        page.set_default_timeout(240_000)
        page.goto(url, timeout=240_000)
        page.wait_for_function("window.ready || window.failed", timeout=240_000)
        if failed := page.evaluate("window.failed"):
            return str(failed)[-200:]
        found = {"first picture, s": page.evaluate("window.ready") / 1e3, "MB": sum(sizes) / 1e6}
        for name in ("pan", "zoom", "restyle", "hover"):
            found[f"{name}, ms"] = page.evaluate(f"acts.{name}()")
        return found | {"heap, MB": heap_mb(page)}
    except Error as error:
        return str(error).splitlines()[0]
    finally:
        context.close()


def main() -> None:
    """Print a line a peer: the median of its visits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--cells", type=int, help="draw the first so many only")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--only", choices=("folium", "vectorgrid", "maplibre"), action="append")
    choice = parser.parse_args()
    with tempfile.TemporaryDirectory() as aside, sync_playwright() as playwright:
        folder, cells = Path(aside), cells_of(choice.workspace)[: choice.cells]
        fetched(folder)
        wanted = choice.only or ["folium", "vectorgrid", "maplibre"]
        print(f"{len(cells)} cells; folium wrote its page in {write_pages(cells, folder):.0f} s")
        if {"vectorgrid", "maplibre"} & set(wanted):
            print(f"GDAL wrote the tiles in {write_tiles(cells, folder):.0f} s")
        with serving(folder) as address:
            for name in wanted:
                for flags in (NO_GL, SOFTWARE_GL)[: 2 if name == "maplibre" else 1]:
                    browser = playwright.chromium.launch(
                        executable_path=shutil.which("chromium"), args=list(flags)
                    )
                    visits = [
                        one_visit(browser, f"{address}/{name}.html") for _ in range(choice.turns)
                    ]
                    browser.close()
                    print(name, " ".join(flags[1:]), said(visits), flush=True)


def said(visits: list[dict[str, float] | str]) -> str:
    """Return the medians of visits, or the last complaint."""
    drawn = [visit for visit in visits if not isinstance(visit, str)]
    if not drawn:
        return str(visits[-1])
    medians = {name: statistics.median(one[name] for one in drawn) for name in drawn[0]}
    return json.dumps({name: round(value, 3) for name, value in medians.items()})


if __name__ == "__main__":
    main()
