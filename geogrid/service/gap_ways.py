"""An opened workspace whose gaps are asked with another weight of incidents."""

from __future__ import annotations

from dataclasses import replace
from typing import Self

from geogrid.analysis.gaps import WEIGHTS
from geogrid.service.outlook import Outlook


class GapWays(Outlook):
    """Everything that can be asked of a workspace, gaps by count or by harm."""

    def gaps_by(self, weight: str) -> Self:
        """Return the same workspace with demand of gaps counted by a weight.

        Parameters
        ----------
        weight
            One of `gap_weights`.

        Returns
        -------
        GapWays
            Answers are kept for both.

        Raises
        ------
        InputError
            There is no such weight.
        """
        gaps = replace(self._questions.gaps, weight=weight)
        return self.asking(replace(self._questions, gaps=gaps))

    def gap_weights(self) -> tuple[str, ...]:
        """Return what incidents may count by; the first is the usual one."""
        return WEIGHTS
