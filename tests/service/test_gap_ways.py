"""Gaps by harm: alike weights answer as counts do, a heavy incident moves the demand."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.errors import InputError
from geogrid.workspace import GapParams, Questions
from tests.service.test_dosages import HERE, THERE, stand
from tests.small_city import write_tracks

COLUMNS = ("state", "demand_share", "supply_share", "balance", "p_exceeds", "verdict")


def with_incidents(ws, folder, options, weights):
    """Import forty incidents at one place and twenty at another, with these weights."""
    rows = stand("a", "2026-03-06", 480, 60) + stand("b", "2026-03-06", 480, 60, THERE)
    ws.import_files("tracks", [write_tracks(folder / "t.csv", rows)], options)
    lines = [
        f"{k},2026-03-06 10:00:00,{x},{y},theft,{weight}"
        for k, ((x, y), weight) in enumerate(zip([HERE] * 40 + [THERE] * 20, weights, strict=True))
    ]
    path = folder / "i.csv"
    path.write_text("\n".join(["id,time,lon,lat,category,weight", *lines]), "utf-8")
    ws.import_files("incidents", [path], options)
    return ws


def test_weights_all_alike_give_the_same_answer(ws, tmp_path, options):
    ws = with_incidents(ws, tmp_path, options, [7.5] * 60)
    counted, weighed = ws.layer("gaps"), ws.gaps_by("harm").layer("gaps")
    for name in COLUMNS:
        one, other = (layer.table[name] for layer in (counted, weighed))
        if one.dtype == object:
            assert (one == other).all()
        else:
            np.testing.assert_allclose(one, other, rtol=1e-12)
    one, other = (layer.summary["match"]["city"] for layer in (counted, weighed))
    assert other["interval"] == pytest.approx(one["interval"])
    assert other["index"] == pytest.approx(one["index"])
    assert weighed.summary["effective_incidents"] == pytest.approx(60.0)
    assert (counted.summary["weight"], weighed.summary["weight"]) == ("none", "harm")


def test_demand_follows_the_weights(ws, tmp_path, options):
    ws = with_incidents(ws, tmp_path, options, [1.0] * 40 + [20.0] * 20)
    at = [int(ws.grid.position_at([x], [y])[0]) for x, y in (HERE, THERE)]
    share = ws.layer("gaps").table["demand_share"][at]
    np.testing.assert_allclose(share, [2 / 3, 1 / 3])
    heavy = ws.gaps_by("harm").layer("gaps").table["demand_share"][at]
    np.testing.assert_allclose(heavy, [40 / 440, 400 / 440])


def test_another_weight_is_refused(ws):
    with pytest.raises(InputError, match="not 'severity'"):
        ws.gaps_by("severity")
    with pytest.raises(InputError, match="none, harm"):
        Questions(gaps=GapParams(weight="mass"))
    assert ws.gap_weights() == ("none", "harm")
