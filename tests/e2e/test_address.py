"""The address holds the whole view: whoever opens it sees what its sender saw."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import query_of, until

pytestmark = pytest.mark.browser

# What a reader can see of the state, read off the page and not off its address.
SEEN = """() => {
  const byId = (id) => document.getElementById(id);
  const text = (id) => (byId(id) && !byId(id).closest('[hidden]')
    ? byId(id).innerText.replace(/\\s+/g, ' ').trim() : null);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const texts = ['legend', 'meaning', 'table-body', 'units-body', 'cell-body', 'area-stats',
    'desk-cameras', 'desk-result', 'sheet-name', 'compare-ways', 'layers'];
  const panes = all('.leaflet-pane').map(({ className, style }) =>
    [className, style.zIndex, style.opacity, Boolean(style.clipPath)].join());
  const fields = all('#panel input, #panel select')
    .filter(({ id }) => id && !['search', 'plan-from'].includes(id))
    .map((one) => [one.id, one.type === 'checkbox' ? one.checked : one.value].join());
  return {
    texts: Object.fromEntries(texts.map((id) => [id, text(id)])),
    panes: panes.sort(), fields: fields.sort(),
    pressed: all('#panel [aria-pressed]').map((one) => one.getAttribute('aria-pressed')),
    swipe: byId('swipe').hidden ? '' : byId('swipe').style.left,
    theme: document.documentElement.dataset.theme, lang: document.documentElement.lang,
    drawn: ['.district-line.chosen', '.drawn-area', '.chosen-cell', '.desk-view']
      .map((selector) => all(selector).length),
  };
}"""


def at_centre(page):
    page.locator("#map").focus()
    page.keyboard.press("Enter")


def one_of(page, rng, selector):
    page.locator(selector).nth(int(rng.integers(page.locator(selector).count()))).click()


def choose(page, rng, selector):
    values = page.locator(f"{selector} option").evaluate_all("all => all.map((one) => one.value)")
    page.select_option(selector, str(rng.choice(values)))


def measure(page, rng):
    drawn = page.locator("#measure-tabs").get_attribute("data-drawn")
    one_of(page, rng, "#measure-tabs [data-layer]:not([aria-checked=true], [data-layer=forecast])")
    until(page, lambda: page.locator("#measure-tabs").get_attribute("data-drawn") != drawn)
    choose(page, rng, "#column")


def window(page, rng):
    one_of(page, rng, "#shifts button")
    page.click("#window-last")
    day = date.fromisoformat(page.input_value("#from"))
    page.click(f"#weekdays [data-day={day:%a}]".lower())


def kept_values(page, _):
    if page.locator("#range").is_visible():
        page.fill("#range-least", "1")
        page.press("#range-least", "Tab")


def layers(page, rng):
    page.check("#layer-cameras")
    page.locator("#layer-move-cameras").press("ArrowUp")
    page.locator("#layer-move-measure").press("ArrowUp")
    page.locator("#opacity").fill(str(5 * rng.integers(4, 20)))


def compared(page, rng):
    way = str(rng.choice(["swipe", "difference"]))
    page.click(f"[data-way={way}]")
    if way == "swipe":
        page.locator("#swipe-handle").press("ArrowRight")


def sorted_table(page, rng):
    page.click(str(rng.choice(["#table-open", "#units-open"])))
    page.locator(".drawer:not([hidden]) th button").first.wait_for()
    for _ in range(2):
        one_of(page, rng, ".drawer:not([hidden]) th button")


def desk(page, _):
    if page.locator("#district").input_value():
        page.select_option("#district", "")  # not every district has demand for cameras
    page.click("#desk-toggle")
    page.click("#desk-place")
    at_centre(page)
    page.keyboard.press("Escape")
    expect(page.locator("#desk-cameras li")).to_have_count(1)


def looks(page, _):
    page.click("#language")
    page.click("#theme")


STEPS = {
    "measure": measure,
    "window": window,
    "district": lambda page, rng: choose(page, rng, "#district"),
    "range": kept_values,
    "class": lambda page, rng: one_of(page, rng, "#legend tbody label"),
    "layers": layers,
    "compare": compared,
    "table": sorted_table,
    "desk": desk,
    "area": lambda page, _: page.click("#area-view"),
    "cell": lambda page, _: at_centre(page),
    "looks": looks,
    "print": lambda page, _: page.click("#print-open"),
}
LATER = ("desk", "print")  # they cover others, and each other
ORDER = ("measure", "window", "district", "range", "class", "layers", "compare", "table", "area")


@pytest.mark.parametrize(("seed", "last"), list(enumerate(LATER)))
def test_an_address_opens_the_view_that_it_was_copied_from(visit, seed, last):
    rng = np.random.default_rng(seed)
    page = visit().open("?lang=en")
    early = [ORDER[at] for at in sorted(rng.choice(len(ORDER), 6, replace=False))]
    for step in (*early, "looks", last):
        STEPS[step](page, rng)
        page.wait_for_selector("#busy", state="hidden")
    page.mouse.move(5, 5)
    other = visit().page

    def settled():
        now = page.url
        if now != other.url:
            other.goto(now)
            other.wait_for_selector("body[data-ready]")
        return page.evaluate(SEEN) == other.evaluate(SEEN)

    try:
        until(page, settled)
    finally:  # what does not settle is told part by part
        first, second = page.evaluate(SEEN), other.evaluate(SEEN)
        for part in first:
            assert first[part] == second[part], (part, early)
    assert query_of(page) == query_of(other)
