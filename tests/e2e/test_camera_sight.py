"""The map asks for what cameras see where they are near enough to be told apart."""

from __future__ import annotations

from tests.e2e.browsing import until, view_on


def asked_for_views(visitor):
    return [url for url in visitor.requests if "/api/views?" in url]


def test_views_are_asked_for_where_cameras_can_be_told_apart(visit, tiny_workspace):
    far, near = visit(), visit()
    far.open(view_on(tiny_workspace, zoom=13)).wait_for_timeout(600)
    assert asked_for_views(far) == []
    page = near.open(view_on(tiny_workspace, zoom=17))
    until(page, lambda: len(asked_for_views(near)) == 1)
    page.mouse.move(800, 400)
    page.mouse.down()
    page.mouse.move(600, 400, steps=4)
    page.mouse.up()
    until(page, lambda: len(asked_for_views(near)) >= 2)
