"""NMEA 0183 logs: the fixes of RMC sentences, which alone have date, time and place.

Reference: NMEA 0183, sentence RMC (Recommended Minimum Specific GNSS Data).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import reduce
from typing import Final

import numpy as np
import pyarrow as pa

from geogrid.crs import WGS84
from geogrid.errors import InputError
from geogrid.io.detect import SourceFile
from geogrid.io.rawtable import Plan, RawTable
from geogrid.io.report import Message, Refusal
from geogrid.io.text import to_text

MAX_SENTENCE: Final = 120  # the standard says 82; some receivers write a little more
OLDEST_LIKELY: Final = (
    "2010"  # a receiver that lost 1,024 weeks in 2019 to 2029 writes 1999 to 2009
)
_DECIMAL: Final = re.compile(r"[0-9]+(\.[0-9]*)?")
_FIELDS: Final = ("unit", "time", "lon", "lat")

_LONG: Final = "the sentence is {length} characters long, more than the limit of {limit}"
_CHECKSUM: Final = "the checksum of the sentence is wrong or missing"
_VOID: Final = "the receiver marks this fix as void (status V)"
_NOT_MEASURED: Final = "the receiver marks this fix as {mode}, which is no measured position"
_MODES: Final = {"N": "not valid (mode N)", "S": "simulated (mode S)", "M": "set by hand (mode M)"}
_SHORT: Final = "the sentence has too few fields"
_MINUTES: Final = "the angle cannot be read: minutes go up to 59.9999"
_DATE: Final = "the date or time cannot be read"


class _BadSentence(Exception):  # noqa: N818 - it is caught and becomes a refused row
    def __init__(self, field: str, reason: str, /, **values: object) -> None:
        super().__init__(reason)
        self.field, self.reason, self.values = field, reason, values


def read_nmea(source: SourceFile, plan: Plan) -> RawTable:
    """Return the fixes of an NMEA log; the file's name is the unit.

    Parameters
    ----------
    source
        A file of type ``NMEA``.
    plan
        Not asked for columns: the sentences lay them down.

    Returns
    -------
    RawTable
        One row per RMC sentence, numbered by its line.

    Raises
    ------
    InputError
        There is no RMC sentence, so that no fix has a date.
    """
    rows: list[tuple[int, Mapping[str, str]]] = []
    refusals: list[Refusal] = []
    others = 0
    for number, text in enumerate(to_text(source.data, source.name).splitlines(), start=1):
        sentence = text.strip()
        others += bool(sentence) and sentence[:1] not in {"$", "!"}
        try:
            fields = _sentence(sentence)
            if fields is not None:
                rows.append((number, {**_fix(fields), "unit": source.path.stem}))
        except _BadSentence as bad:
            refusals.append(Refusal(number, bad.field, sentence[:60], bad.reason, bad.values))
    if not rows and not any("RMC," in refusal.value for refusal in refusals):
        raise InputError(
            "{file}: there is no RMC sentence, and only these have the date of a fix",
            file=source.name,
        )
    columns = {name: pa.array([row[name] for _, row in rows], pa.string()) for name in _FIELDS}
    return RawTable(
        columns,
        np.array([number for number, _ in rows], dtype=np.int64),
        plan(_FIELDS),
        tuple(refusals),
        crs=WGS84,
        zone="UTC",
        warnings=_notes(sum(row["time"] < OLDEST_LIKELY for _, row in rows), others),
    )


def _notes(old: int, others: int) -> tuple[Message, ...]:
    """Return what to say of old dates, and of lines that are no sentences."""
    dates = Message(
        "{count} dates are before {year}; a receiver whose week counter rolled over writes such "
        "dates, 1,024 weeks early: check the time",
        {"count": old, "year": OLDEST_LIKELY},
    )
    lines = Message(
        "{count} lines are no NMEA sentences (they begin with neither $ nor !) and are passed over",
        {"count": others},
    )
    return (*([dates] if old else []), *([lines] if others else []))


def _sentence(text: str) -> list[str] | None:
    """Return the fields of an RMC sentence, ``None`` for others."""
    if len(text) > MAX_SENTENCE:
        raise _BadSentence("sentence", _LONG, length=len(text), limit=MAX_SENTENCE)
    body, star, check = text.removeprefix("$").partition("*")
    if body[2:6] != "RMC,":
        return None
    sum_ = reduce(lambda total, letter: total ^ ord(letter), body, 0)
    if not star or check.strip().upper() != f"{sum_:02X}":
        raise _BadSentence("sentence", _CHECKSUM)
    return body.split(",")


def _fix(fields: list[str]) -> Mapping[str, str]:
    if len(fields) < 10:
        raise _BadSentence("sentence", _SHORT)
    if fields[2] != "A":
        raise _BadSentence("status", _VOID)
    if len(fields) > 12 and fields[12] in _MODES:
        raise _BadSentence("mode", _NOT_MEASURED, mode=_MODES[fields[12]])
    return {
        "time": _time(fields[9], fields[1]),
        "lat": _angle("lat", fields[3], fields[4], "NS"),
        "lon": _angle("lon", fields[5], fields[6], "EW"),
    }


def _time(date: str, clock: str) -> str:
    if not (len(date) == 6 and date.isdecimal() and clock[:6].isdecimal() and len(clock) >= 6):
        raise _BadSentence("time", _DATE)
    century = "20" if date[4:] < "80" else "19"
    rest = clock[6:].rstrip("0").rstrip(".")
    return (
        f"{century}{date[4:]}-{date[2:4]}-{date[:2]}T{clock[:2]}:{clock[2:4]}:{clock[4:6]}{rest}Z"
    )


def _angle(field: str, text: str, side: str, sides: str) -> str:
    """Return degrees of ``dddmm.mmmm``."""
    point = text.find(".")
    split = (point if point >= 0 else len(text)) - 2
    whole, minutes = text[: max(split, 0)], text[max(split, 0) :]
    if side not in tuple(sides) or not whole.isdecimal() or not _DECIMAL.fullmatch(minutes):
        raise _BadSentence(field, _MINUTES)
    if float(minutes) >= 60.0:
        raise _BadSentence(field, _MINUTES)
    degrees = int(whole) + float(minutes) / 60.0
    return repr(-degrees if side == sides[1] else degrees)
