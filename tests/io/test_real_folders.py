"""Real files import with the counts that their sources state."""

import pytest

from geogrid.errors import InputError
from geogrid.io import ReadOptions, read_boundary, read_incidents, read_register, read_tracks


def test_a_day_of_146_vehicles_in_austin(shared_data):
    path = shared_data / "austin_fleet_gps" / "positions_2015-09-06.csv.gz"
    tracks, _, report = read_tracks(path, ReadOptions())
    assert (len(tracks), len(tracks.units), report.status) == (53_569, 146, "accept")


def test_buses_of_liverpool(shared_data):
    path = shared_data / "liverpool_bus_gps" / "positions.csv"
    tracks, _, report = read_tracks(path, ReadOptions())
    assert (len(tracks), len(tracks.units), report.status) == (1_533, 8, "accept")


def test_tracks_of_aracaju_have_two_repeated_fixes(shared_data):
    path = shared_data / "aracaju_gps" / "positions.csv"
    with pytest.raises(InputError, match="--tz"):
        read_tracks(path, ReadOptions())
    by_track = ReadOptions(time_zone="America/Maceio", columns={"unit": "track_id"})
    tracks, _, report = read_tracks(path, by_track)
    assert (report.read, report.duplicates, len(tracks)) == (18_107, 2, 18_105)
    assert len(tracks.units) == 163


def test_traces_of_denver_have_no_times(shared_data):
    with pytest.raises(InputError, match="no column for unit, time"):
        read_tracks(shared_data / "denver_traces" / "sample_trace_1.csv", ReadOptions())


@pytest.mark.parametrize(
    ("name", "points", "status"),
    [("around-visnjan-with-car", 104, "accept"), ("cerknicko-jezero", 296, "accept_warn")],
)
def test_gpx_of_phones(shared_data, name, points, status):
    tracks, _, report = read_tracks(shared_data / "gpx_samples" / f"{name}.gpx", ReadOptions())
    assert (len(tracks), report.status) == (points, status)


def test_robberies_blocks_and_precincts_of_memphis(shared_data):
    folder = shared_data / "memphis_robbery_2019"
    local = ReadOptions(time_zone="America/Chicago")
    frame, report = read_incidents(folder / "incidents.csv", local)
    assert (len(frame), report.status) == (2_245, "accept")
    blocks = read_register(folder / "population_blocks.csv", "population", ReadOptions())[0]
    assert (len(blocks), blocks["persons"].sum()) == (10_393, 634_612.0)
    boundary, report, _ = read_boundary(folder / "precincts.geojson")
    assert (len(boundary), report.status) == (9, "accept")
    assert boundary.areas_m2().sum() / 1e6 == pytest.approx(792, abs=1)


def test_assaults_of_austin_without_a_time_are_refused(shared_data):
    path = shared_data / "austin_assault_2019" / "incidents.csv"
    frame, report = read_incidents(path, ReadOptions(time_zone="UTC"))
    assert (report.read, len(frame), len(report.refusals)) == (8_696, 8_694, 2)
    assert {refusal.value for refusal in report.refusals} == {""}


@pytest.mark.parametrize(
    ("kind", "name", "count"),
    [
        ("cameras", "cameras", 223),
        ("roads", "roads", 942),
        ("buildings", "buildings", 446),
        ("places", "pois", 131),
    ],
)
def test_openstreetmap_of_helsinki(shared_data, kind, name, count):
    path = shared_data / "helsinki_osm" / f"{name}.geojson"
    frame, report = read_register(path, kind, ReadOptions())
    assert (len(frame), report.refusals) == (count, ())
    if kind == "roads":
        assert frame["class"].notna().all()
        assert frame["speed_kmh"].notna().sum() == 753
        assert (frame["tunnel"] == True).sum() == 59  # noqa: E712 - objects, some None
    if kind == "places":
        assert (frame["kind"] == "hotel").sum() == 30  # 27 hotels and 3 hostels


def test_towns_of_sanming_that_were_not_found_are_refused(shared_data):
    from geogrid.crs import Datum

    path = shared_data / "sanming_towns" / "sanming_towns_2016.csv"
    options = ReadOptions(datum=Datum.WGS84, columns={"id": "town_code"})
    frame, report = read_register(path, "places", options)
    assert (len(frame), len(report.refusals)) == (140, 9)


@pytest.mark.parametrize(
    ("name", "districts", "km2"),
    [
        ("sanming_boundaries/sanming_counties_2010", 12, 22_975.7),
        ("sanming_boundaries/sanming_counties_2021", 11, 22_975.7),
        ("chicago_community_areas/community_areas", 77, 598.6),
    ],
)
def test_districts_of_cities(shared_data, name, districts, km2):
    boundary, report, notes = read_boundary(shared_data / f"{name}.geojson")
    assert (len(boundary), report.status, notes) == (districts, "accept", ())
    assert boundary.areas_m2().sum() / 1e6 == pytest.approx(km2, rel=5e-4)
