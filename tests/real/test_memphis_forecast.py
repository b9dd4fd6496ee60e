"""Robberies in Memphis: a forecast of a day in 2019, held for the rest of the year."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from geogrid.workspace import Workspace

ZONE = ("--tz", "America/Chicago")


@pytest.fixture(scope="module")
def memphis(geogrid, shared_data, tmp_path_factory):
    source = shared_data / "memphis_robbery_2019"
    ws = tmp_path_factory.mktemp("memphis") / "ws"
    geogrid("init", ws, "--districts", source / "precincts.geojson", "--cell", 500, *ZONE)
    geogrid("import", ws, "incidents", source / "incidents.csv", *ZONE)
    return Workspace.open(ws)


def captured(order_by, counts, area, share):
    """Return the incidents in the first part of the land; equals come together."""
    _, group = np.unique(-order_by, return_inverse=True)
    land = np.append(0, np.cumsum(np.bincount(group, weights=area))) / area.sum()
    return np.interp(share, land, np.append(0, np.cumsum(np.bincount(group, weights=counts))))


@pytest.mark.parametrize("month", [7, 9])
def test_the_default_is_at_least_97_percent_as_good_as_plain_counts(memphis, month):
    as_of = date(2019, month, 1)
    table = memphis.forecast(as_of, 7).table
    grid, at_risk = memphis.grid, np.isfinite(table["rank"])
    happened = memphis.layer("incidents").table
    later = (happened["time_from"].dt.tz_localize("UTC").dt.tz_convert(ZONE[1])).dt.date >= as_of
    at = grid.position_at(happened.geometry.x, happened.geometry.y)
    before, after = (
        np.bincount(at[(at >= 0) & part], minlength=len(grid))[at_risk] for part in (~later, later)
    )
    area = grid.area_m2[at_risk]
    for share in (0.01, 0.05, 0.10):
        ours = captured(-table["rank"][at_risk], after, area, share)
        assert ours >= 0.97 * captured(before, after, area, share)
