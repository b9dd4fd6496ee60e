"""What the commands do, print, and end with."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from geogrid.cli import analyses
from geogrid.cli.program import program
from tests.service.test_imports import tree
from tests.small_city import (
    EAST,
    MIDDLE,
    WEST,
    drive,
    write_cameras,
    write_districts,
    write_tracks,
)

DECLARED = ("--datum", "wgs84", "--tz", "Asia/Shanghai")


def test_init_over_sanming_gives_the_cells_and_land_of_the_contract(run, boundaries, tmp_path):
    said = run(
        *("init", tmp_path / "ws", "--districts", boundaries / "sanming_2010.geojson"),
        *("--cell", 250, "--json"),
    )
    assert said.code == 0
    result = said.json
    assert {"cells", "cell_m", "area_km2", "districts", "crs"} <= set(result)
    assert result["cells"] == 370_825
    assert result["districts"] == 12
    assert result["area_km2"] == pytest.approx(22_975.7, rel=5e-4)
    assert result["cell_m"] == 250


def test_other_lattices_come_later(run, districts, tmp_path):
    said = run("init", tmp_path / "ws", "--districts", districts, "--lattice", "hex")
    assert said.code == 2
    assert "'hex' come in a later version" in said.err
    assert not (tmp_path / "ws").exists()


def test_bad_districts_end_with_2_and_leave_nothing(run, tmp_path):
    bad = write_districts(
        tmp_path / "bad.geojson", {"W": (WEST, MIDDLE + 0.001), "E": (MIDDLE, EAST)}
    )
    said = run("init", tmp_path / "ws", "--districts", bad, "--json")
    assert said.code == 2
    assert said.json["error"] == "BoundaryError"
    assert "m2 near 117.62" in said.json["message"]
    assert not (tmp_path / "ws").exists()
    repaired = run("init", tmp_path / "ws", "--districts", bad, "--repair", "--json").json
    assert repaired["repairs"]
    assert all(note["before_m2"] >= note["after_m2"] for note in repaired["repairs"])


def test_crs_and_origin_are_taken(run, districts, tmp_path):
    said = run(
        *("init", tmp_path / "ws", "--districts", districts, "--crs", "EPSG:4548"),
        *("--origin", "100,50", "--cell", 200, "--json"),
    )
    assert said.json["crs"] == "EPSG:4548"
    assert said.json["cell_m"] == 200
    bad = run("init", tmp_path / "x", "--districts", districts, "--origin", "here")
    assert bad.code == 2
    assert "like 0,0" in bad.err


def test_the_main_job_from_files_to_map(run, ws, tmp_path):
    tracks = write_tracks(tmp_path / "t.csv", drive("car", "2026-03-06"))
    imported = run("import", ws, "tracks", tracks, *DECLARED, "--json").json
    assert imported["status"] == "accept"
    assert imported["accepted"] == 60
    cameras = write_cameras(tmp_path / "c.csv", [("c", 117.61, 26.21, 50)])
    assert run("import", ws, "cameras", cameras, *DECLARED).code == 0
    ledger = run("coverage", ws, "--json").json["ledger"]
    assert ledger["total"] == 59 * 60.0
    assert "patrolled on 1 days" in run("coverage", ws).out
    assert "0 of 60 fixes used" in run("coverage", ws, "--from", "2026-04-01").out
    assert run("cameras", ws, "--default-angle", 360, "--json").json["cameras"] == 1
    listed = [layer["id"] for layer in run("layers", ws, "--json").json["layers"]]
    assert listed == ["coverage", "camera_coverage", "gaps", "grid", "districts", "cameras"]
    written = run("export", ws, "coverage", "-o", tmp_path / "cells.csv", "--json").json
    assert Path(written["file"]).stat().st_size == written["bytes"]
    assert run("gaps", ws, "-o", tmp_path / "gaps.gpkg").code == 0
    assert run("map", ws, "-o", tmp_path / "map.html").code == 0
    undone = run("undo", ws, "--json").json
    assert undone["kind"] == "cameras"


def test_a_refused_import_says_file_row_field_and_reason_and_stores_nothing(run, ws, tmp_path):
    before = tree(ws)
    bad = write_tracks(tmp_path / "bad.csv", [("car", "yesterday", 117.61, 26.21)])
    said = run("import", ws, "tracks", bad, *DECLARED, "--json")
    assert said.code == 2
    assert said.json["status"] == "reject"
    assert said.json["bad_rows"] == [1]
    for part in ("bad.csv", "row 1", "time", "yesterday"):
        assert part in said.json["message"]
    assert tree(ws) == before
    chinese = run("--lang", "zh", "import", ws, "tracks", bad, *DECLARED)
    assert "没有一行可以采用" in chinese.err
    assert "第 1 行" in chinese.err


def test_refused_rows_are_no_failure_and_are_listed(run, ws, tmp_path):
    rows = [*drive("car", "2026-03-06"), ("car", "2026-03-06 12:00", 117.61, 95)]
    said = run("import", ws, "tracks", write_tracks(tmp_path / "t.csv", rows), *DECLARED, "--json")
    assert said.code == 0
    assert said.json["status"] == "quarantine"
    assert said.json["bad_rows"] == [61]
    listed = run("quarantine", ws, "--json").json
    assert listed["rows"] == 1
    assert listed["records"][0]["field"] == "lat"
    assert "row 61, lat '95" in run("quarantine", ws).out
    chinese = run("--lang", "zh", "quarantine", ws).out
    assert "第 61 行，lat '95" in chinese
    assert "超出范围" in chinese  # the record is in English
    assert run("quarantine", ws, "-o", tmp_path / "refused.csv").code == 0
    assert "t.csv,61,lat" in (tmp_path / "refused.csv").read_text("utf-8-sig")


def test_a_check_stores_nothing_and_takes_declarations_in_one_text(run, tmp_path):
    good = write_tracks(tmp_path / "t.csv", drive("car", "2026-03-06"))
    said = run(
        "check", good, "--as", "tracks", "--declare", "tz=Asia/Shanghai;datum=wgs84", "--json"
    )
    assert said.code == 0
    assert said.json["status"] == "accept"
    bad = write_tracks(tmp_path / "bad.csv", [("car", "never", 117.61, 26.21)])
    refused = run("check", bad, "--as", "tracks", *DECLARED, "--json")
    assert refused.code == 2
    assert refused.json["status"] == "reject"
    assert refused.json["bad_rows"] == [1]
    odd = run("check", good, "--as", "tracks", "--declare", "colour=red")
    assert odd.code == 2
    assert "'colour'" in odd.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["coverage", "{ws}", "--from", "soon"], "'soon' is not a day"),
        (["coverage", "{ws}", "--hours", "late"], "not a range of hours"),
        (["coverage", "{ws}", "--weekdays", "someday"], "not a weekday"),
        (["coverage", "{ws}", "--engine", "spark"], "choose from threads, dask"),
        (["coverage", "{ws}", "--scheduler", "tcp://127.0.0.1:1"], "is for --engine dask"),
        (["coverage", "{ws}", "--workers", "0"], "must be at least 1, got 0"),
        (["coverage", "{ws}", "--max-gap", "-1"], "must be more than 0"),
        (["hotspots", "{ws}", "--method", "weather"], "no hotspot method"),
        (["cameras", "{ws}"], "geogrid import WS cameras FILE"),
        (["coverage", "{ws}"], "geogrid import WS tracks FILE"),
        (["gaps", "{ws}"], "geogrid import WS tracks FILE"),
        (["hotspots", "{ws}"], "geogrid import WS incidents FILE"),
        (["hotspots", "{ws}", "--source", "rumour"], "rumour"),
        (["export", "{ws}", "weather", "-o", "x.csv"], "no layer 'weather'"),
        (["export", "{ws}", "districts", "-o", "x.csv", "--bbox", "1,2,3"], "west,south"),
        (["export", "{ws}", "districts", "-o", "x.csv", "--datum", "wgs72"], "unknown datum"),
        (["export", "{ws}", "districts", "-o", "x.docx"], "cannot tell the format"),
        (["import", "{ws}", "dogs", "x.csv"], "does not import 'dogs'"),
        (["import", "{ws}", "tracks", "no-such.csv"], "no-such.csv"),
        (["import", "{ws}", "tracks", "x.csv", "--map", "lon"], "name=value"),
        (["undo", "{ws}"], "no import to undo"),
        (["layers", "{ws}/nothing"], "is not a workspace"),
    ],
)
def test_what_cannot_be_done_ends_with_2_says_why_and_is_one_json_object(run, ws, words, message):
    words = [word.replace("{ws}", str(ws)) for word in words]
    said = run(*words, "--json")
    assert said.code == 2
    assert message in said.json["message"]
    assert message in said.err
    plain = run(*words)
    assert (plain.code, plain.out) == (2, "")


def test_what_the_system_refuses_is_no_fault_of_the_program(run, ws, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device", "registers.gpkg")

    monkeypatch.setattr("geogrid.workspace.Workspace.open", full)
    said = run("layers", ws, "--json")
    assert said.code == 2
    assert "registers.gpkg: the system refuses this: No space left" in said.json["message"]


def test_a_fault_of_the_program_ends_with_1_and_keeps_its_trace_to_the_log(
    run, ws, monkeypatch, caplog
):
    def broken(*_args, **_kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("geogrid.workspace.Workspace.open", broken)
    said = run("layers", ws, "--json")
    assert said.code == 1
    assert said.json["status"] == "fault"
    assert "Please report it" in said.json["message"]
    assert "Traceback" not in said.out
    assert any(record.exc_info for record in caplog.records if record.levelno == logging.ERROR)


def test_logs_go_to_standard_error_and_no_progress_without_a_terminal(geogrid, ws, tmp_path):
    tracks = write_tracks(tmp_path / "t.csv", drive("car", "2026-03-06"))
    with geogrid("import", ws, "tracks", tracks, *DECLARED) as process:
        process.communicate()
    with geogrid("coverage", ws, "--json", "-v") as process:
        out, err = process.communicate()
    assert process.returncode == 0
    assert json.loads(out)["cells_patrolled"] > 0
    assert "INFO geogrid" in err
    assert "\x1b" not in err


def test_an_interrupted_import_leaves_the_workspace_as_it_was(geogrid, ws, tmp_path):
    days = [f"2026-{month:02d}-{d:02d}" for month in (3, 4, 5) for d in range(1, 29)]
    rows = [drive(f"car-{n}", day) for n in range(20) for day in days]
    tracks = write_tracks(tmp_path / "t.csv", [row for part in rows for row in part])
    before = tree(ws)
    with geogrid("import", ws, "tracks", tracks, *DECLARED, stdin=subprocess.DEVNULL) as process:
        while not (ws / ".staging").exists() and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    assert process.returncode == 130
    assert "nothing half stored" in err
    assert tree(ws) == before
    assert not (ws / ".staging").exists()


def test_a_second_import_at_once_waits_or_is_told_so(geogrid, ws, tmp_path):
    files = [
        write_tracks(tmp_path / f"{name}.csv", drive(name, "2026-03-06")) for name in ("a", "b")
    ]
    started = [geogrid("import", ws, "tracks", file, *DECLARED, "--json") for file in files]
    said = [process.communicate()[0] for process in started]
    assert [process.returncode for process in started] == [0, 0]
    assert sorted(json.loads(out)["import"] for out in said) == [2, 3]


def test_tables_of_figures_are_said_in_words_with_units(run, tiny_workspace):
    folder = tiny_workspace.path
    cameras = run("cameras", folder).out
    assert "cameras registered" in cameras
    assert "km2" in cameras
    assert "_" not in cameras
    gaps = run("gaps", folder).out
    assert "never patrolled" in gaps
    assert "not_required" not in gaps
    assert "GPS silent" in run("coverage", folder).out
    assert "Synthetic data" in gaps
    chinese = run("--lang", "zh", "gaps", folder).out
    for word in ("从未巡逻", "定位静默", "个网格", "平方千米", "模拟数据"):
        assert word in chinese


def test_columns_of_chinese_figures_end_at_one_column(run, tiny_workspace):
    from geogrid.cli.speech import _columns

    lines = run("--lang", "zh", "coverage", tiny_workspace.path).out.splitlines()[2:]
    assert len({_columns(line) for line in lines}) == 1


def test_every_figure_that_is_printed_is_there(tiny_workspace):
    summary = tiny_workspace.layer("camera_coverage").summary
    for key, _, how in analyses._CAMERAS:
        assert key in summary
        how.format(**summary)
    assert set(analyses._BUCKETS) == set(tiny_workspace.layer("coverage").summary["ledger"])
    assert set(analyses._STATES) == set(tiny_workspace.layer("gaps").summary["states"])


def test_commands_of_the_contract_are_there():
    wanted = "init districts import undo quarantine check coverage cameras hotspots gaps layers"
    assert set(wanted.split()) | {"export", "map", "serve", "demo"} <= set(program.commands)


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("geogrid.cli", "numpy pandas numba pyproj shapely flask"),
        ("geogrid.workspace", "scipy.stats scipy.signal folium matplotlib dask flask"),
    ],
)
def test_starting_loads_no_library_that_is_rarely_needed(module, unwanted):
    code = f"import sys, {module}; print([one for one in {unwanted.split()} if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
