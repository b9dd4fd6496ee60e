"""Write the tables of docs/data-formats.md and docs/columns.md from what the code holds.

Run in the project's root: ``.venv/bin/python tools/write_reference.py``. A table stands between
``<!-- table NAME -->`` and ``<!-- end NAME -->``; what is outside is written by hand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from geogrid.analysis import (
    camera_coverage,
    emerging_columns,
    forecast,
    gaps,
    hotspots,
    kde,
    local_moran,
    near_repeat_alerts,
    new_clusters,
    patrol_coverage,
    rate_null,
    reach,
    unit_quality,
)
from geogrid.io.fields import FieldSpec
from geogrid.io.kinds import KINDS, SHAPES
from geogrid.model.cells import Field
from geogrid.service import cordons, dosages, hotspot_spots, tour_layer

DOCS = Path("docs")
ANSWERS = {
    "coverage": patrol_coverage.FIELDS,
    "cameras": camera_coverage.FIELDS,
    "hotspots": hotspots.WEIGHTED_FIELDS,
    "local-moran": local_moran.FIELDS,
    "rate": rate_null.FIELDS,
    "kde": kde.FIELDS,
    "emerging": emerging_columns.FIELDS,
    "near-repeat": near_repeat_alerts.FIELDS,
    "scan": new_clusters.FIELDS,
    "spots": hotspot_spots.FIELDS,
    "forecast": forecast.FIELDS,
    "gaps": gaps.FIELDS,
    "dosage": dosages.FIELDS,
    "quality": unit_quality.FIELDS,
    "reach": reach.FIELDS,
    "plan": tour_layer.FIELDS,
    "cordon": cordons.FIELDS,
}
PLACE = ("lon", "lat", "geometry")
AREA = {"Polygon", "MultiPolygon"}


def rows(head: str, body: Iterable[tuple[str, ...]]) -> str:
    """Return a Markdown table.

    Parameters
    ----------
    head
        Titles of the columns, between ``|``.
    body
        The cells of each row.
    """
    titles = head.split("|")
    lines = [titles, ["---"] * len(titles), *([cell.replace("|", "/") for cell in r] for r in body)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def kinds_table() -> str:
    """Return one table per kind of file."""
    return "\n\n".join(f"### {kind}\n\n{kind_table(kind)}" for kind in KINDS)


def kind_table(kind: str) -> str:
    """Return the table of one kind of file."""
    known = [field for field in KINDS[kind] if field.name != "source_note"]
    body = [_field_row(field) for field in known if field.name not in PLACE]
    place = [(*_place(kind), _names(f for f in known if f.name in PLACE))]
    return rows("field|what|other names of the column", [*body, *(place if SHAPES[kind] else [])])


def _field_row(field: FieldSpec) -> tuple[str, ...]:
    star = " *" if field.required else ""
    return f"`{field.name}`{star}", _what(field), _names([field])


def _what(field: FieldSpec) -> str:
    if field.type == "number":
        unit = "" if field.unit == "1" else f" {field.unit}"
        return f"{field.low:g} to {field.high:g}{unit}"
    if field.choices:
        words = ", ".join(f"`{word}`" for word in dict.fromkeys(field.choices.values()))
        return f"{words}, or any other word" if field.open_choices else words
    return {
        "id": "name of the row",
        "flag": "yes or no",
        "time": "date and time",
        "clock": "time of day, such as 22:00",
        "hours": "hours of the day, such as 22-06",
        "weekdays": "days of the week, such as mon-fri or mon,sat",
        "day": "day, such as 2026-03-06",
    }.get(field.type, "text")


def _place(kind: str) -> tuple[str, str]:
    shapes = SHAPES[kind]
    if "LineString" in shapes:
        return "the geometry *", "line"
    if "Point" not in shapes:
        return "the geometry *", "polygon"
    both = " or a polygon" if shapes & AREA else ""
    return "`lon`, `lat`, or the geometry *", f"point{both}; degrees in the file's datum"


def _names(fields: Iterable[FieldSpec]) -> str:
    return " ".join(name for field in fields for name in (*field.aliases, *field.fallbacks))


def columns_table(fields: Iterable[Field]) -> str:
    """Return the table of the columns of one analysis."""
    return rows("column|unit|meaning", ((f"`{f.name}`", f.unit, _meaning(f)) for f in fields))


def _meaning(field: Field) -> str:
    text = f"{field.title}. {field.meaning}".rstrip(". ")
    words = ", ".join(f"`{word}`" for word in field.categories)
    return f"{text}: {words}" if words else text


def tables() -> dict[str, tuple[Path, Callable[[], str]]]:
    """Return where each table stands, and how it is made."""
    return {
        "kinds": (DOCS / "data-formats.md", kinds_table),
        **{
            name: (DOCS / "columns.md", lambda fields=fields: columns_table(fields))
            for name, fields in ANSWERS.items()
        },
    }


def renewed(page: str, name: str, table: str) -> str:
    """Return a page with one of its tables written again.

    Parameters
    ----------
    page
        The page.
    name
        Name of the table; its two marks stand in the page.
    table
        The table.

    Raises
    ------
    ValueError
        The page has no such marks.
    """
    marks = re.compile(rf"(<!-- table {name} -->\n).*?(\n<!-- end {name} -->)", re.DOTALL)
    again, found = marks.subn(lambda match: f"{match[1]}\n{table}\n{match[2]}", page)
    if found != 1:
        raise ValueError(f"no marks of table {name}")
    return again


def main() -> int:
    """Write every table again."""
    for name, (path, make) in tables().items():
        path.write_text(renewed(path.read_text("utf-8"), name, make()), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
