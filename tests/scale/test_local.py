"""Threads give results in order, a few tasks ahead, and pass errors on."""

from __future__ import annotations

import threading

import pytest

from geogrid.scale.local import run_local


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_come_in_the_order_of_the_tasks(threads):
    first = threading.Event()

    def slow_start(number):
        if number == 0 and threads > 1:
            first.wait(10.0)
        elif number == 1:
            first.set()
        return number * number

    assert list(run_local(slow_start, range(20), threads=threads)) == [n * n for n in range(20)]


def test_no_tasks_give_no_results():
    assert list(run_local(str, [])) == []


def test_tasks_are_taken_only_a_few_ahead():
    taken = []

    def tasks():
        for number in range(100):
            taken.append(number)
            yield number

    results = run_local(str, tasks(), threads=3)
    assert next(results) == "0"
    assert len(taken) == 4
    assert next(results) == "1"
    assert len(taken) == 5
    results.close()


def test_an_error_of_a_task_reaches_the_caller_in_its_place():
    results = run_local(lambda n: 10 // (2 - n), range(5), threads=2)
    assert next(results) == 5
    assert next(results) == 10
    with pytest.raises(ZeroDivisionError):
        next(results)
