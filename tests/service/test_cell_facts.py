"""What happened in a cell and what was promised there."""

from __future__ import annotations

import numpy as np
import pytest

from geogrid.errors import LayerNotFoundError
from geogrid.model.window import Window


@pytest.fixture(scope="module")
def positions(tiny_workspace):
    frame = tiny_workspace.layer("incidents").table
    grid = tiny_workspace.grid
    return grid.position_at(frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy())


def test_incidents_of_cells_sum_to_those_of_the_layer(tiny_workspace, positions):
    frame = tiny_workspace.layer("incidents").table
    grid = tiny_workspace.grid
    codes = grid.codes()
    local = frame["time_from"].dt.tz_localize("UTC").dt.tz_convert("Asia/Shanghai")
    cells, counts = np.unique(positions, return_counts=True)
    for cell in cells[np.argsort(-counts)][:3]:
        facts = tiny_workspace.cell_facts(codes[cell])["incidents"]
        mine = positions == cell
        wanted = np.bincount(local[mine].dt.hour, minlength=24)
        assert facts["by_hour"] == wanted.tolist()
        assert facts["n"] == mine.sum()
        assert sum(count for _, count in facts["by_category"]) == facts["n"]
        most = frame["category"][mine].value_counts().iloc[0]
        assert facts["by_category"][0][1] == most


def test_the_window_counts_for_incidents(tiny_workspace, positions):
    cells, counts = np.unique(positions, return_counts=True)
    code = tiny_workspace.grid.codes()[cells[np.argmax(counts)]]
    night = tiny_workspace.cell_facts(code, Window.parse(None, None, "22-06", None))["incidents"]
    every = tiny_workspace.cell_facts(code)["incidents"]
    inside = [*range(22, 24), *range(6)]
    assert [night["by_hour"][hour] for hour in inside] == [every["by_hour"][h] for h in inside]
    assert night["n"] == sum(night["by_hour"])
    assert sum(night["by_hour"][6:22]) == 0


def test_a_promised_place_tells_what_it_got_as_the_report_of_all_places_does(tiny_workspace):
    report = {row["place"]: row for row in tiny_workspace.dosage()["by_place"]}
    places = tiny_workspace.register("places")
    name = next(name for name in report if name in places.index)
    point = places.geometry[name].representative_point()
    grid = tiny_workspace.grid
    code = grid.codes()[int(grid.position_at([point.x], [point.y])[0])]
    told = {row["place"]: row for row in tiny_workspace.cell_facts(code)["promises"]}
    for key in ("promised_visits", "visits", "delivered_min", "kept", "longest_absence_h"):
        assert told[name][key] == pytest.approx(report[name][key])
    assert told[name]["class"]


def test_a_cell_without_either_says_so_and_an_unknown_one_is_refused(tiny_workspace):
    facts = tiny_workspace.cell_facts(tiny_workspace.grid.codes()[0])
    assert facts["incidents"] == {"n": 0, "by_hour": [0] * 24, "by_category": []}
    assert facts["promises"] == []
    with pytest.raises(LayerNotFoundError):
        tiny_workspace.cell_facts("250mE9999750N9999750")
