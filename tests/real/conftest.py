"""The command line as people type it, and readers of what it wrote that know nothing of it."""

from __future__ import annotations

import base64
import contextlib
import gzip
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from geogrid.cli import main

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = re.compile(
    r'<script type="[^"]*" id="lattice-(?P<id>[^"]*)">(?P<text>.*?)</script>', re.DOTALL
)


class RefusedError(Exception):
    """A command ended with another status than 0; the arguments are the status and its JSON."""


def run(*words):
    """Run a command with ``--json``; return its last line as an object, or raise `RefusedError`."""
    said, complained = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        try:
            main([*map(str, words), "--json"])
        except SystemExit as ended:
            status = ended.code
    lines = said.getvalue().splitlines()
    assert len(lines) <= 1, f"more than one line on standard output: {lines}"
    if status:
        raise RefusedError(status, json.loads(lines[0]) if lines else complained.getvalue())
    return json.loads(lines[0])


@pytest.fixture(scope="session")
def geogrid():
    """Return the command: words in, its JSON object out."""
    return run


@pytest.fixture(scope="session")
def refused():
    """Return the error that a refused command raises here."""
    return RefusedError


@dataclass(frozen=True)
class OneFileMap:
    """A map as its own script would find it in the file."""

    manifest: dict
    texts: dict

    def column(self, name):
        """Return the values of a column, one a cell; NaN for null, codes of categories."""
        about = next(entry for entry in self.manifest["columns"] if entry["id"] == name)
        dtype = np.dtype(f"<{about['dtype']}")
        packed = gzip.decompress(base64.b64decode(self.texts[f"blob-{name}"]))
        planes = np.frombuffer(packed, np.uint8).reshape(dtype.itemsize, -1)
        raw = np.ascontiguousarray(planes.T).view(dtype).ravel()
        values = raw * about["scale"] + about["offset"]
        return values if about["null"] is None else np.where(raw == about["null"], np.nan, values)


@pytest.fixture(scope="session")
def read_map():
    """Return a function that takes a one-file map apart, after a look for addresses."""

    def read(path):
        page = path.read_text("utf-8")
        found = {match["id"]: match["text"] for match in SCRIPT.finditer(page)}
        assert not re.search(r'(?:src|href)\s*=\s*"(?!data:|#)[^"]*//[^"]*\.(?:js|css|png)', page)
        return OneFileMap(json.loads(found.pop("manifest")), found)

    return read


@pytest.fixture(scope="session")
def helsinki():
    """Return the folder of Helsinki's sample."""
    return ROOT / "data" / "helsinki"
