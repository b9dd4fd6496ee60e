"""Columns of times to milliseconds since 1970 UTC; a missing zone is asked for, not guessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geogrid.errors import InputError
from geogrid.io.rawtable import Column
from geogrid.io.values import is_text, trimmed

UNKNOWN: Final = np.iinfo(np.int64).min  # no time
EARLIEST_MS: Final = 631_152_000_000  # 1990-01-01
LATEST_MS: Final = 4_102_444_800_000  # 2100-01-01
_DAY_MS: Final = 86_400_000
_EXCEL_EPOCH_MS: Final = -25_569 * _DAY_MS  # day 0 of spreadsheets is 1899-12-30
_FAR_MS: Final = 5 * 365 * _DAY_MS  # a silence of five years before a few last rows

_CIVIL: Final = (
    r"^(?P<year>[0-9]{4})[-/.年](?P<month>[0-9]{1,2})[-/.月](?P<day>[0-9]{1,2})日?"
    r"(?:[T\s]*(?P<hour>[0-9]{1,2})[:时点](?P<minute>[0-9]{1,2})分?"
    r"(?::?(?P<second>[0-9]{1,2})(?:[.,](?P<fraction>[0-9]{1,9}))?秒?)?)?"
    r"\s*(?P<zone>Z|z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?$"
)
_COMPACT: Final = (
    r"^(?P<year>[12][0-9]{3})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"(?:T?(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})(?P<fraction>[.][0-9]{1,3})?)?"
    r"(?P<zone>Z)?$"
)
_CLOCK: Final = r"^[0-9]{1,2}[:时][0-9]{1,2}([:分][0-9.]*秒?)?$"
_EPOCH: Final = r"^[0-9]{9,10}(\.[0-9]+)?$|^[0-9]{12,13}$"
_SERIAL: Final = r"^[34567][0-9]{4}(\.[0-9]+)?$"  # 1982 to 2119

BLANK, UNREADABLE, CLOCK_CHANGE, OUTSIDE, FAR = 1, 2, 3, 4, 5
REASONS: Final = {
    BLANK: "there is no time; give one such as 2026-03-06 08:00:00",
    UNREADABLE: "the time cannot be read; write 2026-03-06 08:00:00 or 2026-03-06T08:00:00Z",
    CLOCK_CHANGE: "this local time does not exist, or exists twice, in {zone}: the clock is "
    "changed then; give times with an offset",
    OUTSIDE: "the time is before 1990 or after 2099; correct it",
    FAR: "the time is years after those of the other rows; correct it",
}


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """Times of a column.

    Parameters
    ----------
    ms
        Milliseconds since 1970-01-01 UTC, int64, shape (n,); `UNKNOWN` where there is none.
    fault
        0, or a key of `REASONS`, uint8, shape (n,).
    local
        The zone that times without an offset were taken in; ``None`` when there were none.
    """

    ms: NDArray[np.int64]
    fault: NDArray[np.uint8]
    local: str | None


def check_zone(name: str | None) -> None:
    """Refuse a time zone that does not exist.

    Parameters
    ----------
    name
        IANA name, or ``None``.

    Raises
    ------
    InputError
        The time zone is not known.
    """
    if name is None:
        return
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(
            "there is no time zone {name!r}; give a name such as Asia/Shanghai", name=name
        ) from error


def read_times(column: Column, *, field: str, zone: str | None) -> Times:
    """Return a column as instants.

    Read are ISO 8601 and its usual looser and Chinese forms, 14 digits, Unix seconds and
    milliseconds, and day numbers of spreadsheets.

    Parameters
    ----------
    column
        A pyarrow array of text, timestamps or numbers.
    field
        The field's name, for messages.
    zone
        IANA name of the zone of times without an offset.

    Returns
    -------
    Times
        Each distinct text is read once.

    Raises
    ------
    InputError
        Times have no offset and ``zone`` is not given.
    """
    if pa.types.is_timestamp(column.type):
        return _typed_times(column, field=field, zone=zone)
    text = trimmed(column)
    coded = pc.dictionary_encode(text)
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    codes = pc.fill_null(coded.indices, len(coded.dictionary)).to_numpy(zero_copy_only=False)
    distinct = _read_distinct(coded.dictionary, field=field, zone=zone)
    ms = np.append(distinct.ms, UNKNOWN)[codes]
    fault = np.append(distinct.fault, np.uint8(BLANK))[codes]
    return Times(ms, _with_far(ms, fault), distinct.local)


def with_dates(times: Column, dates: Column | None) -> Column:
    """Return times of which those that are only a time of day have got their date.

    Parameters
    ----------
    times
        A pyarrow array.
    dates
        The column of dates beside it, or ``None``.

    Returns
    -------
    Column
        Text, or ``times`` itself where there are no dates.
    """
    if dates is None or not is_text(times):
        return times
    clock = trimmed(times)
    days = pc.replace_substring_regex(trimmed(dates), r"[ T]0{1,2}:00(:00(\.0+)?)?$", "")
    days = pc.replace_substring_regex(days, r"^([0-9]{4})([0-9]{2})([0-9]{2})$", r"\1-\2-\3")
    bare = pc.fill_null(pc.match_substring_regex(clock, _CLOCK), fill_value=False)
    return pc.if_else(bare, pc.binary_join_element_wise(days, clock, " "), clock)


def _typed_times(column: Column, *, field: str, zone: str | None) -> Times:
    blank = np.asarray(pc.is_null(column).to_numpy(zero_copy_only=False), dtype=bool)
    values = pc.cast(column, pa.timestamp("ms", column.type.tz), safe=False)
    ms = np.asarray(
        pc.fill_null(pc.cast(values, pa.int64()), 0).to_numpy(zero_copy_only=False), dtype=np.int64
    )
    fault = np.where(blank, BLANK, 0).astype(np.uint8)
    naive = np.full(ms.size, column.type.tz is None) & ~blank
    return _finished(ms, fault, naive, field=field, zone=zone)


def _finished(
    ms: NDArray[np.int64],
    fault: NDArray[np.uint8],
    naive: NDArray[np.bool_],
    *,
    field: str,
    zone: str | None,
) -> Times:
    """Return instants of civil milliseconds: local ones moved to UTC, the range checked."""
    local = naive & (fault == 0)
    inside = (ms >= EARLIEST_MS - _DAY_MS) & (ms < LATEST_MS + _DAY_MS)
    fault = np.where((fault == 0) & ~inside, OUTSIDE, fault).astype(np.uint8)
    local &= fault == 0
    if local.any():
        if zone is None:
            raise InputError(
                "the times in {field} have no time zone; say which one they are in, with --tz "
                "Asia/Shanghai or --tz UTC",
                field=field,
            )
        moved, odd = _to_utc(ms[local], zone)
        ms = ms.copy()
        ms[local] = moved
        where = np.flatnonzero(local)
        fault[where[odd]] = CLOCK_CHANGE
    outside = (ms < EARLIEST_MS) | (ms >= LATEST_MS)
    fault = np.where((fault == 0) & outside, OUTSIDE, fault).astype(np.uint8)
    ms = np.where(fault == 0, ms, UNKNOWN)
    return Times(ms, _with_far(ms, fault), zone if local.any() else None)


def _to_utc(ms: NDArray[np.int64], zone: str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    civil = pd.DatetimeIndex(ms.astype("datetime64[ms]"))
    utc = civil.tz_localize(zone, ambiguous="NaT", nonexistent="NaT").tz_convert("UTC")
    odd = np.asarray(utc.isna(), dtype=bool)
    values = utc.tz_localize(None).to_numpy().astype("datetime64[ms]").astype(np.int64)
    return values, odd


def _read_distinct(text: Column, *, field: str, zone: str | None) -> Times:
    n = len(text)
    ms = np.full(n, 0, dtype=np.int64)
    fault = np.full(n, UNREADABLE, dtype=np.uint8)
    naive = np.zeros(n, dtype=bool)
    for pattern in (_CIVIL, _COMPACT):
        rest = np.flatnonzero(fault == UNREADABLE)
        if rest.size:
            part, ok, local = _civil_ms(text.take(pa.array(rest)), pattern)
            ms[rest[ok]], naive[rest[ok]], fault[rest[ok]] = part[ok], local[ok], 0
    rest = np.flatnonzero(fault == UNREADABLE)
    if rest.size:
        part, ok, local = _counted_ms(text.take(pa.array(rest)))
        ms[rest[ok]], naive[rest[ok]], fault[rest[ok]] = part[ok], local[ok], 0
    return _finished(ms, fault, naive, field=field, zone=zone)


def _whole(parts: Column, name: str) -> NDArray[np.int64]:
    """Return a part of a pattern as integers, 0 where it did not occur."""
    part = pc.struct_field(parts, name)
    filled = pc.if_else(pc.equal(pc.fill_null(part, ""), ""), "0", part)
    return np.asarray(pc.cast(filled, pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def _civil_ms(
    text: Column, pattern: str
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return milliseconds, where the pattern fits a true date, and where no offset is given."""
    parts = pc.extract_regex(text, pattern)
    matched = np.asarray(pc.is_valid(parts).to_numpy(zero_copy_only=False), dtype=bool)
    year, month, day = (_whole(parts, name) for name in ("year", "month", "day"))
    hour, minute, second = (_whole(parts, name) for name in ("hour", "minute", "second"))
    good = matched & (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    good &= (hour < 24) & (minute < 60) & (second < 60)
    first = ((np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1).astype(
        "datetime64[M]"
    )
    days = first.astype("datetime64[D]").astype(np.int64)
    good &= day <= (first + 1).astype("datetime64[D]").astype(np.int64) - days
    fraction = pc.fill_null(pc.replace_substring(pc.struct_field(parts, "fraction"), ".", ""), "")
    milli = _whole(
        pa.StructArray.from_arrays(
            [pc.utf8_slice_codeunits(pc.utf8_rpad(fraction, 3, "0"), 0, 3)], ["milli"]
        ),
        "milli",
    )
    zone = pc.fill_null(pc.struct_field(parts, "zone"), "")
    offset_ms, naive = _offsets(zone)
    clock = (hour * 3_600 + minute * 60 + second) * 1_000 + milli
    return (days + day - 1) * _DAY_MS + clock - offset_ms, good, naive


def _offsets(zone: Column) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return offsets from UTC in milliseconds, and where there is none."""
    coded = zone.dictionary_encode()
    codes = coded.indices.to_numpy(zero_copy_only=False)
    words = coded.dictionary.to_pylist()
    offset = np.zeros(max(len(words), 1), dtype=np.int64)
    for i, word in enumerate(words):
        if word[:1] in {"+", "-"}:
            digits = word[1:].replace(":", "").ljust(4, "0")
            minutes = int(digits[:2]) * 60 + int(digits[2:])
            offset[i] = (-60_000 if word[0] == "-" else 60_000) * minutes
    none = np.array([word == "" for word in words] or [True])
    return offset[codes], none[codes]


def _counted_ms(
    text: Column,
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return milliseconds of Unix times and of spreadsheet day numbers, which are local."""

    def fits(pattern: str) -> NDArray[np.bool_]:
        mask = pc.match_substring_regex(text, pattern).to_numpy(zero_copy_only=False)
        return np.asarray(mask, dtype=bool)

    epoch, serial = fits(_EPOCH), fits(_SERIAL)
    known = pc.if_else(pa.array(epoch | serial), text, "0")
    value = np.asarray(pc.cast(known, pa.float64()).to_numpy(zero_copy_only=False))
    ms = np.where(value < 1e11, value * 1_000.0, value)
    # Day numbers are stored in binary fractions of a day; whole seconds are what was meant.
    ms = np.where(serial, np.rint(value * 86_400.0) * 1_000.0 + _EXCEL_EPOCH_MS, ms)
    return np.rint(ms).astype(np.int64), epoch | serial, serial


def _with_far(ms: NDArray[np.int64], fault: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Mark the few rows that come after a silence of years: a receiver's wild clock."""
    good = np.sort(ms[fault == 0])
    if good.size < 3:
        return fault
    gaps = np.diff(good)
    wide = np.flatnonzero(gaps > _FAR_MS)
    if wide.size == 0 or good.size - wide[0] - 1 >= good.size / 2:
        return fault
    marked = fault.copy()
    marked[(fault == 0) & (ms > good[wide[0]])] = FAR
    return marked
