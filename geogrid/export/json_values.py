"""Values as JSON can hold them: finite numbers, ISO 8601 times in UTC, null for not known."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from json.encoder import encode_basestring
from pathlib import PurePath
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.errors import InputError

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
_encoder: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)
SAFE_INTEGER: Final = 2**53  # larger ones lose digits in programs that read numbers as doubles


def plain(value: object) -> Json:
    """Return a value as JSON can hold it.

    Parameters
    ----------
    value
        Text, number, truth value, time, path, or a list or mapping of those; numpy's and
        pandas' scalars as well.

    Returns
    -------
    Json
        NaN, infinity, NaT and NA are None; whole numbers over 2^53 are text; a time without
        zone is taken as UTC.

    Raises
    ------
    InputError
        The value is of another type.
    """
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    elif isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, str | PurePath):
        return str(value)
    return _time(value) if isinstance(value, date) else _container(value)


def _number(value: float) -> Json:
    if isinstance(value, int):
        return int(value) if abs(value) <= SAFE_INTEGER else str(value)
    return float(value) + 0.0 if math.isfinite(value) else None


def _time(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return moment.isoformat().replace("+00:00", "Z")


def _container(value: object) -> Json:
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        unordered = isinstance(value, set | frozenset)
        return [plain(item) for item in (sorted(value) if unordered else value)]
    raise InputError(
        "a value of type {kind} cannot be written as JSON: {value!r}",
        kind=type(value).__name__,
        value=value,
    )


def utc_texts(column: pd.Series) -> NDArray[np.object_]:
    """Return times as ISO 8601 in UTC.

    Parameters
    ----------
    column
        Times with or without a zone; without one they are UTC.

    Returns
    -------
    ndarray of str or None
        To the second, or to the millisecond when any time has a part of a second.
    """
    aware = column if column.dt.tz is not None else column.dt.tz_localize("UTC")
    stamp = aware.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="datetime64[ms]")
    missing = np.isnat(stamp)
    whole = not (stamp[~missing].astype(np.int64) % 1000).any()
    text = np.datetime_as_string(stamp, unit="s" if whole else "ms").astype(object) + "Z"
    text[missing] = None
    return np.asarray(text)


def column_values(column: pd.Series) -> list[Json]:
    """Return a column's values as JSON can hold them.

    Parameters
    ----------
    column
        Any column of a layer.

    Returns
    -------
    list
        One value per row, see `plain`.
    """
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "f":
        values = column.to_numpy(dtype=np.float64) + 0.0
        known: list[Json] = values.tolist()
        for at in np.flatnonzero(~np.isfinite(values)):
            known[at] = None
        return known
    if pd.api.types.is_datetime64_any_dtype(column):
        texts: list[Json] = utc_texts(column).tolist()
        return texts
    return [plain(value) for value in column.to_numpy(dtype=object)]


def column_texts(column: pd.Series) -> list[str]:
    """Return a column's values as JSON texts.

    Parameters
    ----------
    column
        Any column of a layer.

    Returns
    -------
    list of str
        One text per row.
    """
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "f":
        return ["null" if value is None else repr(value) for value in column_values(column)]
    if pd.api.types.is_datetime64_any_dtype(column):
        return ["null" if text is None else f'"{text}"' for text in utc_texts(column)]
    values = column.to_numpy(dtype=object)
    return [
        encode_basestring(value) if type(value) is str else json_text(plain(value))
        for value in values
    ]


def json_text(value: Json) -> str:
    """Return a JSON text without needless spaces, the same for the same value.

    Parameters
    ----------
    value
        As `plain` returns it.

    Returns
    -------
    str
        Keys are sorted; Chinese stays readable.
    """
    return _encoder.encode(value)
