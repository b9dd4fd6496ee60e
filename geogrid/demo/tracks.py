"""The track files of the demo: one CSV a day, one car's day as GPX, one car as Parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from geogrid.crs import Datum, from_wgs84
from geogrid.demo.files import local_times, rounded, write_csv, write_gpx, write_track_parquet
from geogrid.demo.fleet import DAY_S, Fixes, Fleet, together
from geogrid.demo.gps import DirtCount, DirtyFixes, LongSilence, soil
from geogrid.demo.ground import Flags, Floats, Ground, Ints

UTC_OFFSET_S: Final = 8 * 3600  # Asia/Shanghai, the whole year
_STREAM_DIRT: Final = 71
_PARQUET_CAR: Final = 1  # this car's receiver is of another make
_LONG_SILENCE_S: Final = 8 * 3600
_LONG_SILENCE_DAY: Final = 1
_LONGEST_PAUSE_S: Final = 3_600  # true fixes further apart belong to two shifts


@dataclass(frozen=True, slots=True)
class TrackFiles:
    """Paths of the files, what dirt they hold, and who was silent for hours.

    ``csv`` are the office's days, ``exact`` the files in WGS-84 and UTC.
    """

    csv: tuple[Path, ...]
    exact: tuple[Path, ...]
    dirt: DirtCount
    silences: tuple[LongSilence, ...]


def write_tracks(
    folder: Path,
    fleet: Fleet,
    ground: Ground,
    *,
    first_s: int,
    days: int,
    say: Callable[[str], None],
) -> TrackFiles:
    """Write the tracks of some days.

    Parameters
    ----------
    folder
        Where the files go.
    fleet, ground
        The cars and the plane they drive in.
    first_s
        Local seconds of the first midnight.
    days
        How many days.
    say
        Is told once for each day.

    Returns
    -------
    TrackFiles
        The CSV files are in GCJ-02 and local time, the others in WGS-84 and UTC. No fix is
        in two files but for planned duplicates.
    """
    dirt = DirtCount()
    csv: list[Path] = []
    silences: list[LongSilence] = []
    own: list[Fixes] = []
    gpx = folder / "synthetic_track_gpx.gpx"
    for day, fixes in _by_day(fleet, first_s, days):
        say("writing patrol tracks of one day")
        rng = np.random.default_rng([fleet.seed, _STREAM_DIRT, day])
        quiet = _draw_silences(fixes, day, rng)
        dirty = soil(fixes, quiet, rng)
        dirt = dirt.plus(dirty.count)
        silences += quiet
        mine = dirty.fixes.car == _PARQUET_CAR
        own.append(_sorted(dirty, mine))
        if day == 0:
            gpx_car = int(np.setdiff1d(dirty.fixes.car, [_PARQUET_CAR])[0])
            one = _sorted(dirty, dirty.fixes.car == gpx_car)
            write_gpx(
                gpx,
                fleet.cars[gpx_car].unit,
                one.time_s - UTC_OFFSET_S,
                ground.to_lonlat(one.xy),
            )
            mine |= dirty.fixes.car == gpx_car
        date = np.datetime64(first_s + day * DAY_S, "s").astype("datetime64[D]")
        csv.append(folder / f"synthetic_tracks_{date}.csv")
        _write_day(csv[-1], fleet, ground, dirty, np.flatnonzero(~mine))
    parquet = folder / "synthetic_track_parquet.parquet"
    rest = together(own)
    names = np.full(len(rest.car), fleet.cars[_PARQUET_CAR].unit)
    write_track_parquet(parquet, names, rest.time_s - UTC_OFFSET_S, ground.to_lonlat(rest.xy))
    return TrackFiles(tuple(csv), (gpx, parquet), dirt, tuple(silences))


def _by_day(fleet: Fleet, first_s: int, days: int) -> Iterator[tuple[int, Fixes]]:
    """Yield day number and true fixes of that day, by car and time."""
    over = fleet.day(first_s, -1)
    for day in range(days):
        begun = together([over, fleet.day(first_s, day)])
        begun = begun.take(np.lexsort((begun.time_s, begun.car)))
        start_s = first_s + day * DAY_S
        today = (begun.time_s >= start_s) & (begun.time_s < start_s + DAY_S)
        over = begun.take(begun.time_s >= start_s + DAY_S)
        yield day, begun.take(today)


def _draw_silences(fixes: Fixes, day: int, rng: np.random.Generator) -> tuple[LongSilence, ...]:
    """Return cars that fall silent for hours: two a day, and once one for eight hours."""
    breaks = (np.diff(fixes.car) != 0) | (np.diff(fixes.time_s) > _LONGEST_PAUSE_S)
    first = np.concatenate([[0], np.flatnonzero(breaks) + 1])
    last = np.append(first[1:], len(fixes.car)) - 1
    cars, begin_s, end_s = fixes.car[first], fixes.time_s[first], fixes.time_s[last]
    picked = rng.choice(len(cars), min(2, len(cars)), replace=False)
    silences = []
    for k in picked:
        length_s = int(rng.integers(3_600, 9_000))
        from_s = int(rng.integers(begin_s[k], max(begin_s[k] + 1, end_s[k] - length_s)))
        silences.append(LongSilence(int(cars[k]), from_s, from_s + length_s))
    if day == _LONG_SILENCE_DAY:
        order = np.argsort(begin_s - end_s, kind="stable")
        k = int(order[~np.isin(order, picked)][0])
        from_s = int((begin_s[k] + end_s[k] - _LONG_SILENCE_S) // 2)
        silences.append(LongSilence(int(cars[k]), from_s, from_s + _LONG_SILENCE_S))
    return tuple(silences)


def _sorted(dirty: DirtyFixes, mine: Flags) -> Fixes:
    """Return one car's fixes by time, each second once, as a receiver of its own logs them."""
    fixes = dirty.fixes.take(np.flatnonzero(mine & ~dirty.zero))
    _, rows = np.unique(fixes.time_s, return_index=True)
    return fixes.take(rows)


def _write_day(path: Path, fleet: Fleet, ground: Ground, dirty: DirtyFixes, rows: Ints) -> None:
    """Write one day as the office's CSV: GBK, Chinese headers, GCJ-02, local time."""
    fixes, zero = dirty.fixes.take(rows), dirty.zero[rows]
    lon, lat = from_wgs84(*ground.to_lonlat(fixes.xy), Datum.GCJ02)
    units = np.array([car.unit for car in fleet.cars])
    groups = np.array([car.group for car in fleet.cars])
    write_csv(
        path,
        {
            "设备号": units[fixes.car],
            "分组": groups[fixes.car],
            "定位时间": local_times(fixes.time_s),
            "经度": _zeroed(lon, zero),
            "纬度": _zeroed(lat, zero),
            "速度(km/h)": fixes.speed_kmh,
            "方向": fixes.heading_deg.astype(np.int64),
        },
        encoding="gb18030",
    )


def _zeroed(degrees: Floats, zero: Flags) -> Floats:
    """Return rounded degrees, 0 where the receiver had no position."""
    return np.where(zero, 0.0, rounded(degrees))
