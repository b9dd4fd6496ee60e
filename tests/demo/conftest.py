"""The tiny city, made once for all tests of the demo."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geogrid.crs import Datum, to_wgs84, transformer
from geogrid.demo import DemoFile, write_demo
from geogrid.demo.ground import WGS84, Ground, read_ground


@dataclass(frozen=True)
class Made:
    """A written demo with the ground that it stands on."""

    folder: Path
    files: tuple[DemoFile, ...]
    ground: Ground

    @property
    def truth(self) -> dict:
        return json.loads((self.folder / "truth.json").read_text("utf-8"))

    def table(self, name: str, encoding: str = "gb18030") -> pd.DataFrame:
        """Return a CSV or workbook, with plane columns x, y where it has places (GCJ-02)."""
        path = self.folder / name
        if path.suffix == ".xlsx":
            frame = pd.read_excel(path, engine="calamine")
        else:
            frame = pd.read_csv(path, encoding=encoding)
        if "经度" not in frame:
            return frame
        lon, lat = to_wgs84(frame["经度"], frame["纬度"], Datum.GCJ02)
        return frame.assign(**dict(zip("xy", self.plane(lon, lat), strict=True)))

    def points(self, name: str) -> pd.DataFrame:
        """Return the points of a GeoJSON file with plane columns x, y."""
        features = json.loads((self.folder / name).read_text("utf-8"))["features"]
        lonlat = np.array([feature["geometry"]["coordinates"] for feature in features])
        frame = pd.DataFrame([feature["properties"] for feature in features])
        return frame.assign(**dict(zip("xy", self.plane(*lonlat.T), strict=True)))

    def lines(self, name: str) -> list[np.ndarray]:
        """Return the lines of a GeoJSON file in the plane."""
        features = json.loads((self.folder / name).read_text("utf-8"))["features"]
        lonlat = [np.array(feature["geometry"]["coordinates"]) for feature in features]
        return [np.column_stack(self.plane(*part.T)) for part in lonlat]

    def plane(self, lon, lat) -> tuple[np.ndarray, np.ndarray]:
        return transformer(WGS84, self.ground.crs).transform(np.asarray(lon), np.asarray(lat))

    def tracks(self) -> pd.DataFrame:
        """Return all daily CSV files, in the order of their rows, with times as such."""
        names = sorted(path.name for path in self.folder.glob("synthetic_tracks_*.csv"))
        frame = pd.concat([self.table(name) for name in names], ignore_index=True)
        return frame.assign(time=pd.to_datetime(frame["定位时间"]))


@pytest.fixture(scope="session")
def districts(boundaries: Path) -> Path:
    """Return the file of the twelve districts."""
    return boundaries / "sanming_2010.geojson"


@pytest.fixture(scope="session")
def tiny_ground(districts: Path) -> Ground:
    """Return the ground with life in the two old city districts."""
    return read_ground(districts, ["350402", "350403"])


@pytest.fixture(scope="session")
def tiny(tmp_path_factory, districts: Path, tiny_ground: Ground) -> Made:
    """Return the tiny city of seed 0."""
    folder = tmp_path_factory.mktemp("tiny")
    return Made(folder, write_demo(folder, districts, size="tiny"), tiny_ground)


@pytest.fixture(scope="session")
def tiny_tracks(tiny: Made) -> pd.DataFrame:
    """Return the rows of the tiny city's daily track files."""
    return tiny.tracks()
