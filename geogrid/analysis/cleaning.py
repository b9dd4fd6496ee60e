"""Rules that clean the fixes of a day, with every threshold in one place.

Four rules: spikes, frozen fixes and standing drift (`cleaned_fixes`), and silences in tunnels
(`through_tunnels`). ``docs/cleaning.md`` says what becomes of the time and of the fixes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geogrid.crs import WGS84, reprojection
from geogrid.errors import InputError
from geogrid.kernels.cleaning import Cleaned, Thresholds, cleaned

REASONS: Final = ("kept", "spike", "frozen")  # what the numbers of `Cleaned.reason` mean
_FEWEST: Final = 2  # fixes of a row
_PART_MS: Final = 1000  # vertices nearer in time are left out: 1 ms of rounding is 0.1 % of a part


@dataclass(frozen=True, slots=True)
class CleaningRules:
    """Thresholds of all rules that clean fixes.

    Parameters
    ----------
    max_gap_s
        A longer silence between two fixes is unknown time, and no part of a stay, > 0.
    max_speed_kmh
        Faster than a unit can go, > 0.
    frozen_fixes
        As many fixes in a row at one and the same place can be frozen, >= 2.
    stay_radius_m
        The fixes of a unit at rest are within this distance of their mean, > 0.
    stay_fixes, stay_s
        A stay has at least as many fixes, >= 2, and lasts at least as long, > 0.
    portal_m
        A silence in a tunnel begins and ends within this distance of its portals, > 0.
    tunnel_silence_s
        No silence in a tunnel is longer, > 0.
    tunnel_least_kmh
        No unit goes slower through a tunnel, > 0.

    Raises
    ------
    InputError
        A threshold is out of its range.
    """

    max_gap_s: float = 300.0  # --max-gap; at a fix every 120 s one may be lost
    max_speed_kmh: float = (
        160.0  # --max-speed; China's limit is 120 (Regulation on road safety, art. 78)
    )
    frozen_fixes: int = 3  # two equal places in a row come about by chance at a red light
    # 30 m and 3 minutes are the usual measure of a stop. Of 76 km a day that 5 m of white noise
    # makes at 10 s a parked car seems to go, 0 m are left; of 123 km at 8 m of noise, 0.5 km.
    stay_radius_m: float = 30.0
    stay_fixes: int = 3
    stay_s: float = 180.0
    portal_m: float = 150.0  # 10 s at 54 km/h: the last fix before a tunnel is that far from it
    tunnel_silence_s: float = 1800.0  # the longest road tunnel, 24.5 km, at 50 km/h
    tunnel_least_kmh: float = 5.0  # slower is a stop, and nobody knows whether inside

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if name in {"frozen_fixes", "stay_fixes"}:
                if not (isinstance(value, int) and value >= _FEWEST):
                    raise InputError(
                        "{name} must be a whole number, at least 2, got {value}",
                        name=name,
                        value=value,
                    )
            elif not 0.0 < value < float("inf"):
                raise InputError("{name} must be more than 0, got {value}", name=name, value=value)

    def as_thresholds(self) -> Thresholds:
        """Return the thresholds of the rules about single fixes in metres and milliseconds."""
        return Thresholds(
            max_m_s=self.max_speed_kmh / 3.6,
            max_gap_ms=round(self.max_gap_s * 1000),
            frozen_fixes=self.frozen_fixes,
            stay_radius_m=self.stay_radius_m,
            stay_fixes=self.stay_fixes,
            stay_ms=round(self.stay_s * 1000),
        )


def cleaned_fixes(
    unit: NDArray[np.int32],
    t: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    rules: CleaningRules,
    day_ms: tuple[int, int],
) -> Cleaned:
    """Return which fixes of a day are kept, and where their units were.

    Days can be cleaned apart: the last fix kept before a midnight and the first kept after it
    are the same, at the same places, for both days.

    Parameters
    ----------
    unit, t
        Unit and time (ms UTC) of each fix, sorted by both, shape (n,): those of the day, and
        each unit's last three before it and first three after it.
    x, y
        Positions, metres, finite. Places that were stored as equal must be equal.
    rules
        Thresholds.
    day_ms
        Start and end of the local day, ms UTC.

    Returns
    -------
    Cleaned
        ``reason``: number in `REASONS`. ``rest``: whether a fix is part of a stay. ``x``,
        ``y``: metres; the mean of its fixes in a stay, else as given. Of the fixes outside
        the day only the last kept before it and the first kept after it are to be used.

    Raises
    ------
    InputError
        Arrays differ in length.
    """
    sizes = [a.size for a in (unit, t, x, y)]
    if len(set(sizes)) != 1:
        raise InputError("fixes need arrays of equal length, got {sizes}", sizes=sizes)
    return cleaned(unit, t, x, y, rules.as_thresholds(), *day_ms)


@dataclass(frozen=True, slots=True, eq=False)
class Tunnels:
    """Lines of tunnels in a lattice's CRS; the ends of a line are its portals.

    Parameters
    ----------
    xy
        Vertices of all tunnels, metres, shape (n_vertices, 2).
    first
        Where each tunnel's vertices begin, and after the last where they end, shape
        (n_tunnels + 1,).

    Raises
    ------
    InputError
        A tunnel has fewer than two vertices, or one that is not finite.
    """

    xy: NDArray[np.float64]
    first: NDArray[np.int64]

    def __post_init__(self) -> None:
        short = bool(np.any(np.diff(self.first) < _FEWEST))
        if short or self.first[0] != 0 or self.first[-1] != len(self.xy):
            raise InputError("a tunnel needs at least two vertices")
        if not np.isfinite(self.xy).all():
            raise InputError("a tunnel lies where the grid's projection does not reach")

    def __len__(self) -> int:
        return int(self.first.size - 1)

    def fingerprint(self) -> str:
        """Return a hash of the lines; empty when there are none."""
        if not len(self):
            return ""
        digest = hashlib.sha256(np.ascontiguousarray(self.xy, dtype="<f8").tobytes())
        digest.update(np.ascontiguousarray(self.first, dtype="<i8").tobytes())
        return digest.hexdigest()

    @classmethod
    def none(cls) -> Tunnels:
        """Return no tunnels."""
        return cls(np.empty((0, 2)), np.zeros(1, dtype=np.int64))

    @classmethod
    def of(cls, lines: NDArray[np.object_], crs: CRS) -> Tunnels:
        """Return the tunnels that lines draw; lines that meet end to end are one tunnel.

        Parameters
        ----------
        lines
            Lines, WGS-84, such as ``roads.geometry[roads["tunnel"]].to_numpy()``.
        crs
            The lattice's CRS.

        Returns
        -------
        Tunnels
            Without closed lines, which have no portals.

        Raises
        ------
        InputError
            A shape is no line, or lies where the projection does not reach.
        """
        line_types = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)
        wrong = ~np.isin(shapely.get_type_id(lines), line_types)
        if wrong.any():
            raise InputError(
                "a tunnel must be a line, got a {kind}; draw its axis",
                kind=lines[int(np.argmax(wrong))].geom_type,
            )
        parts = shapely.get_parts(lines)
        parts = parts[shapely.length(parts) > 0.0]
        merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
        merged = merged[~shapely.is_closed(merged)]
        if not merged.size:
            return cls.none()
        xy, number = shapely.get_coordinates(merged, return_index=True)
        first = np.searchsorted(number, np.arange(merged.size + 1))
        return cls(np.asarray(reprojection(WGS84, crs)(xy)), first.astype(np.int64))


class TunnelPlaces(NamedTuple):
    """Places of units inside tunnels; see `through_tunnels`."""

    before: NDArray[np.intp]
    unit: NDArray[np.int32]
    t: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]


def through_tunnels(
    unit: NDArray[np.int32],
    t: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    tunnels: Tunnels,
    rules: CleaningRules,
) -> TunnelPlaces:
    """Return where units were in silences that tunnels explain.

    A silence is explained if it begins near one portal of a tunnel and ends near the other, and
    the way through takes a speed that a unit can go without a stop. The unit is then taken to
    follow the tunnel at constant speed.

    Parameters
    ----------
    unit, t
        Unit and time (ms UTC) of each fix that was kept, sorted by both, shape (n,).
    x, y
        Positions in the tunnels' CRS, metres.
    tunnels
        The tunnels.
    rules
        Thresholds.

    Returns
    -------
    TunnelPlaces
        Places to add, rising in unit and time. ``before``: number of the fix that each comes
        before, as `numpy.insert` takes it. With them no part of such a silence is longer than
        half of ``max_gap_s``, and none is faster than ``max_speed_kmh``.

    Notes
    -----
    Of several tunnels the one with the shortest way is taken. Vertices less than 1 s apart are
    left out.
    """
    found = [_places(way, rules) for way in _ways(unit, t, x, y, tunnels, rules)]
    places = [each for each in found if each is not None]
    if not places:
        none = np.empty(0)
        return TunnelPlaces(
            none.astype(np.intp), none.astype(unit.dtype), none.astype(t.dtype), none, none
        )
    after, when, xy = (np.concatenate(column) for column in zip(*places, strict=True))
    return TunnelPlaces(after, unit[after], when, xy[:, 0], xy[:, 1])


class _Way(NamedTuple):
    """A way through a tunnel in a silence: the fix that ends it, times of its ends, vertices."""

    after: int
    start: int
    end: int
    xy: NDArray[np.float64]


def _ways(
    unit: NDArray[np.int32],
    t: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    tunnels: Tunnels,
    rules: CleaningRules,
) -> Iterator[_Way]:
    """Yield each silence that a tunnel explains, in order, with the shortest way through one."""
    if not len(tunnels):
        return
    gap = np.diff(t)
    silent = (gap > rules.max_gap_s * 1000) & (gap <= rules.tunnel_silence_s * 1000)
    at = np.flatnonzero(silent & (unit[1:] == unit[:-1]))
    if not at.size:
        return
    xy, first = tunnels.xy, tunnels.first
    portal = np.column_stack([xy[first[:-1]], xy[first[1:] - 1]]).reshape(-1, 2)  # 2 a tunnel
    begin, end = (np.column_stack([x[i], y[i]]) for i in (at, at + 1))
    portals: NDArray[np.object_] = np.asarray(shapely.points(portal))
    silence, way_in = shapely.STRtree(portals).query(
        shapely.points(begin), predicate="dwithin", distance=rules.portal_m
    )
    way_out = way_in ^ 1
    rest = _metres(end[silence] - portal[way_out])
    along = np.append(0.0, np.cumsum(_metres(np.diff(xy, axis=0))))
    length = (along[first[1:] - 1] - along[first[:-1]])[way_in // 2]
    metres = _metres(begin[silence] - portal[way_in]) + length + rest
    kmh = metres / gap[at[silence]] * 3600.0
    ok = (rest <= rules.portal_m) & (kmh >= rules.tunnel_least_kmh) & (kmh <= rules.max_speed_kmh)
    order = np.flatnonzero(ok)[np.lexsort((way_in[ok], metres[ok], silence[ok]))]
    for k in order[np.diff(silence[order], prepend=-1) != 0].tolist():
        i, tunnel = int(at[silence[k]]), way_in[k] // 2
        line = xy[first[tunnel] : first[tunnel + 1]]
        line = line[::-1] if way_in[k] % 2 else line
        ends = begin[silence[k]], end[silence[k]]
        yield _Way(i + 1, int(t[i]), int(t[i + 1]), np.vstack([ends[0], line, ends[1]]))


def _places(
    way: _Way, rules: CleaningRules
) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.float64]] | None:
    """Return fix, times and places inside a silence, or nothing if rounding makes it too fast."""
    along = np.append(0.0, np.cumsum(_metres(np.diff(way.xy, axis=0))))
    when = way.start + np.rint(along / along[-1] * (way.end - way.start)).astype(np.int64)
    keep = [0]
    for i in range(1, when.size - 1):
        if when[i] >= when[keep[-1]] + _PART_MS and when[i] <= way.end - _PART_MS:
            keep.append(i)
    keep.append(when.size - 1)
    when, xy = when[keep], way.xy[keep]
    speed_m_s = _metres(np.diff(xy, axis=0)) / np.diff(when) * 1000.0
    if (speed_m_s * 3.6 > rules.max_speed_kmh).any():
        return None
    half = max(round(rules.max_gap_s * 1000) // 2, 1)
    cuts = [
        begin + (end - begin) * np.arange(-(-(end - begin) // half)) // -(-(end - begin) // half)
        for begin, end in zip(when[:-1].tolist(), when[1:].tolist(), strict=True)
    ]
    inner = np.concatenate(cuts)[1:]
    places = np.column_stack([np.interp(inner, when, side) for side in xy.T])
    return np.full(inner.size, way.after, dtype=np.intp), inner, places


def _metres(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lengths of steps, shape (n, 2)."""
    return np.asarray(np.hypot(steps[:, 0], steps[:, 1]))
