from __future__ import annotations

import numpy as np

from geogrid.crs import Datum
from geogrid.io import ReadOptions, read_incidents, read_register, read_tracks


def options_of(file) -> ReadOptions:
    return ReadOptions(
        datum=Datum(file.options["datum"]) if "datum" in file.options else None,
        time_zone=file.options.get("tz"),
        speed_unit=file.options.get("speed_unit"),
    )


def test_the_products_own_readers_take_every_row_of_the_registers(tiny):
    for file in tiny.files:
        if file.kind not in {"tracks", "incidents"}:
            _, report = read_register(file.path, file.kind, options_of(file))
            assert (report.status, report.accepted) == ("accept", report.read), file.path.name
            assert report.synthetic, file.path.name


def test_the_products_own_readers_take_every_incident(tiny):
    (file,) = (file for file in tiny.files if file.kind == "incidents")
    frame, report = read_incidents(file.path, options_of(file))
    assert (report.status, len(frame)) == ("accept", 6_000)
    assert report.synthetic
    assert set(frame["source"]) == {"call", "officer", "sensor", "unknown"}


def test_the_products_own_readers_refuse_only_the_dirt_of_the_tracks(tiny):
    dirt = tiny.truth["dirt"]
    refused = duplicates = 0
    for file in tiny.files:
        if file.kind == "tracks":
            tracks, _, report = read_tracks(file.path, options_of(file))
            assert report.synthetic, file.path.name
            assert np.isfinite(tracks.lon).all()
            refused += len(report.refusals)
            duplicates += report.duplicates
    assert 0 < refused <= dirt["zeros"] + dirt["conflicting_duplicates"] * 2
    assert 0 < duplicates <= dirt["exact_duplicates"] + dirt["conflicting_duplicates"]
