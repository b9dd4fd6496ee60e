"""The corpus of bad and awkward input: every file has the outcome that its manifest names."""

import csv
from pathlib import Path

import pytest

from geogrid.crs import Datum
from geogrid.errors import GeogridError
from geogrid.io import ReadOptions, ReadReport, read_boundary, read_register, read_tracks

# What a file is allowed to be besides: the reader may be stricter than the manifest's first choice.
READERS = ("tracks", "points", "boundaries")


def numbers(text: str) -> set[int]:
    spans = [part.partition("-") for part in filter(None, text.split(";"))]
    return {n for low, _, high in spans for n in range(int(low), int(high or low) + 1)}


def read(path: Path, reader: str, declared: str) -> ReadReport | GeogridError:
    said = dict(part.split("=", 1) for part in filter(None, declared.split(";")))
    options = ReadOptions(datum=Datum.WGS84, time_zone=said.get("tz"))
    try:
        if reader == "tracks":
            return read_tracks(path, options)[2]
        if reader == "points":
            return read_register(path, "points", options)[1]
        return read_boundary(path)[1]
    except GeogridError as error:
        return error


def trouble(case: dict[str, str], result: ReadReport | GeogridError) -> str:
    refused = isinstance(result, GeogridError)
    status = "reject" if refused else result.status
    allowed = {case["expected"], *case["also_ok"].split("|")}
    if status not in allowed:
        return f"{status}, not {case['expected']}: {result}"
    if not refused and status == case["expected"] != "reject":
        if result.accepted != int(case["rows_ok"]):
            return f"{result.accepted} rows, not {case['rows_ok']}"
        if status == "quarantine" and case["bad_rows"]:
            return "" if set(result.bad_rows) == numbers(case["bad_rows"]) else "other rows"
    text = str(result) if refused else result.summary() + " ".join(map(str, result.refusals))
    words = [word.lower() for word in case["error_must_mention"].split("|") if word]
    if status != "accept" and words and not any(word in text.lower() for word in words):
        return f"the message names nothing useful: {text}"
    return ""


@pytest.mark.parametrize("reader", READERS)
def test_every_file_has_the_outcome_its_manifest_names(shared_data, reader):
    folder = shared_data / "badinput"
    with (folder / "manifest.csv").open(encoding="utf-8") as file:
        cases = [case for case in csv.DictReader(file) if case["reader"] == reader]
    assert len(cases) > 30
    found = {
        case["file"]: trouble(case, read(folder / case["file"], reader, case["declare"]))
        for case in cases
    }
    assert {name: text for name, text in found.items() if text} == {}


def test_good_twins_give_the_same_fixes(shared_data):
    folder = shared_data / "badinput"
    with (folder / "manifest.csv").open(encoding="utf-8") as file:
        twins = [
            case
            for case in csv.DictReader(file)
            if case["twin_of"] and case["reader"] == "tracks" and case["expected"] == "accept"
        ]
    compared = 0
    for case in twins:
        said = dict(part.split("=", 1) for part in filter(None, case["declare"].split(";")))
        options = ReadOptions(datum=Datum.WGS84, time_zone=said.get("tz"))
        path = folder / case["file"]
        one, one_groups, _ = read_tracks(path, options)
        other, other_groups, _ = read_tracks(path.parent / case["twin_of"], options)
        assert one.units == other.units, case["file"]
        assert one_groups == other_groups, case["file"]
        for array in ("unit", "t", "lon", "lat"):
            assert (getattr(one, array) == getattr(other, array)).all(), case["file"]
        compared += 1
    assert compared >= 15


def in_gbk(text: str) -> str:
    """Return a name as GBK can hold it: it has no 𠮷 (U+20BB7), and the GBK twins say 吉."""
    return str(text).replace("𠮷", "吉")


def test_good_twins_give_the_same_points(shared_data):
    folder = shared_data / "badinput"
    with (folder / "manifest.csv").open(encoding="utf-8") as file:
        twins = [
            case
            for case in csv.DictReader(file)
            if case["twin_of"] and case["reader"] == "points" and case["expected"] == "accept"
        ]
    options = ReadOptions(datum=Datum.WGS84)
    for case in twins:
        path = folder / case["file"]
        twin = next((folder / "points").rglob(case["twin_of"]))
        one, other = (read_register(place, "points", options)[0] for place in (path, twin))
        assert one.index.equals(other.index), case["file"]
        for column in ("name", "kind", "status"):
            plain = [list(map(in_gbk, frame[column])) for frame in (one, other)]
            assert plain[0] == plain[1], case["file"]
        assert one.geometry.geom_equals_exact(other.geometry, 1e-7).all(), case["file"]
    assert len(twins) >= 7


def test_good_twins_give_the_same_districts(shared_data):
    folder = shared_data / "badinput" / "boundaries"
    good = read_boundary(folder / "geojson" / "good.geojson")[0]
    twins = ["gpkg/good.gpkg", "gpkg/good_4490.gpkg", "gpkg/good_cn_layer.gpkg"]
    twins += ["gpkg/stale_rtree.gpkg", "shp/ccw_outer.zip", "shp/good_4490.zip"]
    twins += ["shp/gbk_no_cpg.zip", "geojson/cw_winding.geojson"]
    for name in twins:
        boundary = read_boundary(folder / name)[0]
        assert (boundary.ids, boundary.names) == (good.ids, good.names), name
        for one, other in zip(boundary.geometries, good.geometries, strict=True):
            assert one.symmetric_difference(other).area < 1e-12, name
