"""The vendored files are the ones their list names, byte for byte."""

from __future__ import annotations

import hashlib
import re
from importlib import resources

VENDOR = resources.files("geogrid.export") / "assets" / "vendor"


def listed():
    text = (VENDOR / "LICENSES.md").read_text("utf-8")
    return dict(re.findall(r"^\| (\S+/\S+) \| ([0-9a-f]{64}) \|$", text, re.MULTILINE))


def test_every_vendored_file_is_listed(tmp_path):
    with resources.as_file(VENDOR) as folder:
        there = {
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
        }
    assert there - {"LICENSES.md"} == set(listed())


def test_every_vendored_file_has_the_listed_sum():
    sums = listed()
    assert "leaflet/leaflet.js" in sums
    assert {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in sums} == sums


def test_the_licence_is_beside_the_library():
    assert "BSD 2-Clause" in (VENDOR / "leaflet" / "LICENSE").read_text("utf-8")
