"""An import that is killed at any time leaves the workspace as before or as after."""

from __future__ import annotations

import random
import shutil
import time
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from geogrid.workspace import Workspace, read_options
from tests.forked import STARTS
from tests.service.test_imports import tree
from tests.small_city import DECLARED, drive, write_tracks


def state(ws: Workspace) -> tuple:
    return tuple(tree(ws.path).items()), ws._shelf.application.state()


def take(folder: Path, file: Path, said: Connection) -> None:
    said.send("ready")
    Workspace.open(folder).import_files("tracks", [file], read_options(DECLARED))


def start(ws: Workspace, file: Path) -> ForkServerProcess:
    """Start an import in another process and return when it is about to begin."""
    heard, said = STARTS.Pipe(duplex=False)
    process = STARTS.Process(target=take, args=(ws.path, file, said))
    process.start()
    assert heard.recv() == "ready"
    return process


@pytest.fixture
def file(tmp_path):
    rows = [drive(f"car-{n}", f"2026-03-{day:02d}") for n in range(10) for day in range(1, 20)]
    return write_tracks(tmp_path / "many.csv", [row for part in rows for row in part])


def test_an_import_that_is_killed_leaves_before_or_after(ws, file, tmp_path):
    first = write_tracks(tmp_path / "first.csv", drive("car", "2026-03-03"))
    ws.import_files("tracks", [first], read_options(DECLARED))
    before = state(ws)
    whole = tmp_path / "whole"
    shutil.copytree(ws.path, whole)
    process = start(Workspace.open(whole), file)
    loaded = time.monotonic()
    process.join()
    assert process.exitcode == 0
    took_s = time.monotonic() - loaded
    after = state(Workspace.open(whole))
    seen = []
    dice = random.Random(7)  # noqa: S311 - moments of a test
    for attempt in range(25):
        copy = tmp_path / f"copy{attempt}"
        shutil.copytree(ws.path, copy)
        process = start(Workspace.open(copy), file)
        time.sleep(dice.uniform(0.0, 1.1) * took_s)
        process.kill()
        process.join()
        seen.append(state(Workspace.open(copy)))
        assert seen[-1] in (before, after)
    assert before in seen
