"""The care of a register of cameras: what is overdue, wrong or missing as of a day.

References
----------
State Council of China (2025). Regulations on the administration of public security video image
information systems, order 799: signs are posted, systems are filed, images kept for 30 days at
least unless a law says otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.camera_hours import on_in_hours
from geogrid.errors import InputError

WRONG: Final = {
    "review_overdue": "the review is overdue",
    "not_integrated": "not on the video platform",
    "no_sign": "no sign is posted",
    "retention_over": "images are kept for too long",
    "retention_under": "images are not kept for long enough",
}
MISSING: Final = {
    "review_missing": "no day of review",
    "review_unreadable": "the day of review cannot be read",
    "integrated_unknown": "not said whether on the video platform",
    "sign_unknown": "not said whether a sign is posted",
    "filing_missing": "no filing number",
    "basis_missing": "no legal basis",
    "retention_missing": "not said how long images are kept",
    "hours_unreadable": "the hours cannot be read",
}
SOON: Final = {"review_soon": "the review is due soon"}
FINDINGS: Final[dict[str, str]] = {**WRONG, **MISSING, **SOON}
_DATE: Final = re.compile(
    r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:[ t]\d{1,2}:.*)?"
)
_YES: Final = frozenset(("true", "1", "1.0", "yes"))
_NO: Final = frozenset(("false", "0", "0.0", "no"))


@dataclass(frozen=True, slots=True)
class CareRules:
    """What a register of cameras is held to.

    Parameters
    ----------
    least_days, most_days
        Days that images are kept: at least and at most. The least is the State Council's of
        2025; the most is a choice of ours that an office sets for itself.
    soon_days
        A review this near ahead is told as well.

    Raises
    ------
    InputError
        A number is below 0, or the least is over the most.
    """

    least_days: float = 30.0
    most_days: float = 90.0
    soon_days: int = 30

    def __post_init__(self) -> None:
        if not 0.0 <= self.least_days <= self.most_days or self.soon_days < 0:
            raise InputError(
                "images are kept from {least:g} to {most:g} days and reviews told {soon} days "
                "ahead: no number may be below 0, and the first not over the second",
                least=self.least_days,
                most=self.most_days,
                soon=self.soon_days,
            )


def register_care(
    register: pd.DataFrame, as_of: date, rules: CareRules | None = None
) -> pd.DataFrame:
    """Return what is overdue, wrong or missing in a register of cameras.

    Parameters
    ----------
    register
        Cameras by id with what is known of ``integrated``, ``sign_posted``, ``filing_no``,
        ``legal_basis``, ``review_due``, ``retention_days``, ``hours``, ``status``. A column that
        is not there is known of none.
    as_of
        The day that reviews are held to; one due on that day is not overdue.
    rules
        What is asked for; the defaults if ``None``.

    Returns
    -------
    pandas.DataFrame
        In the order of the register, its index: ``review_due`` (ISO 8601, or the text itself
        where it is no date, empty where it is missing), ``overdue_days`` (0 where not overdue,
        NaN where not known), ``retention_days``, and a column of truth values for each of
        `FINDINGS`. Planned cameras are in no row: nothing is due before they stand.

    Notes
    -----
    Nothing is guessed: an answer that the register does not give is a finding of its own.
    """
    rules = rules or CareRules()
    standing = register[_texts(register, "status") != "planned"]
    told = _texts(standing, "review_due")
    due = [day_read(text) for text in told]
    late = np.array([np.nan if day is None else (as_of - day).days for day in due], dtype=float)
    kept = _numbers(standing, "retention_days")
    integrated, sign = _flags(standing, "integrated"), _flags(standing, "sign_posted")
    with np.errstate(invalid="ignore"):
        found = {
            "review_overdue": late > 0,
            "not_integrated": integrated == "no",
            "no_sign": sign == "no",
            "retention_over": kept > rules.most_days,
            "retention_under": kept < rules.least_days,
            "review_missing": told == "",
            "review_unreadable": (told != "") & np.isnan(late),
            "integrated_unknown": integrated == "",
            "sign_unknown": sign == "",
            "filing_missing": _texts(standing, "filing_no") == "",
            "basis_missing": _texts(standing, "legal_basis") == "",
            "retention_missing": np.isnan(kept),
            "hours_unreadable": on_in_hours(_texts(standing, "hours").tolist())[1],
            "review_soon": (late <= 0) & (late >= -rules.soon_days),
        }
    return pd.DataFrame(
        {
            "review_due": [
                text if day is None else day.isoformat()
                for text, day in zip(told, due, strict=True)
            ],
            "overdue_days": np.maximum(late, 0.0),
            "retention_days": kept,
            **{name: found[name] for name in FINDINGS},
        },
        index=standing.index,
    )


def day_read(text: str) -> date | None:
    """Return a day that a register states.

    Parameters
    ----------
    text
        Such as ``2026-03-01``, ``2026/3/1``, ``20260301`` or ``2026年3月1日``; a time of day behind
        it is left out.

    Returns
    -------
    date or None
        ``None`` where it is no day.
    """
    found = _DATE.fullmatch(unicodedata.normalize("NFKC", text).strip().lower())
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2] or found[4]), int(found[3] or found[5]))
    except ValueError:
        return None


def _texts(register: pd.DataFrame, name: str) -> NDArray[np.object_]:
    """Return a column as texts without blanks around them; empty where nothing is known."""
    if name not in register:
        return np.full(len(register), "", dtype=object)
    column = register[name]
    return np.array(
        ["" if pd.isna(value) else str(value).strip() for value in column], dtype=object
    )


def _flags(register: pd.DataFrame, name: str) -> NDArray[np.object_]:
    """Return a column of flags as ``yes``, ``no`` or nothing."""
    words = [text.lower() for text in _texts(register, name)]
    return np.array(
        ["yes" if word in _YES else "no" if word in _NO else "" for word in words], dtype=object
    )


def _numbers(register: pd.DataFrame, name: str) -> NDArray[np.float64]:
    if name not in register:
        return np.full(len(register), np.nan)
    return np.asarray(pd.to_numeric(register[name], errors="coerce"), dtype=np.float64)
