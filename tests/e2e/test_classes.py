"""Classes of a column: as they fit, as many cells in each, or limits that stay as time changes."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from geogrid.model.window import Window
from tests.e2e.browsing import numbers_in, query_of, until
from tests.e2e.test_time import PAINTED

pytestmark = pytest.mark.browser
GAPS_AT = "?layer=gaps&column=demand_share&z=13&lat=26.265&lng=117.635"


def classes_of(page):
    return [row.get_attribute("data-class") for row in page.locator("#legend tbody tr").all()]


def test_a_small_share_has_classes_that_tell_its_cells_apart(visit, tiny_workspace):
    page = visit().open(GAPS_AT)
    shares = tiny_workspace.layer("gaps").table["demand_share"]
    counts = dict(zip(classes_of(page), numbers_in(page, 2), strict=True))
    assert len(counts) >= 6
    assert counts["null"] == int(np.isnan(shares).sum())
    assert max(count for key, count in counts.items() if key not in {"null", "zero"}) < 0.6 * (
        (shares > 0).sum()
    )
    words = page.locator("#legend tbody .words").all_inner_texts()
    assert len(set(words)) == len(words)  # no two classes are told with the same numbers


def test_equal_counts_and_fixed_limits_are_drawn_counted_and_kept(visit, tiny_workspace):
    page = visit().open("?layer=coverage&column=patrol_s&z=12&lat=26.25&lng=117.63")
    usual = page.evaluate(PAINTED)
    page.select_option("#breaks-way", "counts")
    until(page, lambda: query_of(page).get("breaks") == "coverage.patrol_s:counts")
    until(page, lambda: page.evaluate(PAINTED) != usual)
    counts = dict(zip(classes_of(page), numbers_in(page, 2), strict=True))
    parts = [count for key, count in counts.items() if key not in {"zero", "null"}]
    assert len(parts) >= 5
    assert max(parts) < 2 * min(parts)

    page.select_option("#breaks-way", "own")
    expect(page.locator("#breaks-own")).to_be_focused()
    page.fill("#breaks-own", "60 2")  # minutes, in any order
    page.keyboard.press("Tab")
    until(page, lambda: query_of(page).get("breaks") == "coverage.patrol_s:120|3600")
    day = tiny_workspace.days()[-1].isoformat()
    page.click("#window-last")
    seconds = tiny_workspace.layer("coverage", Window.parse(day, day, None, None)).table["patrol_s"]
    wanted = {
        "zero": int((seconds == 0).sum()),
        "1": int(((seconds > 0) & (seconds < 120)).sum()),
        "2": int(((seconds >= 120) & (seconds < 3600)).sum()),
        "3": int((seconds >= 3600).sum()),
    }
    until(page, lambda: dict(zip(classes_of(page), numbers_in(page, 2), strict=False)) == wanted)
    linked = visit().open(page.url.partition("/?")[2].join(["?", ""]))
    assert dict(zip(classes_of(linked), numbers_in(linked, 2), strict=True)) == wanted
    expect(linked.locator("#breaks-own")).to_have_value("2 60")
    linked.fill("#breaks-own", "no number")
    linked.keyboard.press("Tab")
    expect(linked.locator("#notices")).to_contain_text("Give numbers")
    expect(linked.locator("#breaks-own")).to_have_value("2 60")


def test_kinds_times_and_opposites_have_classes_of_their_own_and_offer_no_others(page):
    for layer, column in (("gaps", "state"), ("gaps", "balance"), ("coverage", "last_seen")):
        page.click(f"[data-layer={layer}]")
        page.select_option("#column", column)
        expect(page.locator("#measure-tabs")).to_have_attribute("data-drawn", column)
        expect(page.locator("#breaks")).to_be_hidden()
