"""Serving beside other work, as in a notebook."""

import threading
import urllib.error
from urllib.request import urlopen

import pytest
from flask import Flask

import webmap

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
