"""Refused rows as a table to be corrected and imported again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from geogrid.errors import InputError
from geogrid.export.file_columns import FORMULA_STARTS
from geogrid.io.columnnames import parse_header

WHERE: Final = "refused_row"  # file and row
WHY: Final = "refused_because"
_NUMBER: Final = re.compile(r"[+-]?[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?")


def rows_to_correct(
    quarantine: pd.DataFrame, number: int, headers: Mapping[str, str]
) -> pd.DataFrame:
    """Return the refused rows of an import, as they stood in their files.

    Parameters
    ----------
    quarantine
        From `geogrid.service.imports.quarantine`.
    number
        The import, whose rows have the same columns.
    headers
        From `telling_headers`: a column is called so, and else as its field.

    Returns
    -------
    pandas.DataFrame
        A column for each field, `WHERE` and `WHY`; an import passes over the last two.

    Raises
    ------
    InputError
        The import refused nothing, or its rows are not kept.
    """
    chosen = quarantine[(quarantine["import"] == number) & (quarantine["record"] != "")]
    if chosen.empty:
        raise InputError(
            "import {number} has no refused rows that can be written whole; those that have are "
            "{known}",
            number=number,
            known=", ".join(_numbers(quarantine)) or "-",
        )
    once = chosen.drop_duplicates(["file", "row"])
    rows = pd.DataFrame([json.loads(text) for text in once["record"]]).fillna("")
    where = [f"{file}: {row}" for file, row in zip(once["file"], once["row"], strict=True)]
    why = [f"{field}: {text}" for field, text in zip(once["field"], once["reason"], strict=True)]
    return rows.rename(columns=dict(headers)).assign(**{WHERE: where, WHY: why})


def telling_headers(files: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the headers that say more than which field a column is: a unit, a datum, a zone.

    Without ``speed (mph)`` the numbers below it would be taken for km/h.

    Parameters
    ----------
    files
        Of an import's entry in the log.

    Returns
    -------
    dict
        From field to header, of those that all files have alike.
    """
    pairs = [
        {tuple(pair.split("=", 1)) for pair in file["options"].get("columns", "").split(", ")}
        for file in files
        if "options" in file
    ]
    common = set.intersection(*pairs) if pairs else set()
    return {
        pair[0]: pair[1]
        for pair in common
        if len(pair) == 2
        and any(name.unit or name.datum or name.zone for name in parse_header(pair[1]))
    }


def for_spreadsheets(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of text of which a spreadsheet takes none for a formula; numbers stay.

    Parameters
    ----------
    rows
        From `rows_to_correct`.

    Returns
    -------
    pandas.DataFrame
        An apostrophe stands before text that begins as a formula does.
    """
    return rows.map(
        lambda text: (
            "'" + text if text.startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(text) else text
        )
    )


def _numbers(quarantine: pd.DataFrame) -> list[str]:
    return [str(n) for n in quarantine.loc[quarantine["record"] != "", "import"].unique()]
