"""What is known of a source is written once, kept by name, and used by imports."""

from __future__ import annotations

import pytest

from geogrid.io.profiles import Profile, parse_profile
from tests.small_city import drive

TOML = (
    'datum = "wgs84"\ntz = "Asia/Shanghai"\ncredit = "车队甲"\n\n[map]\nunit = "终端"\nlon = "E"\n'
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "fleet.toml"
    path.write_text(TOML, "utf-8")
    return path


@pytest.fixture
def fixes(tmp_path):
    path = tmp_path / "a.csv"
    rows = [",".join(map(str, row)) for row in drive("A", "2026-03-06")]
    path.write_text("\n".join(["终端,time,E,lat", *rows]), "utf-8")
    return path


def test_a_profile_in_a_file_is_used_by_an_import_and_a_check(run, ws, file, fixes):
    assert run("import", ws, "tracks", fixes).code == 2
    checked = run("check", fixes, "--as", "tracks", "--profile", file, "--json")
    assert (checked.code, checked.json["accepted"]) == (0, 60)
    said = run("import", ws, "tracks", fixes, "--profile", file, "--json")
    assert (said.code, said.json["accepted"]) == (0, 60)
    assert said.json["files"][0]["options"]["datum"] == "wgs84"


def test_profiles_are_saved_listed_shown_used_and_removed(run, ws, file, fixes):
    assert run("profiles", ws, "--json").json == {"profiles": {}}
    assert run("profiles", ws, "--save", "甲", "--from", file).code == 0
    kept = {"datum": "wgs84", "tz": "Asia/Shanghai", "credit": "车队甲"}
    kept |= {"map": {"unit": "终端", "lon": "E"}}
    assert run("profiles", ws, "--json").json == {"profiles": {"甲": kept}}
    shown = run("profiles", ws, "--show", "甲").out
    assert parse_profile(shown, "shown") == parse_profile(TOML, "file")
    assert run("import", ws, "tracks", fixes, "--profile", "甲").code == 0
    assert run("profiles", ws, "--remove", "甲", "--json").json == {"profiles": {}}
    assert "there is no profile '甲'" in run("import", ws, "tracks", fixes, "--profile", "甲").err


def test_what_is_said_with_the_import_comes_before_the_profile(run, ws, file, fixes):
    said = run("import", ws, "tracks", fixes, "--profile", file, "--datum", "cgcs2000", "--json")
    assert said.json["files"][0]["options"]["datum"] == "cgcs2000"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("datum = ", "cannot be read"),
        ('colour = "red"', "colour"),
        ('datum = "nad27"', "datum is 'nad27'"),
        ('speed_unit = "furlong"', "speed_unit is 'furlong'"),
        ('tz = "Mars/Base"', "Mars/Base"),
        ("tz = 8", "each a text"),
        ("map = 3", "each a text"),
        ("[map]\nunit = 3", "each a text"),
    ],
)
def test_a_text_that_is_no_profile_is_refused_by_what_is_wrong(run, ws, tmp_path, text, words):
    path = tmp_path / "a.toml"
    path.write_text(text, "utf-8")
    assert words in run("profiles", ws, "--save", "a", "--from", path).err
    assert run("profiles", ws, "--json").json == {"profiles": {}}


def test_a_profile_comes_back_from_toml_as_it_was():
    profile = Profile({"datum": "gcj02", "unit": 'a "b" \\ c\n'}, {"unit": "列 = [1]", "lon": "#"})
    assert parse_profile(profile.as_toml(), "a") == profile


def test_odd_questions_are_refused(run, ws, file):
    assert run("profiles", ws, "--save", "a").code == 2
    assert run("profiles", ws, "--show", "a", "--remove", "a").code == 2
    assert run("profiles", ws, "--show", "a").code == 2
    assert run("profiles", ws, "--save", "a.toml", "--from", file).code == 2
