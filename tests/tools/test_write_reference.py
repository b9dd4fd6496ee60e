"""The tables of the reference pages say what the code holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from geogrid.io.kinds import KINDS
from tools.write_reference import renewed, tables

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", tables())
def test_a_table_is_current(name):
    path, make = tables()[name]
    page = (ROOT / path).read_text("utf-8")
    assert renewed(page, name, make()) == page, "run .venv/bin/python tools/write_reference.py"


def test_every_field_of_a_kind_stands_in_its_table():
    _, make = tables()["kinds"]
    sections = dict(part.split("\n", 1) for part in make().split("### ")[1:])
    assert list(sections) == list(KINDS)
    for kind, fields in KINDS.items():
        for field in fields:
            if field.name not in {"geometry", "lon", "lat", "source_note"}:
                assert f"`{field.name}`" in sections[kind]


def test_a_page_without_the_marks_is_not_written():
    with pytest.raises(ValueError, match="kinds"):
        renewed("no marks", "kinds", "table")
