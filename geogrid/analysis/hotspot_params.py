"""How hotspots are looked for: what is asked, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from geogrid.analysis.gistar import Null
from geogrid.analysis.multiple_testing import Correction
from geogrid.errors import InputError

MIN_RADIUS_CELLS: Final = 2.0  # below, results change with the lattice's origin
MAX_RADIUS_CELLS: Final = 12.0  # 441 cells a window; exact tails cost the square of that
DEFAULT_RADIUS_M: Final = 600.0  # a few minutes' walk
DEFAULT_RADIUS_CELLS: Final = 2.5  # 21 cells; no centre lies at exactly this distance
Weight = Literal["none", "harm", "exposure"]
Times = Literal["start", "aoristic"]
Reference = Literal["city", "district"]


@dataclass(frozen=True, slots=True)
class HotspotParams:
    """How hotspots are looked for.

    Parameters
    ----------
    radius_m
        Radius of the window in metres: cells whose centre is that near, the cell included.
        ``None`` for 600 m, or 2.5 cells where that is more (12 cells where it is less):
        a radius in metres keeps the answer when the cell size changes, and 2.5 cells
        are the least that does not hang on rounding.
    null
        What chance means. ``total``: all counts are dealt to the cells at random.
        ``conditional``: each cell keeps its own count, the others are dealt.
    correction
        For testing every cell: ``bh``, ``by``, ``bonferroni`` or ``none``.
    q
        Error rate under which the summary counts a cell as hot or cold, in (0, 1).
    min_support
        Least number of incidents in the window of a hot cell, >= 1.
    weight
        ``none``: every incident counts once. ``harm``: it counts by its harm. ``exposure``:
        what officers found counts by how rarely they were there; see
        `geogrid.analysis.feedback.exposure_weights`.
    times
        ``start``: a range of times counts as its beginning does. ``aoristic``: an incident
        counts by the share of its range in the window of time. With any of these the
        incidents' own weights are what counts; see `geogrid.analysis.aoristic`.
    reference
        What a cell is compared with: ``city``, all cells at risk; ``district``, those of its
        own district, and windows end where the district does.
    seed
        Of random draws, >= 0; used only where exact chances are out of reach.

    Raises
    ------
    InputError
        A value is out of its range.
    """

    radius_m: float | None = None
    null: Null = "total"
    correction: Correction = "bh"
    q: float = 0.05
    min_support: int = 3
    weight: Weight = "none"
    times: Times = "start"
    reference: Reference = "city"
    seed: int = 1

    def __post_init__(self) -> None:
        if self.null not in get_args(Null):
            raise InputError("null must be total or conditional, got {null!r}", null=self.null)
        if self.correction not in get_args(Correction):
            raise InputError(
                "correction must be bh, by, bonferroni or none, got {correction!r}",
                correction=self.correction,
            )
        if self.weight not in get_args(Weight):
            raise InputError(
                "weight must be none, harm or exposure, got {weight!r}", weight=self.weight
            )
        if self.times not in get_args(Times):
            raise InputError("times must be start or aoristic, got {times!r}", times=self.times)
        if self.reference not in get_args(Reference):
            raise InputError(
                "reference must be city or district, got {reference!r}", reference=self.reference
            )
        if self.seed < 0:
            raise InputError("the seed must be 0 or more, got {seed}", seed=self.seed)
        if not 0.0 < self.q < 1.0:
            raise InputError("q must lie between 0 and 1, got {q}", q=self.q)
        if self.min_support < 1:
            raise InputError(
                "the least support must be 1 or more incidents, got {least}",
                least=self.min_support,
            )

    @property
    def weighted(self) -> bool:
        """Whether incidents count by their weight."""
        return self.weight != "none" or self.times == "aoristic"

    def radius_over(self, cell_size_m: float) -> float:
        """Return the radius on a grid of a given cell size.

        Parameters
        ----------
        cell_size_m
            Cell size, metres.

        Returns
        -------
        float
            Metres.

        Raises
        ------
        InputError
            The radius is under 2 or over 12 cells.
        """
        least, most = MIN_RADIUS_CELLS * cell_size_m, MAX_RADIUS_CELLS * cell_size_m
        if self.radius_m is None:
            return min(max(DEFAULT_RADIUS_M, DEFAULT_RADIUS_CELLS * cell_size_m), most)
        if not least <= self.radius_m <= most:
            raise InputError(
                "the hotspot radius must be {least:g} to {most:g} m (2 to 12 cells of {cell:g} m),"
                " got {radius:g} m; change the radius or the cell size",
                least=least,
                most=most,
                cell=cell_size_m,
                radius=self.radius_m,
            )
        return self.radius_m
