"""A slow oracle of space-time prisms: each segment, hour and cell by itself, in plain Python."""

import math
from itertools import product

from geogrid.kernels.small_prisms import TOUCH


def plain_way(ends, col, row):
    """Return the shortest way from one fix to the other by a cell, by its four sides."""
    (x0, y0, x1, y1), turned = ends, (ends[1], ends[0], ends[3], ends[2])
    sides = [(turned, col, row)] * (min(x0, x1) < col)
    sides += [(turned, col + 1.0, row)] * (max(x0, x1) > col + 1.0)
    sides += [(ends, row, col)] * (min(y0, y1) < row)
    sides += [(ends, row + 1.0, col)] * (max(y0, y1) > row + 1.0)
    ways = []
    for (along0, across0, along1, across1), side, begin in sides:
        high0, high1 = abs(across0 - side), abs(across1 - side)
        share = high0 / (high0 + high1) if high0 + high1 > 0.0 else 0.0
        at = min(max(along0 + (along1 - along0) * share, begin), begin + 1.0)
        ways.append(math.sqrt((at - along0) * (at - along0) + high0 * high0))
        ways[-1] += math.sqrt((at - along1) * (at - along1) + high1 * high1)
    return min(ways, default=math.inf)


def plain_box(begin, end, dx, dy, reach):
    """Return the first and last cell, along one axis, that ways of at most ``reach`` touch."""
    half = 0.5 * max(math.sqrt(max((reach - dy) * (reach + dy), 0.0)), dx) + TOUCH
    mid = 0.5 * (begin + end)
    first = min(math.floor(mid - half), math.floor(min(begin, end)))
    return range(first, max(math.floor(mid + half), math.floor(max(begin, end))) + 1)


def plain_most(ends, cell, dt, speed, reach):
    """Return from when until when it can be in a cell; None where it cannot."""
    (x0, y0, x1, y1), (row, col) = ends, cell
    far = [
        math.sqrt(dx * dx + dy * dy)
        for dx, dy in (
            (max(col - x, x - col - 1.0, 0.0), max(row - y, y - row - 1.0, 0.0))
            for x, y in ((x0, y0), (x1, y1))
        )
    ]
    if sum(far) > reach + TOUCH:
        return None
    if min(far) > 0.0 and plain_way(ends, col, row) > reach + TOUCH:
        return None
    pace = 1.0 / speed
    return math.floor(far[0] * pace), math.ceil(dt - far[1] * pace)


def plain_least(ends, dt, speed, reach):
    """Return until when it must be in the first fix's cell and since when in the last one's."""
    x0, y0, x1, y1 = ends
    west0, south0 = x0 - math.floor(x0), y0 - math.floor(y0)
    west1, south1 = x1 - math.floor(x1), y1 - math.floor(y1)
    near0 = min(west0, 1.0 - west0, south0, 1.0 - south0)
    near1 = min(west1, 1.0 - west1, south1, 1.0 - south1)
    out = min(math.floor(near0 / speed), dt)
    back = max(dt - math.floor(near1 / speed), 0)
    if (math.floor(x0), math.floor(y0)) == (math.floor(x1), math.floor(y1)):
        aside = min(west0 + west1, (1.0 - west0) + (1.0 - west1))
        above = min(south0 + south1, (1.0 - south0) + (1.0 - south1))
        by_side = min(aside * aside + (y1 - y0) * (y1 - y0), above * above + (x1 - x0) * (x1 - x0))
        if by_side > (reach + TOUCH) * (reach + TOUCH) or out >= back:
            return dt, dt
    return out, back


def plain_bounds(prisms, edges, clock):
    """Return {(row, col, hour): (lo, hi)}: each segment, hour and cell by itself."""
    lo, hi = {}, {}
    t, x, y = prisms.t.tolist(), prisms.x.tolist(), prisms.y.tolist()
    edges, sure = edges.tolist(), prisms.sure.tolist()
    for i, hour in product(range(len(t) - 1), range(len(clock))):
        speed, dt, ends = float(prisms.speed[i]), t[i + 1] - t[i], (x[i], y[i], x[i + 1], y[i + 1])
        since, until = max(edges[hour] - t[i], 0), min(edges[hour + 1] - t[i], dt)
        if speed <= 0.0 or since >= until:
            continue
        dx, dy = abs(ends[2] - ends[0]), abs(ends[3] - ends[1])
        reach = max(min(float(prisms.reach[i]), speed * dt), math.sqrt(dx * dx + dy * dy))
        cells = product(
            plain_box(ends[1], ends[3], dy, dx, reach), plain_box(ends[0], ends[2], dx, dy, reach)
        )
        for cell in cells:
            stay = plain_most(ends, cell, dt, speed, reach)
            if stay is not None and min(stay[1], until) > max(stay[0], since):
                key = (*cell, int(clock[hour]))
                hi[key] = hi.get(key, 0) + min(stay[1], until) - max(stay[0], since)
        out, back = plain_least(ends, dt, speed, reach)
        first = (math.floor(ends[1]), math.floor(ends[0]), int(clock[hour]))
        last = (math.floor(ends[3]), math.floor(ends[2]), int(clock[hour]))
        if out == back and first == last:
            stays = [(first, until - since)] * (sure[i] or sure[i + 1])
        else:
            stays = [(first, min(out, until) - since)] * sure[i]
            stays += [(last, until - max(back, since))] * sure[i + 1]
        for key, ms in stays:
            lo[key] = lo.get(key, 0) + max(ms, 0)
    return {key: (lo.get(key, 0), ms) for key, ms in hi.items()}
