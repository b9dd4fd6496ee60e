"""Refused rows are written whole, corrected by a person, and taken in like any others."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.small_city import drive

DECLARED = ("--datum", "wgs84", "--tz", "Asia/Shanghai")


@pytest.fixture
def fixes(tmp_path):
    rows = [list(map(str, row)) for row in drive("A", "2026-03-06")]
    rows[3][2], rows[7][1], rows[9][0] = "x", "", ""
    path = tmp_path / "a.csv"
    path.write_text(
        "\n".join(["终端,定位时间,经度,纬度,note", *(",".join([*row, "n"]) for row in rows)])
    )
    return path


def test_refused_rows_are_corrected_and_taken_in_again(run, ws, fixes, tmp_path):
    said = run("import", ws, "tracks", fixes, "--map", "unit=终端", *DECLARED, "--json").json
    assert (said["accepted"], said["bad_rows"]) == (57, [4, 8, 10])
    table = tmp_path / "refused.csv"
    assert run("quarantine", ws, "--rows", said["import"], "-o", table).code == 0
    rows = pd.read_csv(table, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert rows["refused_row"].tolist() == ["a.csv: 4", "a.csv: 8", "a.csv: 10"]
    assert rows["lon"].tolist()[0] == "x"
    assert all(rows["refused_because"])
    good = drive("A", "2026-03-06")
    for at, row in enumerate((3, 7, 9)):
        for field, value in zip(("unit", "time", "lon", "lat"), good[row], strict=True):
            rows.loc[at, field] = str(value)
    rows.to_csv(table, index=False)
    again = run("import", ws, "tracks", table, *DECLARED, "--json").json
    assert (again["accepted"], again["status"]) == (3, "accept")
    assert run("doctor", ws, "--json").json["counts"]["fixes"] == 60


def test_rows_of_formats_with_geometry_come_with_it(run, ws, tmp_path):
    import json

    path = tmp_path / "c.geojson"
    points = [("1", 117.61, 26.21), ("", 117.62, 26.21)]
    features = [
        {
            "type": "Feature",
            "properties": {"id": name, "name": "a"},
            "geometry": {"type": "Point", "coordinates": [x, y]},
        }
        for name, x, y in points
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    said = run("import", ws, "cameras", path, "--datum", "wgs84", "--json").json
    table = tmp_path / "refused.csv"
    assert run("quarantine", ws, "--rows", said["import"], "-o", table).code == 0
    rows = pd.read_csv(table, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert rows.loc[0, "geometry"] == "POINT (117.62 26.21)"
    rows["id"] = "2"
    rows.to_csv(table, index=False)
    assert run("import", ws, "cameras", table, "--datum", "wgs84", "--json").json["accepted"] == 1


def test_an_import_that_refused_nothing_has_no_rows(run, ws, tmp_path):
    said = run("quarantine", ws, "--rows", 1, "-o", tmp_path / "r.csv")
    assert said.code == 2
    assert not (tmp_path / "r.csv").exists()
