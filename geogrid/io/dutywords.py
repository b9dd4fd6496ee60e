"""Words of duty rosters: times of day, hours of duty, days of the week and days."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.io.rawtable import Column
from geogrid.io.values import texts
from geogrid.model.window import WEEKDAYS

_CLOCK: Final = re.compile(r"(\d{1,2})(?:[:时点](\d{1,2})?分?(?::?0{1,2}(?:\.0+)?秒?)?)?(?:小时)?")
_HOURS: Final = re.compile(r"(\d{1,2})(?::00|时|点)?(?:-|~|至|到)(\d{1,2})(?::00|时|点)?")
_DAY: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[t ]00:00(?::00)?(?:\.0+)?)?"
)
_DAY_WORDS: Final = {
    **{name: n for n, name in enumerate(WEEKDAYS)},
    **{
        name: n
        for n, name in enumerate(
            ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        )
    },
    **{
        f"{head}{digit}": n
        for head in ("周", "星期", "")
        for n, digit in enumerate("一二三四五六日")
    },
    "周天": 6,
    "星期天": 6,
    **{str(n + 1): n for n in range(7)},  # ISO 8601: 1 is Monday
}
_SETS: Final = {
    **dict.fromkeys(("all", "daily", "everyday", "every day", "每天", "每日", "全周"), range(7)),
    **dict.fromkeys(("weekdays", "workdays", "工作日"), range(5)),
    **dict.fromkeys(("weekend", "weekends", "周末"), range(5, 7)),
}
_BETWEEN: Final = re.compile(r"\s*(?:[,;/+ ]|、|和)\s*")


def clock_text(text: str) -> str | None:
    """Return a time of day as ``HH:MM``.

    Parameters
    ----------
    text
        Such as ``8:00``, ``20``, ``22时30分`` or ``24:00``.

    Returns
    -------
    str or None
        ``None`` where it cannot be read.
    """
    found = _CLOCK.fullmatch(_plain(text))
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if minute > 59 or hour * 60 + minute > 24 * 60:
        return None
    return f"{hour:02d}:{minute:02d}"


def hours_text(text: str) -> str | None:
    """Return hours of duty as ``HH-HH``.

    Parameters
    ----------
    text
        Such as ``22-06``, ``8:00-20:00`` or ``8时至20时``.

    Returns
    -------
    str or None
        ``None`` where it cannot be read.
    """
    found = _HOURS.fullmatch(_plain(text).replace(" ", ""))
    if found is None or int(found[1]) > 23 or int(found[2]) > 24:
        return None
    return f"{int(found[1]):02d}-{int(found[2]):02d}"


def weekdays_text(text: str) -> str | None:
    """Return days of the week as ``mon,tue``.

    Parameters
    ----------
    text
        Such as ``mon-fri``, ``周一至周五``, ``1,2,3`` (1 is Monday) or ``weekend``.

    Returns
    -------
    str or None
        From Monday on, each day once; ``None`` where it cannot be read.
    """
    plain = _plain(text)
    plain = re.sub(r"\s*(?:-|~|至|到)\s*", "-", plain)
    days: set[int] = set()
    for part in [plain] if plain in _SETS else _BETWEEN.split(plain):
        if part in _SETS:
            days |= set(_SETS[part])
            continue
        ends = [_DAY_WORDS.get(word) for word in part.split("-")]
        if len(ends) > 2 or None in ends:
            return None
        first, last = ends[0], ends[-1]
        if first is None or last is None:
            return None
        days |= {(first + n) % 7 for n in range((last - first) % 7 + 1)}
    return ",".join(WEEKDAYS[day] for day in sorted(days))


def day_text(text: str) -> str | None:
    """Return a day as ``YYYY-MM-DD``.

    Parameters
    ----------
    text
        Such as ``2026-03-06``, ``2026/3/6``, ``2026年3月6日``, or with a midnight after it, as
        workbooks have it.

    Returns
    -------
    str or None
        ``None`` where it cannot be read.
    """
    found = _DAY.fullmatch(_plain(text))
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return None


READERS: Final[dict[str, Callable[[str], str | None]]] = {
    "clock": clock_text,
    "hours": hours_text,
    "weekdays": weekdays_text,
    "day": day_text,
}


def duty_words(column: Column, kind: str) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return a column of a duty roster in its one way of writing.

    Parameters
    ----------
    column
        A pyarrow array.
    kind
        A key of `READERS`.

    Returns
    -------
    value : ndarray of object, shape (n,)
        Texts, ``None`` for blank cells and those that cannot be read.
    bad : ndarray of bool, shape (n,)
        The cell cannot be read.
    """
    raw = texts(column)
    value = [None if text is None else READERS[kind](text) for text in raw]
    bad = [text is not None and found is None for text, found in zip(raw, value, strict=True)]
    return np.array(value, dtype=object), np.array(bad, dtype=bool)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower().strip().replace("–", "-").replace("—", "-")
