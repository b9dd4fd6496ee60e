"""An import whose days are quietest at noon is taken, and asks whether its times are right."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.io import ReadOptions
from geogrid.workspace import datum_named
from tests.analysis.test_time_guard import CITY
from tests.small_city import write_incidents, write_tracks

DECLARED = {"datum": datum_named("wgs84")}


def times(mark):
    """Return a week of local times of a city, with a mark behind each."""
    rng = np.random.default_rng(1)
    hours = rng.choice(24, 700, p=CITY / CITY.sum())
    return [
        f"2026-03-{2 + n % 7:02d}T{hour:02d}:{n % 60:02d}:{n % 59:02d}{mark}"
        for n, hour in enumerate(hours.tolist())
    ]


@pytest.mark.parametrize(
    ("mark", "zone", "asks"),
    [("Z", None, "--tz Asia/Shanghai"), ("+08:00", None, ""), ("", "Asia/Shanghai", "")],
)
@pytest.mark.parametrize("kind", ["tracks", "incidents"])
def test_local_times_stored_as_utc_are_taken_and_asked_about(ws, tmp_path, kind, mark, zone, asks):
    if kind == "tracks":
        rows = [(f"car-{n % 9}", t, 117.61, 26.21) for n, t in enumerate(times(mark))]
        file = write_tracks(tmp_path / "f.csv", rows)
    else:
        rows = [(str(n), t, 117.61, 26.21, "theft") for n, t in enumerate(times(mark))]
        file = write_incidents(tmp_path / "f.csv", rows)
    result = ws.import_files(kind, [file], ReadOptions(time_zone=zone, **DECLARED))
    assert result.accepted > 600
    told = " ".join(note.render(str) for note in result.notes)
    assert ("were the times local" in told) is bool(asks)
    assert asks in told


def test_utc_taken_for_local_time_is_asked_about(ws, tmp_path):
    local = np.array(times(""), dtype="datetime64[s]")
    rows = [
        (str(n), str(t), 117.61, 26.21, "theft")
        for n, t in enumerate(local - np.timedelta64(8, "h"))
    ]
    file = write_incidents(tmp_path / "f.csv", rows)
    options = ReadOptions(time_zone="Asia/Shanghai", **DECLARED)
    told = " ".join(n.render(str) for n in ws.import_files("incidents", [file], options).notes)
    assert "--tz UTC" in told
