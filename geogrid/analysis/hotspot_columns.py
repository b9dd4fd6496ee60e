"""The columns of a hotspot table, and the sentence that says why a cell is hot or not."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.i18n import retold
from geogrid.model.cells import Field


class Reason(IntEnum):
    """Why a cell has its verdict."""

    UNTESTED = 0
    HOT = 1
    COLD = 2
    TOO_FEW = 3
    USUAL = 4
    ALONE = 5


REASON_TEMPLATES: Final = {
    Reason.UNTESTED: "not tested: nothing at risk here",
    Reason.HOT: "more than chance: {support} in its window, {expected} expected",
    Reason.COLD: "fewer than chance: {support} in its window, {expected} expected",
    Reason.TOO_FEW: "too few to call: {support} in its window, at least {least} are asked for",
    Reason.USUAL: "not unusual: {support} in its window, {expected} expected",
    Reason.ALONE: "unusual alone, not among all cells tested: {support} in its window, "
    "{expected} expected",
}

# The same, of incidents that count by a weight: their harm, their share of time, or both.
WEIGHTED_TEMPLATES: Final = {
    Reason.HOT: "by weight more than chance: {weight} in its window, {expected} expected; "
    "incidents: {support}",
    Reason.COLD: "by weight less than chance: {weight} in its window, {expected} expected; "
    "incidents: {support}",
    Reason.TOO_FEW: REASON_TEMPLATES[Reason.TOO_FEW],
    Reason.USUAL: "by weight not unusual: {weight} in its window, {expected} expected; "
    "incidents: {support}",
    Reason.ALONE: "by weight unusual alone, not among all cells tested: {weight} in its window, "
    "{expected} expected; incidents: {support}",
}

FIELDS: Final = (
    Field("count", "Incidents", meaning="incidents in the cell"),
    Field(
        "at_risk",
        "At risk",
        meaning="1 where an incident could happen and the cell is tested, else 0",
    ),
    Field(
        "z",
        "Gi* z-score",
        scale="diverging",
        meaning="Gi* of the window; not to be read as normal where counts are sparse; "
        "null where not tested",
    ),
    Field(
        "p",
        "p-value",
        scale="share",
        meaning="exact two-sided chance of such a window; null where not tested",
    ),
    Field(
        "q",
        "q-value",
        scale="share",
        meaning="p corrected for testing every cell at risk; null where not tested",
    ),
    Field(
        "hot",
        "Hotspot",
        unit="%",
        scale="diverging",
        meaning="99, 95, 90: more incidents than chance at that confidence; -99, -95, -90: "
        "fewer; 0: neither; null where not tested",
    ),
    Field(
        "support",
        "Incidents in the window",
        meaning="incidents within the radius; null where not tested",
    ),
    Field(
        "stability",
        "Stability",
        scale="share",
        meaning="share of four shifted lattices in which the cell's centre is hot; "
        "null where not tested",
    ),
    Field("reason", "Reason", scale="text", meaning="why the cell is hot or not"),
)
WEIGHTED_FIELDS: Final = (
    *FIELDS[:-1],
    Field(
        "weight",
        "Weight of incidents",
        meaning="sum over the incidents in the cell of their harm, their share of time, or both",
    ),
    Field(
        "window_weight",
        "Weight of incidents in the window",
        meaning="the same within the radius; null where not tested",
    ),
    FIELDS[-1],
)


def reason_sentences(
    reasons: NDArray[np.int8],
    support: NDArray[np.int64],
    expected: NDArray[np.float64],
    least: int,
) -> NDArray[np.object_]:
    """Return a sentence for each cell, in English.

    Parameters
    ----------
    reasons
        A `Reason` for each cell, shape (n,).
    support
        Incidents in the window, shape (n,).
    expected
        Incidents expected there, shape (n,).
    least
        Least support of a hot cell.

    Returns
    -------
    ndarray of str, shape (n,)
        Made from `REASON_TEMPLATES`; see `translated_reason`.
    """
    tenths = np.round(expected * 10.0).astype(np.int64)
    cases, case = np.unique(
        np.column_stack([reasons, support, tenths]), axis=0, return_inverse=True
    )
    sentences = [
        REASON_TEMPLATES[Reason(code)].format(
            support=windowed, expected=f"{tenth / 10:.1f}", least=least
        )
        for code, windowed, tenth in cases.tolist()
    ]
    return np.array(sentences, dtype=object)[case.ravel()]


def weighted_sentences(
    reasons: NDArray[np.int8],
    support: NDArray[np.int64],
    weight: NDArray[np.float64],
    expected: NDArray[np.float64],
    least: int,
) -> NDArray[np.object_]:
    """Return a sentence for each cell where incidents count by a weight, in English.

    Parameters
    ----------
    reasons
        A `Reason` for each cell, shape (n,).
    support
        Incidents in the window, shape (n,).
    weight, expected
        Sum of weights in the window, and expected there, shape (n,).
    least
        Least support of a hot cell.

    Returns
    -------
    ndarray of str, shape (n,)
        Made from `WEIGHTED_TEMPLATES`; see `translated_reason`.
    """
    tenths = [np.round(amount * 10.0).astype(np.int64) for amount in (weight, expected)]
    cases, case = np.unique(
        np.column_stack([reasons, support, *tenths]), axis=0, return_inverse=True
    )
    sentences = [
        WEIGHTED_TEMPLATES[Reason(code)].format(
            support=windowed, weight=f"{seen / 10:.1f}", expected=f"{tenth / 10:.1f}", least=least
        )
        for code, windowed, seen, tenth in cases.tolist()
    ]
    return np.array(sentences, dtype=object)[case.ravel()]


def translated_reason(sentence: str, translate: Callable[[str], str]) -> str:
    """Return a sentence of `reason_sentences` in another language.

    Parameters
    ----------
    sentence
        In English.
    translate
        Returns a template in another language; see `geogrid.i18n.translator`.

    Returns
    -------
    str
        The sentence; unchanged if it is none of `reason_sentences` or `weighted_sentences`.
    """
    known = (*REASON_TEMPLATES.values(), *WEIGHTED_TEMPLATES.values())
    return retold(sentence, known, translate)
