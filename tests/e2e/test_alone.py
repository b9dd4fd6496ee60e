"""Every screen works with this machine alone, and what it draws is what the store holds."""

from __future__ import annotations

import random
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from geogrid.model.window import Window

pytestmark = pytest.mark.browser
NIGHT_AND_DAY = "hours=20-08&b_hours=08-20"
# By the id of what is opened: the link that opens it, and what is there when it works.
SCREENS = {
    "panel": ("?layer=coverage", "#legend tbody tr"),
    "cell": ("?cell={cell}", "#cell details"),
    "plan": ("?plan=2026-03-09T20:00/2", "#plan-said:not(:empty)"),
    "desk": ("?desk=new", "#desk-result [data-row]"),
    "table": ("?table=1", "#table-body tbody tr"),
    "units": ("?table=units", "#units-body tbody tr"),
    "cameras": ("?table=cameras", "#cameras-body tbody tr"),
    "swipe": (f"?compare=swipe&{NIGHT_AND_DAY}", "#swipe"),
    "sheet": ("?print=a4", "#sheet-legend tbody tr"),
}
STATES = {
    "difference": (f"?compare=difference&{NIGHT_AND_DAY}", "#other-window"),
    "area": ("?area=117.60,26.20;117.70,26.20;117.70,26.30", "#area-stats tr"),
    "chinese": ("?lang=zh&theme=dark", "#legend tbody tr"),
}
DIALOGS = {"help-dialog": "#help", "track-dialog": "#track-open", "take-dialog": "#take-open"}
PARTS = "body > aside[id], body > section[id], body > dialog[id], main > .swipe"
DECODED = """
async (query) => {
  const about = await (await fetch(`api/layers/coverage${query}&lang=en`)).json();
  const { wire } = about.fields.find(({ name }) => name === "patrol_s");
  const data = await fetch(`lattice/${about.version}/coverage/patrol_s.bin${query}`);
  const column = geogridLattice.decodeColumn(await data.arrayBuffer(), wire);
  return Array.from(column.raw, (_, at) => geogridLattice.valueOf(column, at));
}
"""


@pytest.fixture
def alone(visit):
    """Return a visitor; in the end all it reached is this machine, by whatever way."""
    visitor = visit()
    reached = []
    visitor.page.on("websocket", lambda socket: reached.append(socket.url))
    visitor.page.on("request", lambda request: reached.append(request.url))
    yield visitor
    assert len(reached) > 20
    hosts = {urlsplit(url).hostname for url in reached if not url.startswith(("data:", "blob:"))}
    assert hosts == {"127.0.0.1"}


def test_every_screen_works_with_this_machine_alone(alone, tiny_workspace):
    grid = tiny_workspace.grid
    cell = grid.codes()[len(grid) // 2]
    for link, shown in (*SCREENS.values(), *STATES.values()):
        page = alone.open(link.format(cell=cell))
        expect(page.locator(shown).first).to_be_visible()
    for dialog, button in DIALOGS.items():
        page.click(button)
        expect(page.locator(f"#{dialog}")).to_be_visible()
        page.keyboard.press("Escape")
    parts = page.locator(PARTS).evaluate_all("(all) => all.map(({ id }) => id)")
    assert set(parts) == set(SCREENS) | set(DIALOGS)
    page.goto(f"{alone.address}/import")
    expect(page.locator("#log tbody tr").first).to_be_visible()


def drawn(page, act, *parts):
    """Do something and wait for the column of cells that it makes the page ask for."""
    with page.expect_response(
        lambda answer: ".bin" in answer.url and all(part in answer.url for part in parts),
    ) as told:
        act()
    assert told.value.ok
    expect(page.locator("#legend tbody tr").first).to_be_visible()


def test_every_measure_and_every_layer_works_with_this_machine_alone(alone):
    page = alone.open("?layer=grid&z=14&lat=26.27&lng=117.635&on=")
    about = alone.api("/api/layers?lang=en")
    listed = about["layers"] + about["slow_layers"]
    lattices = {one["id"] for one in listed if one["kind"] == "lattice"}
    for name in sorted(lattices - {"grid"}):
        drawn(page, lambda name=name: page.click(f"[data-layer={name}]"), f"/{name}/")
    page.click("[data-layer=hotspots]")
    for method in about["workspace"]["methods"][1:]:
        choose = lambda method=method: page.select_option("#method", method)  # noqa: E731
        drawn(page, choose, "/hotspots/", f"method={method}")
    page.click("[data-layer=gaps]")
    page.click("#worst-find")
    expect(page.locator("#worst-list li").first).to_be_visible()
    boxes = page.locator("#layers input[id^=layer-]").evaluate_all("(all) => all.map((b) => b.id)")
    assert {f"layer-{one['id']}" for one in listed} <= {*boxes, "layer-districts"} | {
        f"layer-{name}" for name in lattices
    }
    for box in boxes:
        page.check(f"#{box}")
        canvas = page.locator(f".leaflet-{box}-pane canvas")
        expect(canvas.first).to_be_attached()
    expect(page.locator(".notice.error")).to_have_count(0)


def test_every_value_that_the_page_can_show_is_that_of_the_store(page, tiny_workspace):
    draw = random.Random(3)  # noqa: S311 - windows
    for _ in range(3):
        start = draw.randrange(24)
        hours = f"{start:02}-{(start + draw.randint(1, 12)) % 24:02}"
        told = page.evaluate(DECODED, f"?hours={hours}")
        window = Window.parse(None, None, hours, None)
        stored = tiny_workspace.layer("coverage", window=window).table["patrol_s"]
        shown = np.array([np.nan if value is None else value for value in told])
        np.testing.assert_allclose(shown, stored, atol=0.06)
