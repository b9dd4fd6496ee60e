"""A plan of tours for the next hours of a workspace, as a layer of stops."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import timedelta
from importlib.metadata import version
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geogrid.analysis.dosage_summary import cell_dosage
from geogrid.analysis.drive_times import drive_times
from geogrid.analysis.patrol_day import hour_edges, local_hours
from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.reach import ReachGround
from geogrid.analysis.tours import (
    Plan,
    TourParams,
    TourProblem,
    best_cells,
    dosage_short,
    equal_time,
    hottest_first,
    planned_tours,
    timetable,
    worth_of,
)
from geogrid.analysis.travel_speeds import TravelParams
from geogrid.crs import WGS84, crs_fingerprint, transformer
from geogrid.model.cells import CellTable, Field
from geogrid.model.layer import Layer, Provenance
from geogrid.model.window import Window
from geogrid.service.analyses import IncidentChoice, chosen_incidents, newest
from geogrid.service.delivered import dosage_report
from geogrid.service.layer_kinds import FEATURE_TITLES, PLAN, is_synthetic, sources_of
from geogrid.service.patrols import window_days
from geogrid.service.promises import DOSAGE
from geogrid.service.reach_layer import STRAIGHT
from geogrid.service.road_network import reach_ground
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.service.tour_units import (
    MINUTE_MS,
    UnitsOnDuty,
    duty_span,
    local_day,
    units_on_duty,
)
from geogrid.store.registers import DISTRICTS

DUE_MIN: Final = 15.0  # a day, for a cell that nothing is promised to
SHORT_DAYS: Final = 7
_MOST_WALK_MIN: Final = 5.0  # a vehicle that stops farther from the cell is not in it
_MOST_CANDIDATES: Final = 400  # of one district
_SEVENTH: Final = 7
FIELDS: Final = (
    Field("unit", "Unit", scale="text", meaning="whose tour: a vehicle or a call sign"),
    Field("stop", "Stop", meaning="its number in the tour, from 1"),
    Field("cell", "Cell", scale="text", meaning="where the unit stops"),
    Field("district", "District", scale="text", meaning="id of the district it is in"),
    Field("arrive", "Arrives", "UTC", "time", "When the unit is there"),
    Field("leave", "Leaves", "UTC", "time", "When it goes on"),
    Field("drive_min", "Minutes of driving", "min", meaning="from the stop before"),
    Field("stay_min", "Minutes of the stop", "min", meaning="10 to 16 by default"),
    Field("worth", "Worth", meaning="expected incidents times what the cell is short of"),
    Field("expected", "Expected incidents", meaning="in the cell, in the hours of the plan"),
    Field("short", "Short of", scale="share", meaning="share of its due the cell did not get"),
)


@dataclass(frozen=True, slots=True)
class TourQuestion:
    """What a plan is asked with.

    Parameters
    ----------
    start_ms
        When the tours begin, milliseconds UTC.
    hours
        How long they last; cut to the time that a shift is on.
    group
        Only units of this group; all if ``None``.
    tours
        How they are planned.
    travel
        Speeds beside the roads.
    """

    start_ms: int
    hours: float = 4.0
    group: str | None = None
    tours: TourParams = field(default_factory=TourParams)
    travel: TravelParams = field(default_factory=TravelParams)

    def short_window(self, time_zone: str) -> Window:
        """Return the days in which what cells got is counted.

        Parameters
        ----------
        time_zone
            IANA name.

        Returns
        -------
        Window
            The seven local days before that of the plan.
        """
        day = local_day(self.start_ms, time_zone)
        return Window(first=day - timedelta(days=SHORT_DAYS), last=day - timedelta(days=1))


@dataclass(frozen=True, slots=True, eq=False)
class _Ask:
    """What every cell is worth."""

    expected: NDArray[np.float64]
    short: NDArray[np.float64]

    @property
    def worth(self) -> NDArray[np.float64]:
        return self.expected * self.short


@dataclass(frozen=True, slots=True, eq=False)
class _Crew:
    """The units of one district, and the cells they choose from."""

    names: tuple[str, ...]
    cells: NDArray[np.int64]
    stop_xy: NDArray[np.float64]
    problem: TourProblem
    ask: _Ask
    params: TourParams


def plan_layer(
    shelf: Shelf,
    question: TourQuestion,
    forecast: CellTable,
    patrol: CellTable | None,
    *,
    rules: PatrolRules,
    progress: Progress = no_progress,
) -> tuple[Layer, dict[str, Any]]:
    """Return a tour for each unit on duty, as a layer of stops.

    Parameters
    ----------
    shelf
        The workspace.
    question
        When, for how long, for whom.
    forecast
        Of the days from that of the plan on; see `geogrid.analysis.forecast.forecast`.
    patrol
        Coverage of ``question.short_window``; ``None`` where none of its days is imported.
    rules
        Thresholds of patrol time.
    progress
        Is told how many districts are done.

    Returns
    -------
    layer : Layer
        A point for each stop, on the road.
    summary : dict
        ``from`` ``to`` ``units`` ``tours`` ``stops``, the worth of the plan,
        of the two others and of none (``worth`` ``hottest_first`` ``equal_time`` ``nothing``),
        ``expected_total`` ``short_days`` ``by`` ``without_place`` ``reporting`` ``warnings``.

    Raises
    ------
    InputError
        No shift is on, no unit's place is known, or a number is out of its range.
    """
    span = duty_span(shelf, question.start_ms, question.hours)
    units = units_on_duty(shelf, span[0], question.group)
    ground, _ = reach_ground(shelf, question.travel)
    window = question.short_window(shelf.config.time_zone)
    ask = _Ask(
        _expected(shelf, forecast, span),
        _short(shelf, window, patrol, rules),
    )
    candidates = _candidates(ground, ask, units, span, question.tours)
    rows: list[pd.DataFrame] = []
    totals = np.zeros(3)
    for done, (cells, who) in enumerate(candidates):
        progress("tours", done, len(candidates))
        times = drive_times(ground, cells, units.xy[who])
        budget = np.full(who.size, (span[1] - span[0]) / MINUTE_MS)
        problem = TourProblem(ask.worth[cells], times.travel, times.depart, budget)
        names = tuple(units.names[number] for number in who.tolist())
        crew = _Crew(names, cells, times.stop_xy, problem, ask, question.tours)
        plan, worths = _compared(problem, ask.expected[cells], question.tours)
        totals += worths
        rows += _rows(shelf, crew, plan, span[0])
    frame = _frame(shelf, rows)
    summary = {
        **_span_json(span),
        "units": len(units.names),
        "tours": int(frame["unit"].nunique()),
        "stops": len(frame),
        "worth": float(totals[0]),
        "hottest_first": float(totals[1]),
        "equal_time": float(totals[2]),
        "nothing": 0.0,
        "expected_total": float(ask.expected.sum()),
        "short_days": 0 if patrol is None else len(window_days(shelf, window)[0]),
        "by": "straight" if ground.network is None else "roads",
        "without_place": units.without_place,
        "reporting": units.reporting,
        "warnings": _warnings(ground, question.travel, patrol),
    }
    return _layer(shelf, question, frame, str(summary["from"])), summary


def _span_json(span: tuple[int, int]) -> dict[str, str]:
    return {"from": str(newest([span[0]])), "to": str(newest([span[1]]))}


def _expected(shelf: Shelf, forecast: CellTable, span: tuple[int, int]) -> NDArray[np.float64]:
    """Return incidents expected in the hours of a plan, by the share that old ones had in them."""
    zone = shelf.config.time_zone
    events = chosen_incidents(shelf, Window(), IncidentChoice())
    known = events.t_to < span[0]
    local = pd.DatetimeIndex(pd.to_datetime(events.t_from[known], unit="ms", utc=True))
    count = np.bincount(local.tz_convert(zone).hour, minlength=24) + 1.0
    share, of_day = count / count.sum(), 0.0
    day = local_day(span[0], zone)
    while hour_edges(day, zone)[0] < span[1]:
        edges = hour_edges(day, zone)
        held = np.minimum(edges[1:], span[1]) - np.maximum(edges[:-1], span[0])
        whole = edges[1:] - edges[:-1]
        of_day += float((share[local_hours(edges, zone)] * held.clip(0) / whole).sum())
        day += timedelta(days=1)
    horizon = int(forecast.summary["horizon_days"])
    return np.nan_to_num(forecast["expected"].astype(np.float64)) * of_day / horizon


def _short(
    shelf: Shelf, window: Window, patrol: CellTable | None, rules: PatrolRules
) -> NDArray[np.float64]:
    """Return what share of its due each cell did not get in the days before."""
    n = len(shelf.grid)
    promised, kept = np.full(n, np.nan), np.full(n, np.nan)
    days = len(window_days(shelf, window)[0])
    if DOSAGE in shelf.registers.kinds() and days:
        report = dosage_report(shelf, window, rules)
        got = cell_dosage(report.places, report.rows, n)
        promised, kept = got.promised, got.kept
    presence = None if patrol is None else patrol["presence_s"].astype(np.float64)
    return dosage_short(promised, kept, presence, max(days, 1) * DUE_MIN * 60.0)


def _candidates(
    ground: ReachGround,
    ask: _Ask,
    units: UnitsOnDuty,
    span: tuple[int, int],
    params: TourParams,
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return cells to choose from, and units, by district: no unit leaves its own.

    Cells are ranked by worth times the share of the time that is left when the nearest unit is
    there.
    """
    grid = ground.grid
    budget = (span[1] - span[0]) / MINUTE_MS
    minutes = np.nan_to_num(ground.places(units.xy).reached().minutes, nan=np.inf)
    left = np.clip(1.0 - minutes / budget, 0.0, 1.0)
    near = np.nan_to_num(ground.walk_min, nan=0.0) <= _MOST_WALK_MIN
    centres = np.column_stack(grid.spec.centres(grid.cells))
    home = grid.district[cKDTree(centres).query(units.xy)[1]].astype(np.int64)
    crew = np.bincount(home, minlength=len(grid.boundary.ids))
    ranked = np.where(near, ask.worth * left, 0.0)
    found = best_cells(
        ranked,
        grid.district.astype(np.int64),
        lambda number: min(params.per_unit * int(crew[number]), _MOST_CANDIDATES),
    )
    return [(cells, np.flatnonzero(home == number)) for number, cells in found.items()]


def _compared(
    problem: TourProblem, heat: NDArray[np.float64], params: TourParams
) -> tuple[Plan, NDArray[np.float64]]:
    """Return the plan, and what it, hottest first and equal time are worth."""
    plan = planned_tours(problem, params)
    hottest = hottest_first(problem, heat, params.stay_min)
    equal = equal_time(problem, np.random.default_rng(params.seed), params.stay_min)
    return plan, np.array([worth_of(one, problem.worth) for one in (plan, hottest, equal)])


def _rows(shelf: Shelf, crew: _Crew, plan: Plan, start_ms: int) -> list[pd.DataFrame]:
    """Return a table of stops for each unit."""
    tables, ids = [], np.array(shelf.grid.boundary.ids, dtype=object)
    for unit, tour in enumerate(plan):
        table = timetable(crew.problem, unit, tour, crew.params)
        at = crew.cells[tour]
        arrive = start_ms + np.round(table.arrive_min * MINUTE_MS).astype(np.int64)
        tables.append(
            pd.DataFrame(
                {
                    "unit": crew.names[unit],
                    "stop": np.arange(1, tour.size + 1),
                    "cell": shelf.grid.spec.codes(shelf.grid.cells[at]),
                    "district": ids[shelf.grid.district[at]],
                    "arrive": arrive,
                    "leave": arrive + np.round(table.stay_min * MINUTE_MS).astype(np.int64),
                    "drive_min": np.round(table.drive_min, 2),
                    "stay_min": np.round(table.stay_min, 2),
                    "worth": crew.problem.worth[tour],
                    "expected": crew.ask.expected[at],
                    "short": crew.ask.short[at],
                    "x": crew.stop_xy[tour, 0],
                    "y": crew.stop_xy[tour, 1],
                }
            )
        )
    return tables


def _frame(shelf: Shelf, rows: list[pd.DataFrame]) -> gpd.GeoDataFrame:
    names = [field.name for field in FIELDS]
    empty = pd.DataFrame({name: [] for name in (*names, "x", "y")})
    some = [table for table in rows if len(table)]
    frame = pd.concat(some, ignore_index=True) if some else empty
    frame = frame.sort_values(["unit", "stop"], ignore_index=True)
    lon, lat = transformer(shelf.config.crs, WGS84).transform(frame["x"], frame["y"])
    points = gpd.points_from_xy(np.round(lon, _SEVENTH), np.round(lat, _SEVENTH))
    for name in ("arrive", "leave"):
        frame[name] = pd.to_datetime(frame[name].astype(np.int64), unit="ms")
    numbers = frame["stop"].astype(int)
    frame.index = pd.Index(
        [f"{unit}-{n:02d}" for unit, n in zip(frame["unit"], numbers, strict=True)], name="id"
    )
    return gpd.GeoDataFrame(frame[names], geometry=points, crs=WGS84)


NO_TRACKS: Final = "no tracks of the seven days before are imported: every cell counts as short"


def _warnings(ground: ReachGround, travel: TravelParams, patrol: CellTable | None) -> list[str]:
    straight = STRAIGHT.format(factor=travel.straight_factor, speed=travel.straight_kmh)
    told = [straight] if ground.network is None else []
    return told + ([NO_TRACKS] if patrol is None else [])


def _layer(shelf: Shelf, question: TourQuestion, frame: gpd.GeoDataFrame, as_of: str) -> Layer:
    kinds = (DISTRICTS, "roads", "units", "shifts", DOSAGE)
    hashes = {name: shelf.registers.fingerprint(name) for name in kinds}
    hashes["incidents"] = shelf.incidents.fingerprint()
    inputs = {name: value for name, value in hashes.items() if value}
    asked = {
        "start": newest([question.start_ms]),
        "hours": question.hours,
        "units": question.group,
        **asdict(question.tours),
        **asdict(question.travel),
    }
    return Layer(
        id=PLAN,
        title=FEATURE_TITLES[PLAN],
        table=frame,
        fields=FIELDS,
        provenance=Provenance(
            inputs=inputs,
            parameters=asked,
            version=version("geogrid"),
            crs=crs_fingerprint(shelf.config.crs),
            data_as_of=as_of,
            sources=sources_of(shelf, (*inputs, "tracks")),
        ),
        synthetic=is_synthetic(shelf, PLAN),
    )
