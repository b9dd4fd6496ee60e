"""Every engine gives the same bytes, whatever dies on the way."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import sys
from dataclasses import replace
from threading import Timer

import pytest
from distributed import Client

from geogrid.errors import InputError, StoreError
from geogrid.scale.local import Threads
from geogrid.service import deriving
from geogrid.service.deriving import DayDone, Derivation, derive_day
from geogrid.workspace import PatrolRules, Workspace, engine_named
from tests.clusters import started
from tests.small_city import drive, write_tracks

DAYS = [f"2026-03-{day:02d}" for day in range(1, 13)]


@pytest.fixture(scope="module")
def address():
    """Return the address of a scheduler with two workers on this machine."""
    with started(workers=2) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def filled(ws, tmp_path, options):
    """Return twelve days of two cars, one of which drives over midnight."""
    rows = [row for day in DAYS for row in drive("car-1", day, start=9, fixes=40)]
    rows += [row for day in DAYS[::2] for row in drive("car-2", day, start=23)]
    rows += [("car-2", f"{day} 00:00:30", 117.63, 26.2105) for day in DAYS[1::2]]
    ws.import_files("tracks", [write_tracks(tmp_path / "t.csv", rows)], options)
    return ws


def answered(ws, engine, progress=lambda *_: None):
    """Return the bytes of coverage and of the files of days, derived anew by an engine."""
    shutil.rmtree(ws.path / "derived", ignore_errors=True)
    layer = Workspace.open(ws.path, engine=engine).layer("coverage", progress=progress)
    files = {
        path.relative_to(ws.path).as_posix(): path.read_bytes()
        for path in sorted((ws.path / "derived").rglob("*.*"))
        if path.is_file() and ".new" not in path.parent.name  # what a killed worker had begun
    }
    return {n: column.tobytes() for n, column in layer.table.columns.items()}, layer.summary, files


def test_threads_and_dask_give_the_same_bytes(filled, address):
    one = answered(filled, Threads(1))
    assert sum(name.endswith("manifest.json") for name in one[2]) == len(DAYS)
    assert answered(filled, Threads(2)) == one
    assert answered(filled, engine_named("dask", scheduler=address)) == one


def test_a_worker_that_is_killed_changes_nothing(filled, address):
    with Client(address, set_as_default=False) as client:
        victim = min(client.run(os.getpid).values())

    def kill(_stage, done, _total):
        if done == 3:
            os.kill(victim, signal.SIGKILL)

    dask = engine_named("dask", scheduler=address)
    assert answered(filled, dask, kill) == answered(filled, Threads(1))
    with Client(address, set_as_default=False) as client:
        assert victim not in client.run(os.getpid).values()


def test_workers_see_depots_that_are_registered_while_they_run(filled, address, tmp_path, options):
    dask = engine_named("dask", scheduler=address)
    answered(filled, dask)
    depots = tmp_path / "depots.csv"
    depots.write_text("id,lon,lat,radius_m\nd,117.62,26.21,2000\n")
    filled.import_files("depots", [depots], options)
    assert answered(filled, dask) == answered(filled, Threads(1))


def test_days_that_are_kept_need_no_cluster(filled):
    before = answered(filled, Threads(1))[1]
    nowhere = engine_named("dask", scheduler="tcp://127.0.0.1:1")
    assert Workspace.open(filled.path, engine=nowhere).layer("coverage").summary == before


@pytest.fixture
def task(filled):
    shelf = filled._shelf
    inputs = list(shelf.tracks.with_edges())[1]
    return Derivation.of(shelf, PatrolRules()).task(inputs)


def test_a_task_is_small_and_what_comes_back_smaller(task):
    assert len(pickle.dumps(task)) < 4_000
    assert len(pickle.dumps(derive_day(task))) < 400


def test_a_task_that_is_done_again_writes_the_same_bytes(task):
    folder = task.root / "derived" / f"day={task.inputs.day}"
    once = derive_day(task)
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert derive_day(task) == once
    shutil.rmtree(folder)
    assert derive_day(task) == once
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


def test_a_worker_that_sees_other_facts_refuses(task, tmp_path):
    with pytest.raises(StoreError, match=r"sees another workspace .* or has another version"):
        derive_day(replace(task, kept_as="of other depots"))
    with pytest.raises(StoreError, match="does not find the workspace"):
        derive_day(replace(task, root=tmp_path / "elsewhere"))
    with pytest.raises(StoreError, match="2026-03-02 were replaced by an import"):
        derive_day(replace(task, fixes="of before the import"))
    assert not (task.root / "derived").exists()


class OwnDisk:
    """Workers that keep what they make to themselves."""

    shares_memory = False

    def __call__(self, _function, tasks):
        for task in tasks:
            yield DayDone(task.inputs.day, task.inputs.fingerprint, 1)


def test_a_folder_that_is_not_shared_is_told(filled, monkeypatch):
    monkeypatch.setattr(deriving, "SEEN_S", 0.2)
    with pytest.raises(StoreError, match=r"2026-03-01, and it is not in .*derived"):
        answered(filled, OwnDisk())


class LateDisk:
    """Workers whose files are seen a moment after they say that they are done."""

    shares_memory = False

    def __call__(self, _function, tasks):
        for task in tasks:
            Timer(0.05, derive_day, [task]).start()
            yield DayDone(task.inputs.day, task.inputs.fingerprint, 1)


def test_files_that_are_seen_late_are_waited_for(filled):
    assert answered(filled, LateDisk()) == answered(filled, Threads(1))


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("spark", {}, "unknown engine 'spark'; choose from threads, dask"),
        ("threads", {"workers": 0}, "at least 1, got 0"),
        ("threads", {"scheduler": "tcp://127.0.0.1:1"}, "--scheduler is for --engine dask"),
        ("dask", {"scheduler": "tcp://127.0.0.1:1", "workers": 3}, "leave one of the two out"),
    ],
)
def test_options_of_an_engine_that_do_not_fit_are_refused(name, settings, message):
    with pytest.raises(InputError, match=message):
        engine_named(name, **settings)


def test_dask_is_an_extra_and_its_absence_says_how_to_install_it(monkeypatch):
    monkeypatch.delitem(sys.modules, "geogrid.scale.dask", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"distributed, which is not installed.*pip install"):
        engine_named("dask")
    assert engine_named("threads", workers=3) == Threads(3)
