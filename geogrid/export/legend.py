"""Legends: the classes that a column's values are drawn in."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geogrid.errors import InputError
from geogrid.export.hour_colours import hour_swatch
from geogrid.export.palettes import (
    ABOVE,
    BELOW,
    NEUTRAL,
    NULL,
    ZERO,
    Swatch,
    category_swatch,
    ramp,
    sequential,
)
from geogrid.model.cells import Field
from geogrid.model.window import HOUR_NAMES

MAX_CLASSES: Final = 254  # a class is one byte; 255 is null
CLASSES: Final = 6
SHARE_BREAKS: Final = (0.1, 0.25, 0.5, 0.75, 0.95)
CHANCE_BREAKS: Final = (0.001, 0.01, 0.05, 0.1, 0.5)  # of p-values
Z_BREAKS: Final = (1.65, 1.96, 2.58)  # two-sided 90, 95 and 99 % of a normal
DOUBLINGS: Final = (1.0, 2.0, 3.0)  # log2: twice, four and eight times
FIXED_BREAKS: Final = {"z": Z_BREAKS, "balance": DOUBLINGS}
_CHANCES: Final = frozenset({"p", "q", "trend_q"})
_PARTS: Final = frozenset({"demand_share", "supply_share"})  # of the whole city: tiny in each cell
_RANKS: Final = frozenset({"rank"})  # the first is the strongest
_RANK_CUTS: Final = (0.01, 0.05, 0.1, 0.25, 0.5)  # of the ranked cells
_FEW: Final = 3  # limits, below which a column's commonest value has taken the others
_SIGNIFICANCE: Final = (-99, -95, -90, 0, 90, 95, 99)
_SECONDS: Final = (  # that people have words for
    *(10, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 14400, 21600),
    *(28800, 43200, 86400, 172800, 259200, 432000, 604800, 1209600, 2592000),
)
_SPOKEN: Final = {"dark": "dark (GPS silent)"}
_LEADING: Final = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
_LEAST: Final = 1e-9  # no class begins between zero and this
_DAY_S: Final = 86_400
_HOUR_S: Final = 3_600

Class = dict[str, Any]


def column_legend(field: Field, values: NDArray[np.generic]) -> dict[str, Any]:
    """Return how a column is drawn: its classes with bounds and colours.

    Zero is a class of its own and is drawn, so that "never" can be seen; null has a hatched
    grey that no value has.

    Parameters
    ----------
    field
        What the column holds.
    values
        Its values, shape (n,): numbers, datetime64 or, for ``category``, str or None.

    Returns
    -------
    dict
        ``kind`` (sequential, diverging, categorical), ``unit``, ``integer``, of sequential
        ones ``ramp`` (colours from the lowest class to the highest), and ``classes``: each with
        ``key``, ``from`` (included) and ``to`` (not included; null for open), the colours
        ``light`` and ``dark``, ``opacity``, ``hatch``, and ``label`` (English) where numbers do
        not say it. Times are seconds since 1970 UTC. ``null`` is the class of cells whose value
        is not known.

    Raises
    ------
    InputError
        The column is text, or has more than 254 categories.
    """
    if field.scale == "text":
        raise InputError(
            "column {column} is text and cannot be drawn; choose a column of numbers, "
            "times or categories",
            column=field.name,
        )
    if field.scale == "category":
        return _legend(field, "categorical", _categories(field, values))
    numbers = _finite(values)
    integer = bool(np.all(numbers == np.rint(numbers)))
    if field.name == "hot":
        return _legend(field, "categorical", _significance(), integer=True)
    if field.scale == "diverging":
        return _legend(field, "diverging", _diverging(field, numbers))
    if field.scale == "time":
        return _legend(field, "sequential", _ranges(_moments(numbers), None, integer=True))
    strong_first = field.name in _CHANCES | _RANKS
    classes = [] if strong_first else [_class("zero", 0, 0, ZERO)]
    if field.scale == "share" and field.name not in _PARTS:
        breaks = CHANCE_BREAKS if field.name in _CHANCES else SHARE_BREAKS
        ranges = _ranges(breaks, 0.0, integer=False)
        integer = False
    else:
        lowest = None if numbers.size and numbers.min() < 0 else float(integer)
        ranges = _ranges(_amounts(field, numbers, integer=integer), lowest, integer=integer)
    if strong_first:
        ranges = _reversed_colours(ranges)
    return _legend(field, "sequential", [*classes, *ranges], integer=integer)


def categories_of(field: Field, values: NDArray[np.generic]) -> tuple[str, ...]:
    """Return the categories of a column in the order they are drawn.

    Parameters
    ----------
    field
        What the column holds.
    values
        Str, numbers or None, shape (n,).

    Returns
    -------
    tuple of str
        Those the field names, or else all that occur, sorted.
    """
    if field.categories:
        return field.categories
    return tuple(sorted({text for text in map(category_text, values.tolist()) if text is not None}))


def category_text(value: object) -> str | None:
    """Return a category as text; ``None`` where it is not known.

    Parameters
    ----------
    value
        A str, a whole number, NaN or None.

    Returns
    -------
    str or None
        Whole floats lose their point: 99.0 is ``99``.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return f"{value:g}" if isinstance(value, float) else str(value)


def _legend(
    field: Field, kind: str, classes: list[Class], *, integer: bool = False
) -> dict[str, Any]:
    if len(classes) > MAX_CLASSES:
        raise InputError(
            "column {column} has {count} categories, but at most {most} can be drawn",
            column=field.name,
            count=len(classes),
            most=MAX_CLASSES,
        )
    unknown = "never, or not known" if field.scale == "time" else "not known"
    more = {}
    if kind == "sequential":
        more["ramp"] = ramp()[::-1] if field.name in _CHANCES | _RANKS else ramp()
    return {
        "column": field.name,
        "kind": kind,
        "unit": field.unit,
        "integer": integer,
        "classes": classes,
        **more,
        "null": {"key": "null", "label": unknown, **NULL.as_json()},
    }


def _class(
    key: str, low: float | None, high: float | None, swatch: Swatch, label: str = ""
) -> Class:
    return {"key": key, "label": label, "from": low, "to": high, **swatch.as_json()}


def _finite(values: NDArray[np.generic]) -> NDArray[np.float64]:
    if values.dtype.kind == "M":
        seconds = values.astype("datetime64[s]")
        return np.asarray(seconds[~np.isnat(seconds)].astype(np.int64), dtype=np.float64)
    numbers = values.astype(np.float64)
    return np.asarray(numbers[np.isfinite(numbers)])


def _categories(field: Field, values: NDArray[np.generic]) -> list[Class]:
    if field.categories == HOUR_NAMES:
        return [_hour(hour) for hour in range(len(HOUR_NAMES))]
    return [
        _class(
            name, None, None, category_swatch(name, i), _SPOKEN.get(name, name.replace("_", " "))
        )
        for i, name in enumerate(categories_of(field, values))
    ]


def _hour(hour: int) -> Class:
    return _class(
        HOUR_NAMES[hour], None, None, hour_swatch(hour), f"{hour:02d}:00–{hour + 1:02d}:00"
    )


def _significance() -> list[Class]:
    """Return the classes of hot and cold at 90, 95 and 99 %."""
    classes = []
    for i, level in enumerate(_SIGNIFICANCE):
        steps = (90, 95, 99).index(abs(level)) if level else 0
        if level == 0:
            classes.append(_class("zero", 0, 0, NEUTRAL, "neither"))
            continue
        low = None if i == 0 else float(level)
        high = None if i == len(_SIGNIFICANCE) - 1 else float(_SIGNIFICANCE[i + 1])
        swatch = (ABOVE if level > 0 else BELOW)[steps]
        label = f"{'hot' if level > 0 else 'cold'}, {abs(level)} %"
        classes.append(_class(str(level), low, high, swatch, label))
    return classes


def _diverging(field: Field, numbers: NDArray[np.float64]) -> list[Class]:
    if field.name in FIXED_BREAKS or numbers.size == 0:
        steps: tuple[float, ...] = FIXED_BREAKS.get(field.name, Z_BREAKS)
    else:
        far = np.quantile(np.abs(numbers), (0.5, 0.75, 0.95))
        steps = tuple(dict.fromkeys(_nice(float(step)) for step in far if step >= _LEAST)) or (1.0,)
    bounds = [None, *(-step for step in reversed(steps)), *steps, None]
    middle = len(steps)
    swatches = [*reversed(BELOW[3 - middle :]), NEUTRAL, *ABOVE[3 - middle :]]
    return [
        _class(str(i - middle), bounds[i], bounds[i + 1], swatch)
        for i, swatch in enumerate(swatches)
    ]


def _ranges(breaks: tuple[float, ...], lowest: float | None, *, integer: bool) -> list[Class]:
    if lowest is not None:
        breaks = tuple(step for step in breaks if step > lowest)
    if integer:
        breaks = tuple(dict.fromkeys(float(math.ceil(step)) for step in breaks))
    bounds = [lowest, *breaks, None]
    return [
        _class(str(i + 1), bounds[i], bounds[i + 1], swatch)
        for i, swatch in enumerate(sequential(len(breaks) + 1))
    ]


def _reversed_colours(classes: list[Class]) -> list[Class]:
    """Return classes whose strongest colour stands for the least value."""
    bounds = ("key", "label", "from", "to")
    return [
        {**there, **{name: here[name] for name in bounds}}
        for here, there in zip(classes, reversed(classes), strict=True)
    ]


def _amounts(field: Field, numbers: NDArray[np.float64], *, integer: bool) -> tuple[float, ...]:
    """Return round bounds that put about equally many cells into each class."""
    some = numbers[numbers >= _LEAST]
    if some.size == 0:
        return ()
    distinct = np.unique(some)
    if integer and distinct.size <= CLASSES and field.unit != "s":
        return tuple(distinct[1:].tolist())
    parts = np.array(_RANK_CUTS) if field.name in _RANKS else np.arange(1, CLASSES) / CLASSES
    rounded = _readable(field, some, parts)
    return rounded if len(rounded) >= _FEW else _readable(field, distinct, parts)


def _readable(
    field: Field, numbers: NDArray[np.float64], parts: NDArray[np.float64]
) -> tuple[float, ...]:
    """Return quantiles of numbers, rounded to what people like to read; each is there once."""
    cuts = np.quantile(numbers, parts)
    rounded = [_words(cut) if field.unit == "s" else _nice(cut) for cut in cuts.tolist()]
    low, high = float(numbers.min()), float(numbers.max())
    return tuple(dict.fromkeys(cut for cut in rounded if low < cut <= high))


def _nice(value: float) -> float:
    """Return the nearest of 1, 1.5, 2, 3, 5, 7 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    nearest = min((*_LEADING, 10.0), key=lambda lead: abs(math.log(lead * power / value)))
    return float(f"{nearest * power:.6g}")


def _words(seconds: float) -> float:
    """Return the nearest number of seconds that people have a word for."""
    if seconds < _SECONDS[0]:
        return _nice(seconds)
    return float(min(_SECONDS, key=lambda step: abs(math.log(step / seconds))))


def _moments(numbers: NDArray[np.float64]) -> tuple[float, ...]:
    """Return whole hours or days that cut times into about equal parts."""
    if numbers.size == 0:
        return ()
    unit = _DAY_S if np.ptp(numbers) > 10 * _DAY_S else _HOUR_S
    cuts = np.quantile(numbers, np.arange(1, CLASSES) / CLASSES)
    rounded = np.unique(np.rint(cuts / unit) * unit)
    return tuple(rounded[(rounded > numbers.min()) & (rounded <= numbers.max())].tolist())
