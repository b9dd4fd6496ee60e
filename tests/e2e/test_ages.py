"""Every layer says how old its data are and what is missing from it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
LAYERS = "cameras,checkpoints,rooms,places,depots,roads,incidents,positions"


def test_every_place_on_the_map_tells_its_age_and_what_was_refused(visit):
    visitor = visit()
    page = visitor.open(f"?on={LAYERS}&z=13&lat=26.27&lng=117.63")
    refused = dict.fromkeys(LAYERS.split(","), 0) | {"positions": None}  # of many files
    for entry in visitor.api("/api/imports")["imports"]:
        if refused.get(entry["kind"]) is not None:
            refused[entry["kind"]] += sum(len(file["bad_rows"]) for file in entry["files"])
    for layer in LAYERS.split(","):
        row = page.locator(f"[data-layer-row={layer}]")
        dated = layer in {"incidents", "positions"}
        words = "Data as of" if dated else "brought in on"
        expect(row).to_contain_text(words)
        if refused[layer] == 0:
            expect(row).to_contain_text("No row was refused")


def test_every_measure_tells_its_age(visit):
    page = visit().open("?layer=camera_coverage")
    expect(page.locator("#data-age")).to_contain_text("brought in on")
    page.click("[data-layer=coverage]")
    age = page.locator("#data-age")
    expect(age).to_contain_text("Data as of")
    expect(age).to_contain_text("days imported")
    expect(age).to_contain_text("rows were refused")
