"""The rules of WCAG 2.2 A and AA that a program can check find nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import CENTRE
from tests.e2e.conftest import NARROW, WIDE

pytestmark = pytest.mark.browser
FOLDER = Path(__file__).parent / "vendor" / "axe-core"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
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


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("look", ["lang=en&theme=light", "lang=zh&theme=dark"])
@pytest.mark.parametrize("path", ["?on=cameras&", "import?"], ids=["map", "import"])
def test_a_page_breaks_no_rule(visit, path, look, viewport):
    page = visit(viewport=viewport).open(path + look)
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("opened", ["cell", "table", "units", "take", "help"])
def test_what_opens_on_the_map_breaks_no_rule(visit, opened, theme):
    page = visit().open(f"?lang=en&theme={theme}&layer=gaps")
    if opened == "cell":
        page.mouse.click(**CENTRE)
        expect(page.locator("#cell h2")).to_be_visible()
    else:
        button = {"table": "#table-open", "units": "#units-open", "take": "#take-open"}
        page.click(button.get(opened, "#help"))
    page.wait_for_timeout(400)
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
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
def test_the_tools_of_the_map_break_no_rule(visit, query, viewport, theme):
    page = visit(viewport=viewport).open(f"?lang=en&theme={theme}&{query}")
    if query == "desk=new":
        page.click("#desk-place")
        page.locator("#map").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#desk-cameras li")).to_have_count(1)
    page.wait_for_timeout(400)
    assert violations(page) == []


def test_the_question_for_a_purpose_breaks_no_rule(page):
    page.click("#track-open")
    expect(page.locator("#track-dialog")).to_be_visible()
    assert violations(page) == []
