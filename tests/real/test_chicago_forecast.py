"""Assaults in Chicago, 2017 to train and 2018 to test, on cells of 500 m."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

ZONE = ("--tz", "America/Chicago")
BUDGETS = (0.01, 0.05, 0.10)


@pytest.fixture(scope="module")
def chicago(geogrid, shared_data, tmp_path_factory):
    source = shared_data / "chicago_assault_2017_2018"
    ws = tmp_path_factory.mktemp("chicago") / "ws"
    geogrid("init", ws, "--districts", source / "police_districts.geojson", "--cell", 500, *ZONE)
    geogrid("import", ws, "incidents", source / "incidents.csv", *ZONE)
    return ws


@pytest.fixture(scope="module")
def weeks(chicago, geogrid, tmp_path_factory):
    """Return hits in 52 weeks of 2018: of the forecast of its first day, and of plain counts.

    Counted again from the files with pandas alone: the first cells by rank, or by what 2017
    had in them (ties by the mean over their order), up to a share of the land at risk.
    """
    file = tmp_path_factory.mktemp("chicago") / "forecast.parquet"
    counts = tmp_path_factory.mktemp("chicago") / "2017.parquet"
    geogrid("forecast", chicago, "--as-of", "2018-01-01", "--horizon", 365, "-o", file)
    span = ("--from", "2017-01-01", "--to", "2017-12-31")
    geogrid("hotspots", chicago, *span, "--radius", 1250, "-o", counts)
    cells = gpd.read_parquet(file).set_index("cell")
    cells["count"] = gpd.read_parquet(counts).set_index("cell")["count"]
    cells = cells[cells["rank"].notna()]
    events = gpd.read_file(chicago / "registers.gpkg", layer="districts").crs  # WGS-84
    assert events.to_epsg() == 4326
    happened = pd.concat(
        [
            pd.read_parquet(path, columns=["t_from", "lon", "lat"])
            for path in sorted(chicago.glob("incidents/year=*/*.parquet"))
        ]
    )
    from geogrid.workspace import Workspace

    grid = Workspace.open(chicago).grid
    codes = np.array([*grid.codes(), ""], dtype=object)
    happened["cell"] = codes[grid.position_at(happened["lon"], happened["lat"])]
    local = pd.to_datetime(happened["t_from"], unit="ms", utc=True).dt.tz_convert(ZONE[1])
    happened["day"] = (local.dt.tz_localize(None) - pd.Timestamp("2018-01-01")).dt.days
    test = happened[(happened["day"] >= 0) & (happened["day"] < 364)]
    by_week = (
        test.groupby([test["day"] // 7, "cell"]).size().unstack(fill_value=0)  # noqa: PD010 - counts
    ).reindex(columns=cells.index, fill_value=0)
    totals = test.groupby(test["day"] // 7).size().to_numpy()
    return cells, by_week.to_numpy(), totals


def hits(order_by, weekly, area, share):
    """Return each week's incidents in the first part of the land."""
    level, group = np.unique(-order_by, return_inverse=True)
    land = np.append(0, np.cumsum(np.bincount(group, weights=area))) / area.sum()
    sums = np.zeros((weekly.shape[0], level.size + 1))
    for week, row in enumerate(weekly):
        sums[week, 1:] = np.cumsum(np.bincount(group, weights=row))
    return np.array([np.interp(share, land, row) for row in sums])


@pytest.mark.parametrize("share", BUDGETS)
def test_the_default_is_at_least_97_percent_as_good_as_plain_counts(weeks, share):
    cells, weekly, totals = weeks
    area = cells["area_m2"].to_numpy()
    ours = hits(-cells["rank"].to_numpy(), weekly, area, share)
    plain = hits(cells["count"].to_numpy(), weekly, area, share)
    pai, of_counting = ours.sum() / totals.sum() / share, plain.sum() / totals.sum() / share
    draws = np.random.default_rng(0).integers(0, 52, (999, 52))
    gains = (ours - plain)[draws].sum(axis=1) / totals[draws].sum(axis=1) / share
    lo, hi = np.quantile(gains, [0.025, 0.975])
    assert pai >= 0.97 * of_counting, f"{pai:.3f} {of_counting:.3f} ({lo:.3f}..{hi:.3f})"
    assert lo <= pai - of_counting <= hi


def test_a_forecast_of_a_week_is_calibrated_and_its_card_honest(chicago, geogrid):
    answer = geogrid("forecast", chicago, "--as-of", "2018-12-24", "--horizon", 7)
    assert answer["backtest"]["windows"] == 51
    assert answer["calibration"]["ratio"] == pytest.approx(1.0, abs=0.1)
    assert answer["calibration"]["within"] >= 0.9
    for entry in answer["card"]:
        gain = entry["gain"]["pai"]
        assert entry["pai"]["value"] >= 0.97 * entry["baseline"]["pai"]["value"]
        assert (entry["verdict"] == "better than counting") == (gain["lo"] > 0)
        assert entry["pai"]["lo"] > 2  # of chance it is far ahead
