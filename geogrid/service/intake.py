"""An opened workspace that looks at files before it takes them, and takes the last ones back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geogrid import io
from geogrid.errors import InputError
from geogrid.i18n import translator
from geogrid.io import ReadOptions, ReadReport
from geogrid.io.profiles import DECLARED, Profile, parse_profile
from geogrid.model.tracks import DEGREE_STEPS, Tracks
from geogrid.service.corrections import for_spreadsheets, rows_to_correct, telling_headers
from geogrid.service.datum_guards import datum_guard
from geogrid.service.import_results import KINDS, ImportResult, require_kind
from geogrid.service.imports import quarantine, undo
from geogrid.service.json_fields import JsonFields
from geogrid.service.options import read_options
from geogrid.service.outlook import Outlook
from geogrid.service.profiles import list_profiles, remove_profile, save_profile

SHOWN_ROWS: Final = 8
SHOWN_PLACES: Final = 2_000  # of a preview's map
SHOWN_REFUSALS: Final = 50
MOST_FILES: Final = 100  # of one import
_DECLARED: Final = ("datum", "tz", "speed_unit", "unit")
_WISHED: Final = ("kind", "files", "columns", "credit", "trust_datum", *_DECLARED)
_INSTANTS: Final = ("time", "t_from", "t_to", "received", "dispatched", "arrived")


@dataclass(frozen=True, slots=True)
class ImportWish:
    """What a page asks to import.

    Parameters
    ----------
    kind
        Of what.
    files
        What the page calls the files, at least one.
    options
        What is declared of them.
    credit
        Whom to credit.
    """

    kind: str
    files: tuple[str, ...]
    options: ReadOptions
    credit: str


class Intake(Outlook):
    """Everything that can be asked of a workspace, also about files that it might take."""

    def import_wish(self, body: object) -> ImportWish:
        """Read what a page asks to import.

        Parameters
        ----------
        body
            A JSON object: ``kind``, ``files`` (texts), and what is known of ``datum``, ``tz``,
            ``speed_unit``, ``unit``, ``columns`` (field to column) and ``credit``; with
            ``trust_datum`` the declared datum holds, whatever roads say.

        Returns
        -------
        ImportWish
            Checked.

        Raises
        ------
        InputError
            A field is not known, or is not what it should be.
        """
        given = JsonFields(body, _WISHED, "import")
        files = given.texts("files", most=MOST_FILES)
        if not files:
            raise InputError("no file is named in the body")
        columns = given.mapping("columns")
        named = JsonFields(columns, tuple(columns), "columns")
        texts = {name: named.text(name) or "" for name in columns}
        declared = {name: given.text(name) or "" for name in _DECLARED}
        return ImportWish(
            kind=given.text("kind") or "",
            files=files,
            options=read_options(
                declared,
                {name: text for name, text in texts.items() if text},
                trust_datum=given.flag("trust_datum"),
            ),
            credit=given.text("credit") or "",
        )

    def import_kinds(self) -> list[dict[str, Any]]:
        """Return what can be imported, with the fields of each kind.

        Returns
        -------
        list of dict
            ``kind`` and ``fields``: each with ``name``, ``type``, ``unit``, ``required``.
        """
        return [
            {
                "kind": kind,
                "fields": [
                    {
                        "name": field.name,
                        "type": field.type,
                        "unit": field.unit,
                        "required": field.required,
                    }
                    for field in io.KINDS[kind]
                    if field.type != "note"
                ],
            }
            for kind in KINDS
        ]

    def import_log(self) -> list[dict[str, Any]]:
        """Return what was brought in and stands, oldest first, as logged; the first made it."""
        return self._shelf.application.imports()

    def import_preview(
        self, kind: str, files: Sequence[Path], options: ReadOptions, *, language: str = "en"
    ) -> dict[str, Any]:
        """Read files as an import would, store nothing, and show what they hold.

        Parameters
        ----------
        kind
            One of `geogrid.service.import_results.KINDS`.
        files
            The files.
        options
            What is declared of them.
        language
            Of the messages: ``en`` or ``zh``.

        Returns
        -------
        dict
            As an import's answer, and of each file ``columns`` (field to column), ``rows`` (the
            first ones as they would be stored), ``refusals`` (the first ones), and ``places``:
            at most 2,000 positions (lon, lat), WGS-84, evenly drawn.

        Raises
        ------
        InputError
            The kind is not known, or a file cannot be used at all.
        """
        require_kind(kind)
        translate = translator(language)
        guard = datum_guard(self._shelf, kind, options)
        options = replace(options, area=self._shelf.import_area(), guard=guard)
        zone = self._shelf.config.time_zone
        looks = [_look(kind, path, options, zone) for path in files]
        reports = tuple(report for _, _, report in looks)
        accepted, repeated = (
            sum(getattr(report, name) for report in reports) for name in ("accepted", "duplicates")
        )
        told = ImportResult(0, kind, reports, accepted, repeated).as_json(translate)
        for about, (frame, places, report) in zip(told["files"], looks, strict=True):
            about.update(_shown(frame, places, report, translate))
        return told

    def refused_rows(self, number: int) -> pd.DataFrame:
        """Return the refused rows of an import, to be corrected and imported again.

        Parameters
        ----------
        number
            Of the import in the log.

        Returns
        -------
        pandas.DataFrame
            See `geogrid.service.corrections.rows_to_correct`.

        Raises
        ------
        InputError
            It refused nothing, or its rows are not kept.
        """
        files = [file for one in self.import_log() if one["id"] == number for file in one["files"]]
        return rows_to_correct(quarantine(self._shelf), number, telling_headers(files))

    def refused_csv(self, number: int) -> str:
        """Return the refused rows of an import as CSV, safe to open in a spreadsheet.

        Parameters
        ----------
        number
            Of the import in the log.

        Returns
        -------
        str
            With a byte order mark, so that spreadsheets take it for UTF-8.
        """
        text: str = for_spreadsheets(self.refused_rows(number)).to_csv(index=False)
        return "\ufeff" + text

    def import_profiles(self) -> dict[str, dict[str, Any]]:
        """Return what is known of each source: see `geogrid.service.profiles.list_profiles`."""
        return list_profiles(self._shelf.root)

    def save_import_profile(self, name: str, body: object) -> None:
        """Keep what a page knows of a source.

        Parameters
        ----------
        name
            Of the profile; one of that name is replaced.
        body
            A JSON object: what is known of ``datum``, ``tz``, ``speed_unit``, ``unit``, ``credit``
            and ``columns`` (field to column).

        Raises
        ------
        InputError
            A value is not known, or the name is none.
        """
        given = JsonFields(body, (*DECLARED, "columns"), "profile")
        columns = given.mapping("columns")
        named = JsonFields(columns, tuple(columns), "columns")
        declared = {key: text for key in DECLARED if (text := given.text(key))}
        mapped = {key: text for key in columns if (text := named.text(key))}
        toml = Profile(declared, mapped).as_toml()
        save_profile(self._shelf.root, name, parse_profile(toml, name))

    def remove_import_profile(self, name: str) -> None:
        """Forget what is known of a source.

        Parameters
        ----------
        name
            Of the profile.

        Raises
        ------
        LayerNotFoundError
            There is none of that name.
        """
        remove_profile(self._shelf.root, name)

    def undo_import(self, number: int) -> dict[str, Any]:
        """Take the last import back, if it is the one that is meant.

        Parameters
        ----------
        number
            Of the import in the log.

        Returns
        -------
        dict
            Its entry in the log.

        Raises
        ------
        InputError
            Another import came after it, or there is nothing to undo.
        """
        with self._lock:
            log = self.import_log()
            if not log or log[-1]["id"] != number:
                raise InputError(
                    "import {number} is not the last one; only the last import can be undone",
                    number=number,
                )
            entry = undo(self._shelf)
            self._follow_districts()
            return entry


def _look(
    kind: str, path: Path, options: ReadOptions, time_zone: str
) -> tuple[pd.DataFrame, NDArray[np.float64], ReadReport]:
    """Return a file's first rows, its positions (n, 2) in degrees, and the report."""
    if kind == "tracks":
        tracks, _, report = io.read_tracks(path, options)
        return (
            _timed(_fixes(tracks), time_zone),
            np.column_stack([tracks.lon, tracks.lat]) / DEGREE_STEPS,
            report,
        )
    if kind == "incidents":
        frame, report = io.read_incidents(path, options)
        places = frame[["lon", "lat"]].to_numpy(np.float64)
        return _timed(frame.head(SHOWN_ROWS), time_zone), places, report
    register, report = io.read_register(path, kind, options)
    rows = register.head(SHOWN_ROWS).reset_index()
    if not isinstance(register, gpd.GeoDataFrame):
        return rows, np.empty((0, 2)), report
    inner = shapely.point_on_surface(register.geometry.to_numpy())
    places = np.column_stack([shapely.get_x(inner), shapely.get_y(inner)])
    return rows.drop(columns=register.geometry.name), places, report


def _fixes(tracks: Tracks) -> pd.DataFrame:
    """Return the first fixes as a person reads them."""
    first = slice(0, SHOWN_ROWS)
    return pd.DataFrame(
        {
            "unit": [tracks.units[code] for code in tracks.unit[first].tolist()],
            "time": tracks.t[first],
            "lon": tracks.lon[first] / DEGREE_STEPS,
            "lat": tracks.lat[first] / DEGREE_STEPS,
        }
    )


def _timed(rows: pd.DataFrame, time_zone: str) -> pd.DataFrame:
    """Return rows whose instants (ms, UTC) are local times."""
    local = {
        name: pd.to_datetime(rows[name], unit="ms", utc=True).dt.tz_convert(time_zone)
        for name in _INSTANTS
        if name in rows
    }
    return rows.assign(**local)


def _shown(
    frame: pd.DataFrame,
    places: NDArray[np.float64],
    report: ReadReport,
    translate: Callable[[str], str],
) -> dict[str, Any]:
    """Return what a page shows of a file."""
    pairs = [pair.partition("=") for pair in report.options.get("columns", "").split(", ") if pair]
    step = max(1, -(-len(places) // SHOWN_PLACES))
    known = places[np.isfinite(places).all(axis=1)]
    shown = frame.dropna(axis="columns", how="all")
    return {
        "columns": {name: column for name, _, column in pairs},
        "header": [str(name) for name in shown.columns],
        "rows": [[_text(value) for value in row] for row in shown.itertuples(index=False)],
        "refusals": [
            {
                "row": refusal.row,
                "line": refusal.line or None,
                "field": refusal.field,
                "value": refusal.value,
                "reason": translate(refusal.reason).format(**refusal.values),
            }
            for refusal in report.refusals[:SHOWN_REFUSALS]
        ],
        "places": np.round(known[::step], 6).tolist(),
    }


def _text(value: Any) -> str:  # noqa: ANN401 - a cell of any column
    """Return a value as a person reads it; nothing where it is not known."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
