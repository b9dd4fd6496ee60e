"""Hostile files are read in a process apart, with nothing to lose, and are refused in words."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import zipfile

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geogrid.crs import Datum
from geogrid.errors import FileFormatError, InputError
from geogrid.io import ReadOptions, apart, read_register, read_tracks
from geogrid.io.detect import open_source
from geogrid.io.opening import read_here, read_raw

WGS84 = ReadOptions(datum=Datum.WGS84)


def points(folder, ending="gpkg"):
    path = folder / f"a.{ending}"
    shapes = geopandas.points_from_xy([17.61, 17.62], [26.21, 26.22], crs=4326)
    geopandas.GeoDataFrame({"id": ["1", "2"], "name": "a"}, geometry=shapes).to_file(path)
    return path


def in_a_process(code):
    return subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)


@pytest.fixture
def fresh(monkeypatch):
    """Give the test a reading process of its own."""
    reader = apart._Reader()
    monkeypatch.setattr(apart, "_reader", lambda: reader)
    yield reader
    reader.close()


# ---------------------------------------------------------------- what the process gives up


@pytest.mark.skipif(sys.platform != "linux", reason="the filter of system calls is Linux's")
@pytest.mark.parametrize(
    "act",
    [
        "import socket; socket.socket()",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import os; os.execv('/bin/true', ['true'])",
        "import subprocess; subprocess.run(['/bin/true'])",
        "open('canary', 'w')",
        "open('canary', 'r+')",
        "import os; os.open('canary', os.O_RDONLY | os.O_CREAT)",
        "import os; os.mkdir('canary')",
        "import os; os.rename(__import__('geogrid').__file__, 'canary')",
        "import os; os.unlink(__import__('geogrid').__file__ + '.canary')",
    ],
)
def test_a_sealed_process_reaches_no_network_and_starts_no_program(act):
    code = f"from geogrid.io.sealed import seal\nassert seal()\n{act}"
    done = in_a_process(code)
    assert done.returncode == 1
    assert "PermissionError" in done.stderr


def test_a_sealed_process_writes_no_file_but_still_answers(tmp_path):
    code = (
        "from geogrid.io.sealed import give_up_writing\n"
        "give_up_writing()\n"
        "print('answers', flush=True)\n"
        f"import os; os.write(os.open({str(tmp_path / 'a')!r}, os.O_CREAT | os.O_WRONLY), b'x')\n"
    )
    done = in_a_process(code)
    assert done.stdout == "answers\n"
    assert "File too large" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how much memory is taken")
def test_a_sealed_process_gets_no_more_memory_than_its_limit():
    code = "from geogrid.io.sealed import limit_memory\nlimit_memory(64 << 20)\n{}"
    assert in_a_process(code.format("bytearray(32 << 20)")).returncode == 0
    assert "MemoryError" in in_a_process(code.format("bytearray(96 << 20)")).stderr


def test_a_sealed_process_gets_no_more_time_than_its_limit():
    code = "from geogrid.io.sealed import limit_seconds\nlimit_seconds(0)\nwhile True: pass"
    assert in_a_process(code).returncode == -apart._SIGXCPU


def test_gdal_knows_only_the_drivers_of_the_list_there():
    listed = subprocess.run(
        [sys.executable, "-c", "import json, pyogrio; print(json.dumps(pyogrio.list_drivers()))"],
        check=True,
        capture_output=True,
        text=True,
        env=apart._environment(),
    )
    assert json.loads(listed.stdout).keys() == apart.GDAL_DRIVERS


# ---------------------------------------------------------------- it answers as this one would


@pytest.mark.parametrize("ending", ["gpkg", "fgb", "kml", "gpx", "xlsx", "parquet", "zip"])
def test_what_is_read_apart_is_what_would_be_read_here(tmp_path, ending):
    path = write(tmp_path, ending)
    kind = "tracks" if ending in {"gpx", "parquet"} else "points"
    source = open_source(path)
    there, here = read_raw(source, kind, WGS84), read_here(source, kind, WGS84)
    assert source.type in apart.READ_APART
    assert there.columns.keys() == here.columns.keys()
    for name, column in here.columns.items():
        assert there.columns[name].to_pylist() == column.to_pylist()
        assert there.columns[name].type == column.type
    for name in ("header", "refusals", "crs", "zone", "synthetic"):
        assert getattr(there, name) == getattr(here, name), name
    assert [str(note) for note in there.warnings] == [str(note) for note in here.warnings]
    assert (there.row == here.row).all()
    if here.geometry is not None:
        assert (shapely.to_wkb(there.geometry) == shapely.to_wkb(here.geometry)).all()


def write(folder, ending):
    path = folder / f"a.{ending}"
    rows = [("1", "hotel", 17.61, 26.21), ("2", "", 17.62, 26.22)]
    if ending == "gpx":
        spots = "".join(f'<trkpt lon="{x}" lat="{y}"><time>?</time></trkpt>' for *_, x, y in rows)
        path.write_text(f"<gpx><trk><trkseg>{spots}</trkseg></trk></gpx>")
    elif ending == "kml":
        spots = "".join(
            f"<Placemark id='{n}'><name>{kind}</name><Point><coordinates>{x},{y}</coordinates>"
            f"</Point><ExtendedData><Data name='kind'><value>{kind}</value></Data></ExtendedData>"
            "</Placemark>"
            for n, kind, x, y in rows
        )
        path.write_text(f"<kml>{spots}<Placemark/></kml>")
    elif ending == "parquet":
        stamp = pa.array([0, 1], pa.timestamp("ms", "UTC"))
        columns = {"unit": pa.array(["a", "b"]).dictionary_encode(), "time": stamp}
        pq.write_table(pa.table(columns | {"lon": [17.6, 17.7], "lat": [26.2, 26.3]}), path)
    elif ending == "xlsx":
        import pandas as pd

        pd.DataFrame(rows, columns=["id", "kind", "lon", "lat"]).to_excel(path, index=False)
    else:
        shapes = geopandas.points_from_xy([17.61, 17.62], [26.21, 26.22], crs=4490)
        frame = geopandas.GeoDataFrame({"id": ["1", "2"], "kind": ["hotel", ""]}, geometry=shapes)
        if ending == "zip":
            frame.to_file(folder / "b.shp")
            with zipfile.ZipFile(path, "w") as archive:
                for part in folder.glob("b.*"):
                    archive.write(part, part.name)
        else:
            frame.to_file(path)
    return path


def test_every_type_of_geometry_and_several_together_travel_unchanged():
    from geogrid.io.wire import _shapes_from_arrays, _shapes_to_arrays

    texts = [
        "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0), (1 .5, 2 .5, 2 1, 1 .5)), ((9 9, 8 8, 9 8, 9 9)))",
        "POINT (1 2)",
        "LINESTRING (0 0, 1 1, 2 0)",
        "POLYGON ((0 0, 1 0, 1 1, 0 0))",
        "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3, 4 4))",
        "POINT (3 4)",
    ]
    shapes = shapely.from_wkt(np.array(texts, dtype=object))
    again = _shapes_from_arrays(_shapes_to_arrays(shapes))
    assert (shapely.to_wkb(again) == shapely.to_wkb(shapes)).all()


# ---------------------------------------------------------------- a process that breaks


def stub(code):
    """Return a starter of a process that says hello, takes a job, and does something else."""
    hello = "import sys, os, time; w = sys.stdout.buffer.write; w(bytes(8)); sys.stdout.flush()\n"

    def start():
        return subprocess.Popen(
            [sys.executable, "-c", hello + "sys.stdin.buffer.read(9)\n" + code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )

    return start


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("os.abort()", "status -6"),
        ("os.kill(os.getpid(), 11)", "status -11"),
        ("sys.exit(3)", "status 3"),
        ("w(b'\\xff' * 3); sys.stdout.flush()", "status 0"),
        ("os.kill(os.getpid(), 24)", "longer than"),
    ],
)
def test_a_file_that_breaks_its_reader_is_refused_and_the_next_one_is_read(
    tmp_path, monkeypatch, fresh, code, words
):
    path = points(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(apart, "_start", stub(code))
        with pytest.raises(FileFormatError, match=words):
            read_register(path, "checkpoints", WGS84)
    assert len(read_register(path, "checkpoints", WGS84)[0]) == 2


def test_a_file_that_hangs_its_reader_is_refused_in_time(tmp_path, monkeypatch, fresh):
    path = points(tmp_path)
    monkeypatch.setattr(apart, "_start", stub("time.sleep(60)"))
    monkeypatch.setattr(apart, "_WAIT", 0.02)
    started = time.monotonic()
    with pytest.raises(FileFormatError, match="longer than 15 s"):
        read_register(path, "checkpoints", WGS84)
    assert time.monotonic() - started < 30


def test_a_file_that_takes_too_much_memory_is_refused(tmp_path, monkeypatch, fresh):
    path = tmp_path / "a.parquet"
    many = 3_000_000
    columns = {"unit": pa.array(["a" * 30]).take(pa.array(np.zeros(many, np.int32)))}
    columns |= {name: pa.array(np.zeros(many)) for name in ("time", "lon", "lat")}
    pq.write_table(pa.table(columns), path)
    monkeypatch.setattr(apart, "memory_for", lambda _: 40 << 20)
    with pytest.raises(InputError, match="more memory than 40 MB"):
        read_tracks(path, WGS84)


def test_the_limits_grow_with_the_file():
    assert apart.seconds_for(0) < apart.seconds_for(100 << 20)
    assert apart.memory_for(0) < apart.memory_for(100 << 20)
