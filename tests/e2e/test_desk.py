"""The siting desk: cameras placed, moved and turned by hand; more asked for; plans kept."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import at_rest, query_of, until

pytestmark = pytest.mark.browser
HERE = "?z=15&lat=26.2402&lng=117.6038&on=&desk=new"


def number(page, row):
    """Return the number that a row of the result shows, per cent or not."""
    text = page.locator(f"#desk-result [data-row={row}] td").inner_text()
    return float(text.split("%")[0].replace("+", "").replace("−", "-").replace("±", ""))


def camera(page, name):
    return {
        field: float(page.locator(f"#desk-{name}-{field}").input_value())
        for field in ("range", "bearing", "view_angle")
    }


def drag(page, locator, x, y):
    (box,) = at_rest(page, locator)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, y, steps=6)
    page.mouse.up()


def placed(page, at=(720, 450)):
    page.click("#desk-place")
    page.mouse.click(*at)
    expect(page.locator("[data-camera=N1]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#desk-result [data-row=after]")).to_be_visible()


def settled(page, row):
    """Return a number once it has stayed the same for a second: answers come one after another."""
    seen = [number(page, row)]

    def still():
        page.wait_for_timeout(200)
        seen.append(number(page, row))
        return len(seen) > 5 and len(set(seen[-5:])) == 1

    until(page, still)
    return seen[-1]


def test_a_camera_is_placed_turned_and_moved_by_the_mouse_and_the_numbers_follow(visit):
    page = visit().open(HERE)
    placed(page)
    assert page.locator("#cell").is_hidden()
    assert camera(page, "N1") == {"range": 250, "bearing": 0, "view_angle": 90}
    turn = page.locator(".desk-handle.turn")
    stand = page.locator(".desk-handle.stand").bounding_box()
    drag(page, turn, stand["x"] + 160, stand["y"] + 13)
    until(page, lambda: abs(camera(page, "N1")["bearing"] - 90) <= 3)
    for field, value in (("view_angle", "360"), ("range", "600")):
        page.locator(f"#desk-N1-{field}").fill(value)
        with page.expect_response("**/api/whatif*"):
            page.keyboard.press("Tab")
    whole = settled(page, "change")
    assert whole > 0
    drag(page, page.locator(".desk-handle.stand"), 430, 80)
    until(page, lambda: number(page, "change") != whole)
    page.locator("#map").focus()
    page.keyboard.press("z")
    until(page, lambda: number(page, "change") == whole)


def test_a_draft_is_not_lost_on_reload_and_a_camera_can_be_placed_by_keyboard(page):
    page.click("#desk-toggle")
    page.click("#desk-place")
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-camera=N1]")).to_be_visible()
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("[data-camera=N1]")).to_be_visible()
    page.click("#desk-undo", force=True)
    expect(page.locator("[data-camera=N1]")).to_be_visible()  # nothing to undo after a reload
    page.locator("[data-camera=N1] button").click()
    expect(page.locator("[data-camera=N1]")).to_have_count(0)


def shown_plan(page):
    """Return what the desk says of a plan: cameras, district, number, search, curve."""
    return {
        "cameras": page.locator("#desk-cameras li").count(),
        "district": page.locator("#desk-district").input_value(),
        "count": page.locator("#desk-count").input_value(),
        "search": page.locator("#desk-plan tr td").all_inner_texts(),
        "curve": page.locator(".desk-curve .columns span").count(),
    }


def changes_wait(page, said, other):
    """Open another plan and come back: the changes are there, and can be taken back."""
    changed = query_of(page)["desk"]
    page.select_option("#desk-open", other)
    expect(page.locator("#desk-name")).to_contain_text("Saved as “By hand”")
    expect(page.locator("#notices")).to_contain_text("wait in this browser")
    page.select_option("#desk-open", changed)
    expect(page.locator("#desk-name")).to_contain_text("Changed since")
    expect(page.locator("#notices")).to_contain_text("Undo leads back")
    assert shown_plan(page) == said
    page.click("#desk-undo")
    expect(page.locator("#desk-name")).to_contain_text("Saved as “With three more”")
    expect(page.locator("#desk-cameras li")).to_have_count(4)
    assert not page.evaluate("Object.keys(localStorage).some((name) => /desk.*[0-9]$/.test(name))")


def test_more_is_asked_for_in_one_district_with_a_proof_kept_compared_and_sent(visit):
    visitor = visit()
    page = visitor.open(HERE)
    placed(page)
    expect(page.locator("#desk-result [data-said=sight]")).not_to_be_empty()
    page.fill("#desk-label", "By hand")
    page.click("#desk-save")
    until(page, lambda: query_of(page)["desk"] != "new")
    by_hand = query_of(page)["desk"]
    expect(page.locator("#desk-name")).to_contain_text("By hand")
    page.select_option("#desk-weight", "land")  # every district has some
    page.select_option("#desk-district", index=2)
    wanted = page.locator("#desk-district").input_value()
    page.fill("#desk-label", "With three more")
    page.fill("#desk-count", "3")
    page.click("#desk-solve")
    expect(page.locator("#desk-plan [data-row=status] td")).to_have_text("proved best")
    until(page, lambda: query_of(page)["desk"] != by_hand)
    expect(page.locator("#desk-cameras li")).to_have_count(4)
    kept = visitor.api(f"/api/scenarios/{query_of(page)['desk']}")
    assert kept["name"] == "With three more"
    assert kept["question"]["district"] == wanted
    shares = (kept["result"][when]["districts"] for when in ("before", "after"))
    before, after = ({name: share or 0.0 for name, share in one.items()} for one in shares)
    assert after[wanted] > before[wanted]
    shown = page.locator("#desk-plan [data-row=bound] td").inner_text().replace(",", "")
    solved = kept["solved"]
    assert float(shown) == pytest.approx(solved["bound"] * solved["unit"], abs=0.51)
    heights = [bar.bounding_box()["height"] for bar in page.locator(".desk-curve .columns i").all()]
    gains = np.diff([solved["standing"], *solved["curve"]])
    np.testing.assert_allclose(np.divide(heights, max(heights)), gains / gains.max(), atol=0.05)
    assert page.locator(".desk-curve .columns span").count() == len(kept["solved"]["curve"])
    page.select_option("#desk-compare", by_hand)
    expect(page.locator("#desk-compared [data-row=second]")).to_contain_text("By hand")

    # Changed and not saved: loaded anew, and opened by somebody else, it is the same.
    page.locator("#desk-cameras button").last.click()
    expect(page.locator("#desk-name")).to_contain_text("Changed since it was saved")
    said = shown_plan(page)
    assert (said["cameras"], said["district"], said["count"]) == (3, wanted, "3")
    link = page.url.partition("/?")[2]
    page.reload()
    other = visit().open(f"?{link}")
    for one in (page, other):
        one.wait_for_selector("body[data-ready]")
        expect(one.locator("#desk-name")).to_contain_text("Changed since")
        assert shown_plan(one) == said
    changes_wait(page, said, by_hand)


def test_a_draft_is_sent_by_its_link_and_a_plan_names_its_district(visit, tiny_workspace):
    page = visit().open(HERE)
    placed(page)
    page.fill("#desk-N1-range", "600")
    page.keyboard.press("Tab")
    until(page, lambda: "600" in query_of(page)["draft"])
    other = visit().open("?" + page.url.partition("/?")[2])
    expect(other.locator("#desk-N1-range")).to_have_value("600")
    assert other.locator(".desk-view").count() == 1
    # The command line takes the name of a district where the desk has its id.
    boundary = tiny_workspace.grid.boundary
    made = tiny_workspace.make_scenario(
        {"name": "Named", "question": {"weight": "land", "district": boundary.names[1]}},
        datetime.now(UTC),
    )
    other.goto(f"{other.url.partition('?')[0]}?desk={made['id']}")
    expect(other.locator("#desk-name")).to_contain_text("Named")
    expect(other.locator("#desk-district")).to_have_value(boundary.ids[1])
