"""Which entries of two registers are the same thing, by distance, name and direction.

Entries are paired one to one, the most alike first. Two cameras on one pole that look another
way are two cameras. A pair is a proposal with its reason; a person says whether it holds.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

WITHIN_M: Final = 25.0  # two surveys of one pole differ by so much
APART_DEG: Final = 60.0  # views that differ by more are of two cameras
ALIKE_SHARE: Final = 0.6  # names below it need a look
_METRES_PER_DEGREE: Final = 111_195.0
_PER_NAME_M: Final = 20.0  # a wholly different name counts like so much more distance
_PER_DEGREE_M: Final = 0.1
_NO_LETTER: Final = re.compile(r"[\W_]+")

Verdict = Literal["same", "ask"]
REASONS: Final = {
    "near": "{metres:.0f} m apart",
    "id": "the same id, {metres:.0f} m apart",
    "name": "names alike to {share:.0%}",
    "direction": "directions {degrees:.0f} degrees apart",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries that may be one thing.

    Parameters
    ----------
    ours, theirs
        Their ids.
    metres
        Distance.
    share
        How alike the names are, 0 to 1; NaN where one has none.
    degrees
        Between their directions; NaN where one has none.
    same_id
        Both registers call it the same.
    """

    ours: str
    theirs: str
    metres: float
    share: float
    degrees: float
    same_id: bool

    @property
    def verdict(self) -> Verdict:
        """``same`` where nothing speaks against it, else ``ask``."""
        unlike = self.share < ALIKE_SHARE
        return "ask" if unlike or self.metres > WITHIN_M else "same"

    @property
    def reasons(self) -> tuple[tuple[str, dict[str, float]], ...]:
        """The templates of why, with their values."""
        found = [(REASONS["id" if self.same_id else "near"], {"metres": self.metres})]
        if not np.isnan(self.share):
            found.append((REASONS["name"], {"share": self.share}))
        if not np.isnan(self.degrees):
            found.append((REASONS["direction"], {"degrees": self.degrees}))
        return tuple(found)


def register_pairs(
    ours: pd.DataFrame, theirs: pd.DataFrame, *, within_m: float = WITHIN_M
) -> tuple[Pair, ...]:
    """Return the entries of two registers that may be the same, the most alike first.

    Parameters
    ----------
    ours, theirs
        Index ``id``; ``geometry`` points in WGS-84; ``name`` and ``bearing`` where they are
        known.
    within_m
        Metres, > 0; entries with the same id are paired at any distance.

    Returns
    -------
    tuple of Pair
        Each entry is in one pair at most.
    """
    here, there = _plane(ours, ours), _plane(theirs, ours)
    at = _candidates(here, there, within_m)
    by_id = pd.Index(theirs.index).get_indexer(pd.Index(ours.index))
    at |= {(int(i), int(j)) for i, j in enumerate(by_id) if j >= 0}
    names = [_names(frame) for frame in (ours, theirs)]
    bearings = [_bearings(frame) for frame in (ours, theirs)]
    ranked = []
    for i, j in at:
        pair = Pair(
            ours=str(ours.index[i]),
            theirs=str(theirs.index[j]),
            metres=float(np.hypot(*(here[i] - there[j]))),
            share=_share(names[0][i], names[1][j]),
            degrees=_between(bearings[0][i], bearings[1][j]),
            same_id=bool(ours.index[i] == theirs.index[j]),
        )
        if pair.same_id or not pair.degrees > APART_DEG:
            ranked.append((not pair.same_id, _cost(pair), pair.ours, pair.theirs, pair))
    return _one_to_one([entry[-1] for entry in sorted(ranked, key=lambda entry: entry[:-1])])


def _one_to_one(ranked: list[Pair]) -> tuple[Pair, ...]:
    taken_ours: set[str] = set()
    taken_theirs: set[str] = set()
    kept = []
    for pair in ranked:
        if pair.ours not in taken_ours and pair.theirs not in taken_theirs:
            kept.append(pair)
            taken_ours.add(pair.ours)
            taken_theirs.add(pair.theirs)
    return tuple(kept)


def _cost(pair: Pair) -> float:
    """Return how unlike two entries are, in metres."""
    unlike = 0.5 if np.isnan(pair.share) else 1.0 - pair.share
    turned = 0.0 if np.isnan(pair.degrees) else pair.degrees
    return pair.metres + _PER_NAME_M * unlike + _PER_DEGREE_M * turned


def _plane(frame: pd.DataFrame, origin: pd.DataFrame) -> NDArray[np.float64]:
    """Return points in metres around the first of the other register, shape (n, 2)."""
    lonlat = shapely.get_coordinates(frame["geometry"].to_numpy())
    middle = shapely.get_coordinates(origin["geometry"].to_numpy()[:1]).reshape(-1, 2)
    if not len(middle):
        return lonlat
    scale = np.array([np.cos(np.radians(middle[0, 1])), 1.0]) * _METRES_PER_DEGREE
    metres: NDArray[np.float64] = (lonlat - middle[0]) * scale
    return metres


def _candidates(
    here: NDArray[np.float64], there: NDArray[np.float64], within_m: float
) -> set[tuple[int, int]]:
    if not len(here) or not len(there):
        return set()
    tree = shapely.STRtree(np.asarray(shapely.points(there), dtype=object))
    found = tree.query(shapely.points(here), predicate="dwithin", distance=within_m)
    return {(int(i), int(j)) for i, j in found.T}


def _names(frame: pd.DataFrame) -> list[str]:
    """Return names without width, case, spaces and punctuation; empty where there is none."""
    if "name" not in frame:
        return [""] * len(frame)
    texts = ["" if pd.isna(name) else str(name) for name in frame["name"]]
    return [_NO_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold()) for text in texts]


def _bearings(frame: pd.DataFrame) -> NDArray[np.float64]:
    if "bearing" not in frame:
        return np.full(len(frame), np.nan)
    values: NDArray[np.float64] = pd.to_numeric(frame["bearing"]).to_numpy(np.float64)
    return values


def _share(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() if one and other else np.nan


def _between(one: float, other: float) -> float:
    return float(abs((one - other + 180.0) % 360.0 - 180.0))
