"""Refused rows as a table to be corrected and imported again."""

from __future__ import annotations

import json
from typing import Final

import pandas as pd

from geogrid.errors import InputError

WHERE: Final = "refused_row"  # file and row
WHY: Final = "refused_because"


def rows_to_correct(quarantine: pd.DataFrame, number: int) -> pd.DataFrame:
    """Return the refused rows of an import, as they stood in their files.

    Parameters
    ----------
    quarantine
        From `geogrid.service.imports.quarantine`.
    number
        The import, whose rows have the same columns.

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
    return rows.assign(**{WHERE: where, WHY: why})


def _numbers(quarantine: pd.DataFrame) -> list[str]:
    return [str(n) for n in quarantine.loc[quarantine["record"] != "", "import"].unique()]
