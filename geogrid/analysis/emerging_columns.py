"""The columns of a table of emerging hotspots, and the sentence that says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.i18n import retold
from geogrid.model.cells import Field

KINDS: Final = (  # in the order of geogrid.kernels.emerging_pattern, from 1
    "new",
    "consecutive",
    "intensifying",
    "persistent",
    "diminishing",
    "sporadic",
    "oscillating",
    "historical",
)
NONE: Final = "none"
CATEGORIES: Final = (
    *(f"{kind}_hot" for kind in KINDS),
    *(f"{kind}_cold" for kind in KINDS),
    NONE,
)
UNTESTED: Final = "not tested: nothing at risk here"
PATTERN_REASONS: Final = {
    "new_hot": "hot for the first time in the last of {steps} steps; cold in {cold}",
    "consecutive_hot": "hot in the last {run} of {steps} steps, never before; cold in {cold}",
    "intensifying_hot": "hot in {hot} of {steps} steps, the last too, and rising",
    "persistent_hot": "hot in {hot} of {steps} steps, the last too, without a trend",
    "diminishing_hot": "hot in {hot} of {steps} steps, the last too, but falling",
    "sporadic_hot": "hot in the last step and on and off before, in {hot} of {steps}; never cold",
    "oscillating_hot": "hot in the last step and {hot} of {steps}, but cold in {cold} before",
    "historical_hot": "hot in {hot} of {steps} steps, but not in the last",
    "new_cold": "cold for the first time in the last of {steps} steps; hot in {hot}",
    "consecutive_cold": "cold in the last {run} of {steps} steps, never before; hot in {hot}",
    "intensifying_cold": "cold in {cold} of {steps} steps, the last too, and falling further",
    "persistent_cold": "cold in {cold} of {steps} steps, the last too, without a trend",
    "diminishing_cold": "cold in {cold} of {steps} steps, the last too, but rising",
    "sporadic_cold": "cold in the last step and on and off before, in {cold} of {steps}; never hot",
    "oscillating_cold": "cold in the last step and {cold} of {steps}, but hot in {hot} before",
    "historical_cold": "cold in {cold} of {steps} steps, but not in the last",
    NONE: "no pattern: hot in {hot} of {steps} steps, cold in {cold}",
}
FIELDS: Final = (
    Field(
        "category",
        "Emerging hotspot",
        scale="category",
        categories=CATEGORIES,
        meaning="Pattern of hot and cold steps; null where not tested",
    ),
    Field(
        "was_other",
        "Both hot and cold",
        meaning="1 where some steps are hot and others cold, else 0; null where not tested",
    ),
    Field(
        "trend_z",
        "Trend",
        scale="diverging",
        meaning="Mann-Kendall z of the counts in the window by step, each step by itself; "
        "null where not tested",
    ),
    Field(
        "trend_q",
        "q-value of the trend",
        scale="share",
        meaning="p of the trend corrected for all cells whose category it decides: those hot, or "
        "cold, in 90 % of the steps; null in others",
    ),
    Field(
        "hot_share",
        "Hot steps",
        scale="share",
        meaning="share of the steps in which the cell is hot; null where not tested",
    ),
    Field(
        "cold_share",
        "Cold steps",
        scale="share",
        meaning="share of the steps in which the cell is cold; null where not tested",
    ),
    Field("count", "Incidents", meaning="incidents in the cell"),
    Field(
        "at_risk",
        "At risk",
        meaning="1 where an incident could happen and the cell is tested, else 0",
    ),
    Field(
        "steps",
        "Steps",
        scale="text",
        meaning="one letter a step in order of time: H hot, C cold, . neither; "
        "null where not tested",
    ),
    Field("reason", "Reason", scale="text", meaning="Why the cell has its category"),
)
_LETTERS: Final = np.array([b"C", b".", b"H"])  # by state -1, 0, 1


def category_names(patterns: NDArray[np.int8]) -> NDArray[np.object_]:
    """Return the names of patterns.

    Parameters
    ----------
    patterns
        From `geogrid.kernels.emerging_pattern.emerging_patterns`, shape (n,).

    Returns
    -------
    ndarray of str, shape (n,)
        Some of `CATEGORIES`.
    """
    colds = [f"{kind}_cold" for kind in reversed(KINDS)]
    hots = [f"{kind}_hot" for kind in KINDS]
    names = np.array([*colds, NONE, *hots], dtype=object)
    return np.asarray(names[patterns.astype(np.int64) + len(KINDS)], dtype=object)


def strips(states: NDArray[np.int8]) -> NDArray[np.object_]:
    """Return the steps of each cell as letters.

    Parameters
    ----------
    states
        1 hot, -1 cold, 0 neither; shape (n_steps, n).

    Returns
    -------
    ndarray of str, shape (n,)
        ``H``, ``C`` and ``.`` in order of time.
    """
    letters = np.ascontiguousarray(_LETTERS[states.T.astype(np.int64) + 1])
    joined = letters.view(f"S{states.shape[0]}").ravel()
    return np.asarray(joined.astype(str), dtype=object)


def pattern_sentences(
    patterns: NDArray[np.int8],
    hot: NDArray[np.int64],
    cold: NDArray[np.int64],
    run: NDArray[np.int64],
    n_steps: int,
) -> NDArray[np.object_]:
    """Return a sentence for each cell, in English.

    Parameters
    ----------
    patterns, hot, cold, run
        From `geogrid.kernels.emerging_pattern.emerging_patterns`, shape (n,).
    n_steps
        Number of steps.

    Returns
    -------
    ndarray of str, shape (n,)
        Made from `PATTERN_REASONS`; see `translated_pattern`.
    """
    base = n_steps + 1
    keys = ((patterns.astype(np.int64) + len(KINDS)) * base + hot) * base + cold
    _, first, case = np.unique(keys * base + run, return_index=True, return_inverse=True)
    names = category_names(patterns[first])
    sentences = [
        PATTERN_REASONS[name].format(steps=n_steps, hot=hot[i], cold=cold[i], run=run[i])
        for name, i in zip(names, first, strict=True)
    ]
    return np.asarray(np.array(sentences, dtype=object)[case.ravel()])


def translated_pattern(sentence: str, translate: Callable[[str], str]) -> str:
    """Return a sentence of `pattern_sentences` in another language.

    Parameters
    ----------
    sentence
        In English.
    translate
        Returns a template in another language; see `geogrid.i18n.translator`.

    Returns
    -------
    str
        The sentence; unchanged if it is none of `pattern_sentences`.
    """
    return retold(sentence, (*PATTERN_REASONS.values(), UNTESTED), translate)
