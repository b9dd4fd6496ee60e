"""What all tests share: real data sets beside the project, and how long properties are tried."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]

# The first call of a kernel compiles it, so no example has a deadline. Kernels run as plain
# Python (NUMBA_DISABLE_JIT=1) are a hundred times slower and get fewer examples.
settings.register_profile("compiled", deadline=None)
settings.register_profile("plain", deadline=None, max_examples=20)
settings.load_profile("plain" if os.environ.get("NUMBA_DISABLE_JIT") == "1" else "compiled")


@pytest.fixture(scope="session")
def shared_data():
    """Return the folder of real data sets beside the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real data sets in {folder}")
    return folder
