"""Columns of text to numbers, flags and words; what cannot be read is marked, not replaced."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geogrid.io.fields import words as listed
from geogrid.io.rawtable import Column

_BLANKS: Final = pa.array(
    ["", "null", "none", "na", "n/a", "#n/a", "nan", r"\n", "-", "--", "无", "空", "<null>"]
)
_NUMBER: Final = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_WITH_UNIT: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(\D{1,10})")
_YES: Final = frozenset(
    listed(
        "yes y true t 1 1.0 是 有 已 √ on viaduct building_passage culvert covered -1 reversible"
    )
)
_NO: Final = frozenset(listed("no n false f 0 0.0 否 无 未 没有 off"))


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Numbers of a column.

    Parameters
    ----------
    value
        NaN where there is none, shape (n,).
    blank
        The cell is empty or says that there is no value.
    bad
        The cell has something that is not a finite number.
    """

    value: NDArray[np.float64]
    blank: NDArray[np.bool_]
    bad: NDArray[np.bool_]


def _numpy(array: Column) -> NDArray[Any]:
    combined = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    result: NDArray[Any] = combined.to_numpy(zero_copy_only=False)
    return result


def is_text(column: Column) -> bool:
    """Tell whether a column holds text.

    Parameters
    ----------
    column
        A pyarrow array.

    Returns
    -------
    bool
        True for strings, plain or as a dictionary.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def trimmed(column: Column) -> Column:
    """Return a column as text without outer spaces; cells that say "no value" become null.

    Parameters
    ----------
    column
        A pyarrow array of any type.

    Returns
    -------
    Column
        Strings.
    """
    text = pc.utf8_trim_whitespace(pc.cast(column, pa.string()))
    blank = pc.is_in(pc.ascii_lower(text), _BLANKS)
    return pc.if_else(blank, pa.scalar(None, pa.string()), text)


def texts(column: Column) -> NDArray[np.object_]:
    """Return a column as Python strings, ``None`` for blank cells.

    Parameters
    ----------
    column
        A pyarrow array of any type.

    Returns
    -------
    ndarray of object, shape (n,)
        Strings or ``None``.
    """
    return np.array(trimmed(column).to_pylist(), dtype=object)


def numbers(column: Column) -> Numbers:
    """Return a column as numbers.

    Parameters
    ----------
    column
        A pyarrow array of text or numbers.

    Returns
    -------
    Numbers
        Text is read strictly: ASCII digits, a decimal point, no separators.
    """
    if not is_text(column):
        kind = column.type
        is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind)
        if not (is_number or pa.types.is_decimal(kind)):
            nothing = np.full(len(column), np.nan)
            return Numbers(nothing, np.isnan(nothing) & False, np.isnan(nothing))
        blank = _numpy(pc.is_null(column))
        value = _numpy(pc.cast(column, pa.float64())).astype(np.float64)
        return Numbers(value, blank, ~blank & ~np.isfinite(value))
    text = trimmed(column)
    blank = _numpy(pc.is_null(text))
    try:
        parsed = pc.cast(text, pa.float64())
    except pa.ArrowInvalid:
        good = pc.match_substring_regex(text, _NUMBER)
        parsed = pc.cast(pc.if_else(good, text, pa.scalar(None, pa.string())), pa.float64())
    value = _numpy(parsed).astype(np.float64)
    bad = ~blank & ~np.isfinite(value)
    return Numbers(np.where(bad, np.nan, value), blank, bad)


def numbers_with_units(
    column: Column, factors: Mapping[str, float], *, otherwise: float
) -> Numbers:
    """Return a column as numbers, some of which carry their unit, such as ``30 mph``.

    Parameters
    ----------
    column
        A pyarrow array.
    factors
        From a unit as it is written to what its number is multiplied by.
    otherwise
        What numbers without a unit are multiplied by.

    Returns
    -------
    Numbers
        In one unit.
    """
    plain = numbers(column)
    value, bad = plain.value * otherwise, plain.bad.copy()
    hit = np.flatnonzero(bad)
    for i, text in zip(hit, texts(column.take(hit)), strict=True):
        found = _WITH_UNIT.fullmatch(text)
        factor = factors.get(found[2].strip().lower()) if found else None
        if found and factor is not None:
            value[i], bad[i] = float(found[1]) * factor, False
    return Numbers(value, plain.blank, bad)


def flags(column: Column) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return a column as yes or no.

    Parameters
    ----------
    column
        A pyarrow array.

    Returns
    -------
    value : ndarray of object, shape (n,)
        True, False or ``None``.
    bad : ndarray of bool, shape (n,)
        The cell has another word.
    """
    words = [None if word is None else word.lower() for word in texts(column)]
    value = [True if word in _YES else False if word in _NO else None for word in words]
    bad = [word is not None and found is None for word, found in zip(words, value, strict=True)]
    return np.array(value, dtype=object), np.array(bad, dtype=bool)


def choices(
    column: Column, words: Mapping[str, str], *, keep_others: bool
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return a column as words of a list.

    Parameters
    ----------
    column
        A pyarrow array.
    words
        From what occurs, in lower case, to what is stored.
    keep_others
        Other words stay as they are, in lower case.

    Returns
    -------
    value : ndarray of object, shape (n,)
        Words, ``None`` for blank cells and for words that are not in the list.
    bad : ndarray of bool, shape (n,)
        The word is not in the list.
    """
    raw = texts(column)
    lowered = [None if word is None else word.lower() for word in raw]
    found = [None if word is None else words.get(word) for word in lowered]
    bad = np.array(
        [word is not None and hit is None for word, hit in zip(lowered, found, strict=True)],
        dtype=bool,
    )
    if keep_others:
        found = [low if hit is None else hit for low, hit in zip(lowered, found, strict=True)]
    return np.array(found, dtype=object), bad
