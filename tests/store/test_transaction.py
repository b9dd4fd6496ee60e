"""A change is in place as a whole or not at all, whatever stops it, and can be undone exactly."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest

from geogrid.errors import InputError, StoreError
from geogrid.store import lock
from geogrid.store.application import ApplicationStore
from geogrid.store.lock import exclusive, is_free
from geogrid.store.transaction import forget_undo, recover, transaction, undo_last

ENTRY = {"at": "2026-03-06T00:00:00+00:00", "kind": "tracks", "files": []}
OF_THE_MACHINERY = {".lock", ".undo", "app.sqlite"}


def tree(root: Path) -> dict[str, bytes | None]:
    """Return every file with its bytes, and every folder, of what users keep."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(root.rglob("*"))
        if path.relative_to(root).parts[0] not in OF_THE_MACHINERY
    }


def change(root: Path, text: str) -> None:
    with transaction(root, dict(ENTRY)) as prepared:
        prepared.path_for("kept.txt").write_text(text)
        prepared.path_for(f"new/{text}/file.txt").write_text(text)
        prepared.removed.add("gone.txt")


@pytest.fixture
def root(tmp_path):
    (tmp_path / "kept.txt").write_text("old")
    (tmp_path / "gone.txt").write_text("leaves")
    (tmp_path / "other.txt").write_text("is not touched")
    return tmp_path


def test_a_change_writes_and_removes_its_files_together(root):
    change(root, "one")
    assert tree(root) == {
        "kept.txt": b"one",
        "new": None,
        "new/one": None,
        "new/one/file.txt": b"one",
        "other.txt": b"is not touched",
    }


def test_an_error_inside_a_change_leaves_everything_as_it_was(root):
    before = tree(root)
    with pytest.raises(OSError, match="no-such"), transaction(root, dict(ENTRY)) as prepared:
        prepared.path_for("kept.txt").write_bytes((root / "no-such").read_bytes())
    assert tree(root) == before
    assert ApplicationStore(root).imports() == []


def test_undo_restores_every_byte_and_leaves_no_folder_behind(root):
    before = tree(root)
    change(root, "one")
    entry = undo_last(root)
    assert tree(root) == before
    assert entry["id"] == 1
    assert ApplicationStore(root).imports() == []


def test_undo_after_a_second_change_undoes_only_the_second(root):
    change(root, "one")
    after_one = tree(root)
    change(root, "two")
    undo_last(root)
    assert tree(root) == after_one
    assert [entry["id"] for entry in ApplicationStore(root).imports()] == [1]


def test_a_change_cannot_be_undone_twice(root):
    change(root, "one")
    undo_last(root)
    with pytest.raises(InputError, match="no import to undo"):
        undo_last(root)


def test_what_is_forgotten_cannot_be_undone(root):
    change(root, "one")
    forget_undo(root)
    with pytest.raises(InputError, match="no import to undo"):
        undo_last(root)


def test_numbers_of_undone_changes_are_not_given_again(root):
    change(root, "one")
    undo_last(root)
    change(root, "two")
    assert [entry["id"] for entry in ApplicationStore(root).imports()] == [2]


def cut_short(root: Path, act, step: int) -> bool:
    """Run an act in a process that ends at its n-th step on disk; tell whether it came so far."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    done = 0

    def counted(step_of):
        def run(*args, **kwargs):
            nonlocal done
            done += 1
            if done > step:
                os._exit(9)
            return step_of(*args, **kwargs)

        return run

    for owner, name in (
        (Path, "replace"),
        (Path, "unlink"),
        (Path, "mkdir"),
        (Path, "rmdir"),
        (Path, "write_text"),
        (os, "fsync"),
        (os, "rmdir"),
        (os, "unlink"),
        (shutil, "copy2"),
        (ApplicationStore, "record"),
        (ApplicationStore, "mark_undone"),
    ):
        setattr(owner, name, counted(getattr(owner, name)))
    try:
        act(root)
    finally:
        os._exit(0)


@pytest.mark.parametrize("act", ["a change", "a second change", "an undo"])
def test_a_process_that_ends_at_any_step_leaves_before_or_after(root, tmp_path_factory, act):
    if act != "a change":
        change(root, "one")
    make = undo_last if act == "an undo" else lambda folder: change(folder, "two")
    before = tree(root)
    after_root = tmp_path_factory.mktemp("after") / "ws"
    shutil.copytree(root, after_root)
    make(after_root)
    states = [(before, ApplicationStore(root).state())]
    states.append((tree(after_root), ApplicationStore(after_root).state()))
    seen = set()
    for step in range(500):
        copy = tmp_path_factory.mktemp("cut") / "ws"
        shutil.copytree(root, copy)
        died = cut_short(copy, make, step)
        recover(copy)
        now = (tree(copy), ApplicationStore(copy).state())
        assert now in states, f"step {step}"
        seen.add(states.index(now))
        if not died:
            break
    assert seen == {0, 1}
    assert step > 10


@pytest.mark.parametrize("act", ["a change", "an undo"])
def test_recovery_may_itself_be_cut_short(root, tmp_path_factory, act):
    if act == "an undo":
        change(root, "one")
    make = undo_last if act == "an undo" else lambda folder: change(folder, "two")
    before = tree(root)
    after_root = tmp_path_factory.mktemp("after") / "ws"
    shutil.copytree(root, after_root)
    make(after_root)
    for first in range(0, 60, 4):
        copy = tmp_path_factory.mktemp("cut") / "ws"
        shutil.copytree(root, copy)
        if not cut_short(copy, make, first):
            break
        for second in range(6):
            cut_short(copy, recover, second)
        recover(copy)
        assert tree(copy) in (before, tree(after_root))


def test_a_reader_does_not_drop_what_a_writer_prepares(root):
    with transaction(root, dict(ENTRY)) as prepared:
        prepared.path_for("kept.txt").write_text("new")
        recover(root)  # what opening a workspace does
    assert (root / "kept.txt").read_text() == "new"


def test_a_second_writer_waits_for_the_first(root):
    inside, order = threading.Event(), []

    def first() -> None:
        with transaction(root, dict(ENTRY)) as prepared:
            inside.set()
            prepared.path_for("kept.txt").write_text("first")
            order.append("first")

    writer = threading.Thread(target=first)
    writer.start()
    inside.wait()
    change(root, "second")
    order.append("second")
    writer.join()
    assert order == ["first", "second"]
    assert (root / "kept.txt").read_text() == "second"
    assert [entry["id"] for entry in ApplicationStore(root).imports()] == [1, 2]


def test_a_writer_that_waits_too_long_is_told_which_workspace_is_busy(root, monkeypatch):
    monkeypatch.setattr(lock, "_POLL_S", 0.001)
    with (
        exclusive(root),
        pytest.raises(StoreError, match=rf"another import is writing to {root}"),
        exclusive(root, wait_s=0.01),
    ):
        pass
    assert is_free(root)


def test_a_damaged_log_says_what_to_do(tmp_path):
    (tmp_path / "app.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="restore it from a backup"):
        ApplicationStore(tmp_path).imports()
