"""What every test of hotspots starts from: incidents on the cells at risk, as whole numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.analysis.at_risk import at_risk_cells, require_aligned
from geogrid.analysis.hotspot_params import HotspotParams
from geogrid.analysis.incident_frame import IncidentPoints, LatticeFrame
from geogrid.analysis.whole_weights import WholeWeights
from geogrid.errors import InputError
from geogrid.kernels.window_sums import disc_half_widths
from geogrid.model.grid import Grid
from geogrid.model.incidents import Incidents

MIN_INCIDENTS: Final = 30  # fewer say nothing about a whole city


@dataclass(frozen=True, slots=True, eq=False)
class HotspotData:
    """Incidents on the cells at risk.

    Parameters
    ----------
    grid
        The grid.
    at_risk
        The cells that are tested, shape (n_cells,).
    params
        How hotspots are looked for, the radius filled in.
    points
        The incidents in cells at risk.
    weights
        What each of them counts.
    frame
        The part of the lattice around the cells at risk.
    half_widths
        The window; see `geogrid.kernels.window_sums.disc_half_widths`.
    summary
        Figures of the whole that every method tells.
    """

    grid: Grid
    at_risk: NDArray[np.bool_]
    params: HotspotParams
    points: IncidentPoints
    weights: WholeWeights
    frame: LatticeFrame
    half_widths: NDArray[np.int64]
    summary: dict[str, object]

    @classmethod
    def of(
        cls,
        incidents: Incidents,
        grid: Grid,
        *,
        at_risk: NDArray[np.bool_] | None,
        mask_name: str,
        params: HotspotParams | None,
    ) -> HotspotData:
        """Return incidents on the cells at risk.

        Parameters
        ----------
        incidents
            The incidents, WGS-84.
        grid
            The grid.
        at_risk
            The cells that are tested, shape (n_cells,); ``None`` for `at_risk_cells`.
        mask_name
            What ``at_risk`` was judged by, for the summary.
        params
            How hotspots are looked for; the defaults if ``None``.

        Returns
        -------
        HotspotData
            Ready to be tested.

        Raises
        ------
        InputError
            The radius does not fit the cell size, fewer than 30 incidents lie in cells at risk,
            or ``at_risk`` is not aligned to the grid.
        """
        params = params or HotspotParams()
        radius_m = params.radius_over(grid.spec.cell_size)
        if at_risk is None:
            at_risk, mask_name = at_risk_cells(incidents, grid)
        require_aligned("at_risk", at_risk, grid)
        points = IncidentPoints.of(incidents, grid, at_risk)
        if points.u.size < MIN_INCIDENTS:
            raise _too_few(incidents, points)
        weight = incidents.weight[points.kept] if params.weighted else np.ones(points.u.size)
        half_widths = disc_half_widths(radius_m / grid.spec.cell_size)
        summary: dict[str, object] = {
            "cells": len(grid),
            "tested": int(at_risk.sum()),
            "mask": mask_name,
            "window_cells": int((2 * half_widths + 1).sum()),
            "incidents": len(incidents),
            "counted": points.u.size,
            "outside": points.outside,
            "off_mask": points.off_mask,
            "weights_ignored": bool((incidents.weight != 1.0).any()) and not params.weighted,
        }
        params = replace(params, radius_m=radius_m)
        return cls(
            grid,
            at_risk,
            params,
            points,
            WholeWeights.of(weight),
            LatticeFrame.around(grid, at_risk),
            half_widths,
            summary | asdict(params),
        )

    def units(self, shift_x: float = 0.0, shift_y: float = 0.0) -> NDArray[np.int64]:
        """Return what the incidents of each cell count, on a lattice moved against them.

        Parameters
        ----------
        shift_x, shift_y
            How far the points move east and north, in cells.

        Returns
        -------
        ndarray of int64
            In units of the weights, of the frame's shape.
        """
        units = self.weights.units if self.params.weighted else None
        return self.frame.counts(self.points, shift_x, shift_y, units=units)

    def parts(self, shift_x: float = 0.0, shift_y: float = 0.0) -> NDArray[np.int64]:
        """Return the part of each cell that is tested: 0 for a city, or its district.

        A cell of a moved lattice that holds a counted incident is tested too, so that every
        lattice counts the same incidents.

        Parameters
        ----------
        shift_x, shift_y
            How far the points move east and north, in cells.

        Returns
        -------
        ndarray of int64
            -1 in cells that are not tested, of the frame's shape.
        """
        by_district = self.params.reference == "district"
        district = self.grid.district.astype(np.int64)
        district = district if by_district else np.zeros_like(district)
        parts = np.full(self.frame.shape, -1, dtype=np.int64)
        if shift_x or shift_y:
            at = self.frame.cells_of(self.points, shift_x, shift_y)
            parts.ravel()[at] = district[self.points.position]
        parts[self.frame.rows, self.frame.cols] = district[self.at_risk]
        return parts

    def spread(self, values: NDArray[np.generic], fill: object = np.nan) -> NDArray[np.generic]:
        """Return values of the cells at risk as a column over all cells.

        Parameters
        ----------
        values
            Shape (n,), over the cells at risk in the order of the grid.
        fill
            What stands in cells that are not tested; ``None`` makes a column of objects.

        Returns
        -------
        ndarray, shape (n_cells,)
            Numbers, or objects.
        """
        column = np.full(len(self.grid), fill, dtype=object if fill is None else np.float64)
        column[self.at_risk] = values
        return column


def _too_few(incidents: Incidents, points: IncidentPoints) -> InputError:
    """Return the refusal of too few incidents."""
    return InputError(
        "hotspots need at least {least} incidents in cells at risk, got {counted} "
        "(of {given}: {outside} outside the grid, {off_mask} where nothing is at risk); "
        "widen the time window or the categories",
        least=MIN_INCIDENTS,
        counted=points.u.size,
        given=len(incidents),
        outside=points.outside,
        off_mask=points.off_mask,
    )
