"""Promises of a workspace: its register of dosage, and the places that it speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geogrid.analysis.dosage import Promise, PromisedPlace
from geogrid.analysis.hotspot_areas import areas_of_frame
from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.analysis.shift_clock import WHOLE_DAY, Shift
from geogrid.crs import WGS84, reprojection
from geogrid.errors import InputError, LayerNotFoundError
from geogrid.model.points_inside import points_inside
from geogrid.model.window import Window
from geogrid.service.shelf import Shelf

DOSAGE: Final = "dosage"
SHIFTS: Final = "shifts"
CATCHMENT_M: Final = 200.0  # a patrol within this of a point's cell centre is at the place
_REGISTERS: Final = ("rooms", "places", "areas", "checkpoints")
_ROOM: Final = "room_"
_DECILE: Final = "decile_"
_HOTSPOT: Final = "hotspot"


def shifts_of(shelf: Shelf) -> tuple[Shift, ...]:
    """Return the shifts of a workspace.

    Parameters
    ----------
    shelf
        The workspace.

    Returns
    -------
    tuple of Shift
        In order of name; one that is the whole day where none are registered.
    """
    if SHIFTS not in shelf.registers.kinds():
        return (WHOLE_DAY,)
    frame = shelf.registers.read(SHIFTS)
    return tuple(
        Shift(str(name), _minutes(row["start"]), _minutes(row["end"]), _weekdays(row["weekdays"]))
        for name, row in frame.iterrows()
    )


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _weekdays(text: object) -> frozenset[int] | None:
    return Window.parse(weekdays=text).weekdays if isinstance(text, str) else None


def promised_places(shelf: Shelf, catchment_m: float = CATCHMENT_M) -> list[PromisedPlace]:
    """Return every place that something is promised to.

    Parameters
    ----------
    shelf
        The workspace.
    catchment_m
        Cells whose centre is this near to a place that is a point count as being there,
        metres, beside its own cell; of a polygon, those whose centre is in it.

    Returns
    -------
    list of PromisedPlace
        In the order of the register; places outside the districts are left out.

    Raises
    ------
    LayerNotFoundError
        Nothing is promised.
    InputError
        A promise is to a place or a class that is not known.
    """
    if DOSAGE not in shelf.registers.kinds():
        raise LayerNotFoundError(
            "no visits are promised; import what is promised to places with: geogrid import WS "
            "dosage FILE"
        )
    frame = shelf.registers.read(DOSAGE)
    ground = _Ground(shelf, catchment_m)
    found = []
    for _, row in frame.iterrows():
        promise = _promise(row)
        named = row["place"] if isinstance(row["place"], str) else None
        spots = ground.of_place(named) if named else ground.of_class(str(row["class"]))
        for place, kind, cells in spots:
            if cells.size:
                district = shelf.grid.boundary.ids[int(shelf.grid.district[cells[0]])]
                found.append(PromisedPlace(place, kind, district, cells, promise))
    return found


def _promise(row: pd.Series) -> Promise:
    """Return the promise of a row; a length without a number of visits is that of one."""
    least, visits = _number(row["minutes_min"], 0.0), _number(row["visits"], np.nan)
    hours = row["hours"] if isinstance(row["hours"], str) else None
    return Promise(
        visits=(1.0 if least > 0.0 else 0.0) if np.isnan(visits) else visits,
        minutes_min=least,
        minutes_max=_number(row["minutes_max"], np.inf),
        longest_absence_h=_number(row["longest_absence_h"], np.inf),
        hours=Window.parse(hours=hours).hours,
    )


def _number(value: float | None, otherwise: float) -> float:
    return otherwise if value is None or np.isnan(value) else float(value)


_Spot = tuple[str, str, NDArray[np.int64]]


class _Ground:
    """The registers of places, and the cells of each place."""

    def __init__(self, shelf: Shelf, catchment_m: float) -> None:
        self.shelf, self.catchment_m = shelf, catchment_m
        self.x, self.y = shelf.grid.spec.centres(shelf.grid.cells)
        kinds = shelf.registers.kinds()
        self.frames = {k: shelf.registers.read(k) for k in _REGISTERS if k in kinds}

    def of_place(self, name: str) -> Iterator[_Spot]:
        """Yield the place or cell of a name."""
        for kind, frame in self.frames.items():
            if name in frame.index:
                yield name, self._class_of(kind, frame.loc[name]), self._cells(frame.loc[name])
                return
        position = -1
        if "E" in name and "N" in name:
            spec = self.shelf.grid.spec
            position = int(self.shelf.grid.position_of([spec.cell_of_code(name)])[0])
        if position < 0:
            raise InputError(
                "visits are promised to {place!r}, but no room, place, area, checkpoint or cell "
                "has that id; import it, or correct the register of dosage",
                place=name,
            )
        yield name, "cell", np.array([position], dtype=np.int64)

    def _class_of(self, kind: str, row: pd.Series) -> str:
        if kind == "rooms":
            return f"{_ROOM}{row['class']}"
        return str(row["kind"]) if kind == "places" else kind.removesuffix("s")

    def of_class(self, name: str) -> Iterator[_Spot]:
        """Yield every place of a class."""
        if name.startswith(_DECILE):
            yield from self._decile(int(name.removeprefix(_DECILE)))
            return
        if name == _HOTSPOT:
            yield from self._hotspots()
            return
        chosen = []
        for kind, frame in self.frames.items():
            same = [self._class_of(kind, row) == name for _, row in frame.iterrows()]
            chosen += [(str(place), row) for place, row in frame[same].iterrows()]
        if not chosen:
            raise InputError(
                "visits are promised to the class {name!r}, but no room, place, area or checkpoint "
                "is of it; import some, or correct the register of dosage",
                name=name,
            )
        for place, row in chosen:
            yield place, name, self._cells(row)

    def _hotspots(self) -> Iterator[_Spot]:
        """Yield the areas that the usual search for hotspots finds, by their ids.

        What the public reported counts, of all days; see `geogrid.service.hotspot_spots`.
        """
        # Hotspots rest on analyses, which rest on promises.
        from geogrid.service.analyses import IncidentChoice  # noqa: PLC0415 - as said above
        from geogrid.service.hotspot_spots import spots_layer  # noqa: PLC0415

        layer, _ = spots_layer(self.shelf, Window(), IncidentChoice(), HotspotParams())
        table = cast("gpd.GeoDataFrame", layer.table)  # spots are features, not cells
        for area in areas_of_frame(table, self.shelf.grid):
            yield area.id, _HOTSPOT, np.sort(area.cells).astype(np.int64)

    def _decile(self, number: int) -> Iterator[_Spot]:
        """Yield the cells of a tenth of those with incidents; the tenth has the most."""
        events = self.shelf.incidents.read()
        at = self.shelf.grid.position_at(events.lon, events.lat)
        count = np.bincount(at[at >= 0], minlength=len(self.shelf.grid))
        order = np.argsort(count, kind="stable")
        order = order[count[order] > 0]
        codes = self.shelf.grid.codes()
        for cell in np.array_split(order, 10)[number - 1].tolist():
            yield codes[cell], f"{_DECILE}{number}", np.array([cell], dtype=np.int64)

    def _cells(self, row: pd.Series) -> NDArray[np.int64]:
        """Return the cells of a place, its own first; none outside the districts."""
        shape = row["geometry"]
        spec, inside = self.shelf.grid.spec, shape.representative_point()
        own = self.shelf.grid.position_at([inside.x], [inside.y])
        moved = shapely.transform(shape, reprojection(WGS84, spec.crs))
        if moved.geom_type == "Point":
            near = np.hypot(self.x - moved.x, self.y - moved.y) <= self.catchment_m
        else:
            near = points_inside(moved, self.x, self.y)
        cells = np.flatnonzero(near)
        return np.concatenate([own[own >= 0], cells[~np.isin(cells, own)]]).astype(np.int64)
