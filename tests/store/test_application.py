"""The log of imports tells of every change, whoever made it."""

from __future__ import annotations

import shutil

from geogrid.store.application import ApplicationStore


def entry(number):
    return {"id": number, "at": "2026-03-02T00:00:00Z", "kind": "tracks"}


def test_the_state_follows_every_write_of_another_process_at_once(tmp_path):
    ours, theirs = ApplicationStore(tmp_path), ApplicationStore(tmp_path)
    told = [ours.state()]
    for number in range(1, 30):  # faster than the clock of the file system goes on
        theirs.record(entry(number))
        told.append(ours.state())
        assert ours.state() == told[-1]
        if number % 3 == 0:
            theirs.mark_undone(number)
            told.append(ours.state())
    assert told[:5] == [(0, 0), (1, 0), (2, 0), (3, 0), (3, 1)]
    assert len(set(told)) == len(told)


def test_a_log_that_is_put_back_is_read_anew(tmp_path):
    store = ApplicationStore(tmp_path)
    store.record(entry(1))
    shutil.copy(store.path, tmp_path / "backup")
    store.record(entry(2))
    assert store.state() == (2, 0)
    shutil.copy(tmp_path / "backup", store.path)
    assert store.state() == (1, 0)


def test_what_did_not_change_is_not_read_again(tmp_path, monkeypatch):
    store = ApplicationStore(tmp_path)
    store.record(entry(1))
    before = store.state()
    monkeypatch.setattr(ApplicationStore, "_connection", None)  # whoever opens it fails
    assert store.state() == before
