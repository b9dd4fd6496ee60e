"""Roads that were never patrolled, on the map: in words, with a legend, and by the window."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_roads_never_patrolled_have_a_legend_of_two_kinds(visit):
    visitor = visit()
    page = visitor.open()
    page.check("#layer-roads_never")
    kinds = page.locator("li:has(> label[for=layer-roads_never]) ul li")
    expect(kinds).to_have_count(2)
    assert sorted(kinds.all_inner_texts()) == ["driven in part", "never driven"]


def test_the_layer_is_the_commands_and_follows_the_window(visit, tiny_workspace):
    visitor = visit()
    visitor.open()
    day = tiny_workspace.days()[0].isoformat()
    every = visitor.api("/api/layers/roads_never/items?limit=1")["numberMatched"]
    one = visitor.api(f"/api/layers/roads_never/items?limit=1&from={day}&to={day}")["numberMatched"]
    assert every == len(tiny_workspace.roads()[0].table)
    assert one >= every
