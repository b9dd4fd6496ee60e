"""Headers, ETags, compression, health and metrics."""

from __future__ import annotations

import gzip
import re
import threading

import brotli
import numpy as np
import pytest
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

import webmap
from geogrid.errors import InputError
from webmap.codings import coding_wanted
from webmap.metrics import Metrics
from webmap.packed import ENTRY_BYTES, PackedAnswers
from webmap.server import is_loopback

PAGES = (
    "/",
    "/api/layers",
    "/lattice/mesh.json",
    "/static/js/main.js",
    "/assets/lattice.js",
    "/no",
)


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_forbids_foreign_and_inline_code(client, path):
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"].startswith("private")


UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
@pytest.mark.parametrize("path", PAGES[:-1])
def test_what_the_browser_has_is_not_sent_again(client, path, coding):
    first = client.get(path, headers={"Accept-Encoding": coding})
    tag = first.headers["ETag"]
    again = client.get(path, headers={"Accept-Encoding": coding, "If-None-Match": tag})
    assert first.status_code == 200
    assert again.status_code == 304
    assert again.data == b""
    for name in ("ETag", "Cache-Control", "Vary", "Content-Security-Policy"):
        assert again.headers[name] == first.headers[name]
    other = client.get(path, headers={"Accept-Encoding": coding, "If-None-Match": 'W/"other"'})
    assert other.data == first.data


@pytest.mark.parametrize("path", PAGES[:-1])
def test_packed_and_plain_answers_are_the_same_under_one_weak_tag(client, path):
    plain = client.get(path)
    assert "Content-Encoding" not in plain.headers
    for coding, unpack in UNPACK.items():
        packed = client.get(path, headers={"Accept-Encoding": coding})
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert packed.headers["ETag"] == plain.headers["ETag"]
        assert plain.headers["ETag"].startswith("W/")
        if len(plain.data) < 1000:
            assert packed.data == plain.data
            continue
        assert packed.headers["Content-Encoding"] == coding
        assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
        assert unpack(packed.data) == plain.data


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, gzip;q=0", "identity"),
        ("*", "br"),
        ("*;q=0.5, br;q=0", "gzip"),
        ("br;q=0.3, identity", "identity"),
        ("identity;q=0.2, gzip;q=0.3", "gzip"),
        ("identity;q=0, gzip;q=0.001", "gzip"),
        ("zstd, compress", "identity"),
        ("GZIP", "gzip"),
    ],
)
def test_the_coding_is_the_one_that_the_browser_likes_best(accepted, coding):
    assert coding_wanted(parse_accept_header(accepted, Accept)) == coding


def test_a_script_is_packed_once_for_all_and_again_for_another_coding(tiny_workspace):
    app = webmap.create_app(tiny_workspace)
    client = app.test_client()
    made = []
    for accepted in ("br", "br", "gzip", "br", "gzip"):
        answer = client.get("/static/js/main.js", headers={"Accept-Encoding": accepted})
        assert answer.headers["Content-Encoding"] == accepted
        made.append(app.extensions["geogrid.packed"].figures()["made"])
        answer.close()
    assert made == [1, 1, 2, 2, 2]


def test_a_part_of_a_script_is_sent_plain(client):
    part = client.get(
        "/static/js/main.js", headers={"Accept-Encoding": "br", "Range": "bytes=0-99"}
    )
    assert part.status_code == 206
    assert "Content-Encoding" not in part.headers
    assert part.data == client.get("/static/js/main.js").data[:100]


def test_head_tells_what_get_would_send(client):
    ours = {"Accept-Encoding": "gzip"}
    whole, head = client.get("/", headers=ours), client.head("/", headers=ours)
    assert head.data == b""
    for name in ("ETag", "Content-Length", "Content-Encoding"):
        assert head.headers[name] == whole.headers[name]


def column_address(client, layer="coverage", column="patrol_s", query=""):
    version = client.get(f"/api/layers/{layer}{query}").get_json()["version"]
    return f"/lattice/{version}/{layer}/{column}.bin{query}"


def test_a_column_is_the_bytes_of_the_workspace_and_kept_for_ever(client, tiny_workspace):
    address = column_address(client)
    expected = tiny_workspace.wire_column("coverage", "patrol_s").data
    assert client.get(address).data == expected
    for coding, unpack in UNPACK.items():
        answer = client.get(address, headers={"Accept-Encoding": coding})
        assert answer.headers["Content-Encoding"] == coding
        assert "immutable" in answer.headers["Cache-Control"]
        assert unpack(answer.data) == expected
        tag = answer.headers["ETag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_a_column_follows_the_window(client, tiny_workspace):
    first = tiny_workspace.days()[0].isoformat()
    one_day = client.get(column_address(client, query=f"?from={first}&to={first}")).data
    whole = client.get(column_address(client)).data
    assert one_day != whole


@pytest.mark.parametrize("version", ["latest", "0123456789ab"])
def test_another_version_is_sent_on_to_todays(client, version):
    answer = client.get(f"/lattice/{version}/coverage/patrol_s.bin?hours=22-06")
    assert answer.status_code == 302
    assert answer.headers["Location"] == column_address(client, query="?hours=22-06")


def test_the_grids_own_columns_are_one_value_a_cell(client, tiny_workspace):
    mesh = client.get("/lattice/mesh.json").get_json()
    n = len(tiny_workspace.grid)
    assert mesh["n_cells"] == n
    area = client.get(f"/lattice/{mesh['version']}/grid/area_m2.bin").data
    np.testing.assert_allclose(np.frombuffer(area, "<f4"), tiny_workspace.grid.area_m2, rtol=1e-6)
    district = client.get(f"/lattice/{mesh['version']}/grid/district.bin").data
    np.testing.assert_array_equal(np.frombuffer(district, "u1"), tiny_workspace.grid.district)


def test_health_names_the_workspace(client, tiny_workspace):
    assert client.get("/healthz").get_json() == {"status": "ok", "workspace": tiny_workspace.name}


def test_metrics_count_answers_by_route_and_status(tiny_workspace):
    client = webmap.create_app(tiny_workspace).test_client()
    for path in ("/healthz", "/healthz", "/api/layers/nothing", "/nowhere"):
        client.get(path)
    text = client.get("/metrics").text
    total = "geogrid_http_requests_total"
    assert f'{total}{{method="GET",route="/healthz",status="200"}} 2' in text
    assert f'{total}{{method="GET",route="/api/layers/<layer_id>",status="404"}} 1' in text
    assert f'{total}{{method="GET",route="unknown",status="404"}} 1' in text
    assert 'geogrid_http_request_seconds_count{route="/healthz"} 2' in text


def test_buckets_of_the_histogram_only_rise():
    metrics = Metrics()
    for seconds in (0.001, 0.005, 0.02, 3.0, 99.0):
        metrics.add("GET", "/x", status=200, seconds=seconds)
    counts = [
        int(n) for n in re.findall(r"_bucket\{.*\} (\d+)", metrics.text(PackedAnswers(0).figures()))
    ]
    assert counts == [2, 3, 3, 3, 3, 4, 5]


def test_two_applications_share_nothing(tiny_workspace):
    one, other = webmap.create_app(tiny_workspace), webmap.create_app(tiny_workspace)
    one.test_client().get("/healthz")
    assert 'route="/healthz"' not in other.test_client().get("/metrics").text


def test_what_is_packed_is_made_once_and_stays_within_its_limit():
    made = []
    kept = PackedAnswers(max_bytes=10 + 2 * ENTRY_BYTES)

    def ask(name, size):
        return kept.get((name,), lambda: made.append(name) or b"x" * size)

    for name, size in (("a", 4), ("a", 4), ("b", 4), ("c", 4), ("b", 4), ("a", 4), ("big", 2000)):
        assert len(ask(name, size)) == size
        assert kept.figures()["bytes"] <= 10 + 2 * ENTRY_BYTES
    assert made == ["a", "b", "c", "a", "big"]
    ask("a", 4)
    assert made[-1] == "big"  # what is too large to keep does not push others out
    assert kept.figures() == {"bytes": 8 + 2 * ENTRY_BYTES, "entries": 2, "found": 3, "made": 5}


class _Gathering:
    """Holds those who make a content until all who ask for it have come."""

    def __init__(self, kept, asking):
        self.kept, self.asking, self.made = kept, asking, 0

    def make(self):
        self.made += 1
        while sum(self.kept.figures()[name] for name in ("found", "made")) < self.asking:
            threading.Event().wait(0.001)
        if self.asking == 3:
            raise OSError
        return b"x" * 99


@pytest.mark.parametrize("asking", [20, 3])
def test_who_asks_for_the_same_at_once_costs_one_calculation(asking):
    kept = PackedAnswers(max_bytes=1)  # too little to keep it: those who wait get it all the same
    gathering, got = _Gathering(kept, asking), []

    def ask():
        try:
            got.append(kept.get(("a",), gathering.make))
        except OSError as error:
            got.append(type(error))

    threads = [threading.Thread(target=ask) for _ in range(asking)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert gathering.made == 1
    assert got == ([OSError] * 3 if asking == 3 else [b"x" * 99] * 20)
    assert kept.figures()["entries"] == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]", "localhost", "127.8.9.1"])
def test_loopback_hosts_are_this_machine_alone(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org", ""])  # noqa: S104
def test_serving_others_without_a_login_is_refused_with_the_reason(app, host):
    with pytest.raises(InputError, match="no login"):
        webmap.serve(app, host, 0)


def test_scripts_travel_compressed_and_files_to_keep_do_not(client):
    script = client.get("/assets/vendor/leaflet/leaflet.js", headers={"Accept-Encoding": "gzip"})
    assert script.headers["Content-Encoding"] == "gzip"
    assert len(script.data) < 50_000
    kept = client.get("/api/layers/districts/export?f=geojson", headers={"Accept-Encoding": "gzip"})
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert "Content-Encoding" not in kept.headers
