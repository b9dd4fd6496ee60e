"""What the browser reads is what the table holds."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_arrays

from geogrid.crs import WGS84, make_crs, transformer
from geogrid.errors import GridTooLargeError, InputError, LayerNotFoundError
from geogrid.export.lattice_mesh import WEB_MERCATOR
from geogrid.export.lattice_wire import (
    area_column,
    district_column,
    encode,
    mesh,
    wire_column,
)
from geogrid.model.cells import CellTable, Field
from geogrid.model.grid import Grid

PROBE = Path(__file__).resolve().parents[1] / "js" / "probe.mjs"


def probe(mesh_json, column, places=()):
    if shutil.which("node") is None:
        pytest.skip("node is missing: the map's script cannot be run")
    asked = {
        "mesh": mesh_json,
        "meta": column.meta(),
        "data": base64.b64encode(column.data).decode(),
        "places": [list(map(float, place)) for place in places],
    }
    done = subprocess.run(
        ["node", str(PROBE)], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def mesh_position(table, lon, lat):
    """Return lattice columns and rows read from a mesh, as the script reads it."""
    mx, my = transformer(WGS84, WEB_MERCATOR).transform(lon, lat)
    xmin, ymin, xmax, ymax = table["bounds_mercator"]
    n = table["nodes"]
    u = (mx - xmin) / (xmax - xmin) * (n - 1)
    v = (my - ymin) / (ymax - ymin) * (n - 1)
    i, j = np.minimum(u.astype(int), n - 2), np.minimum(v.astype(int), n - 2)
    a, b = u - i, v - j
    found = []
    for name in ("x", "y"):
        t = np.array(table[name]).reshape(n, n)
        low = t[j, i] * (1 - a) + t[j, i + 1] * a
        high = t[j + 1, i] * (1 - a) + t[j + 1, i + 1] * a
        found.append(low * (1 - b) + high * b)
    return found


@pytest.mark.parametrize(
    ("crs", "cell_size"), [(None, 250), (None, 100), (4547, 500), (32650, 500), (3857, 500)]
)
def test_the_mesh_is_within_a_hundredth_of_a_cell(sanming, crs, cell_size):
    grid = Grid.over(sanming, cell_size, crs=None if crs is None else make_crs(crs))
    table = mesh(grid)
    rng = np.random.default_rng(1)
    pick = rng.integers(0, len(grid), 20_000)
    lon, lat = (values[pick] for values in grid.lonlat())
    col, row = mesh_position(table, lon, lat)
    true_row, true_col = np.divmod(grid.cells[pick], grid.spec.n_cols)
    assert np.hypot(col - true_col - 0.5, row - true_row - 0.5).max() < 0.01


def test_the_runs_are_the_active_cells(sanming_grid):
    table = mesh(sanming_grid)
    cells = np.concatenate([np.arange(first, first + n) for first, n in table["runs"]])
    np.testing.assert_array_equal(cells, sanming_grid.cells)
    assert table["n_cells"] == len(sanming_grid)


def test_the_mesh_of_the_same_grid_has_the_same_version(sanming, sanming_grid):
    assert mesh(Grid.over(sanming, 2000)) == mesh(sanming_grid)
    assert mesh(Grid.over(sanming, 2500))["version"] != mesh(sanming_grid)["version"]


def test_a_mesh_is_json(sanming_grid):
    assert json.loads(json.dumps(mesh(sanming_grid), allow_nan=False)) == mesh(sanming_grid)


def test_a_lattice_round_half_the_globe_is_refused(two_squares):
    grid = Grid.over(two_squares, 1000)
    wide = Grid.over(two_squares, 1000)
    object.__setattr__(
        wide,
        "spec",
        type(grid.spec)(
            make_crs("+proj=laea +lat_0=80 +lon_0=0 +datum=WGS84 +units=m"),
            -3_000_000,
            -3_000_000,
            10,
            600_000,
            600_000,
        ),
    )
    with pytest.raises(GridTooLargeError, match="too large for a map"):
        mesh(wide)


@pytest.mark.parametrize("crs", [None, 4547, 32650, 3857])
def test_the_script_finds_the_same_cell_as_the_grid(sanming, crs):
    grid = Grid.over(sanming, 1000, crs=None if crs is None else make_crs(crs))
    rng = np.random.default_rng(7)
    xmin, ymin, xmax, ymax = grid.boundary.to_crs(WGS84).bounds
    places = np.column_stack([rng.uniform(xmin, xmax, 1000), rng.uniform(ymin, ymax, 1000)])
    answer = probe(mesh(grid), district_column(grid), places)
    ours = grid.position_at(places[:, 0], places[:, 1])
    np.testing.assert_array_equal(answer["positions"], ours)
    assert (ours >= 0).sum() > 300
    assert answer["codes"] == grid.codes()
    assert answer["values"] == [grid.boundary.ids[i] for i in grid.district]
    lon, lat = grid.lonlat()
    np.testing.assert_allclose(answer["centres"], np.column_stack([lat, lon]), atol=1e-4)


# --------------------------------------------------------------------------------------
# Columns

finite = st.floats(-1e6, 1e6, allow_subnormal=False)


def encoded(values, scale="amount", unit="", **more):
    about = Field("v", "V", unit=unit, scale=scale, **more)
    return encode(about, np.asarray(values))


@given(st_arrays.arrays(np.int64, st.integers(1, 30), elements=st.integers(-(10**6), 10**9)))
def test_whole_numbers_are_kept_exactly(values):
    np.testing.assert_array_equal(encoded(values).values(), values)


@given(st_arrays.arrays(np.float64, st.integers(1, 30), elements=st.floats(0.0, 1.0)))
def test_shares_are_kept_to_the_decimals_and_none_and_all_stay_true(values):
    column = encoded(values, "share")
    assert column.dtype == "u2"
    np.testing.assert_allclose(column.values(), values, atol=1e-4, rtol=0)
    np.testing.assert_array_equal(column.values() == 0.0, values == 0.0)
    np.testing.assert_array_equal(column.values() == 1.0, values == 1.0)


@given(
    st_arrays.arrays(np.float64, st.integers(1, 30), elements=st.one_of(finite, st.just(np.nan)))
)
def test_numbers_are_kept_to_their_decimals_and_null_stays_null(values):
    column = encoded(values, "diverging")
    step = (
        10.0**-column.decimals
        if column.null is not None
        else 1e-7 * np.nanmax(np.abs([1, *values]))
    )
    np.testing.assert_array_equal(np.isnan(column.values()), np.isnan(values))
    np.testing.assert_allclose(column.values(), values, atol=step, rtol=1e-7)


@given(st.floats(1e-9, 1e5))
def test_a_little_never_becomes_none(value):
    assert encoded([value, 0.0, 3.5], unit="s").values()[0] > 0.0


def test_dtypes_are_as_small_as_the_values_allow():
    assert encoded([0, 1, 253]).dtype == "u1"
    assert encoded([0, 255]).dtype == "u2"
    assert encoded([0, 70_000]).dtype == "u4"
    assert encoded([-3, 4]).dtype == "u1"
    assert encoded([0.5, 86_400.25], unit="s").dtype == "u4"
    assert encoded([1e15, 0.5]).dtype == "f4"


def test_the_greatest_raw_value_is_kept_for_null():
    for top, dtype in ((253, "u1"), (65_533, "u2"), (4_294_967_293, "u4")):
        column = encoded([0.0, float(top), np.nan])
        assert column.dtype == dtype
        np.testing.assert_array_equal(column.values(), [0.0, top, np.nan])


def test_times_are_seconds_since_1970():
    values = np.array(["2026-03-01T00:00:01.9", "NaT"], dtype="datetime64[ms]")
    column = encoded(values, "time")
    assert column.dtype == "u4"
    np.testing.assert_array_equal(column.values(), [1_772_323_201.0, np.nan])


def test_categories_are_codes_in_their_order():
    values = np.array(["met", None, "never"], dtype=object)
    column = encoded(values, "category", categories=("never", "met"))
    assert column.data == bytes([1, 255, 0])
    assert [entry["key"] for entry in column.legend["classes"]] == ["never", "met"]


def test_a_value_outside_the_categories_is_refused():
    values = np.array(["gone"], dtype=object)
    with pytest.raises(InputError, match="'gone' is none of its categories"):
        encoded(values, "category", categories=("never", "met"))


def test_more_categories_than_a_byte_holds_are_refused():
    values = np.array([str(i) for i in range(255)], dtype=object)
    with pytest.raises(InputError, match="255 categories"):
        encoded(values, "category")


def test_text_is_refused():
    with pytest.raises(InputError, match="is text and cannot be drawn"):
        encoded(np.array(["a"], dtype=object), "text")


def test_a_missing_column_is_named(sanming_grid):
    with pytest.raises(LayerNotFoundError, match="no column 'x'"):
        wire_column(CellTable(sanming_grid, (), {}), "x")


def test_the_area_column_sums_to_the_land(sanming_grid):
    column = area_column(sanming_grid)
    assert column.values().sum() == pytest.approx(sanming_grid.area_m2.sum(), rel=1e-7)


def test_the_script_reads_and_classes_values_as_python_does(sanming_grid):
    n = len(sanming_grid)
    rng = np.random.default_rng(3)
    seconds = np.where(rng.random(n) < 0.5, 0.0, np.round(rng.exponential(400, n), 1))
    seconds[:50] = np.nan
    about = Field("patrol_s", "Patrol time", unit="s")
    column = wire_column(CellTable(sanming_grid, (about,), {"patrol_s": seconds}), "patrol_s")
    answer = probe(mesh(sanming_grid), column)
    read = np.array([np.nan if v is None else v for v in answer["values"]])
    np.testing.assert_allclose(read, seconds, atol=1e-9)
    np.testing.assert_array_equal(answer["classes"], slow_classes(column.legend, seconds))


def slow_classes(legend, values):
    found = []
    for value in values:
        fits = [
            i
            for i, entry in enumerate(legend["classes"])
            if (entry["key"] == "zero") == (value == 0.0)
            and (entry["key"] == "zero" or entry["from"] is None or value >= entry["from"])
            and (entry["key"] == "zero" or entry["to"] is None or value < entry["to"])
        ]
        assert len(fits) == (0 if np.isnan(value) else 1)
        found.append(fits[0] if fits else 255)
    return found
