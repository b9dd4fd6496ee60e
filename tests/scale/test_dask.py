"""A Dask cluster gives what threads give, in order, also when a worker dies."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import dask
import pytest
from distributed import Client

from geogrid.errors import InputError
from geogrid.i18n import translator
from geogrid.scale import dask as engine
from geogrid.scale.dask import DaskEngine
from tests.clusters import started


@pytest.fixture(scope="module")
def address():
    """Return the address of a scheduler with two workers on this machine."""
    with started(workers=2) as cluster:
        yield cluster.scheduler_address


def squared(number):
    return number * number


def refused_at_three(number):
    if number == 3:
        raise InputError("--workers must be at least 1, got {workers}", workers=number)
    return number


def killed_once(marker):
    """End this worker the first time, as a machine that goes down does."""
    path = Path(marker)
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def killed_always(_number):
    os.kill(os.getpid(), signal.SIGKILL)


def without_package(_number):
    raise ModuleNotFoundError("No module named 'geogrid'", name="geogrid")


def test_results_come_in_the_order_of_the_tasks(address):
    run = DaskEngine(address)
    assert list(run(squared, range(40))) == [n * n for n in range(40)]


def test_no_tasks_need_no_cluster():
    assert list(DaskEngine("tcp://127.0.0.1:1")(squared, [])) == []


def test_tasks_are_taken_only_a_few_ahead(address):
    taken = []

    def tasks():
        for number in range(100):
            taken.append(number)
            yield number

    results = DaskEngine(address)(squared, tasks())
    assert next(results) == 0
    assert len(taken) == engine.AHEAD * 2
    assert next(results) == 1
    assert len(taken) == engine.AHEAD * 2 + 1
    results.close()


def test_an_error_of_a_task_reaches_the_caller_in_its_place_and_in_every_language(address):
    results = DaskEngine(address)(refused_at_three, range(6))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(InputError, match="at least 1, got 3") as caught:
        next(results)
    assert "收到 3" in caught.value.render(translator("zh"))


def test_the_task_of_a_worker_that_dies_is_done_by_another(address, tmp_path):
    with Client(address, set_as_default=False) as client:
        before = set(client.run(os.getpid).values())
    markers = [str(tmp_path / "one")] * 6
    workers = list(DaskEngine(address)(killed_once, markers))
    assert len(workers) == 6
    assert before - set(workers)  # one of the two is gone


def test_a_task_that_ends_every_worker_is_told():
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        pytest.raises(InputError, match="ended 1 Dask workers, most likely for want of memory"),
    ):
        list(DaskEngine(workers=1)(killed_always, [1]))


def test_a_worker_without_this_package_is_told(address):
    with pytest.raises(
        InputError, match=r"cannot load what it needs \(No module named 'geogrid'\)"
    ):
        list(DaskEngine(address)(without_package, [1]))


def test_a_scheduler_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setattr(engine, "CONNECT_S", 0.5)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for unreachable in (f"tcp://127.0.0.1:{port}", "somewhere", "post://127.0.0.1:1"):
        with pytest.raises(InputError, match=f"cannot reach a Dask scheduler at {unreachable}"):
            list(DaskEngine(unreachable)(squared, [1]))


def test_a_scheduler_without_workers_is_told(monkeypatch):
    monkeypatch.setattr(engine, "WORKERS_S", 0.5)
    with started(workers=0) as cluster:
        lonely = cluster.scheduler_address
        with pytest.raises(InputError, match=f"has no workers; start some with: .*{lonely}"):
            list(DaskEngine(lonely)(squared, [1]))


def test_a_scheduler_that_is_lost_is_told(monkeypatch):
    monkeypatch.setattr(engine, "CONNECT_S", 1.0)
    cluster = started(workers=1)
    results = DaskEngine(cluster.scheduler_address)(squared, range(100))
    assert next(results) == 0
    cluster.close()
    with pytest.raises(InputError, match="the Dask scheduler was lost"):
        list(results)
