"""The rules of WCAG 2.2 A and AA that a program can check find nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NARROW, WIDE
from tests.e2e.test_tours import plan

pytestmark = pytest.mark.browser
FOLDER = Path(__file__).parent / "vendor" / "axe-core"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Each theme, language and width at least twice among them; the first two have one of each.
LOOKS = [
    ("lang=en&theme=light", WIDE),
    ("lang=zh&theme=dark", NARROW),
    ("lang=zh&theme=light", WIDE),
    ("lang=en&theme=dark", NARROW),
]
IDS = ["en-light-wide", "zh-dark-narrow", "zh-light-wide", "en-dark-narrow"]
RUN = """async (rules) => {
  const found = await axe.run(document, { runOnly: { type: "tag", values: rules } });
  return found.violations.map(({ id, help, nodes }) =>
    `${id}: ${help}: ${nodes.map(({ target }) => target.join(" ")).slice(0, 5).join(" | ")}`);
}"""


def violations(page):
    page.evaluate((FOLDER / "axe.min.js").read_text("utf-8"))
    return page.evaluate(RUN, RULES)


def test_the_checker_is_the_published_one():
    digest = hashlib.sha256((FOLDER / "axe.min.js").read_bytes()).hexdigest()
    assert digest in (FOLDER / "README.md").read_text("utf-8")


def test_the_checker_finds_what_is_wrong(visit):
    page = visit().open("?lang=en")
    page.evaluate("() => document.body.append(document.createElement('button'))")
    assert any(line.startswith("button-name") for line in violations(page))


@pytest.mark.parametrize(("look", "viewport"), LOOKS, ids=IDS)
@pytest.mark.parametrize("path", ["?on=cameras&", "import?"], ids=["map", "import"])
def test_a_page_breaks_no_rule(visit, path, look, viewport):
    page = visit(viewport=viewport).open(path + look)
    assert violations(page) == []


def opens(page):
    """Open one thing after another on the map; yield the name of each while it is shown."""
    for name in ("table", "units"):
        page.evaluate("(id) => document.getElementById(id).click()", f"{name}-open")
        expect(page.locator(f"#{name} table")).to_be_visible()
        yield name
        page.click(f"#{name}-close")
    for name, dialog in {"take-open": "take", "help": "help", "track-open": "track"}.items():
        page.evaluate("(id) => document.getElementById(id).click()", name)
        expect(page.locator(f"#{dialog}-dialog")).to_be_visible()
        yield dialog
        page.keyboard.press("Escape")
    page.fill("#search", "三")
    expect(page.locator("#search-results [role=option]").first).to_be_visible()
    yield "search"
    page.fill("#search", "nowhere")
    expect(page.locator("#search-results")).not_to_contain_text("三")
    yield "search without results"
    page.keyboard.press("Escape")
    page.evaluate("() => document.getElementById('worst-find').click()")
    expect(page.locator("#worst-list button").first).to_be_attached()
    page.evaluate("() => document.querySelector('#worst-list button').click()")
    expect(page.locator("#cell details").first).to_be_visible()
    yield "a gap"
    page.click("#cell-close")
    page.evaluate("() => document.querySelector('#area-view').click()")
    expect(page.locator("#area-stats")).to_be_attached()
    yield "an area"


@pytest.mark.parametrize(("look", "viewport"), LOOKS[:2], ids=IDS[:2])
def test_what_opens_on_the_map_breaks_no_rule(visit, look, viewport):
    page = visit(viewport=viewport).open(f"?{look}&layer=gaps&on=cameras,incidents,roads")
    found = {name: violations(page) for name in opens(page)}
    assert {name: broken for name, broken in found.items() if broken} == {}


@pytest.mark.parametrize(("look", "viewport"), LOOKS[:2], ids=IDS[:2])
def test_tours_and_notices_break_no_rule(visit, look, viewport):
    visitor = visit(viewport=viewport)
    answer = json.dumps(plan())
    visitor.context.route("**/api/plan?*", lambda route: route.fulfill(body=answer))
    page = visitor.open(f"?{look}&plan=2026-03-09T20:00/2&plan_unit=SM-01")
    expect(page.locator("#plan-list ol li").first).to_be_visible()
    assert violations(page) == []
    page.click("#plan-close")
    visitor.context.route("**/api/**", lambda route: route.abort())
    page.evaluate("() => document.querySelector('[data-layer=gaps]').click()")
    expect(page.locator(".notice.error")).to_be_visible()
    assert violations(page) == []
    visitor.complaints.clear()  # the browser itself reports the requests that were cut


@pytest.mark.parametrize(("look", "viewport"), LOOKS[:2], ids=IDS[:2])
def test_a_wrong_address_and_an_empty_workspace_break_no_rule(visit, bare_address, look, viewport):
    visitor = visit(bare_address, viewport=viewport)
    page = visitor.open(f"?{look}&table=1")
    expect(page.locator(".totals")).to_be_visible()
    assert violations(page) == []
    page.goto(f"{bare_address}/nowhere?{look}")
    expect(page.get_by_role("link")).to_be_visible()
    assert violations(page) == []
    visitor.complaints.clear()  # the browser itself reports a page that is not there


@pytest.mark.parametrize(("look", "viewport"), LOOKS[:2], ids=IDS[:2])
def test_a_file_that_is_looked_at_breaks_no_rule(visit, bare_address, tmp_path, look, viewport):
    file = tmp_path / "rooms.csv"
    file.write_text("id,lon,lat,class\nR1,117.62,26.26,1\nR2,117.63,26.27,9\n", "utf-8")
    page = visit(bare_address, viewport=viewport).open(f"import?{look}")
    page.set_input_files("#files", file)
    page.select_option("#kind", "rooms")
    page.select_option("#datum", "wgs84")
    page.click("#look")
    expect(page.locator("#seen table").first).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize(("look", "viewport"), LOOKS[:2], ids=IDS[:2])
@pytest.mark.parametrize(
    "query",
    [
        "layer=gaps&compare=swipe&area=117.58,26.22;117.68,26.22;117.68,26.29",
        "layer=hotspots&method=local-moran&compare=difference",
        "desk=new",
        "print=a4",
    ],
    ids=["swipe", "difference", "desk", "sheet"],
)
def test_the_tools_of_the_map_break_no_rule(visit, query, look, viewport):
    page = visit(viewport=viewport).open(f"?{look}&{query}")
    if query == "desk=new":
        page.click("#desk-place")
        page.locator("#map").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#desk-cameras li")).to_have_count(1)
    assert violations(page) == []
