"""What is wrong with a unit's receiver, by limits that stand in one place, as sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.unit_clock import ClockRules
from geogrid.errors import InputError

REASONS: Final[Mapping[str, str]] = {
    "ahead": "its clock seems {hours:.0f} h ahead of the fleet",
    "behind": "its clock seems {hours:.0f} h behind the fleet",
    "silent": "silent {percent:.0f} % of its time on duty",
    "frozen": "{percent:.0f} % of its fixes are an old place said again",
    "spikes": "{percent:.1f} % of its fixes jump away and back",
    "rejected": "{percent:.1f} % of its time is rejected: jumps that last, or two receivers",
    "slow": "a fix every {step:.0f} s, the fleet's usual is {usual:.0f} s",
}
_SHARES: Final = {  # remark: the column and the limit of that name
    "silent": "silent_share",
    "frozen": "frozen_share",
    "spikes": "spike_share",
    "rejected": "rejected_share",
}


@dataclass(frozen=True, slots=True)
class QualityRules:
    """From where on something is wrong with a unit.

    Parameters
    ----------
    rest_h
        A silence this long is time off duty and not the receiver's: the shortest daily rest
        of drivers in Regulation (EC) No 561/2006, article 4(g), hours.
    silent_share
        Of the time on duty. Of our synthetic fleet with its tunnels and dead spots nine in
        ten units are below 0.1, so this is twice what is common.
    frozen_share, spike_share
        Of all fixes. Of the buses of Austin 0.1 % are frozen, of the synthetic fleet 0.03 % are
        spikes: ten times as many and more.
    rejected_share
        Of the time on duty; 0.06 % in the synthetic fleet without cleaning.
    slow_ratio, slow_s
        A usual step this many times the fleet's, and this long at least.
    clock
        Of a clock that is hours off.

    Raises
    ------
    InputError
        A threshold is not positive.
    """

    rest_h: float = 9.0
    silent_share: float = 0.2
    frozen_share: float = 0.01
    spike_share: float = 0.01
    rejected_share: float = 0.01
    slow_ratio: float = 3.0
    slow_s: float = 30.0
    clock: ClockRules = field(default_factory=ClockRules)

    def __post_init__(self) -> None:
        shares = (self.silent_share, self.frozen_share, self.spike_share, self.rejected_share)
        if min(*shares, self.rest_h, self.slow_ratio, self.slow_s) <= 0.0:
            raise InputError("limits of quality must be more than 0: {values}", values=self)


class Remark(NamedTuple):
    """One thing that is wrong: its name in `REASONS`, and the numbers of the sentence."""

    name: str
    values: Mapping[str, float]
    times_limit: float

    def render(self, translate: Callable[[str], str]) -> str:
        """Return the sentence.

        Parameters
        ----------
        translate
            From an English template to one in the reader's language.

        Returns
        -------
        str
            Text.
        """
        return translate(REASONS[self.name]).format(**self.values)


def median_by_weight(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the smallest value that half of the weight is at or below.

    Parameters
    ----------
    values, weights
        Shape (n,), n > 0; weights >= 0.

    Returns
    -------
    float
        One of the values.
    """
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(below, below[-1] / 2.0)])


def remarks_on(table: pd.DataFrame, rules: QualityRules) -> list[tuple[Remark, ...]]:
    """Return what is wrong with each unit.

    Parameters
    ----------
    table
        One row per unit, with ``fixes``, ``step_s``, ``silent_share``, ``frozen_share``,
        ``spike_share``, ``rejected_share`` and ``clock_off_h``; NaN is not known.
    rules
        The limits.

    Returns
    -------
    list of tuple of Remark
        One per row; empty where nothing is wrong.
    """
    known = table[table["step_s"].notna() & (table["fixes"] > 0)]
    usual_s = np.nan
    if len(known):
        usual_s = median_by_weight(known["step_s"].to_numpy(), known["fixes"].to_numpy())
    return [_remarks(row, usual_s, rules) for row in table.to_dict("records")]


def _remarks(row: Mapping[Any, Any], usual_s: float, rules: QualityRules) -> tuple[Remark, ...]:
    """Return what is wrong with one unit."""
    found: list[Remark] = []
    off_h = row["clock_off_h"]
    if off_h > 0:
        found.append(Remark("ahead", {"hours": off_h}, np.inf))  # then all its hours are wrong
    elif off_h < 0:
        found.append(Remark("behind", {"hours": -off_h}, np.inf))
    for name, column in _SHARES.items():
        limit = getattr(rules, column)
        if row[column] >= limit:
            found.append(Remark(name, {"percent": 100.0 * row[column]}, row[column] / limit))
    slow_s = np.fmax(rules.slow_ratio * usual_s, rules.slow_s)
    if row["step_s"] >= slow_s:
        ratio = row["step_s"] / slow_s
        found.append(Remark("slow", {"step": row["step_s"], "usual": usual_s}, ratio))
    return tuple(found)
