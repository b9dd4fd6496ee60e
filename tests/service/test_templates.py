"""Each import form, with its example row as it is, is read by the import it is made for."""

from __future__ import annotations

from zipfile import ZipFile

import pandas as pd
import pytest

from geogrid.crs import Datum
from geogrid.errors import InputError
from geogrid.io import KINDS, PLAIN_KINDS, ReadOptions
from geogrid.service.dry_runs import dry_run
from geogrid.service.import_results import KINDS as IMPORTED
from geogrid.service.templates import form_columns, write_template

OPTIONS = ReadOptions(datum=Datum.GCJ02, time_zone="Asia/Shanghai")


@pytest.mark.parametrize("kind", IMPORTED)
def test_the_example_row_of_a_form_is_taken(tmp_path, kind):
    path = tmp_path / f"{kind}.xlsx"
    columns = write_template(kind, path)
    result = dry_run(kind, path, OPTIONS)
    assert (result.accepted, result.status) == (1, "accept"), result.as_json()["message"]
    assert pd.read_excel(path, header=1, dtype=str, engine="calamine").columns.tolist() == columns


@pytest.mark.parametrize("kind", PLAIN_KINDS)
def test_the_example_table_of_a_toml_form_is_taken(tmp_path, kind):
    path = tmp_path / f"{kind}.toml"
    columns = write_template(kind, path)
    result = dry_run(kind, path, OPTIONS)
    assert (result.accepted, result.status) == (1, "accept"), result.as_json()["message"]
    assert all(f"{column} = " in path.read_text("utf-8") for column in columns)


@pytest.mark.parametrize("kind", IMPORTED)
def test_a_form_has_every_field_in_both_languages_with_what_is_needed_marked(kind):
    columns = {column.name: column for column in form_columns(kind)}
    for spec in KINDS[kind]:
        other_way = spec.type in {"lon", "lat", "geometry"} and spec.name not in columns
        if spec.type in {"note", "date"} or other_way:
            continue
        column = columns[spec.name]
        assert spec.name in column.title
        assert column.title.isascii() is False
        assert column.needed >= spec.required
        assert set(column.choices) == set(spec.choices.values())


def test_choices_are_drop_downs_and_numbers_have_limits(tmp_path):
    path = tmp_path / "a.xlsx"
    write_template("cameras", path)
    sheet = ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    assert '"on,off,planned"' in sheet
    ruled = [column for column in form_columns("cameras") if column.choices or column.limits]
    assert sheet.count("<dataValidation ") == len(ruled) > 5


def test_the_same_form_has_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_template("tracks", tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("kind", "name"), [("people", "a.xlsx"), ("cameras", "a.csv"), ("cameras", "a.toml")]
)
def test_an_unknown_kind_or_ending_is_refused(tmp_path, kind, name):
    with pytest.raises(InputError):
        write_template(kind, tmp_path / name)
    assert not (tmp_path / name).exists()
