"""What is lost if one camera, one pole or one network segment fails; the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.camera_land import GroupedLand
from geogrid.analysis.camera_scene import Cover, Scene, cover_by
from geogrid.errors import InputError

Rank = Literal["land", "roads", "places"]
RANKS: Final[tuple[Rank, ...]] = get_args(Rank)
_COLUMN: Final = {"land": "lost_m2", "roads": "lost_road_m", "places": "lost_places"}
SLIVER_M2: Final = 0.01  # what rounding leaves along outlines that coincide
SLIVER_M: Final = 0.001


def failures(scene: Scene, groups: Sequence[str | None], *, rank: Rank = "land") -> pd.DataFrame:
    """Return what is lost without each group of cameras, the worst first.

    Parameters
    ----------
    scene
        What all cameras see.
    groups
        Group of each view by name, such as its pole; ``None`` where not known: such a camera
        still sees, and is in no row. Shape (n_views,).
    rank
        What the order is by: ``land``, ``roads`` or ``places``; ties by the others, then name.

    Returns
    -------
    pandas.DataFrame
        See `losses`.

    Raises
    ------
    InputError
        There is no such rank.
    """
    names, group = numbered(groups)
    known = sum(name is not None for name in names)
    if not known:  # nothing is to be told; spare the work
        names, group = [], group[:0]
        nothing = np.zeros(0)
        land = GroupedLand(nothing, nothing, nothing)
        cover = Cover(land, nothing, nothing, nothing, np.zeros(0, dtype=np.int64))
        return losses(names, group, cover, rank=rank)
    return losses(names, group, cover_by(scene, group, len(names)), rank=rank)


def numbered(groups: Sequence[str | None]) -> tuple[list[str | None], NDArray[np.int64]]:
    """Return the groups by number; a view whose group is not known is one of its own.

    Parameters
    ----------
    groups
        Group of each view by name, or ``None``.

    Returns
    -------
    names : list of str or None
        Name of each group, rising; ``None`` for those that are not known.
    group : ndarray of int, shape (n_views,)
        Group of each view.
    """
    known = sorted({name for name in groups if name is not None})
    number = {name: at for at, name in enumerate(known)}
    group = np.empty(len(groups), dtype=np.int64)
    names: list[str | None] = [*known]
    for at, name in enumerate(groups):
        if name is None:
            group[at] = len(names)
            names.append(None)
        else:
            group[at] = number[name]
    return names, group


def rank_named(text: str) -> Rank:
    """Return what failures are ranked by.

    Parameters
    ----------
    text
        A name of `RANKS`.

    Returns
    -------
    Rank
        The same.

    Raises
    ------
    InputError
        There is no such rank.
    """
    for rank in RANKS:
        if rank == text:
            return rank
    raise InputError(
        "failures cannot be ranked by {rank!r}; give one of {known}",
        rank=text,
        known=", ".join(RANKS),
    )


def losses(
    names: Sequence[str | None], group: NDArray[np.int64], cover: Cover, *, rank: Rank = "land"
) -> pd.DataFrame:
    """Return what only each group sees, the worst first.

    Parameters
    ----------
    names
        Name of each group; ``None`` for those that are told in no row.
    group
        Group of each view.
    cover
        What the groups see.
    rank
        What the order is by.

    Returns
    -------
    pandas.DataFrame
        ``rank`` (from 1), ``id``, ``cameras`` with a view in the group, ``lost_m2`` of land,
        ``lost_road_m``, ``lost_places`` (places of which nothing sees anything any more).

    Raises
    ------
    InputError
        There is no such rank.
    """
    rank = rank_named(rank)
    land, road = cover.land.alone_m2, cover.road_alone_m
    told = np.array([name is not None for name in names], dtype=bool)
    table = pd.DataFrame(
        {
            "id": list(names),
            "cameras": np.bincount(group, minlength=len(names)),
            "lost_m2": np.where(land < SLIVER_M2, 0.0, land),
            "lost_road_m": np.where(road < SLIVER_M, 0.0, road),
            "lost_places": cover.places_alone,
        }
    )[told]
    by = [_COLUMN[rank], *(column for name, column in _COLUMN.items() if name != rank)]
    table = table.sort_values([*by, "id"], ascending=[False] * len(by) + [True])
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return table.reset_index(drop=True)
