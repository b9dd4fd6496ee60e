"""The map in one file; tests/e2e/test_one_file_map.py opens it in a browser."""

from __future__ import annotations

import re

import folium
import pytest
from folium.plugins import Fullscreen

from geogrid.crs import WGS84
from geogrid.errors import InputError, LayerNotFoundError
from geogrid.export.folium_map import explored, lattice_map, one_file_map
from geogrid.export.map_data import MapOptions
from geogrid.export.one_file import asset

TITLE = "三明 <script>alert(1)</script>"


@pytest.fixture(scope="session")
def small_map(small_layers, tmp_path_factory):
    path = tmp_path_factory.mktemp("map") / "small.html"
    return one_file_map(small_layers, path, title=TITLE, time_zone="Asia/Shanghai")


@pytest.fixture(scope="session")
def city_map(city_layers, tmp_path_factory):
    path = tmp_path_factory.mktemp("map") / "city.html"
    return one_file_map(city_layers, path, title="Sanming", time_zone="Asia/Shanghai")


# --------------------------------------------------------------------------------------
# The file


def test_the_whole_city_is_one_file_of_at_most_1_mb_and_leaflet(city_map, city_layers):
    assert len(city_layers[0].table.grid) > 367_000
    page = city_map.read_text("utf-8")
    library = asset("vendor/leaflet/leaflet.js").read_text("utf-8").partition("//# source")[0]
    assert library.strip() in page
    # Leaflet's styles are not counted as ours, the pictures that are written into them are.
    styles = len(asset("vendor/leaflet/leaflet.css").read_bytes())
    assert len(page.encode()) - len(library.encode()) - styles <= 1_000_000
    assert [path.name for path in city_map.parent.iterdir()] == ["city.html"]


def test_the_same_layers_make_the_same_bytes(small_map, small_layers, tmp_path):
    again = one_file_map(
        small_layers, tmp_path / "again.html", title=TITLE, time_zone="Asia/Shanghai"
    )
    assert again.read_bytes() == small_map.read_bytes()


def test_the_page_names_no_file_and_no_host(small_map):
    text = small_map.read_text("utf-8")
    outside_code = re.sub(r"(<(script|style)\b[^>]*>).*?(</\2>)", r"\1\3", text, flags=re.DOTALL)
    assert "src=" not in outside_code
    assert "<link" not in outside_code
    assert "http" not in outside_code.replace("http-equiv", "")


def test_folium_brings_leaflet_and_nothing_else(small_map):
    text = small_map.read_text("utf-8").lower()
    assert "leaflet 1.9.4" in text
    for other in ("jquery", "bootstrap", "awesome"):
        assert other not in text


def test_the_page_has_a_language_and_an_escaped_title(small_map, small_layers, tmp_path):
    text = small_map.read_text("utf-8")
    assert '<html lang="en">' in text
    assert "<title>三明 &lt;script&gt;alert(1)&lt;/script&gt;</title>" in text
    chinese = one_file_map(small_layers, tmp_path / "zh.html", title="三明", language="zh")
    assert '<html lang="zh-CN">' in chinese.read_text("utf-8")


def test_an_element_that_needs_the_network_is_refused(small_layers):
    drawn = lattice_map(small_layers, MapOptions("A city"))
    folium.CircleMarker((26.2, 117.6)).add_to(drawn)
    assert "L.circleMarker" in drawn.get_root().render()
    Fullscreen().add_to(drawn)
    with pytest.raises(InputError, match="does not ship with the package"):
        drawn.get_root().render()


# --------------------------------------------------------------------------------------
# In a notebook


def test_a_table_is_explored_without_a_network(small_layers):
    drawn = small_layers[0].table.explore("visits")
    assert isinstance(drawn, folium.Map)
    shown = drawn._repr_html_()
    assert "geogridSnapshot.start" in shown
    assert "jsdelivr" not in shown


def test_exploring_starts_with_the_column_asked_for(small_layers):
    text = explored(small_layers[1].table, "balance").get_root().render()
    assert text.index('"id":"table.balance"') < text.index('"id":"table.state"')


def test_a_text_or_missing_column_cannot_be_explored(small_layers):
    with pytest.raises(InputError, match="is text"):
        explored(small_layers[1].table, "reason")
    with pytest.raises(LayerNotFoundError, match="speed"):
        explored(small_layers[1].table, "speed")


def test_the_centre_is_in_the_district_box(small_layers):
    drawn = lattice_map(small_layers, MapOptions("A city"))
    xmin, ymin, xmax, ymax = small_layers[0].table.grid.boundary.to_crs(WGS84).bounds
    lat, lon = drawn.location
    assert xmin < lon < xmax
    assert ymin < lat < ymax
