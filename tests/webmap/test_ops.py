"""Health, readiness, figures, facts and the log of requests."""

from __future__ import annotations

import json
import logging
import re
import threading

import webmap
from geogrid.service.shelf import Shelf
from webmap.journal import JsonLines
from webmap.metrics import Metrics
from webmap.packed import PackedAnswers
from webmap.readiness import Readiness, State
from webmap.server import warm_up

# The text format of Prometheus, version 0.0.4: names, labels with escapes, a number.
LABEL = r'[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\n"])*"'
SAMPLE = re.compile(
    rf"(?P<name>[a-zA-Z_:][\w:]*)(?:\{{(?P<labels>{LABEL}(?:,{LABEL})*)\}})? (?P<value>[-+.\deE]+)"
)


def samples_of(text):
    """Return family -> kind and its samples; fail where a line is not of the format."""
    kinds, samples, told = {}, {}, set()
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            told.add(line.split(" ", 3)[2])
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in kinds, "one family stands together"
            kinds[name] = kind
        else:
            found = SAMPLE.fullmatch(line)
            assert found, line
            family = next(reversed(kinds))
            assert re.fullmatch(rf"{family}(_bucket|_sum|_count)?", found["name"])
            key = (found["name"], found["labels"] or "")
            assert key not in samples, "a series has one value"
            samples[key] = float(found["value"])
    assert set(kinds) == told
    return kinds, samples


def test_figures_are_what_prometheus_reads(tiny_workspace):
    client = webmap.create_app(tiny_workspace).test_client()
    client.get("/healthz")
    client.get("/", headers={"Accept-Encoding": "br"})
    client.open("/healthz", method='G"E\\T')
    kinds, samples = samples_of(client.get("/metrics").text)
    assert kinds["geogrid_http_requests_total"] == "counter"
    assert kinds["geogrid_http_request_seconds"] == "histogram"
    assert samples["geogrid_http_requests_in_work", ""] == 1  # this one
    assert samples["geogrid_packed_made_total", ""] == 1
    kept = tiny_workspace.kept_figures()
    assert samples["geogrid_kept_bytes", ""] == kept["bytes"]
    assert samples["geogrid_kept_made_total", ""] == kept["made"]
    assert samples["geogrid_ready", ""] == 1
    for (name, labels), value in samples.items():
        if name.endswith("_bucket") and 'le="+Inf"' in labels:
            count = ("geogrid_http_request_seconds_count", labels.replace(',le="+Inf"', ""))
            assert samples[count] == value


def test_a_word_that_is_no_method_makes_no_series_of_its_own():
    metrics = Metrics()
    for word in ("FOO", "BAR", 'X"\n'):
        metrics.add(word, 'a"\\\n', status=405, seconds=0.0, sent_bytes=7)
    _, samples = samples_of(metrics.text(PackedAnswers(0).figures(), ready=False))
    labels = r'method="other",route="a\"\\\n",status="405"'
    assert samples["geogrid_http_requests_total", labels] == 3
    assert samples["geogrid_http_response_bytes_total", ""] == 21
    assert samples["geogrid_ready", ""] == 0


def test_an_application_is_ready_at_once_or_when_its_work_has_ended(tiny_workspace):
    app, go = webmap.create_app(tiny_workspace), threading.Event()
    client = app.test_client()
    layers = len(tiny_workspace.layer_ids())
    assert client.get("/readyz").get_json() == {"status": "ready", "layers": layers}
    work = app.extensions["geogrid.readiness"].begin(go.wait)
    waiting = client.get("/readyz")
    assert waiting.status_code == 503
    assert waiting.get_json()["status"] == "warming up"
    assert int(waiting.headers["Retry-After"]) > 0
    assert client.get("/healthz").status_code == 200  # alive all the while
    go.set()
    work.join(30)
    assert client.get("/readyz").status_code == 200
    assert "no-store" in client.get("/readyz").headers["Cache-Control"]


def test_work_that_fails_is_told_and_logged(caplog):
    def work():
        raise OSError("the disk is gone")

    readiness = Readiness()
    readiness.begin(work).join(30)
    assert readiness.state is State.FAILED
    assert "the disk is gone" in caplog.text


def test_warming_up_makes_the_tables_of_the_workspace(tiny_workspace, monkeypatch):
    made = []
    monkeypatch.setattr(type(tiny_workspace), "tables", lambda _: made.append("tables"))
    app = webmap.create_app(tiny_workspace)
    warm_up(app).join(30)
    assert made == ["tables"]
    assert app.extensions["geogrid.readiness"].state is State.READY


def test_a_page_that_asks_for_news_gets_none_until_facts_change(client, monkeypatch):
    first = client.get("/api/facts")
    ours = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/api/facts", headers=ours).status_code == 304
    monkeypatch.setattr(Shelf, "state", lambda _: ("another import",))
    news = client.get("/api/facts", headers=ours)
    assert news.status_code == 200
    assert news.get_json() != first.get_json()


def test_what_every_page_begins_with_is_worked_out_once_until_facts_change(
    tiny_workspace, monkeypatch
):
    client, listed = webmap.create_app(tiny_workspace).test_client(), []
    whole = type(tiny_workspace).layer_list

    def counted(self, language):
        listed.append(language)
        return whole(self, language)

    monkeypatch.setattr(type(tiny_workspace), "layer_list", counted)
    for language in ("en", "zh", "en", "zh"):
        client.get(f"/api/layers?lang={language}")
    assert listed == ["en", "zh"]
    monkeypatch.setattr(type(tiny_workspace), "facts", lambda _: "another import")
    client.get("/api/layers?lang=en")
    assert listed == ["en", "zh", "en"]


def lines_of(caplog):
    return [
        json.loads(JsonLines().format(record))
        for record in caplog.records
        if record.name == "webmap.journal"
    ]


def test_a_request_is_one_line_of_json_that_tells_no_place_looked_at(client, caplog):
    caplog.set_level(logging.INFO, "webmap.journal")
    client.get("/api/cells/elsewhere?hours=22-06")
    client.get("/api/layers/coverage?from=2026-03-02")
    client.get("/nowhere/%1b[31m%0afoo?bar=secret")
    client.get("/tiles/latest/coverage/3/1/1.png")
    client.head("/static/js/main.js")
    told = lines_of(caplog)
    assert [(line["path"], line["status"]) for line in told] == [
        ("/api/cells/<code>", 404),
        ("/api/layers/coverage", 200),
        ("/nowhere/%1B%5B31m%0Afoo", 404),
        ("/tiles/<version>/coverage/<z>/<x>/<y>.png", 200),
        ("/static/js/main.js", 200),
    ]
    for line in told:
        assert set(line) == {"time", "level", "logger", "method", "path", "status", "ms", "bytes"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
        assert line["ms"] >= 0
    assert told[1]["bytes"] > 1000
    assert told[-1]["bytes"] == 0
    text = "".join(JsonLines().format(record) + "\n" for record in caplog.records)
    assert text.isascii()
    assert len(text.splitlines()) == len(caplog.records)
    for word in ("elsewhere", "22-06", "2026-03-02", "secret"):
        assert word not in text


def test_a_problem_is_a_line_of_json_with_what_was_raised():
    try:
        raise OSError("gone\nnow")
    except OSError as error:
        record = logging.makeLogRecord(
            {"msg": "error %s", "args": ("1a",), "exc_info": (OSError, error, error.__traceback__)}
        )
    line = JsonLines().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == "error 1a"
    assert "OSError: gone" in json.loads(line)["error"]
