"""A table goes into a file and comes back; what it is about goes with it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from geogrid.errors import InputError
from geogrid.export.plain_table import write_table, write_workbook

ABOUT = {"title": "A table", "days": 2}


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "unit": ["A", "=B()", "三明-01"],
            "group": [None, "North", "@x"],
            "fixes": np.array([1, 2, 3], np.int64),
            "share": [0.5, np.nan, 0.25],
        }
    )


def test_parquet_keeps_types_and_nulls(table, tmp_path):
    read = pq.read_table(write_table(table, tmp_path / "t.parquet", ABOUT))
    assert json.loads(read.schema.metadata[b"geogrid"]) == ABOUT
    assert read.to_pydict() == {
        "unit": ["A", "=B()", "三明-01"],
        "group": [None, "North", "@x"],
        "fixes": [1, 2, 3],
        "share": [0.5, None, 0.25],
    }


def test_csv_opens_in_a_spreadsheet_and_runs_nothing(table, tmp_path):
    path = write_table(table, tmp_path / "t.csv", ABOUT)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8-sig").split("\r\n") == [
        "unit,group,fixes,share",
        "A,,1,0.5",
        "'=B(),North,2,",
        "三明-01,'@x,3,0.25",
        "",
    ]
    assert json.loads((tmp_path / "t.csv.provenance.json").read_text("utf-8")) == ABOUT


def test_a_workbook_has_numbers_text_and_no_formula(table, tmp_path):
    path = write_table(table, tmp_path / "t.xlsx", ABOUT)
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert rows[0] == ["unit", "group", "fixes", "share"]
    assert rows[1][0] == "A"
    assert rows[2] == ["=B()", "North", 2.0, ""]
    assert rows[3] == ["三明-01", "@x", 3.0, 0.25]


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_the_same_table_gives_the_same_bytes_and_an_empty_one_has_a_header(table, tmp_path, ending):
    one, two = (write_table(table, tmp_path / f"{name}{ending}", ABOUT) for name in "ab")
    assert one.read_bytes() == two.read_bytes()
    assert write_table(table.iloc[:0], tmp_path / f"none{ending}", ABOUT).stat().st_size > 0


def test_another_ending_is_refused_and_writes_nothing(table, tmp_path):
    with pytest.raises(InputError, match=r"'.pdf'; give a file ending in .csv, .parquet, .xlsx"):
        write_table(table, tmp_path / "t.pdf", ABOUT)
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_has_a_sheet_for_each_table(table, tmp_path):
    tables = {"units": table, "none": table[:0]}
    path = write_workbook(tables, tmp_path / "t.xlsx", ABOUT)
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["units", "none"]
    assert book.get_sheet_by_name("units").to_python()[3] == ["三明-01", "@x", 3.0, 0.25]
    assert book.get_sheet_by_name("none").to_python() == [list(table.columns)]
