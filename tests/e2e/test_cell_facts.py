"""A click on a cell tells the incidents by hour, the visits and what was promised there."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import query_of

pytestmark = pytest.mark.browser


def at_point(point, more=""):
    return f"?z=16&lat={point.y:.6f}&lng={point.x:.6f}{more}"


def test_a_click_tells_the_incidents_of_the_cell_by_hour_in_the_chosen_time(visit, tiny_workspace):
    visitor = visit()
    points = tiny_workspace.layer("incidents").table.geometry
    grid = tiny_workspace.grid
    cells = grid.position_at(points.x.to_numpy(), points.y.to_numpy())
    busiest = points.iloc[int((cells == max(set(cells), key=list(cells).count)).argmax())]
    page = visitor.open(at_point(busiest, "&hours=20-08&layer=coverage"))
    page.mouse.click(720, 450)
    expect(page.locator("#cell .incidents .columns span")).to_have_count(24)
    told = visitor.api(f"/api/cells/{query_of(page)['cell']}?hours=20-08")["incidents"]
    bars = page.locator("#cell .incidents .columns span")
    titles = [bar.get_attribute("title") for bar in bars.all()]
    assert [int(title.split(": ")[1].split()[0]) for title in titles] == told["by_hour"]
    assert told["n"] > 0
    heights = [bar.bounding_box()["height"] for bar in bars.locator("i").all()]
    assert [height > 0 for height in heights] == [count > 0 for count in told["by_hour"]]
    assert max(heights) == heights[told["by_hour"].index(max(told["by_hour"]))]
    expect(page.locator("#cell .incidents tbody tr")).to_have_count(len(told["by_category"]))
    expect(page.locator("#cell .incidents > p")).to_contain_text(f"{told['n']} incidents")


def test_a_cell_of_a_promised_place_tells_what_it_got(visit, tiny_workspace):
    visitor = visit()
    place = tiny_workspace.dosage()["by_place"][0]["place"]
    point = tiny_workspace.register("places").geometry[place]
    page = visitor.open(at_point(point, "&layer=coverage"))
    page.mouse.click(720, 450)
    table = page.locator(f"#cell [data-place='{place}']")
    expect(table).to_be_visible()
    told = visitor.api(f"/api/cells/{query_of(page)['cell']}")["promises"]
    mine = next(one for one in told if one["place"] == place)
    cells = table.locator("td").all_inner_texts()
    assert cells[0] == f"{mine['visits']:.0f} of {mine['promised_visits']:.0f}"
    assert cells[-1] == f"{mine['kept']} of {mine['shifts']}"
