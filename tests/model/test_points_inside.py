"""Points in a shape: as shapely says, and in several threads at once."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import shapely

from geogrid.model.points_inside import points_inside, points_inside_or_on

SQUARE = shapely.box(0, 0, 2, 2)
X, Y = np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 1.0])


def test_a_point_on_the_edge_is_not_inside():
    assert points_inside(SQUARE, X, Y).tolist() == [True, False, False]
    assert points_inside_or_on(SQUARE, X, Y).tolist() == [True, True, False]


@pytest.mark.parametrize("ask", [points_inside, points_inside_or_on])
def test_the_shape_itself_is_never_prepared(ask):
    shape = shapely.box(0, 0, 2, 2)
    ask(shape, X, Y)
    assert not shapely.is_prepared(shape)


# A race in GEOS ends the process, so it runs apart: with one shape for all threads, four of
# five times within these rounds.
THREADS = """
import threading
import numpy as np, shapely
from geogrid.model.points_inside import points_inside
rng = np.random.default_rng(0)
x, y = rng.uniform(-1, 1, (2, 2_000))
shape = shapely.union_all(shapely.buffer(shapely.points(rng.uniform(-1, 1, (60, 2))), 0.05))
wkb, found = shapely.to_wkb(shape), {}
for _ in range(400):
    shape, start = shapely.from_wkb(wkb), threading.Barrier(3)
    def ask(number):
        start.wait()
        found[number] = points_inside(shape, x, y)
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found[0] == found[1]).all() and (found[0] == found[2]).all()
"""


def test_threads_ask_one_shape_at_once():
    done = subprocess.run([sys.executable, "-c", THREADS], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
