"""A look at a file without a workspace; it loads nothing that keeps data, to answer at once."""

from __future__ import annotations

from pathlib import Path

from geogrid import io
from geogrid.io import ReadOptions
from geogrid.service.import_results import CHECKED, ImportResult, require_kind


def dry_run(kind: str, path: Path, options: ReadOptions) -> ImportResult:
    """Read a file as an import would, and store nothing.

    Parameters
    ----------
    kind
        One of `CHECKED`.
    path
        The file.
    options
        What is declared of it.

    Returns
    -------
    ImportResult
        As an import would give, without what the workspace holds.

    Raises
    ------
    InputError
        The file cannot be used at all.
    """
    require_kind(kind, CHECKED)
    if kind == "boundaries":
        report = io.read_boundary(path)[1]
    elif kind == "tracks":
        report = io.read_tracks(path, options)[2]
    elif kind == "incidents":
        report = io.read_incidents(path, options)[1]
    else:
        report = io.read_register(path, kind, options)[1]
    return ImportResult(0, kind, (report,), report.accepted, report.duplicates)
