"""Which cameras fail together: poles and networks of the register, or of the place."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from geogrid.service.camera_groups import POLE_SPREAD_M, camera_hours, failing_together

XY = np.array([[0.0, 0.0], [0.01, 0.0], [10.0, 0.0], [60.0, 0.0], [60.0, 0.0]])


def register(**columns):
    points = gpd.points_from_xy(*np.zeros((2, 5)))
    return gpd.GeoDataFrame(columns, index=list("abcde"), geometry=points)


def test_the_register_names_poles_and_networks():
    found = failing_together(
        register(pole=["P", "P", "P", "Q", " Q "], network=["N", None, "", "N", "M"]), XY
    )
    assert found.pole == ("P", "P", "P", "Q", "Q")
    assert found.network == ("N", None, None, "N", "M")
    assert (found.poles_by_place, found.poles_refused) == (0, ())


def test_cameras_at_one_place_are_a_pole_where_the_register_names_none():
    found = failing_together(register(), XY)
    assert found.pole == ("@a", "@a", "@c", "@d", "@d")
    assert found.network == (None,) * 5
    assert found.poles_by_place == 5


def test_a_name_that_stands_all_over_the_town_is_no_pole():
    far = XY * [POLE_SPREAD_M / 40.0, 1.0]
    found = failing_together(register(pole=["mast", "P", None, "mast", "P2"]), far)
    assert found.poles_refused == ("mast",)
    assert found.pole == ("@a", "P", "@c", "@d", "P2")
    assert found.poles_by_place == 3


def test_hours_are_told_as_they_stand_or_not_at_all():
    hours = camera_hours(register(hours=["22-06", "", None, " 全天 ", "dusk"]))
    assert hours == ["22-06", None, None, "全天", "dusk"]
    assert camera_hours(register()) == [None] * 5
