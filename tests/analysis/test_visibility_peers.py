"""The exact sweep beside two exact references; skipped where they are not installed."""

import numpy as np
import pytest
import shapely

from geogrid.analysis.visibility import visible_views
from tests.blocks import blocks, free_places, obstacles, sectors

FOOTPRINTS = blocks(1, 64, 30.0)
ASKED = sectors(free_places(2, FOOTPRINTS, 40, top=240.0), 100.0)


def swept():
    return visible_views(ASKED, obstacles(FOOTPRINTS), method="sweep").polygon


def segments(shape):
    xy = shapely.get_coordinates(shape)
    return np.stack([xy[:-1], xy[1:]], axis=1)


def test_areas_are_those_of_pysovist():
    pysovist = pytest.importorskip("pysovist", reason="pysovist is not installed")
    walls = np.concatenate([segments(shape) for shape in FOOTPRINTS])
    for view, eye, disc in zip(swept(), ASKED.centre, ASKED.polygons(), strict=True):
        found = pysovist.isovist(np.concatenate([walls, segments(disc)]), eye)
        assert view.area == pytest.approx(found.area, rel=1e-6)


def test_views_are_those_of_cgal():
    cgal = pytest.importorskip("pyvispoly", reason="pyvispoly is not installed")

    def ring(xy):
        return [cgal.Point(float(x), float(y)) for x, y in xy]

    outer = ring([(-300, -300), (600, -300), (600, 600), (-300, 600)])
    holes = [
        ring(shapely.get_coordinates(shapely.orient_polygons(shape, exterior_cw=True))[:-1])
        for shape in FOOTPRINTS
    ]
    calculator = cgal.VisibilityPolygonCalculator(cgal.PolygonWithHoles(outer, holes))
    for view, eye, disc in zip(swept(), ASKED.centre, ASKED.polygons(), strict=True):
        corners = calculator.compute_visibility_polygon(cgal.Point(*map(float, eye))).boundary()
        whole = shapely.Polygon([(float(p.x()), float(p.y())) for p in corners]).buffer(0)
        wanted = shapely.intersection(whole, disc)
        assert shapely.symmetric_difference(view, wanted).area < 1e-6 * wanted.area
