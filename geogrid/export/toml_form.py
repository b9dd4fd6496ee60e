"""A TOML file to be filled in: one example table, with what each field means beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from geogrid.export.aside import written_aside
from geogrid.export.form import FormColumn


def write_toml_form(
    columns: Sequence[FormColumn], notes: Sequence[str], path: Path, *, kind: str
) -> Path:
    """Write a form for a register without geometry.

    Parameters
    ----------
    columns
        Its fields. One without an example stands in a comment.
    notes
        Sentences for the top.
    path
        The file, ending in .toml; it appears whole or not at all.
    kind
        The register, the name of each table.

    Returns
    -------
    Path
        The file.
    """
    lines = [f"# {note}" for note in notes]
    lines += ["", f"[[{kind}]]"]
    for column in columns:
        lines.append(f"# {_comment(column)}")
        given = column.example != ""
        lines.append(f"{'' if given else '# '}{column.name} = {_value(column.example)}")
    with written_aside(path) as part:
        part.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


def _comment(column: FormColumn) -> str:
    parts = [column.title]
    if column.limits is not None:
        parts.append(f"{column.limits[0]:g} ... {column.limits[1]:g}")
    if column.choices:
        parts.append(" | ".join(column.choices))
    return "; ".join(parts)


def _value(example: str | float) -> str:
    """Return an example as TOML writes it; a string of JSON is one of TOML."""
    if isinstance(example, float):
        return f"{example:g}"
    return json.dumps(example, ensure_ascii=False)
