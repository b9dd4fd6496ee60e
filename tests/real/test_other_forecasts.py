"""Forecasts of days in other years and cities, held until the data end, beside plain counts."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from geogrid.workspace import Workspace

ZONE = ("--tz", "America/Chicago")
DISTRICTS = {
    "memphis_robbery_2019": "precincts.geojson",
    "chicago_assault_2017_2018": "police_districts.geojson",
    "austin_assault_2019": None,  # a box around the incidents
}


def box(file, path):
    """Write a box around the incidents of a file as its one district."""
    rows = pd.read_csv(file)
    west, east = rows["lon"].min() - 0.01, rows["lon"].max() + 0.01
    south, north = rows["lat"].min() - 0.01, rows["lat"].max() + 0.01
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    city = {
        "type": "Feature",
        "properties": {"id": "A", "name": "City"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [city]}), "utf-8")
    return path


@pytest.fixture(scope="module")
def cities(geogrid, shared_data, tmp_path_factory):
    """Return a maker of workspaces of a city, each made once."""
    made = {}

    def city(name, cell):
        if (name, cell) not in made:
            source = shared_data / name
            folder = tmp_path_factory.mktemp("city")
            districts = DISTRICTS[name]
            file = source / "incidents.csv"
            land = source / districts if districts else box(file, folder / "box.geojson")
            geogrid("init", folder / "ws", "--districts", land, "--cell", cell, *ZONE)
            geogrid("import", folder / "ws", "incidents", file, *ZONE)
            made[name, cell] = Workspace.open(folder / "ws")
        return made[name, cell]

    return city


def captured(order_by, counts, area, share):
    """Return the incidents in the first part of the land; equals come together."""
    _, group = np.unique(-order_by, return_inverse=True)
    land = np.append(0, np.cumsum(np.bincount(group, weights=area))) / area.sum()
    return np.interp(share, land, np.append(0, np.cumsum(np.bincount(group, weights=counts))))


@pytest.mark.parametrize(
    ("name", "cell", "as_of"),
    [
        ("memphis_robbery_2019", 500, date(2019, 7, 1)),
        ("memphis_robbery_2019", 250, date(2019, 9, 1)),
        ("austin_assault_2019", 500, date(2019, 7, 1)),
        ("austin_assault_2019", 250, date(2019, 9, 1)),
        ("chicago_assault_2017_2018", 500, date(2017, 7, 1)),
        ("chicago_assault_2017_2018", 500, date(2018, 7, 1)),
    ],
    ids=str,
)
def test_the_default_is_at_least_97_percent_as_good_as_plain_counts(cities, name, cell, as_of):
    city = cities(name, cell)
    table = city.forecast(as_of, 7).table
    grid, at_risk = city.grid, np.isfinite(table["rank"])
    happened = city.layer("incidents").table
    local = happened["time_from"].dt.tz_localize("UTC").dt.tz_convert(ZONE[1])
    days = (local.dt.tz_localize(None) - pd.Timestamp(as_of)).dt.days
    at = grid.position_at(happened.geometry.x, happened.geometry.y)
    before, after = (
        np.bincount(at[(at >= 0) & part], minlength=len(grid))[at_risk]
        for part in (days.between(-365, -1), days.between(0, 364))
    )
    area = grid.area_m2[at_risk]
    for share in (0.01, 0.05, 0.10):
        ours = captured(-table["rank"][at_risk], after, area, share)
        assert ours >= 0.97 * captured(before, after, area, share)
