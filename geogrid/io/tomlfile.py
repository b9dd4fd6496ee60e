"""TOML: registers without geometry as tables that people keep beside their rules.

A file has an array of tables for each register, such as ``[[dosage]]``; one file may hold
several, and each is read by the import of its own kind.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

import numpy as np
import pyarrow as pa

from geogrid.errors import FileFormatError, InputError
from geogrid.io.detect import SourceFile
from geogrid.io.plain_kinds import PLAIN_KINDS
from geogrid.io.rawtable import Plan, RawTable
from geogrid.io.report import Message, Refusal

MAX_TOML_BYTES: Final = 4 << 20  # ten thousand promises take a tenth of it
NO_VALUE: Final = "this is a table or a list of lists; give one value, or a list of words"
OTHERS: Final = (
    "the file has tables of {others} too; import them with: geogrid import WS KIND {file}"
)
_SHOWN: Final = 60


def read_toml(source: SourceFile, plan: Plan, *, kind: str) -> RawTable:
    """Return the tables of one register as strings.

    Parameters
    ----------
    source
        A file of type ``TOML``.
    plan
        Says which fields to keep; a field that it does not keep refuses the file, because a
        misspelt promise would be none.
    kind
        A key of `geogrid.io.plain_kinds.PLAIN_KINDS`.

    Returns
    -------
    RawTable
        A row for each table, in order; lists of words with commas between them.

    Raises
    ------
    FileFormatError
        It is no TOML, or registers of this kind have geometry.
    InputError
        It has no table of the kind, or a table or field that is not known.
    """
    if kind not in PLAIN_KINDS:
        raise FileFormatError(
            "{file}: a TOML file holds {kinds}, not {kind}; give {kind} as GeoJSON, CSV or a "
            "workbook",
            file=source.name,
            kinds=", ".join(PLAIN_KINDS),
            kind=kind,
        )
    document = _parsed(source)
    tables = _tables(document, kind, source.name)
    headers = tuple(dict.fromkeys(name for table in tables for name in table))
    mapping = plan(headers)
    known = {headers[at] for at in mapping.columns.values()}
    _refuse_unknown(tables, known, kind, source.name)
    refusals = [
        Refusal(number, name, str(value)[:_SHOWN], NO_VALUE)
        for number, table in enumerate(tables, start=1)
        for name, value in table.items()
        if _text(value) is None
    ]
    spoilt = {refusal.row for refusal in refusals}
    kept = [number for number in range(1, len(tables) + 1) if number not in spoilt]
    columns = {
        field: pa.array([_text(tables[n - 1].get(headers[at], "")) for n in kept], pa.string())
        for field, at in mapping.columns.items()
    }
    others = [f"[[{name}]]" for name in document if name != kind]
    note = Message(OTHERS, {"others": ", ".join(others), "file": source.name})
    return RawTable(
        columns,
        np.array(kept, dtype=np.int64),
        mapping,
        tuple(refusals),
        warnings=(note,) if others else (),
    )


def _parsed(source: SourceFile) -> Mapping[str, Any]:
    if len(source.data) > MAX_TOML_BYTES:
        raise InputError(
            "{file}: the size is {size:,} bytes, more than the limit of {limit:,}; split the file",
            file=source.name,
            size=len(source.data),
            limit=MAX_TOML_BYTES,
        )
    try:
        return tomllib.loads(source.data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise FileFormatError(
            "{file}: this is not TOML: its text is not UTF-8; save it as UTF-8", file=source.name
        ) from error
    except RecursionError as error:
        raise FileFormatError(
            "{file}: this is not TOML: lists or tables are nested too deeply", file=source.name
        ) from error
    except ValueError as error:  # also integers of thousands of digits
        raise FileFormatError(
            "{file}: this is not TOML: {reason}", file=source.name, reason=str(error)
        ) from error


def _tables(document: Mapping[str, Any], kind: str, file: str) -> Sequence[Mapping[str, Any]]:
    """Return the tables of a kind; everything else in the file must be of another kind."""
    unknown = [name for name in document if name not in PLAIN_KINDS]
    if unknown:
        raise InputError(
            "{file}: the name {name!r} is not known at the top of the file; it holds tables under "
            "{heads}",
            file=file,
            name=unknown[0],
            heads=", ".join(f"[[{name}]]" for name in PLAIN_KINDS),
        )
    tables = document.get(kind, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InputError(
            "{file}: {name} is no list of tables; begin each one with [[{name}]], in two brackets",
            file=file,
            name=kind,
        )
    if not any(tables):
        raise InputError(
            "{file}: there is no table under [[{name}]] in it, no data", file=file, name=kind
        )
    return tables


def _refuse_unknown(
    tables: Sequence[Mapping[str, Any]], known: set[str], kind: str, file: str
) -> None:
    for number, table in enumerate(tables, start=1):
        for name in table:
            if name not in known:
                raise InputError(
                    "{file}: table {number} of [[{kind}]]: the field {name!r} is not known; the "
                    "fields are {fields}",
                    file=file,
                    number=number,
                    kind=kind,
                    name=name,
                    fields=", ".join(spec.name for spec in PLAIN_KINDS[kind]),
                )


def _text(value: object) -> str | None:
    """Return a value as a text table would have it; ``None`` for what is no single value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return ",".join(str(_text(item)) for item in value)
    return None
