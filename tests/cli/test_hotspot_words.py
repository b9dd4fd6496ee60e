"""What the hotspots command says to people, from figures alone."""

import pytest

from geogrid.cli.hotspot_options import say_hotspots
from geogrid.cli.speech import Speech

SUMMARY = {
    "method": "gi",
    "hot": 12,
    "cold": 0,
    "tested": 3_400,
    "counted": 1_200,
    "radius_m": 600.0,
    "q": 0.05,
    "correction": "bh",
    "mask": "fallback: within 1000 m of an incident",
    "off_mask": 3,
    "stacked": {"incidents": 40, "dropped": True, "places": [{}, {}]},
    "warnings": ["found by officers: 40% of the incidents counted; they follow where officers go"],
    "p_floor": 2e-05,
    "by_shift": {"06-14": 400.0, "14-22": 800.0},
}


@pytest.fixture
def said(capsys):
    """Return what is said of a summary in a language."""

    def lines(language="en", **changes):
        say_hotspots(Speech(language, as_json=False), SUMMARY | changes)
        return capsys.readouterr().out.splitlines()

    return lines


def test_doubts_about_the_incidents_are_said(said):
    assert said()[2:] == [
        "at risk by fallback: within 1000 m of an incident",
        "3 incidents lie where nothing is at risk",
        "40 incidents share 2 coordinates, as lost addresses do: left out",
        "found by officers: 40% of the incidents counted; they follow where officers go",
        "chances are drawn at random; none is under 2e-05",
        "  06-14  400.0 incidents",
        "  14-22  800.0 incidents",
    ]


def test_what_is_in_order_is_not_said(said):
    quiet = said(
        off_mask=0,
        stacked=SUMMARY["stacked"] | {"places": []},
        warnings=[],
        p_floor=0.0,
        by_shift={},
    )
    assert len(quiet) == 3
    kept = said(stacked=SUMMARY["stacked"] | {"dropped": False})
    assert kept[4].endswith("as lost addresses do: counted")


def test_all_of_it_is_said_in_chinese(said):
    assert not any(word in line for line in said("zh") for word in ("incident", "officer", "drawn"))


def test_each_method_says_what_only_it_knows(said):
    moran = said(method="local-moran", high_low=4, low_high=1)
    assert moran[-1] == "4 cells are high among low, 1 are low among high"
    rate = said(method="rate", exposure="roads", spread="poisson", dispersion=2.5)
    assert rate[-1] == "expected by roads; poisson, the variance is 2.50 times the mean"
