"""The report on a workspace's units: made, said in a language, and written to a file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.unit_quality import FIELDS, UnitQuality, unit_quality
from geogrid.errors import LayerNotFoundError
from geogrid.export.json_values import plain
from geogrid.export.plain_table import write_table
from geogrid.i18n import translator
from geogrid.model.window import Window
from geogrid.service.patrols import derived_days
from geogrid.service.reduced import with_fixes
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.service.units import UNITS, units_of_group

_TITLE: Final = "Quality of units"


def quality_of_units(
    shelf: Shelf,
    window: Window,
    rules: PatrolRules | None = None,
    progress: Progress = no_progress,
) -> UnitQuality:
    """Return how well each unit reports.

    Parameters
    ----------
    shelf
        The workspace.
    window
        Which days and hours count.
    rules
        Which silence and which speed is too much; the defaults if ``None``.
    progress
        Is told how many days are done.

    Returns
    -------
    UnitQuality
        Of all units, worst first.

    Raises
    ------
    LayerNotFoundError
        No tracks are imported.
    InputError
        The window asks for days of which only sums are kept.
    """
    if not shelf.tracks.days():
        raise LayerNotFoundError(
            "nothing is known of units; import tracks with geogrid import WS tracks FILE"
        )
    with_fixes(shelf, window)
    groups: dict[str, str] = {}
    if UNITS in shelf.registers.kinds():
        register = shelf.registers.read(UNITS)["group"].dropna()
        groups = dict(zip(register.index.astype(str), register.astype(str), strict=True))
    return unit_quality(
        derived_days(shelf, rules or PatrolRules(), progress),
        window,
        time_zone=shelf.config.time_zone,
        groups=groups,
    )


def of_group(shelf: Shelf, report: UnitQuality, group: str) -> UnitQuality:
    """Return the rows of one group; its clocks stay compared with the whole fleet.

    Parameters
    ----------
    shelf
        The workspace.
    report
        Of all units.
    group
        The group's name.

    Returns
    -------
    UnitQuality
        In the same order.

    Raises
    ------
    InputError
        There is no such group.
    """
    mine = report.table["unit"].isin(units_of_group(shelf, group)).to_numpy()
    remarks = tuple(one for one, kept in zip(report.remarks, mine, strict=True) if kept)
    return UnitQuality(report.table[mine].reset_index(drop=True), remarks, report.days)


def quality_json(report: UnitQuality, language: str) -> dict[str, Any]:
    """Return a report as JSON values.

    Parameters
    ----------
    report
        The report.
    language
        ``en`` or ``zh``.

    Returns
    -------
    dict
        ``days``, ``wrong`` (units with a remark), ``fields`` and ``units``: rows, each with its
        ``reason`` in the language, and ``remarks``, the names of what is wrong.
    """
    translate = translator(language)
    table = report.table.assign(reason=report.reasons(translate))
    units = [
        {name: plain(value) for name, value in row.items()} | {"remarks": [r.name for r in remarks]}
        for row, remarks in zip(table.to_dict("records"), report.remarks, strict=True)
    ]
    return {
        "days": report.days,
        "wrong": sum(1 for remarks in report.remarks if remarks),
        "fields": [
            {
                "name": field.name,
                "title": translate(field.title),
                "unit": field.unit,
                "meaning": translate(field.meaning) if field.meaning else "",
            }
            for field in FIELDS
        ],
        "units": units,
    }


def write_quality(
    report: UnitQuality, path: Path, *, window: Window, rules: PatrolRules, synthetic: bool
) -> Path:
    """Write a report as a table.

    Parameters
    ----------
    report
        The report.
    path
        The file, ending in .csv, .parquet or .xlsx.
    window
        What it was made of.
    rules
        How it was made.
    synthetic
        Whether any data says of itself that it is synthetic.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        The ending is unknown.
    """
    about = {
        "title": _TITLE,
        "synthetic": synthetic,
        "window": plain(window.as_json()),
        "rules": plain(asdict(rules)),
        "days": report.days,
        "fields": {field.name: field.meaning or field.title for field in FIELDS},
    }
    return write_table(report.table, path, {name: plain(value) for name, value in about.items()})
