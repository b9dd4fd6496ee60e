"""How well each unit's receiver reports: fixes, silence, jumps, old places, and its clock.

A unit is a vehicle or a call sign. The report says which equipment to look at; it corrects
nothing, and it says nothing of whoever drives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geogrid.analysis.patrol_day import HOUR_MS, PatrolDay, hour_edges, local_hours
from geogrid.analysis.unit_clock import HOURS, Clocks, unit_clocks
from geogrid.analysis.unit_remarks import QualityRules, Remark, median_by_weight, remarks_on
from geogrid.model.cells import Field
from geogrid.model.window import Window

FIELDS: Final = (
    Field("unit", "Unit", scale="text", meaning="Vehicle or call sign"),
    Field("group", "Group", scale="text", meaning="From the register of units; null: in none"),
    Field("days", "Days", meaning="Local days of the window with a fix"),
    Field("fixes", "Fixes", meaning="Fixes kept on these days"),
    Field("step_s", "Usual step", "s", meaning="Median time between two fixes"),
    Field("tracked_h", "Tracked", "h", meaning="From the first fix to the last, in the window"),
    Field("moving_h", "Moving", "h"),
    Field("standing_h", "Standing", "h"),
    Field("depot_h", "In a depot", "h"),
    Field("silent_h", "Silent", "h", meaning="In silences longer than the longest gap"),
    Field("rest_h", "Off duty", "h", meaning="Part of the silence that is long enough for a rest"),
    Field("silent_share", "Silent on duty", "", "share", "Of the tracked time without rests"),
    Field("rejected_h", "Rejected", "h", meaning="Faster than a unit can go"),
    Field("spikes", "Spikes", meaning="Fixes left out that jump away and back"),
    Field("frozen", "Frozen", meaning="Fixes left out that say an old place again"),
    Field("spike_share", "Share of spikes", "", "share", "Of all fixes on these days"),
    Field("frozen_share", "Share of frozen fixes", "", "share", "Of all fixes on these days"),
    Field(
        "clock_off_h",
        "Clock ahead",
        "h",
        "diverging",
        "Whole hours by which its clock seems ahead of the fleet's; null: cannot be told",
    ),
    Field("clock_sure", "Clock sure", "", "share", "Share of the likelihood of all 24 turns"),
    Field("reason", "Reason", scale="text", meaning="What is wrong; empty where nothing is"),
)
_TIMES: Final = ("moving", "standing", "depot", "silent", "rejected")
_COUNTS: Final = ("fixes", "spike", "frozen")


@dataclass(frozen=True, slots=True, eq=False)
class UnitQuality:
    """The report on all units of a window.

    Parameters
    ----------
    table
        One row per unit with the columns of `FIELDS`, worst first: most remarks, then the one
        that is furthest over its limit, then by name.
    remarks
        What is wrong with each row's unit.
    days
        Derived days in the window.
    """

    table: pd.DataFrame
    remarks: tuple[tuple[Remark, ...], ...]
    days: int

    def reasons(self, translate: Callable[[str], str]) -> list[str]:
        """Return what is wrong with each unit in a language, empty where nothing is.

        Parameters
        ----------
        translate
            From an English template to one in the reader's language.

        Returns
        -------
        list of str
            One text per row.
        """
        return _sentences(self.remarks, translate)


def unit_quality(
    days: Iterable[PatrolDay],
    window: Window,
    *,
    time_zone: str,
    groups: Mapping[str, str] | None = None,
    rules: QualityRules | None = None,
) -> UnitQuality:
    """Return how well each unit reports.

    Parameters
    ----------
    days
        Derived days; those outside the window are passed over. Their order does not matter.
    window
        Which days and hours count. Fixes are counted, and clocks judged, by whole days.
    time_zone
        IANA name.
    groups
        Group of each unit that has one.
    rules
        Thresholds; the defaults if ``None``.

    Returns
    -------
    UnitQuality
        A row for each unit with a fix, or time, in the window. Hours sum to the ledger's.
    """
    rules, tally = rules or QualityRules(), _Tally(window, time_zone)
    for day in sorted((day for day in days if window.holds_day(day.day)), key=lambda d: d.day):
        tally.add(day, rules.rest_h)
    return _report(tally, groups or {}, rules)


class _Tally:
    """Sums by unit, added up day by day."""

    def __init__(self, window: Window, time_zone: str) -> None:
        self.numbers: dict[str, int] = {}
        self.days = 0
        self._wanted = np.array(window.hour_mask())
        self._time_zone = time_zone
        self._times: list[pd.DataFrame] = []
        self._moving: list[tuple[NDArray[np.int64], NDArray[np.float32]]] = []
        self._units: list[pd.DataFrame] = []

    def add(self, day: PatrolDay, rest_h: float) -> None:
        """Add a day."""
        ledger = day.ledger.assign(number=self._number(day.ledger["unit"]))
        inside = ledger[self._wanted[ledger["hour"].to_numpy()]]
        times = inside.groupby("number")[[f"{name}_ms" for name in _TIMES]].sum()
        times["rest_ms"] = self._rests(day, rest_h).reindex(times.index, fill_value=0)
        self._times.append(times)
        known, at = np.unique(ledger["number"].to_numpy(), return_inverse=True)
        moving = np.zeros((known.size, HOURS), np.float32)
        np.add.at(moving, (at, ledger["hour"].to_numpy()), ledger["moving_ms"] / HOUR_MS)
        self._moving.append((known, moving))
        self._units.append(day.units.assign(number=self._number(day.units["unit"])))
        self.days += 1

    def _number(self, unit: pd.Series) -> NDArray[np.int64]:
        """Return the numbers of units; a new one gets the next."""
        named = pd.Categorical(unit)
        known = [self.numbers.setdefault(str(n), len(self.numbers)) for n in named.categories]
        numbers: NDArray[np.int64] = np.array(known, np.int64)[named.codes]
        return numbers

    def _rests(self, day: PatrolDay, rest_h: float) -> pd.Series:
        """Return how long each unit rested in the wanted hours of a day, ms."""
        edges = hour_edges(day.day, self._time_zone)
        wanted = self._wanted[local_hours(edges, self._time_zone)]
        rest = day.silences[day.silences["leave"] - day.silences["enter"] >= rest_h * HOUR_MS]
        enter, leave = (rest[name].to_numpy()[:, None] for name in ("enter", "leave"))
        spent = np.minimum(leave, edges[1:]) - np.maximum(enter, edges[:-1])
        spent = np.maximum(spent, 0)[:, wanted].sum(axis=1)
        each = pd.Series(spent, index=self._number(rest["unit"]), dtype=np.int64)
        return each.groupby(level=0).sum()

    def times_h(self) -> pd.DataFrame:
        """Return hours by unit and kind of time."""
        columns = [f"{name}_ms" for name in (*_TIMES, "rest")]
        every = pd.concat([pd.DataFrame(columns=columns, dtype=np.int64), *self._times])
        summed = every.astype(np.int64).groupby(level=0).sum()
        hours = summed.reindex(range(len(self.numbers)), fill_value=0) / HOUR_MS
        return hours.rename(columns=lambda name: name.replace("_ms", "_h"))

    def counts(self) -> pd.DataFrame:
        """Return days, fixes by what became of them, and the usual step, by unit."""
        columns = ["number", *_COUNTS, "step_s"]
        every = pd.concat([pd.DataFrame(columns=columns), *(day[columns] for day in self._units)])
        by_unit = every.astype(np.int64).groupby("number")
        out = pd.DataFrame(index=range(len(self.numbers)))
        for name in _COUNTS:
            out[name] = by_unit[name].sum().reindex(out.index, fill_value=0)
        out["days"] = by_unit["fixes"].agg(np.count_nonzero).reindex(out.index, fill_value=0)
        out["step_s"] = np.nan
        for number, rows in by_unit:
            known = rows[rows["step_s"] > 0]
            if len(known):
                step_s = median_by_weight(known["step_s"].to_numpy(), known["fixes"].to_numpy())
                out.loc[number, "step_s"] = step_s
        return out

    def moving_h(self) -> NDArray[np.float64]:
        """Return hours moved by unit, day and local hour."""
        moved = np.zeros((len(self.numbers), len(self._moving), HOURS))
        for at, (known, moving) in enumerate(self._moving):
            moved[known, at] = moving
        return moved


def _report(tally: _Tally, groups: Mapping[str, str], rules: QualityRules) -> UnitQuality:
    """Return the table and the remarks, worst first."""
    names = list(tally.numbers)
    table = tally.times_h().join(tally.counts()).rename(columns={"spike": "spikes"})
    table["unit"], table["group"] = names, [groups.get(name) for name in names]
    table["tracked_h"] = table[[f"{name}_h" for name in _TIMES]].sum(axis=1)
    on_duty = table["tracked_h"] - table["rest_h"]
    table["silent_share"] = _share(table["silent_h"] - table["rest_h"], on_duty)
    table["rejected_share"] = _share(table["rejected_h"], on_duty)
    every = table[["fixes", "spikes", "frozen"]].sum(axis=1)
    table["spike_share"] = _share(table["spikes"], every)
    table["frozen_share"] = _share(table["frozen"], every)
    table["clock_off_h"], table["clock_sure"] = _clocks(names, tally.moving_h(), rules)
    remarks = remarks_on(table, rules)
    worst = sorted(range(len(names)), key=lambda at: (*_goodness(remarks[at]), names[at]))
    ordered = tuple(remarks[at] for at in worst)
    table = table.iloc[worst].reset_index(drop=True)
    table["reason"] = _sentences(ordered, str)
    return UnitQuality(table[[field.name for field in FIELDS]], ordered, tally.days)


def _goodness(remarks: tuple[Remark, ...]) -> tuple[int, float]:
    """Return what puts a unit with more, and worse, remarks first."""
    return -len(remarks), -max((remark.times_limit for remark in remarks), default=0.0)


def _clocks(names: list[str], moving_h: NDArray[np.float64], rules: QualityRules) -> Clocks:
    """Return what is known of clocks, whatever the order in which units were met."""
    clocks = Clocks(*np.full((2, len(names)), np.nan))
    if names:
        by_name = np.array(sorted(range(len(names)), key=names.__getitem__))
        found = unit_clocks(moving_h[by_name], rules.clock)
        clocks.off_h[by_name], clocks.sure[by_name] = found
    return clocks


def _sentences(
    remarks: tuple[tuple[Remark, ...], ...], translate: Callable[[str], str]
) -> list[str]:
    between = translate("; ")
    return [between.join(one.render(translate) for one in row) for row in remarks]


def _share(part: pd.Series, whole: pd.Series) -> pd.Series:
    """Return shares; NaN of nothing."""
    return part.div(whole.where(whole > 0.0)).clip(0.0, 1.0)
