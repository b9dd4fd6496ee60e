"""The grid over districts: exact land, stable codes, half-open cells."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from geogrid.crs import WGS84, make_crs, reprojection, working_crs
from geogrid.errors import GridTooLargeError, InputError, LayerNotFoundError
from geogrid.model.boundary import Boundary
from geogrid.model.cell_shapes import cell_polygons, cell_squares
from geogrid.model.grid import Grid, GridSpec
from geogrid.model.grid_spec import MAX_LATTICE_CELLS

UTM = make_crs(32650)
LAEA = working_crs(116.4, 25.5, 118.6, 27.1)


@st.composite
def districts(draw, crs):
    """Draw two or three districts that tile a blob with a hole, around (500, 2900) km."""
    x0, y0 = (1_000_000.0, 1_000_000.0) if crs == LAEA else (500_000.0, 2_900_000.0)
    offset = st.integers(-6, 6).map(lambda k: 125.0 * k) | st.floats(-800.0, 800.0)
    blob = Point(x0 + draw(offset), y0 + draw(offset)).buffer(draw(st.floats(600.0, 2500.0)), 7)
    blob = blob.difference(Point(x0 + draw(offset), y0 + draw(offset)).buffer(300.0, 5))
    west = shapely.intersection(blob, box(x0 - 9e3, y0 - 9e3, x0 + draw(offset), y0 + 9e3))
    parts = [west, shapely.difference(blob, west)]
    shapes = [part for part in parts if part.area > 10.0 and part.geom_type.endswith("Polygon")]
    ids = tuple(f"D{k}" for k in range(len(shapes)))
    return Boundary(ids, ids, tuple(shapes), crs)


@pytest.mark.parametrize("crs", [LAEA, UTM], ids=["equal-area", "UTM"])
@settings(deadline=None, max_examples=40)
@given(st.data())
def test_pieces_sum_to_the_land_of_each_district(crs, data):
    boundary = data.draw(districts(crs))
    grid = Grid.over(boundary, 250, crs=crs)
    land = np.bincount(grid.piece_district, grid.piece_m2, minlength=len(boundary))
    np.testing.assert_allclose(land, boundary.areas_m2(), rtol=1e-9)
    assert grid.area_m2.sum() == pytest.approx(boundary.areas_m2().sum(), rel=1e-9)
    np.testing.assert_allclose(grid.district_total(np.ones(len(grid))), land, rtol=1e-12)


@settings(deadline=None, max_examples=40)
@given(districts(LAEA))
def test_land_of_each_cell_is_that_of_shapely(boundary):
    grid = Grid.over(boundary, 250, crs=LAEA)
    land = shapely.union_all(np.array(boundary.geometries))
    expected = shapely.area(shapely.intersection(cell_squares(grid), land))
    np.testing.assert_allclose(grid.area_m2, expected, atol=250.0**2 * 2e-9)
    assert (grid.area_m2 <= 250.0**2 * (1 + 1e-9)).all()
    np.testing.assert_allclose(grid.land_share, grid.area_m2 / 250.0**2, atol=1e-9)


@settings(deadline=None, max_examples=20)
@given(districts(LAEA))
def test_polygons_of_cells_have_the_land_of_the_cells(boundary):
    grid = Grid.over(boundary, 250, crs=LAEA)
    back = shapely.transform(cell_polygons(grid), reprojection(WGS84, LAEA))
    assert shapely.is_valid(back).all()
    assert np.abs(shapely.area(back) - grid.area_m2).max() < 1e-3


def test_polygons_of_cells_have_the_land_of_the_cells_all_over_sanming(sanming_grid):
    polygons = cell_polygons(sanming_grid)
    back = shapely.transform(polygons, reprojection(WGS84, sanming_grid.spec.crs))
    assert np.abs(shapely.area(back) - sanming_grid.area_m2).max() < 1e-3
    assert shapely.is_ccw(shapely.get_exterior_ring(shapely.get_parts(polygons))).all()


def test_land_is_that_of_the_ellipsoid_in_a_crs_that_distorts_it(sanming, sanming_grid):
    grid = Grid.over(sanming, 2000, crs=UTM)
    true = shapely.transform(cell_polygons(grid), reprojection(WGS84, sanming_grid.spec.crs))
    assert np.abs(shapely.area(true) - grid.area_m2).max() < 2e-6 * 2000.0**2
    assert np.abs(grid.land_share * 2000.0**2 - grid.area_m2).max() > 100.0  # UTM's own squares


def test_a_corner_in_the_centre_of_the_projection_is_where_its_neighbours_say():
    around = box(999_500.0, 999_500.0, 1_000_500.0, 1_000_500.0)
    grid = Grid.over(Boundary(("A",), ("A",), (around,), LAEA), 250, crs=LAEA)
    back = shapely.transform(cell_polygons(grid), reprojection(WGS84, LAEA))
    assert np.abs(shapely.area(back) - 62_500.0).max() < 1e-4


def test_sanming_in_cells_of_250_m_has_its_known_numbers(sanming):
    grid = Grid.over(sanming, 250)
    assert len(grid) == 370_825
    assert grid.area_m2.sum() / 1e6 == pytest.approx(22_975.7, rel=5e-4)
    np.testing.assert_allclose(
        np.bincount(grid.piece_district, grid.piece_m2), sanming.areas_m2(), rtol=1e-9
    )
    utm = Grid.over(sanming, 250, crs=UTM)
    assert len(utm) == 370_553
    assert utm.area_m2.sum() == pytest.approx(grid.area_m2.sum(), rel=1e-6)


def straddled(first, second, split):
    """Return one cell of 1 km that two districts share at a share of its width."""
    x, y, border = 1_000_000, 1_000_000, 1_000_000 + 1000 * split
    shapes = (box(x, y, border, y + 1000), box(border, y, x + 1000, y + 1000))
    return Grid.over(Boundary((first, second), ("1", "2"), shapes, LAEA), 1000, crs=LAEA)


def test_a_cell_on_a_border_belongs_to_the_district_with_most_of_it():
    assert straddled("A", "B", 0.6).district.tolist() == [0]
    assert straddled("A", "B", 0.4).district.tolist() == [1]


def test_of_equal_halves_the_lower_id_gets_the_cell_in_any_order():
    assert straddled("A", "B", 0.5).district.tolist() == [0]
    assert straddled("B", "A", 0.5).district.tolist() == [1]


def test_a_cell_on_a_border_adds_to_each_district_by_its_land():
    grid = straddled("A", "B", 0.25)
    assert grid.piece_cell.tolist() == [0, 0]
    total = grid.district_total([8.0])
    assert total[1] / total[0] == pytest.approx(3.0, rel=1e-9)


def test_codes_stay_when_the_area_grows_on_all_sides():
    core = box(1_000_100, 1_000_100, 1_003_300, 1_002_700)
    grid = Grid.over(Boundary(("A",), ("A",), (core,), LAEA), 250, crs=LAEA)
    codes = set(grid.codes())
    for east, north in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        x, y = 1_000_000 + 7_777 * east, 1_000_000 + 7_777 * north
        more = box(x, y, x + 2_000, y + 2_000)
        grown = Grid.over(Boundary(("A", "B"), ("A", "B"), (core, more), LAEA), 250, crs=LAEA)
        assert codes < set(grown.codes())
        for code in ("250mE1000250N1000250", "250mE1001000N1002000"):
            before, after = grid.spec.cell_of_code(code), grown.spec.cell_of_code(code)
            at = [g.area_m2[g.position_of([c])[0]] for g, c in ((grid, before), (grown, after))]
            assert at[0] == at[1]


def test_codes_stay_when_districts_are_replaced():
    crs, names = LAEA, ("A",)
    old = Boundary(names, names, (box(1_000_000, 1_000_000, 1_002_000, 1_002_000),), crs)
    new = Boundary(names, names, (box(1_000_500, 1_000_500, 1_003_000, 1_003_000),), crs)
    first, second = Grid.over(old, 250, crs=crs), Grid.over(new, 250, crs=crs)
    both = set(first.codes()) & set(second.codes())
    assert len(both) == 36
    for code in both:
        corners = [g.spec.corners([g.spec.cell_of_code(code)]) for g in (first, second)]
        assert corners[0] == corners[1]


@given(st.integers(0, 29), st.integers(0, 39), st.sampled_from([1.0, 100.0, 250.0]))
def test_a_code_leads_back_to_its_cell(row, col, size):
    for corner in ((-3 * size, -2 * size), (1_000_000.0, 999_000.0)):
        spec = GridSpec(LAEA, corner[0], corner[1], size, 30, 40)
        cell = row * 40 + col
        assert spec.cell_of_code(spec.codes([cell])[0]) == cell


def test_a_code_looks_as_promised():
    spec = GridSpec(LAEA, 1_000_250.0, 998_750.0, 250.0, 4, 4)
    assert spec.codes([0]) == ["250mE1000250N0998750"]


@pytest.mark.parametrize(
    "code", ["", "250mE1N2", "100mE1000250N0998750", "250mE1000251N0998750", "250mE9999750N0998750"]
)
def test_what_is_no_code_of_the_lattice_is_not_found(code):
    spec = GridSpec(LAEA, 1_000_250.0, 998_750.0, 250.0, 4, 4)
    with pytest.raises(LayerNotFoundError, match="250mE1000250N0998750"):
        spec.cell_of_code(code)


def test_cells_are_half_open():
    spec = GridSpec(UTM, 0.0, 0.0, 100.0, 2, 3)
    x = [0.0, 99.999, 100.0, 299.999, 300.0, -0.001, 0.0, np.nan, np.inf]
    y = [0.0, 0.0, 100.0, 199.999, 0.0, 0.0, 200.0, 0.0, 0.0]
    assert spec.cell_at(x, y).tolist() == [0, 0, 4, 5, -1, -1, -1, -1, -1]


def test_positions_are_found_by_degrees_and_by_id(sanming_grid):
    lon, lat = sanming_grid.lonlat()
    assert sanming_grid.position_at(lon, lat).tolist() == list(range(len(sanming_grid)))
    assert sanming_grid.position_of(sanming_grid.cells[[5, 0]]).tolist() == [5, 0]
    assert sanming_grid.position_at([0.0, 116.0], [0.0, 30.0]).tolist() == [-1, -1]


def test_values_are_laid_out_row_by_row_from_the_south_west(sanming_grid):
    lattice = sanming_grid.dense(np.arange(len(sanming_grid)), -1)
    assert lattice.shape == (sanming_grid.spec.n_rows, sanming_grid.spec.n_cols)
    assert lattice.ravel()[sanming_grid.cells].tolist() == list(range(len(sanming_grid)))
    assert np.count_nonzero(lattice == -1) == sanming_grid.spec.n_cells - len(sanming_grid)


def test_an_h3_index_is_that_of_the_centre(sanming_grid):
    import h3.api.numpy_int as h3

    lon, lat = sanming_grid.lonlat()
    ids = sanming_grid.h3_ids()
    assert ids[7] == h3.latlng_to_cell(lat[7], lon[7], 9)
    assert ids.size == len(sanming_grid)


def test_a_lattice_too_large_is_refused_before_memory_is_taken(sanming):
    with pytest.raises(GridTooLargeError, match="larger cells"):
        Grid.over(sanming, 10)
    side = 1000.0 * (int(MAX_LATTICE_CELLS**0.5) + 1)
    with pytest.raises(GridTooLargeError):
        GridSpec.around((0.0, 0.0, side, side), UTM, cell_size=1000)


@pytest.mark.parametrize(
    "change",
    [
        {"crs": WGS84},
        {"crs": make_crs(2263)},  # feet
        {"cell_size": 0.5},
        {"cell_size": 250.5},
        {"n_rows": 0},
        {"x_min": 125.0},
        {"x_min": np.nan},
        {"origin": (0.5, 0.0)},
    ],
)
def test_a_lattice_that_breaks_a_rule_is_refused(change):
    sound = {"crs": UTM, "x_min": 0.0, "y_min": 0.0, "cell_size": 250.0, "n_rows": 2, "n_cols": 2}
    with pytest.raises(InputError):
        GridSpec(**(sound | change))


def test_an_origin_of_ones_own_anchors_the_lattice(two_squares):
    grid = Grid.over(two_squares, 1000, crs=UTM, origin=(500_100.0, 100.0))
    assert grid.spec.x_min == 499_100.0
    assert grid.spec.y_min == -900.0
    assert grid.codes()[0] == "1000mE0499100N-000900"
    assert grid.spec.cell_of_code(grid.codes()[0]) == grid.cells[0]
