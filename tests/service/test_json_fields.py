"""What people and programs send as JSON is read, or refused for the reason that holds."""

from __future__ import annotations

import pytest

from geogrid.errors import InputError
from geogrid.service.json_fields import JsonFields


def text_of(value, **limits):
    return JsonFields({"name": value}, ("name",), "scenario").text("name", **limits)


@pytest.mark.parametrize("text", ["Plan\u3000三", "a\u00a0b\tc\nd", "é", "😀"])
def test_a_text_that_is_seen_is_taken_as_it_is(text):
    assert text_of(f" {text}\u3000") == text


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("Plan\u200b", "character 5 of name is U+200B ZERO WIDTH SPACE, which nobody sees"),
        ("\u202egnp", "character 1 of name is U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("a\x00b", "character 2 of name is U+0000, which"),
        ("four", "scenario: name has 4 characters; give at most 3"),
        (5, 'scenario: name is 5; give "..."'),
    ],
)
def test_a_text_is_refused_for_what_is_wrong_with_it(value, told):
    with pytest.raises(InputError) as refused:
        text_of(value, longest=3 if value == "four" else 9)
    assert told in str(refused.value)
