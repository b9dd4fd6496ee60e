"""A person brings a file in, looks at it first, and takes it back."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

import webmap
from geogrid.errors import InputError
from geogrid.workspace import Choices, DistrictFile, Workspace, dry_run, read_options
from tests.e2e.conftest import NARROW

pytestmark = pytest.mark.browser
ROOMS = "编号,经度,纬度,等级,名称\nR1,117.62,26.26,1,列东\nR2,117.63,26.27,9,<b>列西</b>\n"
MANY = [f"M{i},117.62,{26.2 + i / 1e4:.4f},1,某地\n" for i in range(1200)]


@pytest.fixture
def empty_address(boundaries, tmp_path):
    districts = DistrictFile(boundaries / "sanming_2010.geojson", "adcode", "name")
    workspace, _ = Workspace.create(tmp_path / "ws", districts, Choices(cell_size_m=2000))
    with webmap.serving(webmap.create_app(workspace)) as address:
        yield address


def test_a_file_is_looked_at_taken_and_taken_back(visit, empty_address, tmp_path):
    file = tmp_path / "rooms.csv"
    file.write_text(ROOMS, "utf-8")
    looker = visit(empty_address).open("?lang=en&z=9")
    expect(looker.locator("[data-layer-row=rooms]")).to_have_count(0)
    visitor = visit(empty_address)
    page = visitor.open("import?lang=en")
    expect(page.get_by_role("button", name="Look at them first")).to_be_disabled()
    page.get_by_label("Drop files here").set_input_files(file)
    expect(page.locator("#file-list")).to_contain_text("rooms.csv")
    page.get_by_label("Kind").select_option("rooms")
    page.get_by_label("Datum of coordinates").select_option("wgs84")
    page.get_by_role("button", name="Look at them first").click()
    seen = page.locator("#seen")
    expect(seen.locator("#verdict")).to_contain_text("1 rows to keep, 1 refused")
    expect(seen).to_contain_text("lon ← 经度")
    expect(seen.locator("table").nth(1)).to_contain_text("class")
    assert len(visitor.api("/api/imports")["imports"]) == 1
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator("#log")).to_contain_text("rooms.csv")
    expect(seen).to_be_hidden()
    answer = visitor.api("/api/imports")
    assert len(answer["imports"]) == 2
    at = datetime.fromisoformat(answer["imports"][-1]["at"]).astimezone(ZoneInfo("Asia/Shanghai"))
    when = page.locator("#log tbody tr").first.locator("td").nth(1)
    expect(when).to_have_text(f"{at.day} {at:%b %Y, %H:%M}")  # on the clock of the workspace
    looker.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # is come back to
    looker.get_by_role("button", name="Load again").click()
    expect(looker.locator("[data-layer-row=rooms]")).to_have_count(1)
    assert "z=9" in looker.url
    page.get_by_role("button", name="Undo the last import").click()
    page.get_by_role("button", name="No, keep it").click()
    assert len(visitor.api("/api/imports")["imports"]) == 2
    page.get_by_role("button", name="Undo the last import").click()
    page.get_by_role("button", name="Yes, undo it").click()
    expect(page.get_by_text("Nothing has been imported yet.")).to_be_visible()
    assert len(visitor.api("/api/imports")["imports"]) == 1


def test_what_was_declared_otherwise_must_be_looked_at_again(visit, empty_address, tmp_path):
    file = tmp_path / "rooms.csv"
    file.write_text(ROOMS + "".join(MANY), "utf-8")
    page = visit(empty_address, viewport=NARROW).open("import?lang=en")
    page.get_by_label("Drop files here").set_input_files(file)
    page.get_by_label("Kind").select_option("rooms")
    page.get_by_label("Datum of coordinates").select_option("wgs84")
    page.get_by_role("button", name="Look at them first").click()
    expect(page.locator("#verdict")).to_contain_text("1,201 rows to keep, 1 refused")
    page.get_by_label("Datum of coordinates").select_option("gcj02")
    expect(page.locator("#seen")).to_be_hidden()
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= NARROW["width"]


def test_what_is_known_of_a_source_is_kept_from_the_page_and_used_again(
    visit, empty_address, tmp_path
):
    file = tmp_path / "rooms.csv"
    file.write_text(ROOMS.replace("经度", "东"), "utf-8")
    visitor = visit(empty_address)
    page = visitor.open("import?lang=en")
    page.get_by_label("Kind").select_option("rooms")
    page.get_by_label("Datum of coordinates").select_option("wgs84")
    page.get_by_text("Columns by hand").click()
    page.locator("#map-lon").fill("东")
    page.get_by_label("Name to keep it under").fill("Office B")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("Kept as Office B")).to_be_visible()
    page = visitor.open("import?lang=en")
    page.get_by_label("Drop files here").set_input_files(file)
    page.get_by_label("Kind").select_option("rooms")
    page.get_by_label("What is known of the source").select_option("Office B")
    expect(page.locator("#map-lon")).to_have_value("东")
    page.get_by_role("button", name="Look at them first").click()
    expect(page.locator("#verdict")).to_contain_text("1 rows to keep, 1 refused")
    page.get_by_role("button", name="Forget").click()
    expect(page.get_by_text("Office B is forgotten.")).to_be_visible()
    assert visitor.api("/api/imports/profiles") == {"profiles": {}}


def test_refused_rows_are_corrected_on_the_page_and_taken_in_again(visit, empty_address, tmp_path):
    file = tmp_path / "rooms.csv"
    file.write_text(ROOMS, "utf-8")
    visitor = visit(empty_address)
    page = visitor.open("import?lang=en")
    page.get_by_label("Drop files here").set_input_files(file)
    page.get_by_label("Kind").select_option("rooms")
    page.get_by_label("Datum of coordinates").select_option("wgs84")
    page.get_by_role("button", name="Look at them first").click()
    expect(page.locator("#seen-files")).to_contain_text("2 (spreadsheet row 3)")
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("button", name="Show the 1 refused rows of import 2").click()
    refused = page.locator("#refused")
    expect(refused).to_contain_text("Import 2: 1 rows refused")
    expect(refused.get_by_label("name")).to_have_value("<b>列西</b>")
    with page.expect_download() as saved:
        refused.get_by_role("link", name="Download as CSV").click()
    assert "列西" in saved.value.path().read_text("utf-8-sig")
    refused.get_by_label("class").fill("2")
    refused.get_by_role("button", name="Look at the corrected rows").click()
    expect(page.locator("#file-list")).to_contain_text("corrected-2.csv")
    expect(page.get_by_label("Kind")).to_have_value("rooms")
    page.get_by_role("button", name="Look at them first").click()
    expect(page.locator("#verdict")).to_contain_text("1 rows to keep, 0 refused")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator("#log")).to_contain_text("corrected-2.csv")
    items = visitor.api("/api/layers/rooms/items")["features"]
    assert sorted(one["properties"]["name"] for one in items) == ["<b>列西</b>", "列东"]


def test_a_column_about_persons_is_refused_on_the_page_as_on_the_command_line(
    visit, empty_address, tmp_path
):
    file = tmp_path / "rooms.csv"
    file.write_text("编号,经度,纬度,等级,身份证号\nR1,117.62,26.26,1,350402199001011234\n", "utf-8")
    visitor = visit(empty_address)
    page = visitor.open("import?lang=en")
    page.get_by_label("Drop files here").set_input_files(file)
    page.get_by_label("Kind").select_option("rooms")
    page.get_by_label("Datum of coordinates").select_option("wgs84")
    page.get_by_role("button", name="Look at them first").click()
    with pytest.raises(InputError) as refused:
        dry_run("rooms", file, read_options({"datum": "wgs84"}))
    expect(page.get_by_text(str(refused.value))).to_be_visible()
    visitor.complaints.clear()  # the browser notes the refusal, status 400, in its console
