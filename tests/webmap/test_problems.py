"""What goes wrong is a problem document (RFC 9457) that says what to do."""

from __future__ import annotations

import pytest

import webmap
from geogrid.errors import InputError, StoreError

BAD = {
    "/api/layers?x=1": 400,
    "/api/layers/coverage?form=2026-01-01": 400,  # misspelt: must not look like no filter
    "/api/layers/cameras/items?bbox=1,2,3": 400,
    "/api/layers/cameras/items?bbox=1,2,nan,4": 400,
    "/api/layers/cameras/items?bbox=119,26,117,27": 400,
    "/api/layers/cameras/items?bbox=26,117,27,118": 400,  # latitude first
    "/api/layers/cameras/items?limit=0": 400,
    "/api/layers/cameras/items?limit=-1": 400,
    "/api/layers/cameras/items?limit=1e3": 400,
    "/api/layers/cameras/items?limit=٣": 400,
    "/api/layers/cameras/items?offset=9999999999": 400,
    "/api/layers/cameras/items?limit=1&limit=2": 400,
    "/api/layers/cameras/items?district=nowhere": 400,
    "/api/layers/coverage?from=2026-02-30": 400,
    "/api/layers/coverage?hours=25-99": 400,
    "/api/layers/coverage?weekdays=someday": 400,
    "/api/layers/coverage?lang=fr": 400,
    "/api/layers/coverage/export?f=exe": 400,
    "/api/layers/checkpoints/export?f=gpkg&datum=mars": 400,
    "/api/layers/nothing": 404,
    "/api/layers/nothing/items": 404,
    "/api/layers/nothing/export": 404,
    "/api/cells/250mE0000000N0000000": 404,
    "/api/cells/%3Cscript%3E": 404,
    "/lattice/latest/nothing/x.bin": 404,
    "/lattice/latest/grid/nothing.bin": 404,
    "/assets/../errors.py": 404,
    "/nowhere": 404,
}


@pytest.mark.parametrize(("path", "status"), BAD.items())
def test_a_bad_request_is_answered_with_a_problem_document(client, path, status):
    answer = client.get(path, follow_redirects=True)
    said = answer.get_json()
    assert answer.status_code == said["status"] == status
    assert answer.content_type == "application/problem+json"
    assert said["title"]
    assert said["detail"]
    assert "Traceback" not in answer.text


def test_a_problem_is_told_in_the_readers_language(client):
    said = client.get("/api/layers?x=1&lang=zh").get_json()
    assert "未知参数" in said["detail"]
    assert not said["title"].isascii()


def test_other_methods_are_refused_and_the_allowed_ones_named(client):
    answer = client.post("/api/layers", json={})
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert answer.content_type == "application/problem+json"


class _Failing:
    """A workspace whose layers fail."""

    name = "failing"

    def __init__(self, error):
        self._error = error

    def asking(self, *_, **__):
        return self

    def column_json(self, *_):
        raise self._error


def test_an_unexpected_error_has_a_number_and_no_inner_workings(caplog):
    app = webmap.create_app(_Failing(RuntimeError("secret path")))
    answer = app.test_client().get("/api/layers/coverage")
    said = answer.get_json()
    assert answer.status_code == 500
    assert said["number"] in said["detail"]
    assert "secret" not in answer.text
    assert said["number"] in caplog.text
    assert "secret path" in caplog.text


@pytest.mark.parametrize(
    ("error", "status"),
    [(StoreError("the folder is gone; look at the disk"), 503), (InputError("no"), 400)],
)
def test_a_known_error_has_the_status_of_its_kind(error, status):
    answer = webmap.create_app(_Failing(error)).test_client().get("/api/layers/coverage")
    assert answer.status_code == status
    assert answer.get_json()["detail"] == str(error)


def test_another_host_name_is_refused(client):
    answer = client.get("/api/layers", headers={"Host": "evil.example"})
    assert answer.status_code == 400


def test_a_browser_that_opens_a_wrong_address_gets_a_page_with_a_way_back(client):
    asked = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    answer = client.get("/%3Cb%3Enowhere?lang=zh&theme=dark", headers=asked)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert 'lang="zh-CN" data-theme="dark"' in page
    assert "未找到" in page
    assert 'href="/?lang=zh"' in page
    assert "<b>" not in page
    plain = client.get("/nowhere", headers={"Accept": "*/*"})
    assert plain.mimetype == "application/problem+json"
