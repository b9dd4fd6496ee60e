"""Serving: by waitress, by gunicorn, and beside other work, as in a notebook."""

import contextlib
import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
from pathlib import Path
from urllib.request import urlopen

import geopandas as gpd
import pytest
from flask import Flask
from shapely.geometry import box

import geogrid
import webmap
from geogrid.errors import InputError
from webmap import server

LARGE = b"x" * 4_000_000  # more than sockets hold: the loop must turn until it is all read


def test_answers_in_work_are_given_before_the_sockets_are_closed():
    app, asked, go = Flask("slow"), threading.Event(), threading.Event()

    @app.get("/")
    def slow():
        asked.set()
        go.wait(10)
        return LARGE

    got = []
    with webmap.serving(app) as address:
        reader = threading.Thread(target=lambda: got.append(urlopen(address).read()))  # noqa: S310 - ours
        reader.start()
        assert asked.wait(10)
        threading.Timer(0.2, go.set).start()
    reader.join(10)
    assert got == [LARGE]


def test_an_address_is_free_again_and_an_abandoned_request_harms_nothing():
    app, asked = Flask("left"), threading.Event()

    @app.get("/")
    def left():
        asked.set()
        return LARGE

    with webmap.serving(app) as address:
        answer = urlopen(address)  # noqa: S310 - ours
        assert asked.wait(10)
        answer.close()
    with pytest.raises(urllib.error.URLError, match="refused"):
        urlopen(address)  # noqa: S310 - ours
    assert "geogrid-serving" not in {thread.name for thread in threading.enumerate()}


def test_connections_on_which_nothing_is_asked_leave_room_for_others():
    app = Flask("held")
    app.get("/")(lambda: "there")
    with webmap.serving(app) as address, contextlib.ExitStack() as open_ones:
        host = address.removeprefix("http://")
        for _ in range(130):  # twenty browsers, each with six, and some more
            link = open_ones.enter_context(contextlib.closing(http.client.HTTPConnection(host)))
            link.request("GET", "/")
            assert link.getresponse().read() == b"there"
        with urlopen(address, timeout=120) as answer:  # noqa: S310 - ours
            assert answer.status == 200


def test_waitress_takes_no_body_larger_than_a_file_may_be():
    app = Flask("small")
    app.extensions["geogrid.settings"] = webmap.Settings(max_upload_bytes=1000)
    assert server._options(app)["max_request_body_size"] == 1001


def test_gunicorn_that_is_not_installed_is_told_with_the_way_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "gunicorn", None)
    monkeypatch.delitem(sys.modules, "webmap.gunicorn_server", raising=False)
    monkeypatch.delattr(webmap, "gunicorn_server", raising=False)
    with pytest.raises(InputError, match=r"needs the package gunicorn.*pip install gunicorn"):
        webmap.serve_by_gunicorn(lambda: Flask("never"))
    server.require_server("waitress")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.mark.parametrize("program", ["waitress", "gunicorn"])
def test_both_programs_serve_a_workspace_and_log_in_json(tmp_path, program):
    districts = tmp_path / "districts.geojson"
    square = gpd.GeoDataFrame(
        {"id": ["W"], "name": ["West"]}, geometry=[box(117.60, 26.20, 117.62, 26.22)], crs=4326
    )
    square.to_file(districts)
    geogrid.init(tmp_path / "ws", districts)
    port = free_port()
    words = ["serve", tmp_path / "ws", "--port", str(port), "--server", program, "--json-log"]
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            [Path(sys.executable).with_name("geogrid"), *words],
            stdout=subprocess.DEVNULL,
            stderr=log,
        ) as process,
    ):
        try:
            got = answer_of(f"http://127.0.0.1:{port}/healthz", process)
        finally:
            process.send_signal(signal.SIGTERM)
            ended = process.wait(60)
    assert json.loads(got)["status"] == "ok"
    assert ended == 0
    text = (tmp_path / "log").read_text("utf-8")
    told = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert ("/healthz", 200) in {(one.get("path"), one.get("status")) for one in told}


def answer_of(address, process):
    """Return what a server that is being started answers."""
    until = time.monotonic() + 60
    while True:
        try:
            with urlopen(address) as answer:  # noqa: S310 - ours
                return answer.read()
        except urllib.error.URLError:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
