"""Import forms to hand out: a workbook for each kind, made of the table of its fields."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from geogrid.errors import InputError
from geogrid.export.form import FormColumn, write_form
from geogrid.export.toml_form import write_toml_form
from geogrid.io import KINDS, PLAIN_KINDS, FieldSpec
from geogrid.io.kinds import SHAPES
from geogrid.service.import_results import CHECKED
from geogrid.service.import_results import KINDS as IMPORTED

_LON, _LAT = 117.61, 26.21
_SQUARE: Final = "POLYGON ((117.61 26.21, 117.62 26.21, 117.62 26.22, 117.61 26.22, 117.61 26.21))"
_LINE: Final = "LINESTRING (117.61 26.21, 117.62 26.22)"
# One word per type of value, in both languages, and what the example row says.
_TYPES: Final[dict[str, tuple[str, str]]] = {
    "id": ("name of the row 编号", "A-1"),
    "text": ("text 文字", ""),
    "number": ("number 数字", ""),
    "date": ("date 日期 2026-03-06", ""),
    "time": ("date and time 日期时间 2026-03-06 08:00:00", "2026-03-06 08:00:00"),
    "flag": ("yes or no 是或否", ""),
    "choice": ("one of the list 从列表选择", ""),
    "clock": ("time of day 时刻 22:00", "22:00"),
    "hours": ("hours of the day 时段 22-06", "22-06"),
    "weekdays": ("days of the week 星期 mon-fri", "mon-fri"),
    "day": ("day 日期 2026-03-06", "2026-03-06"),
    "lon": ("degrees 度", ""),
    "lat": ("degrees 度", ""),
    "geometry": ("geometry as WKT 几何（WKT）", ""),
}
_NOTES: Final = (
    "Overwrite the example row. Yellow columns are needed, the others may stay empty.",
    "请覆盖示例行。黄色列必填，其他列可留空。",
    "Import it with: geogrid import WS {kind} FILE.xlsx --datum ... --tz ...",
    "导入命令：geogrid import WS {kind} 文件.xlsx --datum ... --tz ...",
    "Say the datum of the coordinates when it is handed in: wgs84, cgcs2000, gcj02 or bd09.",
    "交回时请注明坐标系：wgs84、cgcs2000、gcj02 或 bd09。",
)
_TOML_NOTES: Final = (
    "Overwrite the example; repeat the table for each row. What is not needed may be left out.",
    "请覆盖示例；每行重复一个表。非必填项可省略。",
    "geogrid import WS {kind} FILE.toml",
)
_LEFT_OUT: Final = frozenset({"note"})
_ONE_OF: Final = frozenset({"time_from", "time_to", "date", "place"})  # another column says it


def write_template(kind: str, path: Path) -> list[str]:
    """Write the import form of a kind.

    Parameters
    ----------
    kind
        What is imported, such as ``cameras``.
    path
        The file, ending in .xlsx, or in .toml for a kind without geometry.

    Returns
    -------
    list of str
        The columns.

    Raises
    ------
    InputError
        There is no such kind, or the file has another ending.
    """
    if kind not in IMPORTED:
        raise InputError(
            "this version does not import {kind!r}; it imports {kinds}",
            kind=kind,
            kinds=", ".join(IMPORTED),
        )
    columns = form_columns(kind)
    notes = [note.replace("{kind}", kind) for note in _NOTES]
    if path.suffix.lower() == ".toml" and kind in PLAIN_KINDS:
        told = [note.replace("{kind}", kind) for note in _TOML_NOTES]
        write_toml_form(columns, told, path, kind=kind)
        return [column.name for column in columns]
    if path.suffix.lower() != ".xlsx":
        raise InputError(
            "a form is a workbook, or TOML for {kinds}: end its name in .xlsx or .toml, not "
            "{name!r}",
            kinds=", ".join(PLAIN_KINDS),
            name=path.name,
        )
    write_form(columns, notes, path)
    return [column.name for column in columns]


def form_columns(kind: str) -> list[FormColumn]:
    """Return the columns of a kind's form.

    Parameters
    ----------
    kind
        One of the kinds that are imported or checked.

    Returns
    -------
    list of FormColumn
        Points by ``lon`` and ``lat``, other shapes as WKT.
    """
    if kind not in CHECKED:
        raise InputError("there is no kind {kind!r}", kind=kind)
    by_point = "Point" in SHAPES[kind]
    left_out = _LEFT_OUT | ({"geometry"} if by_point else {"lon", "lat"})
    return [_column(kind, spec) for spec in KINDS[kind] if spec.type not in left_out | {"date"}]


def _column(kind: str, spec: FieldSpec) -> FormColumn:
    chinese = next((name for name in spec.aliases if not name.isascii()), "")
    needed = spec.required or (spec.type == "geometry")
    needed = needed or (kind == "incidents" and spec.name == "time")
    words = tuple(dict.fromkeys(spec.choices.values()))
    what = _TYPES[spec.type][0] if spec.unit in {None, "1"} else f"{spec.unit}"
    limits = None if spec.low is None or spec.high is None else (spec.low, spec.high)
    if spec.type in {"lon", "lat"}:
        limits = (-180.0, 180.0) if spec.type == "lon" else (-90.0, 90.0)
    meaning = [what]
    if limits is not None:
        meaning.append(f"{limits[0]:g} ... {limits[1]:g}")
    if words:
        meaning.append(" | ".join(words))
    names = " ".join(spec.aliases)
    return FormColumn(
        name=spec.name,
        title=f"{spec.name} {chinese}: {what}" + ("; needed 必填" if needed else ""),
        meaning="; ".join([*meaning, names]),
        example=_example(kind, spec, words),
        needed=needed,
        choices=words,
        limits=limits,
    )


def _example(kind: str, spec: FieldSpec, words: tuple[str, ...]) -> str | float:
    """Return what the example row says of a field: something the import takes, or nothing."""
    by_type: dict[str, str | float] = {
        "lon": _LON,
        "lat": _LAT,
        "geometry": _LINE if "LineString" in SHAPES[kind] else _SQUARE,
        "choice": words[0] if words else "",
        "flag": "1",
        "number": float(min(max(spec.low or 0.0, 10.0), spec.high or 10.0)),
        "text": "示例 example",
    }
    if spec.name in _ONE_OF or (spec.type == "time" and spec.name != "time"):
        return ""
    return by_type.get(spec.type, _TYPES[spec.type][1])
