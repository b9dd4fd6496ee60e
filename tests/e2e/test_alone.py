"""Every screen works with this machine alone, and what it draws is what the store holds."""

from __future__ import annotations

import random
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from geogrid.model.window import Window

pytestmark = pytest.mark.browser
SLOW_MS = 30_000
SCREENS = {
    "map": ("?layer=coverage", "#legend tbody tr"),
    "hotspots": ("?layer=hotspots", "#legend tbody tr"),
    "cameras": ("?layer=camera_coverage&on=cameras", "#legend tbody tr"),
    "swipe": ("?compare=swipe&hours=20-08&b_hours=08-20", "#other-window"),
    "difference": ("?compare=difference&hours=20-08&b_hours=08-20", "#other-window"),
    "table": ("?table=1", "#table-body"),
    "units": ("?table=units", "#units"),
    "desk": ("?desk=new", "#desk"),
    "print": ("?print=a4", "#sheet-name"),
    "import": ("import", "#kind"),
}
DECODED = """
async (query) => {
  const about = await (await fetch(`api/layers/coverage${query}&lang=en`)).json();
  const { wire } = about.fields.find(({ name }) => name === "patrol_s");
  const data = await fetch(`lattice/${about.version}/coverage/patrol_s.bin${query}`);
  const column = geogridLattice.decodeColumn(await data.arrayBuffer(), wire);
  return Array.from(column.raw, (_, at) => geogridLattice.valueOf(column, at));
}
"""


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_works_with_this_machine_alone(visit, screen):
    query, shown = SCREENS[screen]
    visitor = visit()
    reached = []
    visitor.page.on("websocket", lambda socket: reached.append(socket.url))
    visitor.page.on("request", lambda request: reached.append(request.url))
    if screen == "import":
        visitor.page.goto(f"{visitor.address}/{query}")
    else:
        visitor.open(query)
    expect(visitor.page.locator(shown).first).to_be_visible(timeout=SLOW_MS)
    visitor.page.wait_for_load_state("networkidle")
    assert len(reached) > 20 or screen == "import"
    assert {
        urlsplit(url).hostname for url in reached if not url.startswith(("data:", "blob:"))
    } == {"127.0.0.1"}


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
