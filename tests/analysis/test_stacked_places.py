import numpy as np
import pytest

from geogrid.analysis.stacked_places import at_places, stacked_places
from geogrid.crs import WGS84, transformer
from tests.analysis.incident_lattice import CRS, incidents_at

RNG = np.random.default_rng(12)
SPREAD = RNG.uniform(1_000_000, 1_020_000, (2, 1_980))


def with_stack(size, at=(1_005_000.0, 1_005_000.0)):
    """Return 1,980 incidents at places of their own and a stack."""
    return incidents_at(
        np.append(SPREAD[0], np.full(size, at[0])), np.append(SPREAD[1], np.full(size, at[1]))
    )


def test_a_coordinate_with_more_than_one_percent_of_incidents_is_doubted():
    assert stacked_places(with_stack(20)) == ()  # 20 of 2,000 are one percent
    (place,) = stacked_places(with_stack(21))
    assert (place.incidents, place.at_room) == (21, False)
    assert place.share == pytest.approx(21 / 2_001)


def test_the_place_is_told_where_it_is():
    (place,) = stacked_places(with_stack(60))
    x, y = transformer(WGS84, CRS).transform(place.lon, place.lat)
    assert (x, y) == pytest.approx((1_005_000.0, 1_005_000.0), abs=0.2)
    assert place.as_json() == {
        "lon": place.lon,
        "lat": place.lat,
        "incidents": 60,
        "share": 60 / 2_040,
        "at_room": False,
    }


def test_ten_incidents_at_a_police_room_are_doubted_whatever_their_share():
    incidents = with_stack(10)
    rooms = np.array(transformer(CRS, WGS84).transform([1_005_040.0], [1_005_000.0])).T
    (place,) = stacked_places(incidents, rooms=rooms)
    assert place.at_room
    far = np.array(transformer(CRS, WGS84).transform([1_005_060.0], [1_005_000.0])).T
    assert stacked_places(incidents, rooms=far) == ()
    assert stacked_places(with_stack(9), rooms=rooms) == ()


def test_fewer_than_ten_meet_by_chance_even_where_they_are_many_of_a_few():
    few = incidents_at(np.full(9, 1_005_000.0), np.full(9, 1_005_000.0))
    assert stacked_places(few) == ()
    assert stacked_places(few.where(np.zeros(9, dtype=np.bool_))) == ()


def test_the_fullest_place_comes_first_and_all_its_incidents_are_found_again():
    both = with_stack(40)
    x, y = np.append(SPREAD[0], np.full(110, 1_005_000.0)), np.append(SPREAD[1], [1_005_000.0] * 40)
    y = np.append(y, [1_006_000.0] * 70)
    incidents = incidents_at(x, y)
    places = stacked_places(incidents)
    assert [place.incidents for place in places] == [70, 40]
    assert np.flatnonzero(at_places(incidents, places)).tolist() == list(range(1_980, 2_090))
    assert at_places(both, places).sum() == 40
    assert not at_places(both, ()).any()
