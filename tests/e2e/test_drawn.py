"""Places on the map, looked at pixel by pixel where they must be."""

from __future__ import annotations

import math

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import until
from tests.e2e.test_layers_panel import PAINTED

pytestmark = pytest.mark.browser
LAYERS = ("positions", "leaks", "incidents", "checkpoints", "cameras", "rooms", "places", "roads")
LAYERS += ("depots",)
MIDDLE = (720, 450)  # of the map, in pixels of the page
ALPHAS = """([pane, x, y, reach]) => {
  const canvas = document.querySelector(`.leaflet-layer-${pane}-pane canvas`);
  if (!canvas) return [0]; // not drawn yet
  const box = canvas.getBoundingClientRect();
  const ratio = canvas.width / box.width;
  const [left, top] = [(x - reach - box.left) * ratio, (y - reach - box.top) * ratio];
  const side = Math.max(1, Math.round((2 * reach + 1) * ratio));
  const { data } = canvas.getContext('2d').getImageData(left, top, side, side);
  return Array.from({ length: data.length / 4 }, (_, i) => data[4 * i + 3]);
}"""


NEVER_OPACITY = 0.95
OPAQUE = f"""() => {{
  let sum = 0;
  for (const tile of document.querySelectorAll('.lattice-layer canvas')) {{
    const {{ data }} = tile.getContext('2d').getImageData(0, 0, tile.width, tile.height);
    const ratio = tile.width / tile.getBoundingClientRect().width;
    for (let i = 3; i < data.length; i += 4) sum += data[i] / 255 / {NEVER_OPACITY} / ratio ** 2;
  }}
  return sum;
}}"""


def alphas(page, layer, at=MIDDLE, reach=0):
    """Return how opaque a layer's pixels are around a place of the page."""
    return page.evaluate(ALPHAS, [layer, *at, reach])


def test_every_layer_of_places_is_drawn_when_it_is_on_and_gone_when_it_is_off(visit):
    page = visit().open(f"?on={','.join(LAYERS)}&z=8&lat=26.25&lng=117.5")
    for layer in LAYERS:
        until(page, lambda layer=layer: page.evaluate(PAINTED, f"layer-{layer}") > 0)
        page.uncheck(f"#layer-{layer}")
        until(page, lambda layer=layer: page.evaluate(PAINTED, f"layer-{layer}") == 0)


def test_a_camera_sees_in_its_direction_and_not_behind_it(visit, tiny_workspace):
    cameras = tiny_workspace.register("cameras")
    seeing = cameras[(cameras["status"] == "on") & (cameras["view_angle"] < 120)]
    apart = seeing.geometry.x + seeing.geometry.y
    one = seeing.loc[apart.sort_values().diff().idxmax()]  # likely to be alone
    lat, lng = one.geometry.y, one.geometry.x
    page = visit().open(f"?lat={lat:.6f}&lng={lng:.6f}&z=18&on=cameras")
    metres_px = 156_543.034 * math.cos(math.radians(lat)) / 2**18
    far = 0.6 * one["range"] / metres_px
    turn = math.radians(one["bearing"])
    ahead = (MIDDLE[0] + far * math.sin(turn), MIDDLE[1] - far * math.cos(turn))
    behind = (MIDDLE[0] - far * math.sin(turn), MIDDLE[1] + far * math.cos(turn))
    until(page, lambda: 0 < alphas(page, "cameras", ahead)[0] < 128)  # a tint, not a symbol
    assert alphas(page, "cameras", behind) == [0]
    assert alphas(page, "cameras")[0] > 128


def test_hotspots_have_a_solid_core_and_a_hatched_fringe(visit):
    visitor = visit()
    page = visitor.open("?layer=hotspots&lat=26.25&lng=117.63&z=12")
    page.check("#layer-spots")
    kinds = page.locator("li:has(> label[for=layer-spots]) ul li")
    expect(kinds).to_have_count(2)
    assert set(kinds.all_inner_texts()) == {"core (stays)", "fringe (comes and goes)"}
    spots = visitor.api("/api/layers/spots/items")["features"]
    for part in ("core", "fringe"):
        ring = max(
            (
                polygon[0]
                for one in spots
                if one["properties"]["part"] == part
                for polygon in polygons_of(one["geometry"])
            ),
            key=len,
        )
        # A little inside of the lower left corner: cells are about 60 pixels wide here.
        lng, lat = min(ring, key=lambda corner: corner[0] + corner[1])
        page.goto(
            f"{visitor.address}/?layer=hotspots&on=spots&z=15&lat={lat + 9e-4}&lng={lng + 1e-3}"
        )
        page.wait_for_selector("body[data-ready]")
        until(page, lambda: max(alphas(page, "spots", reach=7), default=0) > 0)
        found = set(alphas(page, "spots", reach=7))
        assert len(found) == 1 if part == "core" else 0 in found


@pytest.mark.parametrize("zoom", [7, 8, 9])
def test_gaps_neither_vanish_nor_swell_where_cells_are_smaller_than_pixels(
    visit, tiny_workspace, zoom
):
    states = tiny_workspace.layer("gaps").table["state"]
    others = "|".join(sorted({str(state) for state in states} - {"never"}))
    page = visit(viewport={"width": 2200, "height": 1500}).open(
        f"?layer=gaps&column=state&hidden=gaps.state:{others}&on=&z={zoom}&lat=26.3&lng=117.45"
        "&opacity=100"
    )
    metres_px = 156_543.034 * math.cos(math.radians(26.3)) / 2**zoom
    wanted = int((states == "never").sum()) * tiny_workspace.grid.spec.cell_size**2
    painted = page.evaluate(OPAQUE) * metres_px**2
    assert painted == pytest.approx(wanted, rel=0.05)


def polygons_of(geometry):
    several = geometry["type"] == "MultiPolygon"
    return geometry["coordinates"] if several else [geometry["coordinates"]]
