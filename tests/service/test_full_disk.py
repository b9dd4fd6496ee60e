"""A disk that is full during an import: a clear message, and the workspace as it was."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from geogrid.workspace import Workspace
from tests.service.test_imports import tree
from tests.small_city import drive, write_tracks

UNSHARE = shutil.which("unshare")
FREE_KB = 250  # beside the workspace: an import of a month of 40 cars needs more


def mounted(command: str, folder: Path, size_kb: int) -> subprocess.CompletedProcess[str]:
    """Run a shell command in a name space of its own where a folder is a small disk in memory."""
    mount = f"mount -t tmpfs -o size={size_kb}k tmpfs {folder} || exit 77"
    return subprocess.run(
        [
            UNSHARE or "unshare",
            "--mount",
            "--map-root-user",
            "/bin/sh",
            "-c",
            f"{mount}\n{command}",
        ],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"LANG": "C.UTF-8"},
    )


def test_a_full_disk_during_an_import_leaves_the_workspace_as_it_was(ws, tmp_path):
    if UNSHARE is None:
        pytest.skip("needs the program unshare to make a small disk")
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    days = [f"2026-03-{day:02d}" for day in range(1, 29)]
    rows = [drive(f"car-{n}", day) for n in range(40) for day in days]
    file = write_tracks(tmp_path / "many.csv", [row for part in rows for row in part])
    geogrid = Path(sys.executable).with_name("geogrid")
    used_kb = sum(-(-path.stat().st_size // 4096) * 4 for path in ws.path.rglob("*"))
    done = mounted(
        f"cp -r {ws.path} {disk}/ws\n"
        f"{geogrid} import {disk}/ws tracks {file} --datum wgs84 --tz Asia/Shanghai --json\n"
        f"code=$?\ncp -r {disk}/ws {kept}\nexit $code",
        disk,
        used_kb + FREE_KB,
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"this system lets no test mount a disk: {done.stderr.strip()[:200]}")
    assert done.returncode == 2, done.stderr
    message = json.loads(done.stdout.splitlines()[-1])["message"]
    assert "No space left" in message
    assert "Traceback" not in done.stderr
    assert tree(Workspace.open(kept).path) == tree(ws.path)
    assert Workspace.open(kept).days() == ()
