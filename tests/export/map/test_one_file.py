"""Pages that hold all they need."""

from __future__ import annotations

import base64
import gzip
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Template

from geogrid.errors import InputError
from geogrid.export.one_file import asset, one_file_page, packed, script_json

PAGE = "<!DOCTYPE html>\n<html>\n<head>\n{head}\n</head>\n<body></body>\n</html>\n"


def page(head):
    return one_file_page(PAGE.format(head=head), language="zh-CN")


def test_a_script_is_replaced_by_its_text():
    made = page('<script src="lattice.js"></script>')
    assert asset("lattice.js").read_text("utf-8") in made
    assert "src=" not in made.split("<script>")[0]


def test_a_style_is_replaced_with_its_pictures_inside():
    made = page('<link rel="stylesheet" href="vendor/leaflet/leaflet.css"/>')
    urls = re.findall(r"url\(([^)]*)\)", made)
    assert len(urls) >= 3
    assert all(url.startswith(("data:image/png;base64,", "#")) for url in urls)
    picture = base64.b64encode(asset("vendor/leaflet/images/layers.png").read_bytes()).decode()
    assert picture in made


@pytest.mark.parametrize(
    "head",
    [
        '<script src="https://example.org/a.js"></script>',
        '<link rel="stylesheet" href="https://example.org/a.css"/>',
        '<script src="not_there.js"></script>',
        '<img src="https://example.org/a.png">',
        "<img src='//example.org/a.png'>",
        '<iframe src="https://example.org/"></iframe>',
        '<script src="../../cli.py"></script>',
    ],
)
def test_what_does_not_ship_is_refused(head):
    with pytest.raises(InputError, match="does not ship with the package"):
        page(head)


def test_a_shipped_file_in_a_place_that_cannot_be_inlined_is_refused():
    with pytest.raises(InputError, match="cannot be inlined"):
        page('<img src="vendor/leaflet/images/layers.png">')


def test_the_page_says_its_language_can_be_zoomed_and_forbids_requests():
    made = page('<meta name="viewport" content="user-scalable=no" />')
    assert '<html lang="zh-CN">' in made
    assert "user-scalable=no" not in made
    assert made.count('name="viewport"') == 1
    assert "default-src 'none'" in made


def test_links_that_a_reader_may_follow_are_left_alone():
    link = '<a href="https://example.org/">source</a>'
    assert link in page(link)


@given(st.binary(max_size=2000))
def test_packed_bytes_come_back_and_are_packed_the_same_way_each_time(data):
    assert gzip.decompress(base64.b64decode(packed(data))) == data
    assert packed(data) == packed(data)


@given(st.text())
def test_no_text_ends_the_script_that_holds_it(text):
    made = script_json({"name": text + "</script><!--"})
    assert not set(made) & set("<>&")
    assert json.loads(made) == {"name": text + "</script><!--"}


@given(st.text(st.sampled_from("{}%#7*n \\\"'-")))
def test_no_text_is_taken_for_a_template(text):
    made = script_json({text: ["{{7*7}}{%if 1%}{#" + text, {}]})
    assert Template(made).render() == made  # as branca does with what an element gives it
    assert json.loads(made) == {text: ["{{7*7}}{%if 1%}{#" + text, {}]}


def test_not_a_number_is_not_json():
    with pytest.raises(ValueError, match="JSON"):
        script_json(float("nan"))
