"""What one field of a kind of file is: its names, how its values are read, its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

FieldType = Literal[
    "id",
    "text",
    "number",
    "date",
    "time",
    "flag",
    "choice",
    "lon",
    "lat",
    "geometry",
    "note",
    "clock",
    "hours",
    "weekdays",
    "day",
]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a kind of file.

    Parameters
    ----------
    name
        The contract's name.
    type
        How values are read.
    required
        A row without it is refused, and so is a file without a column for it.
    aliases
        Other names of the column, English and Chinese; case, spaces, ``_`` and ``-`` do not
        count.
    fallbacks
        Names that are taken only where no alias is there.
    unit
        Unit of the stored number.
    low, high
        Limits of a number, both included.
    choices
        From the words that occur to the word that is stored; empty for free text.
    open_choices
        Words that are not in ``choices`` are kept as they are.
    strict
        A number that cannot be read or be true refuses its row, also where the field is
        optional: left empty it would mean something else.
    """

    name: str
    type: FieldType = "text"
    required: bool = False
    aliases: tuple[str, ...] = ()
    fallbacks: tuple[str, ...] = ()
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    open_choices: bool = False
    strict: bool = False


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text, which is how lists of names are written here.

    Parameters
    ----------
    text
        Words between spaces.

    Returns
    -------
    tuple of str
        In order.
    """
    return tuple(text.split())


def choices(**synonyms_of: str) -> Mapping[str, str]:
    """Return the lookup from each synonym to its word; every word stands for itself.

    Parameters
    ----------
    **synonyms_of
        From a word to its synonyms between spaces.

    Returns
    -------
    mapping of str to str
        In lower case to the word.
    """
    return {
        synonym.lower(): word
        for word, synonyms in synonyms_of.items()
        for synonym in (word, *words(synonyms))
    }


def strictly(spec: FieldSpec) -> FieldSpec:
    """Return a field whose unreadable values refuse their rows.

    Parameters
    ----------
    spec
        A number.

    Returns
    -------
    FieldSpec
        The same, ``strict``.
    """
    return replace(spec, strict=True)


def number(
    name: str, unit: str, low: float, high: float, aliases: str, *, required: bool = False
) -> FieldSpec:
    """Return a field that is a number.

    Parameters
    ----------
    name
        The contract's name.
    unit
        Of the stored number.
    low, high
        Limits, both included.
    aliases
        Other names of the column, between spaces.
    required
        A row without it is refused.

    Returns
    -------
    FieldSpec
        The field.
    """
    return FieldSpec(
        name, "number", required, aliases=words(aliases), unit=unit, low=low, high=high
    )
