"""Legends have a class for each value, and what matters can be told apart."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_arrays

from geogrid.export.legend import column_legend
from geogrid.model.cells import Field
from geogrid.model.window import HOUR_NAMES

GAP_STATES = (
    "not_required",
    "no_data",
    "off_duty",
    "dark",
    "never",
    "stale",
    "under",
    "met",
)


def legend(values, scale="amount", name="v", unit="", **more):
    return column_legend(Field(name, "V", unit=unit, scale=scale, **more), np.asarray(values))


def class_of(found, value):
    """Return the key of the one class that holds a value."""
    for entry in found["classes"]:
        if entry["key"] == "zero":
            if value == 0.0:
                return "zero"
        elif (entry["from"] is None or value >= entry["from"]) and (
            entry["to"] is None or value < entry["to"]
        ):
            return entry["key"]
    raise AssertionError(f"{value} is in no class")


amounts = st_arrays.arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 1e7))


@given(amounts, st.sampled_from(["s", "", "h"]))
def test_every_amount_has_a_class_and_zero_has_its_own(values, unit):
    found = legend(values, unit=unit)
    keys = {class_of(found, value) for value in values}
    assert ("zero" in keys) == bool((values == 0.0).any())
    assert found["classes"][0]["opacity"] > 0.5  # none is drawn


@given(amounts)
def test_ranges_rise_and_join(values):
    ranges = [entry for entry in legend(values)["classes"] if entry["key"] != "zero"]
    for here, there in itertools.pairwise(ranges):
        assert here["to"] == there["from"]
        assert here["from"] is None or here["from"] < here["to"]
    assert ranges[-1]["to"] is None


def test_few_whole_numbers_have_a_class_each():
    found = legend([0, 1, 1, 2, 4])
    assert [entry["from"] for entry in found["classes"]] == [0, 1.0, 2.0, 4.0]


def test_seconds_are_cut_at_times_that_people_have_words_for():
    found = legend(np.geomspace(8, 90_000, 1000), unit="s")
    cuts = [entry["from"] for entry in found["classes"]][2:]
    assert cuts == [30, 180, 900, 3600, 21600]


def test_a_diverging_legend_is_symmetric_about_zero():
    found = legend([-1.0, 0.2, 3.0, 8.0], "diverging")
    bounds = [entry["from"] for entry in found["classes"]][1:]
    assert bounds == [-value for value in reversed(bounds)]
    assert class_of(found, 0.0) == "0"


def test_z_scores_are_cut_at_90_95_and_99_percent():
    found = legend([], "diverging", name="z")
    assert [entry["from"] for entry in found["classes"]][4:] == [1.65, 1.96, 2.58]


def test_each_level_of_significance_has_its_class():
    levels = (-99, -95, -90, 0, 90, 95, 99)
    found = legend(np.array(levels, dtype=float), "diverging", name="hot")
    keys = ["-99", "-95", "-90", "zero", "90", "95", "99"]
    assert [class_of(found, level) for level in levels] == keys


def test_small_p_values_have_the_strong_colours():
    found = legend([0.001, 0.5], "share", name="p")
    amount = legend([0.001, 0.5], "share", name="covered_share")
    assert found["classes"][0]["light"] == amount["classes"][-1]["light"]
    assert class_of(found, 0.0) == found["classes"][0]["key"]


@pytest.mark.parametrize("name", ["demand_share", "supply_share"])
def test_parts_of_the_whole_city_are_told_apart_however_small(name):
    parts = np.geomspace(1e-6, 4e-3, 500)
    found = legend(np.append(parts, 0.0), "share", name=name)
    keys = [class_of(found, value) for value in parts]
    assert min(keys.count(key) for key in set(keys)) > 40
    assert len(set(keys)) == 6
    assert class_of(found, 0.0) == "zero"


def test_the_first_of_a_rank_have_the_strong_colours_and_small_classes():
    ranks = np.arange(1.0, 10_001.0)
    found = legend(ranks, name="rank")
    amount = legend(ranks, name="v")
    assert [entry["from"] for entry in found["classes"]] == [
        1.0,
        100.0,
        500.0,
        1000.0,
        3000.0,
        5000.0,
    ]
    assert found["classes"][0]["light"] == amount["classes"][-1]["light"]
    assert found["ramp"] == amount["ramp"][::-1]


def test_a_value_that_most_cells_have_does_not_take_the_classes_of_all_others():
    found = legend(np.append(np.full(10_000, 0.001), np.geomspace(0.01, 100.0, 200)))
    assert len(found["classes"]) >= 5


def test_a_column_that_is_all_null_has_a_legend():
    for scale in ("amount", "share", "diverging", "time"):
        kind = "datetime64[s]" if scale == "time" else float
        values = np.array(["NaT"] * 3 if scale == "time" else [np.nan] * 3, dtype=kind)
        assert legend(values, scale)["classes"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_states_of_gaps_differ_and_never_is_not_dark(theme):
    found = legend([], "category", categories=GAP_STATES)
    entries = {entry["key"]: entry for entry in found["classes"]}
    assert entries["not_required"]["opacity"] == 0.0
    assert entries["dark"]["hatch"]
    assert not entries["never"]["hatch"]
    colours = [entry[theme] for entry in found["classes"]]
    assert len(set(colours)) == len(colours)
    drawn = [*entries.values(), found["null"]]
    assert all(re.fullmatch("#[0-9a-f]{6}", entry[theme]) for entry in drawn)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ramps_change_evenly_in_lightness(theme):
    found = legend(np.arange(1.0, 1000.0))
    ramp = [lightness(entry[theme]) for entry in found["classes"] if entry["key"] != "zero"]
    steps = np.diff(ramp)
    assert (np.sign(steps) == np.sign(steps[0])).all()
    assert np.abs(steps).min() > 4.0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_none_and_not_known_look_different(theme):
    found = legend([0.0, np.nan, 1.0])
    assert found["null"]["hatch"] is not None
    assert found["classes"][0]["hatch"] is None
    assert found["null"][theme] != found["classes"][0][theme]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_hours_go_round_from_dark_night_to_light_noon(theme):
    found = legend([], "category", categories=HOUR_NAMES)["classes"]
    assert [found[0]["label"], found[23]["label"]] == ["00:00–01:00", "23:00–24:00"]
    colours = [entry[theme] for entry in found]
    assert len(set(colours)) == 24
    light = [lightness(colour) for colour in colours]
    assert light.index(max(light)) == 12
    assert (np.diff(light[1:13]) > 0).all()
    assert (np.diff(light[12:23]) < 0).all()
    parts = np.array([[int(one[i : i + 2], 16) for i in (1, 3, 5)] for one in colours])
    steps = np.abs(parts - np.roll(parts, -1, axis=0)).sum(axis=1)  # the last is midnight's
    assert steps[23] <= steps[:23].max()


def lightness(colour):
    """Return CIE L* of a colour ``#rrggbb``."""
    part = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    y = float(linear @ [0.2126, 0.7152, 0.0722])
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y
