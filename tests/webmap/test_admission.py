"""Slow answers are worked out so many at a time, and quick ones are given all the while."""

from __future__ import annotations

import json
import threading
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from urllib.request import urlopen

import pytest

import webmap
from webmap import admission, server

PATIENCE_S = 120


@pytest.fixture
def held(tiny_workspace, monkeypatch):
    """Return what tells that a cell is being worked out, and what lets all of them go on."""
    begun, go = threading.Semaphore(0), threading.Event()

    def cell_report(self, code, **asked):
        del self, asked
        begun.release()
        assert go.wait(PATIENCE_S)
        return {"cell": code}

    monkeypatch.setattr(type(tiny_workspace), "cell_report", cell_report)
    monkeypatch.setattr(type(tiny_workspace), "cell_facts", lambda *_: {})
    yield begun, go
    go.set()


def asked_for(address):
    """Return status and body of an answer, whatever it is, and when to ask again."""
    try:
        with urlopen(address, timeout=PATIENCE_S) as answer:  # noqa: S310 - ours
            return answer.status, answer.read(), answer.headers["Retry-After"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), error.headers["Retry-After"]


def test_while_as_many_slow_answers_as_may_be_are_worked_out_quick_ones_are_given(
    tiny_workspace, held
):
    begun, go = held
    many = webmap.Settings().slow_at_once
    assert many < server.THREADS
    with (
        webmap.serving(webmap.create_app(tiny_workspace)) as address,
        ThreadPoolExecutor(many) as viewers,
    ):
        cells = [viewers.submit(asked_for, f"{address}/api/cells/x") for _ in range(many)]
        for _ in cells:
            assert begun.acquire(timeout=PATIENCE_S)
        for path in ("/healthz", "/api/facts", "/api/layers", "/metrics", "/static/js/main.js"):
            assert asked_for(address + path)[0] == 200, path
        status, body, again_s = asked_for(f"{address}/api/cells/y?lang=zh")
        assert status == 503
        assert int(again_s) == admission.RETRY_S
        assert "稍后再试" in json.loads(body)["detail"]
        go.set()
        assert {cell.result(PATIENCE_S)[0] for cell in cells} == {200}
        assert asked_for(f"{address}/api/cells/y")[0] == 200


def test_a_place_is_given_back_whatever_becomes_of_a_request(tiny_workspace, monkeypatch):
    client = webmap.create_app(
        tiny_workspace, settings=webmap.Settings(slow_at_once=1)
    ).test_client()

    def broken(self, window):
        raise OSError(window)

    monkeypatch.setattr(type(tiny_workspace), "district_table", broken)
    paths = ("districts", "cells/elsewhere", "layers/none", "layers/gaps?no=1", "layers/gaps")
    told = [client.get(f"/api/{path}").status_code for path in paths]
    assert told == [500, 404, 404, 400, 200]


def test_what_is_quick_is_a_view_of_the_application(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= admission.QUICK
