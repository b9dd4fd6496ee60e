"""Districts: what is refused, with its place and size, and what a repair changes."""

from __future__ import annotations

import numpy as np
import pytest
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from geogrid.crs import WGS84, make_crs
from geogrid.errors import BoundaryError, InputError
from geogrid.model.boundary import MAX_OVERLAP_M2, Boundary, boundary_faults, repaired

UTM = make_crs(32650)
LEFT = box(500_000, 2_900_000, 502_000, 2_902_000)
RIGHT = box(502_000, 2_900_000, 504_000, 2_902_000)
BOW_TIE = Polygon([(0, 0), (2000, 2000), (2000, 0), (0, 2000)])


def two(first, second, *, ids=("A", "B"), names=("West", "East")):
    return Boundary(ids, names, (first, second), UTM)


def test_districts_that_share_a_border_are_taken():
    boundary = two(LEFT, RIGHT)
    assert len(boundary) == 2
    assert boundary.bounds == (500_000, 2_900_000, 504_000, 2_902_000)
    np.testing.assert_allclose(boundary.areas_m2(), 4e6 / 0.9996**2, rtol=1e-6)


def test_an_overlap_is_refused_with_districts_size_and_place():
    with pytest.raises(BoundaryError) as refused:
        two(LEFT, box(501_900, 2_900_000, 504_000, 2_902_000))
    message = str(refused.value)
    assert "A West and B East overlap by 200,160 m2" in message
    assert "near 117.01952, 26.22860" in message


def test_an_overlap_of_rounding_is_let_through():
    sliver = MAX_OVERLAP_M2 / 2000 / 2
    assert len(two(LEFT, box(502_000 - sliver, 2_900_000, 504_000, 2_902_000))) == 2


@pytest.mark.parametrize(
    ("shapes", "ids", "words"),
    [
        ((LEFT, RIGHT), ("A", "A"), "'A' occurs more than once"),
        ((LEFT, RIGHT), ("A", " "), "district 2 has no id"),
        ((LEFT, Polygon()), ("A", "B"), "B East: the polygon is empty"),
        ((LEFT, BOW_TIE), ("A", "B"), "Self-intersection"),
        ((LEFT, LineString([(0, 0), (1, 1)])), ("A", "B"), "LineString"),
        ((LEFT, None), ("A", "B"), "missing"),
        ((LEFT, box(0, 0, np.inf, 1)), ("A", "B"), "not finite"),
    ],
)
def test_what_is_no_boundary_is_refused_by_name(shapes, ids, words):
    with pytest.raises(BoundaryError, match=words):
        two(*shapes, ids=ids)


def test_no_districts_are_no_boundary():
    with pytest.raises(BoundaryError, match="at least one district"):
        Boundary((), (), ())
    with pytest.raises(BoundaryError, match="got 1 ids, 2 names"):
        Boundary(("A",), ("West", "East"), (LEFT,), UTM)


def test_every_fault_can_be_listed():
    boundary = object.__new__(Boundary)
    fields = {"ids": ("A", "A"), "names": ("1", "2"), "geometries": (LEFT, LEFT), "crs": UTM}
    for name, value in fields.items():
        object.__setattr__(boundary, name, value)
    faults = [str(fault) for fault in boundary_faults(boundary)]
    assert len(faults) == 2
    assert "more than once" in faults[0]
    assert "overlap" in faults[1]


def test_another_crs_and_back_moves_no_vertex_by_a_millimetre():
    boundary = two(LEFT, RIGHT)
    assert boundary.to_crs(UTM) is boundary
    back = boundary.to_crs(WGS84).to_crs(UTM)
    for before, after in zip(boundary.geometries, back.geometries, strict=True):
        assert before.equals_exact(after, 1e-6)


def test_a_repair_unties_a_bow_and_says_so():
    boundary, notes = repaired(("A",), ("A",), (BOW_TIE,), UTM)
    assert isinstance(boundary.geometries[0], MultiPolygon)
    assert boundary.geometries[0].area == pytest.approx(2e6)
    assert [(note.district, note.change) for note in notes] == [("A", "self-intersection")]
    assert notes[0].before_m2 == pytest.approx(0.0, abs=1e4)
    assert notes[0].after_m2 == pytest.approx(boundary.areas_m2()[0], rel=1e-6)


def test_a_repair_leaves_an_overlap_with_the_first_district():
    wide = box(501_900, 2_900_000, 504_000, 2_902_000)
    boundary, notes = repaired(("A", "B"), ("West", "East"), (LEFT, wide), UTM)
    assert boundary.geometries[0] is LEFT
    assert boundary.geometries[1].symmetric_difference(RIGHT).area < 1e-6
    assert [(note.district, note.change) for note in notes] == [("B", "overlap")]
    assert notes[0].before_m2 - notes[0].after_m2 == pytest.approx(2e5 / 0.9996**2, rel=1e-5)


def test_a_repair_of_sound_districts_changes_nothing():
    boundary, notes = repaired(("A", "B"), ("West", "East"), (LEFT, RIGHT), UTM)
    assert boundary.geometries == (LEFT, RIGHT)
    assert notes == ()


def test_what_no_repair_can_help_is_refused():
    with pytest.raises(BoundaryError, match="B 2: the polygon is empty"):
        repaired(("A", "B"), ("1", "2"), (LEFT, LEFT), UTM)
    with pytest.raises(BoundaryError, match="missing"):
        repaired(("A",), ("1",), (None,), UTM)
    with pytest.raises(InputError, match="no districts"):
        repaired((), (), ())


def test_the_shipped_districts_are_sound(sanming):
    assert len(sanming) == 12
    assert sanming.areas_m2().sum() / 1e6 == pytest.approx(22_975.7, rel=5e-4)


def test_english_names_are_read_and_go_where_the_districts_go(boundaries):
    sanming = Boundary.read(boundaries / "sanming_2010.geojson")
    assert dict(zip(sanming.ids, sanming.names_en, strict=True))["350402"] == "Meilie District"
    moved = sanming.to_crs(make_crs("EPSG:4548"))
    assert moved.names_en == sanming.names_en
    assert moved.to_crs(WGS84).names == sanming.names


def test_english_names_are_one_for_each_district_or_none_at_all():
    boundary = two(LEFT, RIGHT)
    assert boundary.names_en == ()
    assert boundary.in_english(("West", "East")).in_english(()) == boundary
    with pytest.raises(BoundaryError, match="got 1 for 2"):
        boundary.in_english(("West",))
