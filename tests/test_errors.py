"""Errors are templates with values: they can be said in any language, and form the drawn tree."""

from __future__ import annotations

import re

import pytest

import geogrid.errors
from geogrid.errors import GeogridError, InputError, LayerNotFoundError, StoreError, TrackError
from geogrid.io.report import Message

KINDS = [
    value
    for value in vars(geogrid.errors).values()
    if isinstance(value, type) and issubclass(value, GeogridError)
]


def test_a_message_has_its_values_in_it():
    error = InputError("row {row}: field {field} is {got!r}", row=3, field="lon", got="x")
    assert str(error) == "row 3: field lon is 'x'"
    assert error.template == "row {row}: field {field} is {got!r}"


def test_a_message_without_values_may_have_braces():
    assert str(InputError("write {name: value}")) == "write {name: value}"


def test_a_message_is_said_again_in_another_language():
    error = InputError("{count:,} cells", count=1234)
    assert error.render({"{count:,} cells": "{count:,} 个网格"}.get) == "1,234 个网格"


def test_values_that_are_sentences_are_translated_too():
    chinese = {"{file}: {reason}": "{file}：{reason}", "the file is empty": "文件为空"}
    inner = InputError("the file is empty")
    for reason in (inner, Message("the file is empty")):
        outer = StoreError("{file}: {reason}", file="a.csv", reason=reason)
        assert str(outer) == "a.csv: the file is empty"
        assert outer.render(lambda text: chinese.get(text, text)) == "a.csv：文件为空"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_stands_in_the_drawn_tree_with_its_parents(kind):
    line = re.search(rf"^.*\b{kind.__name__}\b.*$", geogrid.errors.__doc__, re.MULTILINE)
    assert line
    others = {base.__name__ for base in kind.__bases__ if not issubclass(base, GeogridError)}
    drawn = re.search(rf"{kind.__name__} \((\w+)\)", line[0])
    assert others - {"Exception"} == ({drawn[1]} if drawn else set())


def test_errors_can_be_caught_as_what_python_calls_them():
    assert issubclass(InputError, ValueError)
    assert issubclass(TrackError, ValueError)
    assert issubclass(LayerNotFoundError, LookupError)
    assert not issubclass(StoreError, ValueError)
