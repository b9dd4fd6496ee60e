"""Streets of one synthetic town: a bent lattice of blocks with an uneven rim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from geogrid.demo.ground import Flags, Floats, Ground, Ints, Town, Warp

BLOCK_M: Final = (190.0, 245.0)  # length of a block, drawn once for each town and direction
_LONG, _WIDE = 1.35, 0.75  # towns lie along their valley
_MISSING_SHARE: Final = 0.13  # blocks that were built over
_STEMS: Final = (
    "人民 解放 建设 文化 新华 中山 东风 胜利 环城 滨江 学府 工业 商城 车站 公园 体育 康乐 永兴 "
    "新市 富强 民主 团结 友谊 光明 红旗 朝阳 凤凰 翠竹 梅园 荷花 桂花 丁香 沙溪 虎头 麒麟 玉泉 "
    "龙岗 白沙 高岩 江滨 崇宁 育才 青山 绿岩 锦绣 和平 兴业 长安 迎宾 广场"
)


@dataclass(frozen=True, slots=True)
class Streets:
    """Crossings (n, 2) in the plane and street pieces between them.

    ``ends`` (m, 2) are positions of crossings, in the direction of travel where ``oneway``;
    ``arterial`` marks the wide streets; ``names`` has one name for each piece.
    """

    xy: Floats
    ends: Ints
    arterial: Flags
    oneway: Flags
    names: NDArray[np.str_]


def lay_streets(
    town: Town, ground: Ground, *, heading: float, warp: Warp, rng: np.random.Generator
) -> Streets:
    """Return the streets of a town.

    Parameters
    ----------
    town
        Where, how large, and which district they stay in.
    ground
        Districts and the other towns, whose streets are left room.
    heading
        Radians from east: the way the town stretches.
    warp
        Bends the lattice.
    rng
        Source of chance, for this town alone.

    Returns
    -------
    Streets
        Connected; the only crossing of a place without room is the seat itself.
    """
    columns, rows, uv = _lattice(town, rng)
    turn = np.array([[np.cos(heading), np.sin(heading)], [-np.sin(heading), np.cos(heading)]])
    xy = np.array([town.x, town.y]) + uv @ turn
    xy = xy + warp.at(xy) + rng.normal(0.0, 7.0, xy.shape)
    inside = _in_rim(uv, town, rng) & _own_room(xy, town, ground.towns)
    inside &= ground.district_of(xy) == town.district
    ids = np.full(len(xy), -1, dtype=np.int64)
    ids[inside] = np.arange(int(inside.sum()))
    number = ids.reshape(columns, rows)
    east = np.stack([number[:-1], number[1:]], axis=-1)
    north = np.stack([number[:, :-1], number[:, 1:]], axis=-1)
    line = np.concatenate(
        [np.tile(np.arange(rows), columns - 1), np.repeat(np.arange(columns), rows - 1)]
    )
    ends = np.concatenate([east.reshape(-1, 2), north.reshape(-1, 2)])
    is_north = np.arange(len(ends)) >= (columns - 1) * rows
    keep = (ends >= 0).all(axis=1)
    keep &= (line % 4 == 0) | (rng.random(len(ends)) >= _MISSING_SHARE)
    oneway = (line % 4 == 2) & (town.kind in ("seat", "street"))
    backwards = oneway & (line % 8 == 2)
    ends[backwards] = ends[backwards, ::-1]
    names = _street_names(town, line, is_north, rng)
    return _largest_part(
        Streets(xy[inside], ends[keep], (line % 4 == 0)[keep], oneway[keep], names[keep]),
        town,
    )


def _lattice(town: Town, rng: np.random.Generator) -> tuple[int, int, Floats]:
    """Return columns, rows and the crossings along and across the town, from its seat."""
    axes = []
    for stretch in (_LONG, _WIDE):
        block_m = rng.uniform(*BLOCK_M)
        half = max(1, int(np.ceil(1.3 * stretch * town.radius_m / block_m)))
        steps = np.arange(-half, half + 1, dtype=np.float64)
        axes.append((steps + rng.uniform(-0.17, 0.17, len(steps))) * block_m)
    u, v = np.meshgrid(axes[0], axes[1], indexing="ij")
    return len(axes[0]), len(axes[1]), np.column_stack([u.ravel(), v.ravel()])


def _in_rim(uv: Floats, town: Town, rng: np.random.Generator) -> Flags:
    """Tell which crossings lie inside the town's uneven rim."""
    angle = np.arctan2(uv[:, 1] / _WIDE, uv[:, 0] / _LONG)
    turns, swings = rng.uniform(0.0, 2 * np.pi, 4), rng.normal(0.0, 0.09, 4)
    rim = 1.0 + sum(
        swing * np.cos((k + 2) * angle + turn)
        for k, (swing, turn) in enumerate(zip(swings, turns, strict=True))
    )
    reach = np.hypot(uv[:, 0] / _LONG, uv[:, 1] / _WIDE) / town.radius_m
    return np.asarray(reach < rim, dtype=np.bool_)


def _own_room(xy: Floats, town: Town, towns: Sequence[Town]) -> Flags:
    """Tell which points are nearer to this town than to others, counted in their radii."""
    own = np.hypot(xy[:, 0] - town.x, xy[:, 1] - town.y) / town.radius_m
    room = np.ones(len(xy), dtype=np.bool_)
    for other in towns:
        if other is not town and abs(other.x - town.x) + abs(other.y - town.y) < 12_000.0:
            far = np.hypot(xy[:, 0] - other.x, xy[:, 1] - other.y) / other.radius_m
            room &= own < 0.97 * far
    return room


def _street_names(
    town: Town, line: Ints, is_north: Flags, rng: np.random.Generator
) -> NDArray[np.str_]:
    """Return a made-up name for each piece: one name for each line of the lattice."""
    stems = rng.permutation(np.array(_STEMS.split()))
    short = town.short_name
    prefix = "" if town.kind in ("seat", "street") else short
    along = [f"{prefix}{stems[k % len(stems)]}路" for k in range(int(line.max(initial=0)) + 1)]
    across = [f"{prefix}{stems[-1 - k % len(stems)]}街" for k in range(len(along))]
    along[len(along) // 3] = f"{short}路"
    across[len(across) // 2] = f"{short}街"
    return np.where(is_north, np.array(across)[line], np.array(along)[line])


def _largest_part(streets: Streets, town: Town) -> Streets:
    """Return the largest connected part; the seat alone where nothing is left."""
    n = len(streets.xy)
    if len(streets.ends) == 0:
        seat = np.array([[town.x, town.y]])
        none = np.zeros(0, dtype=np.bool_)
        return Streets(seat, np.zeros((0, 2), np.int64), none, none, np.array([], dtype=np.str_))
    ones = np.ones(len(streets.ends))
    graph = sparse.coo_array((ones, (streets.ends[:, 0], streets.ends[:, 1])), shape=(n, n))
    _, part = csgraph.connected_components(graph, directed=False)
    kept = part == np.bincount(part).argmax()
    renumber = np.cumsum(kept) - 1
    pieces = kept[streets.ends[:, 0]]
    return Streets(
        streets.xy[kept],
        renumber[streets.ends[pieces]],
        streets.arterial[pieces],
        streets.oneway[pieces],
        streets.names[pieces],
    )
