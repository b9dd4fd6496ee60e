import numpy as np
import pytest

from geogrid.analysis.hotspot_columns import FIELDS
from geogrid.errors import InputError
from geogrid.model.cells import CellTable
from geogrid.service import hotspot_methods
from geogrid.service.hotspot_methods import (
    METHODS,
    HotspotMethod,
    HotspotQuestion,
    hotspot_table,
)


def asked(shelf, question):
    """Return a table that says what it was asked with."""
    nothing = {field.name: np.zeros(len(shelf.grid)) for field in FIELDS}
    return CellTable(shelf.grid, FIELDS, nothing, {"method": "echo", **question.options})


@pytest.fixture
def echo(monkeypatch):
    methods = dict(METHODS) | {"echo": HotspotMethod(asked, frozenset({"steps"}))}
    monkeypatch.setattr(hotspot_methods, "METHODS", methods)


def test_a_method_is_run_by_its_name_with_the_options_that_are_its_own(ws, echo):
    table = hotspot_table(ws._shelf, "echo", HotspotQuestion(options={"steps": 12}))
    assert dict(table.summary) == {"method": "echo", "steps": 12}


def test_an_option_of_another_method_is_refused_with_the_method_it_belongs_to(ws, echo):
    with pytest.raises(InputError, match="gi does not take --steps, which belongs to echo"):
        hotspot_table(ws._shelf, "gi", HotspotQuestion(options={"steps": 12}))


def test_an_unknown_method_is_refused_with_those_there_are(ws):
    with pytest.raises(InputError, match=r"no hotspot method 'weather'; there are gi\b"):
        hotspot_table(ws._shelf, "weather", HotspotQuestion())


def test_the_command_line_hands_over_every_option_that_a_method_takes():
    from geogrid.cli.hotspot_options import OWN

    assert set().union(*(one.options for one in METHODS.values())) == set(OWN)
