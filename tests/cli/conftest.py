"""The command line, run in this process or in one of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from geogrid.cli import main
from tests.small_city import EAST, MIDDLE, WEST, write_districts


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """The only line of standard output, as JSON."""
        lines = self.out.splitlines()
        assert len(lines) == 1, self.out
        return json.loads(lines[0])


@pytest.fixture
def run(capsys, monkeypatch):
    """Return a runner of command lines inside this process."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def command(*words) -> Said:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        out, err = capsys.readouterr()
        return Said(int(ended.value.code or 0), out, err)

    return command


@pytest.fixture
def geogrid():
    """Return a starter of the installed command in a process of its own."""
    # A shell lets what it starts in the background ignore interrupts, the tests and so the command.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def start(*words, language: str = "C.UTF-8", **settings) -> subprocess.Popen:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LC_")}
        return subprocess.Popen(
            [Path(sys.executable).with_name("geogrid"), *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment | {"LANG": language},
            **settings,
        )

    return start


@pytest.fixture
def districts(tmp_path):
    return write_districts(
        tmp_path / "districts.geojson", {"West": (WEST, MIDDLE), "East": (MIDDLE, EAST)}
    )


@pytest.fixture
def ws(run, districts, tmp_path):
    """Return the folder of a new small workspace."""
    assert run("init", tmp_path / "ws", "--districts", districts).code == 0
    return tmp_path / "ws"
