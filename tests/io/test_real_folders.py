"""Real files import with the counts that their sources state."""

import pytest

from geogrid.crs import Datum
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


def test_assaults_of_chicago_in_the_hours_that_the_clock_skips_or_repeats_are_refused(shared_data):
    folder = shared_data / "chicago_assault_2017_2018"
    frame, report = read_incidents(
        folder / "incidents.csv", ReadOptions(time_zone="America/Chicago")
    )
    assert (report.read, len(frame), len(report.refusals)) == (30_455, 30_444, 11)
    assert {refusal.value[:10] for refusal in report.refusals} <= {
        "2017-03-12", "2017-11-05", "2018-03-11", "2018-11-04",
    }  # fmt: skip
    boundary, report, _ = read_boundary(folder / "police_districts.geojson")
    assert (len(boundary), report.status) == (23, "accept")
    assert boundary.areas_m2().sum() / 1e6 == pytest.approx(608.9, abs=0.05)


def test_streets_crimes_and_schools_of_tempe(shared_data):
    folder = shared_data / "geodanet_network_crimes"
    roads, report = read_register(folder / "streets.geojson", "roads", ReadOptions())
    assert (len(roads), report.status) == (293, "accept")
    by_number = ReadOptions(columns={"id": "POLYID"})
    for name, count in (("crimes", 287), ("schools", 8)):
        points, report = read_register(folder / f"{name}.geojson", "demand", by_number)
        assert (len(points), report.status) == (count, "accept")
    with pytest.raises(InputError, match="no column for id, category"):
        read_incidents(folder / "crimes.geojson", ReadOptions())


@pytest.mark.parametrize("number", [1, 2, 3])
def test_no_trace_of_denver_is_taken_without_its_times(shared_data, number):
    path = shared_data / "denver_traces" / f"sample_trace_{number}.csv"
    with pytest.raises(InputError, match="no column for unit, time"):
        read_tracks(path, ReadOptions())


def test_towns_of_sanming_of_2023_that_were_not_found_are_refused(shared_data):
    path = shared_data / "sanming_towns" / "sanming_towns_2023.csv"
    options = ReadOptions(datum=Datum.WGS84, columns={"id": "town_code"})
    frame, report = read_register(path, "places", options)
    assert (report.read, len(frame)) == (147, 134)
    assert {refusal.field for refusal in report.refusals} == {"lon"}


def test_population_of_sanming_without_a_place_is_refused(shared_data):
    path = shared_data / "sanming_population" / "sanming_county_population.csv"
    with pytest.raises(InputError, match="no column for lon, lat, persons"):
        read_register(path, "population", ReadOptions())


@pytest.mark.parametrize(
    ("name", "districts", "km2"),
    [
        ("sanming_city", 1, 22_975.74),
        ("sanming_counties_2010_simple", 12, 22_974.8),
        ("sanming_counties_2021_simple", 11, 22_974.8),
    ],
)
def test_other_editions_of_sanming(shared_data, name, districts, km2):
    boundary = read_boundary(shared_data / "sanming_boundaries" / f"{name}.geojson")[0]
    assert len(boundary) == districts
    assert boundary.areas_m2().sum() / 1e6 == pytest.approx(km2, abs=0.05)


def test_tables_of_statistics_are_no_incidents_and_say_what_is_missing(shared_data):
    for path in sorted((shared_data / "hotspot_references").glob("*.csv")):
        with pytest.raises(InputError, match=r"no column for|the format of its content"):
            read_incidents(path, ReadOptions(time_zone="UTC"))


def test_a_dump_of_openstreetmap_is_called_an_unknown_format(shared_data):
    with pytest.raises(InputError, match="format is not known"):
        read_register(shared_data / "helsinki_osm" / "Helsinki.osm.pbf", "roads", ReadOptions())
