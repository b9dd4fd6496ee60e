"""The public names are the ones of the contract, are loaded when used, and nothing else is."""

from __future__ import annotations

import subprocess
import sys

import pytest

import geogrid

OF_THE_CONTRACT = (
    "open",
    "init",
    "Boundary",
    "Grid",
    "read_tracks",
    "patrol_coverage",
    "camera_coverage",
    "hotspots",
    "coverage_gaps",
)


@pytest.mark.parametrize("name", geogrid.__all__)
def test_every_public_name_is_there_and_documented(name):
    value = getattr(geogrid, name)
    assert value.__doc__
    assert name in dir(geogrid)


def test_names_of_the_contract_are_public():
    assert set(OF_THE_CONTRACT) <= set(geogrid.__all__)


def test_names_are_sorted_and_each_is_there_once():
    assert geogrid.__all__ == sorted(set(geogrid.__all__))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'weather'"):
        _ = geogrid.weather


def test_importing_the_package_loads_no_library():
    code = (
        "import sys; import geogrid; "
        "print([name for name in ('numpy', 'pandas', 'numba', 'pyproj') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_type_checkers_see_the_names_that_are_loaded():
    from pathlib import Path

    text = Path(geogrid.__file__).read_text("utf-8")
    seen = text[text.index("if TYPE_CHECKING:") : text.index("_MODULES: Final")]
    names = [name for name in geogrid.__all__ if name not in {"open", "__version__"}]
    assert [name for name in names if name not in seen] == []
