"""The part of the calendar that a question is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from geogrid.errors import InputError

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOUR_NAMES: Final = tuple(f"{hour:02d}" for hour in range(24))  # as columns hold them
_HOURS: Final = re.compile(r"(\d{1,2})-(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Window:
    """Local days, hours of the day and weekdays; everything there is by default.

    Parameters
    ----------
    first, last
        Local days, both included; ``None`` for no limit.
    hours
        Start and end on the local clock, ``(22, 6)`` for 22:00 to 06:00 across midnight;
        ``None`` for the whole day. An hour belongs to the calendar day it is in.
    weekdays
        Local weekdays, 0 for Monday; ``None`` for all.

    Raises
    ------
    InputError
        The last day is before the first, or a value is out of its range.
    """

    first: date | None = None
    last: date | None = None
    hours: tuple[int, int] | None = None
    weekdays: frozenset[int] | None = None

    def __post_init__(self) -> None:
        if self.first and self.last and self.last < self.first:
            raise InputError(
                "the window ends ({last}) before it begins ({first})",
                first=self.first,
                last=self.last,
            )
        if self.hours is not None and not (0 <= self.hours[0] <= 23 and 0 <= self.hours[1] <= 24):
            raise InputError(
                "hours must be like 22-06 or 8-20, got {start}-{end}",
                start=self.hours[0],
                end=self.hours[1],
            )
        if self.weekdays is not None and not self.weekdays:
            raise InputError("no weekday is chosen; name some of mon,tue,wed,thu,fri,sat,sun")
        if self.weekdays is not None and not self.weekdays <= set(range(len(WEEKDAYS))):
            raise InputError("weekdays are 0 (Monday) to 6, got {days}", days=sorted(self.weekdays))

    @classmethod
    def parse(
        cls,
        first: str | None = None,
        last: str | None = None,
        hours: str | None = None,
        weekdays: str | None = None,
    ) -> Window:
        """Return the window that four texts describe.

        Parameters
        ----------
        first, last
            ``YYYY-MM-DD``.
        hours
            Such as ``22-06``.
        weekdays
            Such as ``mon,tue``.

        Returns
        -------
        Window
            Empty texts mean no limit.

        Raises
        ------
        InputError
            A text cannot be read.
        """
        return cls(_day(first), _day(last), _hours(hours), _weekdays(weekdays))

    def hour_mask(self) -> tuple[bool, ...]:
        """Return which of the 24 local hours are in the window."""
        if self.hours is None or self.hours[0] == self.hours[1] % 24:
            return (True,) * 24
        start, end = self.hours
        if start < end:
            return tuple(start <= hour < end for hour in range(24))
        return tuple(hour >= start or hour < end for hour in range(24))

    def holds_day(self, day: date) -> bool:
        """Tell whether a local day is in the window.

        Parameters
        ----------
        day
            A local day.

        Returns
        -------
        bool
            True where its date and weekday are.
        """
        return (
            (self.first is None or day >= self.first)
            and (self.last is None or day <= self.last)
            and (self.weekdays is None or day.weekday() in self.weekdays)
        )

    @property
    def whole_days(self) -> bool:
        """Whether the window takes all hours of its days."""
        return all(self.hour_mask())

    def as_json(self) -> dict[str, str]:
        """Return the limits that are set, as texts that `parse` reads."""
        texts = {
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
            "hours": f"{self.hours[0]:02d}-{self.hours[1]:02d}" if self.hours else "",
            "weekdays": ",".join(WEEKDAYS[day] for day in sorted(self.weekdays or ())),
        }
        return {name: text for name, text in texts.items() if text}


ALL_TIME: Final = Window()


def _day(text: str | None) -> date | None:
    return day_of_text(text) if text else None


def day_of_text(text: str) -> date:
    """Return the day that a text names.

    Parameters
    ----------
    text
        Such as ``2026-03-01``.

    Returns
    -------
    date
        The day.

    Raises
    ------
    InputError
        The text is no day.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError("{text!r} is not a day; write it as 2026-03-01", text=text) from error


def _hours(text: str | None) -> tuple[int, int] | None:
    if not text:
        return None
    match = _HOURS.fullmatch(text.strip())
    if match is None:
        raise InputError("{text!r} is not a range of hours; write it as 22-06", text=text)
    return int(match[1]), int(match[2])


def _weekdays(text: str | None) -> frozenset[int] | None:
    if not text:
        return None
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in WEEKDAYS]
    if unknown:
        raise InputError(
            "{name!r} is not a weekday; use mon,tue,wed,thu,fri,sat,sun", name=unknown[0]
        )
    return frozenset(WEEKDAYS.index(name) for name in names)
