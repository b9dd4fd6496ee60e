"""What happened in one cell and what was promised there, beside the measures of the cell."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from geogrid.analysis.dosage_summary import totals_by
from geogrid.errors import InputError
from geogrid.export.json_values import plain
from geogrid.model.window import ALL_TIME, Window
from geogrid.service.analyses import in_window
from geogrid.service.delivered import delivered_to
from geogrid.service.months import PatrolYear
from geogrid.service.outlook import Outlook
from geogrid.service.promises import DOSAGE, promised_places, shifts_of
from geogrid.service.reduced import with_fixes

HOURS: Final = 24
_TOLD: Final = (
    "promised_visits",
    "visits",
    "promised_min",
    "delivered_min",
    "longest_absence_h",
    "shifts",
    "kept",
)


class CellFacts(Outlook):
    """Everything that can be asked of a workspace about one cell beside its measures."""

    def cell_facts(self, code: str, window: Window = ALL_TIME) -> dict[str, Any]:
        """Return the incidents in a cell, and what its places were promised and got.

        Parameters
        ----------
        code
            The cell's public code.
        window
            Days and hours; an incident counts by when it began.

        Returns
        -------
        dict
            ``incidents``: ``n``, ``by_hour`` (24 local hours) and ``by_category`` (name and
            count, the commonest first), of whatever source; ``None`` without a register.
            ``promises``: for each place that the cell belongs to its ``place``, ``class`` and the
            sums of `geogrid.analysis.dosage_summary.dosage_totals`; empty where none is, and
            ``None`` where the window has days of which only hourly sums are kept.

        Raises
        ------
        LayerNotFoundError
            There is no such cell.
        """
        cell = self.grid.spec.cell_of_code(code)
        position = int(self.grid.position_of([cell])[0])
        return {
            "incidents": self._incidents_in(position, window),
            "promises": self._promises_in(position, window),
        }

    def _incidents_in(self, position: int, window: Window) -> dict[str, Any] | None:
        if not self._shelf.incidents.fingerprint():
            return None
        every = self._shared("incidents by cell", self._by_cell)
        here = every[every["cell"] == position]
        begun = here["t_from"].to_numpy(np.int64)
        zone = self._shelf.config.time_zone
        inside = in_window(begun, window, zone)
        moments = pd.DatetimeIndex(pd.to_datetime(begun[inside], unit="ms", utc=True))
        by_hour = np.bincount(moments.tz_convert(zone).hour, minlength=HOURS)
        kinds = here["category"][inside].astype(str).value_counts()
        by_kind = sorted(zip(kinds.index, kinds.tolist(), strict=True), key=lambda one: -one[1])
        return {
            "n": int(inside.sum()),
            "by_hour": by_hour.tolist(),
            "by_category": [list(one) for one in by_kind],
        }

    def _by_cell(self) -> pd.DataFrame:
        """Return when and of which kind every incident was, and in which cell."""
        frame = self._shelf.incidents.frame()
        cell = self.grid.position_at(frame["lon"].to_numpy(), frame["lat"].to_numpy())
        return frame[["t_from", "category"]].assign(cell=cell)

    def _promises_in(self, position: int, window: Window) -> list[dict[str, Any]] | None:
        shelf = self._shelf
        if DOSAGE not in shelf.registers.kinds() or not shelf.tracks.days():
            return []
        try:
            with_fixes(shelf, window)
        except InputError:
            return None  # the sums of reduced days do not tell visits
        places = self._shared("promised places", lambda: promised_places(shelf))
        here = [place for place in places if (place.cells == position).any()]
        if not here:
            return []
        year = PatrolYear.of(shelf, self._questions.rules)
        table = delivered_to(shelf, here, window, year, shifts_of(shelf)).table()
        classes = {place.place: place.kind for place in here}
        return [
            {"place": row["place"], "class": classes[row["place"]]}
            | {name: plain(row[name]) for name in _TOLD}
            for row in totals_by(table, "place")
        ]
