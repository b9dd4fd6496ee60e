"""Grounds that an installation names."""

from __future__ import annotations

import pytest

import webmap
from geogrid.crs import Datum
from geogrid.errors import InputError
from tests.webmap.pmtiles_files import pmtiles
from webmap.basemaps import read_basemaps

ONE = """
[[basemap]]
id = "intranet"
name = "内网底图"
url = "http://10.1.2.3:8080/tiles/{z}/{x}/{y}.png"
datum = "gcj02"
attribution = "© 测绘"
max_zoom = 17
"""
KEYED = """
[[basemap]]
id = "t"
name = "T"
url = "https://maps.example/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
datum = "cgcs2000"
key_env = "MAP_KEY"
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "basemaps.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def test_a_ground_is_read_with_its_datum_and_its_owner(written):
    (ground,) = read_basemaps(written(ONE))
    assert (ground.id, ground.datum, ground.max_zoom) == ("intranet", Datum.GCJ02, 17)
    assert ground.origin == "http://10.1.2.3:8080"
    assert ground.attribution == "© 测绘"


def test_a_key_comes_from_the_environment_and_is_asked_for(written, monkeypatch):
    monkeypatch.setenv("MAP_KEY", "abc123")
    (ground,) = read_basemaps(written(KEYED))
    assert ground.url.endswith("&tk=abc123")
    monkeypatch.delenv("MAP_KEY")
    with pytest.raises(InputError, match=r"ground 1: the address has a \{key\}; name in key_env"):
        read_basemaps(written(KEYED))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('datum = "gcj02"', "", "give a text for 'datum'"),
        ('datum = "gcj02"', 'datum = "mars"', "datum is 'mars'; give wgs84, cgcs2000, gcj02, bd09"),
        ("{z}/{x}/{y}", "{z}/{x}", "url is"),
        ("http://10.1.2.3:8080", "file:///etc", "url is"),
        ("10.1.2.3:8080", "a.b;script-src x", "url is"),
        ("max_zoom = 17", "max_zoom = 99", "max_zoom is 99; give 0 to 22"),
        ("max_zoom = 17", "max_zoom = true", "max_zoom is True; give 0 to 22"),
        ("max_zoom = 17", "zoom = 17", "unknown field 'zoom'"),
        ('id = "intranet"', 'id = "a b"', "id is 'a b'"),
        ("[[basemap]]", "[basemap]", "write a table"),
        ("name =", "name", "is no TOML"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_with_its_place(written, old, new, told):
    with pytest.raises(InputError, match=r"basemaps\.toml") as caught:
        read_basemaps(written(ONE.replace(old, new)))
    assert told in str(caught.value)


def test_two_grounds_of_one_name_are_refused(written):
    with pytest.raises(InputError, match="two grounds have the same id"):
        read_basemaps(written(ONE + ONE))


def test_the_page_may_load_pictures_from_the_ground_and_nothing_else(tiny_workspace, written):
    settings = webmap.Settings(basemaps=read_basemaps(written(ONE)))
    client = webmap.create_app(tiny_workspace, settings=settings).test_client()
    answer = client.get("/healthz")
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["img-src"] == "'self' data: http://10.1.2.3:8080"
    told = client.get("/api/layers").get_json()["workspace"]["basemaps"]
    assert [ground["datum"] for ground in told] == ["gcj02"]


def test_without_grounds_nothing_outside_is_allowed(client):
    assert "http" not in client.get("/").headers["Content-Security-Policy"]
    assert client.get("/api/layers").get_json()["workspace"]["basemaps"] == []


def test_a_ground_can_be_a_pmtiles_file_beside_its_toml(written, tmp_path, tiny_workspace):
    (tmp_path / "city.pmtiles").write_bytes(pmtiles({(9, 420, 210): b"picture"}))
    filed = ONE.replace(
        'url = "http://10.1.2.3:8080/tiles/{z}/{x}/{y}.png"', 'file = "city.pmtiles"'
    )
    (ground,) = read_basemaps(written(filed.replace("max_zoom = 17\n", "")))
    assert (ground.url, ground.max_zoom) == ("ground/intranet/{z}/{x}/{y}", 9)
    app = webmap.create_app(tiny_workspace, settings=webmap.Settings(basemaps=(ground,)))
    client = app.test_client()
    answer = client.get("/ground/intranet/9/420/210")
    assert (answer.data, answer.mimetype) == (b"picture", "image/png")
    clear = client.get("/ground/intranet/9/420/211")
    assert clear.status_code == 200
    assert clear.data.startswith(b"\x89PNG")
    assert client.get("/ground/other/9/420/210").status_code == 404
    assert client.get("/ground/intranet/9/420/x").status_code == 404
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "http" not in policy
    with pytest.raises(InputError, match="max_zoom is 7; give 9 to 22"):  # it begins at 9
        read_basemaps(written(filed.replace("= 17", "= 7")))
    (tmp_path / "city.pmtiles").write_bytes(pmtiles({(0, 0, 0): b"world"}))
    (whole,) = read_basemaps(written(filed.replace("max_zoom = 17\n", "")))
    assert (whole.max_zoom, whole.archive.tile(0, 0, 0)) == (0, b"world")
    with pytest.raises(InputError, match="give either a url or a file"):
        read_basemaps(written(ONE + 'file = "city.pmtiles"\n'))
