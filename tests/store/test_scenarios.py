"""Scenarios are kept whole, by name and revision."""

from __future__ import annotations

import sqlite3
import threading

import pytest

from geogrid.errors import ConflictError, InputError, LayerNotFoundError, StoreError
from geogrid.store.application import ApplicationStore
from geogrid.store.database import FILE_NAME
from geogrid.store.scenarios import ScenarioStore

NOW, LATER = "2026-03-01T00:00:00+00:00", "2026-03-02T00:00:00+00:00"


@pytest.fixture
def store(tmp_path):
    return ScenarioStore(tmp_path)


def test_what_is_kept_is_read_back_as_it_was(store):
    made = store.add("夜间", {"cameras": [{"id": "a", "lon": 117.123456789}], "note": ""}, NOW)
    assert store.one(made["id"]) == made == store.every()[0]
    assert (made["revision"], made["created"], made["changed"]) == (1, NOW, NOW)
    assert made["cameras"][0]["lon"] == 117.123456789
    assert store.plan(made["id"]) is None


def test_a_change_raises_the_revision_and_keeps_the_plan_until_there_is_a_new_one(store):
    made = store.add("a", {"note": ""}, NOW)
    store.change(made["id"], made, LATER, plan={"value": 7})
    again = store.change(made["id"], made | {"note": "x", "name": "b"}, LATER, revision=2)
    assert (again["revision"], again["name"], again["note"]) == (3, "b", "x")
    assert (again["created"], again["changed"]) == (NOW, LATER)
    assert store.plan(made["id"]) == {"value": 7}
    with pytest.raises(ConflictError, match="revision 3, yours was 2"):
        store.change(made["id"], made, LATER, revision=2)


def test_a_name_is_taken_once_and_an_id_is_never_given_again(store):
    first = store.add("a", {}, NOW)
    with pytest.raises(InputError, match="another name"):
        store.add("a", {}, NOW)
    other = store.add("b", {}, NOW)
    with pytest.raises(InputError, match="another name"):
        store.change(other["id"], other | {"name": "a"}, LATER)
    store.drop(other["id"])
    assert store.add("c", {}, NOW)["id"] > other["id"]
    assert store.one(first["id"])["name"] == "a"


@pytest.mark.parametrize("ask", ["one", "plan", "drop"])
def test_what_is_not_there_is_said(store, ask):
    with pytest.raises(LayerNotFoundError, match="no scenario 5"):
        getattr(store, ask)(5)
    with pytest.raises(LayerNotFoundError):
        store.change(5, {"name": "x"}, NOW)


def test_of_many_changes_at_once_from_one_revision_one_is_made(store):
    made = store.add("a", {"by": -1}, NOW)
    ended = []

    def change(k):
        try:
            store.change(made["id"], made | {"by": k}, LATER, revision=1)
            ended.append(k)
        except ConflictError:
            pass

    threads = [threading.Thread(target=change, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 1
    assert store.one(made["id"])["by"] == ended[0]


def test_scenarios_and_imports_share_a_file_and_leave_each_other_alone(tmp_path):
    imports, store = ApplicationStore(tmp_path), ScenarioStore(tmp_path)
    imports.record({"id": 1, "at": NOW, "kind": "cameras"})
    before = imports.state()
    store.add("a", {}, NOW)
    assert imports.state() == before  # so that answers that were kept stay good
    assert len(store.every()) == 1
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        assert {"imports", "scenarios"} <= {name for (name,) in tables}


def test_a_damaged_file_is_said_to_be(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b"no database at all, but long enough to be looked at" * 40)
    with pytest.raises(StoreError, match="backup"):
        ScenarioStore(tmp_path).every()
