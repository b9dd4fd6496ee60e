"""The one place where users and roles come in."""

from __future__ import annotations

import pytest

import webmap
from geogrid.errors import InputError
from webmap.server import require_safe
from webmap.visitors import Role, Visitor, everybody, has_login, role_needed

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def gate(asked):
    """Know visitors by a header, as a proxy with a login would name them."""
    name = asked.headers.get("X-Who")
    return None if name is None else Visitor(name, frozenset(map(Role, name.split("+"))))


@pytest.fixture(scope="module")
def guarded(tiny_workspace):
    return webmap.create_app(tiny_workspace, gate=gate)


def addresses(app):
    """Return method, address and endpoint of every view, with values where it wants some."""
    for rule in app.url_map.iter_rules():
        values = dict.fromkeys(rule.arguments, "1")
        with app.test_request_context():
            _, address = rule.build(values)
        for method in sorted(rule.methods - {"OPTIONS"}):
            yield method, address, rule.endpoint


def test_who_is_not_known_sees_nothing_but_that_the_server_lives(guarded):
    client = guarded.test_client()
    open_to_all = {
        endpoint
        for method, address, endpoint in addresses(guarded)
        if client.open(address, method=method).status_code != 401
    }
    assert open_to_all == {"ops.healthz", "ops.readyz"}


def test_nothing_is_changed_and_no_track_is_seen_without_the_role(guarded):
    client = guarded.test_client()
    refused = {
        (method, endpoint)
        for method, address, endpoint in addresses(guarded)
        if role_needed(endpoint, method) is not Role.LOOK
        and client.open(address, method=method, headers={"X-Who": "look"}).status_code == 403
    }
    assert {(m, e) for m, e in refused if m not in UNSAFE} == {
        (method, endpoint)
        for method in ("GET", "HEAD")
        for endpoint in ("looks.positions", "looks.units")
    }
    expected = {
        (method, endpoint) for method, _, endpoint in addresses(guarded) if method in UNSAFE
    }
    looks = {("POST", "looks.area_stats"), ("POST", "scenarios.what_if")}
    assert {(m, e) for m, e in refused if m in UNSAFE} == expected - looks


def test_a_visitor_with_the_role_is_let_in(guarded):
    client = guarded.test_client()
    assert client.get("/api/layers", headers={"X-Who": "look"}).status_code == 200
    assert client.get("/api/tracks", headers={"X-Who": "tracks"}).status_code == 200
    refused = client.get("/api/tracks", headers={"X-Who": "look", "Accept-Language": "zh"})
    assert refused.status_code == 403
    assert "角色" in refused.get_json(force=True)["detail"]


def test_every_address_that_changes_something_refuses_another_sites_page(app):
    client, tried = app.test_client(), 0
    for method, address, _ in addresses(app):
        if method not in UNSAFE:
            continue
        tried += 1
        for headers in (
            {},
            {"X-Requested-With": "x", "Origin": "http://elsewhere.example"},
            {"X-Requested-With": "x", "Sec-Fetch-Site": "cross-site"},
        ):
            answer = client.open(address, method=method, headers=headers)
            assert answer.status_code == 403, (method, address, headers)
        if method != "DELETE":
            form = {"X-Requested-With": "x", "Content-Type": "application/x-www-form-urlencoded"}
            answer = client.open(address, method=method, headers=form, data="a=1")
            assert answer.status_code == 415, (method, address)
    assert tried >= 10


def test_every_address_refuses_a_large_body(app):
    client = app.test_client()
    ours = {"X-Requested-With": "x", "Content-Type": "application/json"}
    for method, address, endpoint in addresses(app):
        if method in UNSAFE - {"DELETE"} and endpoint != "imports.lay_aside":
            answer = client.open(address, method=method, headers=ours, data=b" " * (1 << 21))
            assert answer.status_code == 413, (method, address)


def test_an_application_with_a_login_may_be_served_to_others(guarded, tiny_workspace):
    require_safe(guarded, "0.0.0.0", no_login=False)  # noqa: S104 - the question is whether it may
    assert has_login(guarded)
    open_one = webmap.create_app(tiny_workspace)
    assert not has_login(open_one)
    assert everybody(None).roles == frozenset(Role)
    with pytest.raises(InputError, match="no login"):
        require_safe(open_one, "0.0.0.0", no_login=False)  # noqa: S104 - as above
    require_safe(open_one, "0.0.0.0", no_login=True)  # noqa: S104 - as above
    assert open_one.config["TRUSTED_HOSTS"] is None
