"""How far a camera serves a task: by pixels per metre of its lens, else by its register.

A picture of ``pixels`` pixels across shows at a distance d a strip ``d * sensor / focal`` wide, so
that ``density`` pixels fall on a metre out to ``d = pixels * focal / (sensor * density)``. It is
taken as the distance along the ground; the height of the camera is not taken off.

References
----------
EN 62676-4:2015, Video surveillance systems for use in security applications, part 4: application
guidelines: monitor 12.5, detect 25, observe 62.5, recognise 125, identify 250, inspect 1,000 px/m.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.model.sensors import Purpose, Sensors

# Detect, recognise and identify. The standard has no class for plates: their readers ask for
# about 130 pixels across a plate of 0.52 m, which is 250 on a metre.
PIXELS_PER_M: Final = {Purpose.OVERVIEW: 25.0, Purpose.RECOGNISE: 125.0, Purpose.PLATE: 250.0}


@dataclass(frozen=True, slots=True, eq=False)
class TaskRanges:
    """Ranges and view angles of cameras for a task.

    Parameters
    ----------
    range_m
        Metres; NaN where not known, shape (n,).
    view_angle_deg
        Degrees; NaN where not known, shape (n,).
    range_by_lens, angle_by_lens
        Which of them follow from the lens, shape (n,).
    """

    range_m: NDArray[np.float64]
    view_angle_deg: NDArray[np.float64]
    range_by_lens: NDArray[np.bool_]
    angle_by_lens: NDArray[np.bool_]


def task_ranges(sensors: Sensors, purpose: Purpose | None = None) -> TaskRanges:
    """Return how far and how wide each camera sees for a task.

    Parameters
    ----------
    sensors
        The cameras.
    purpose
        The task; ``None`` for each camera's own, which is overview where the register is silent.

    Returns
    -------
    TaskRanges
        By pixels per metre where focal length, sensor width and pixels are known. Else the range
        is the register's, unless the task asks for more detail than what the camera is registered
        for: then it is not known. View angles are the register's, else the lens's.
    """
    n = len(sensors)
    own = sensors.purpose or (None,) * n
    order = list(PIXELS_PER_M)
    asked = [purpose or one or Purpose.OVERVIEW for one in own]
    density = np.array([PIXELS_PER_M[task] for task in asked], dtype=np.float64)
    finer = np.array(
        [
            one is not None and order.index(task) > order.index(one)
            for task, one in zip(asked, own, strict=True)
        ],
        dtype=bool,
    )
    range_m = np.where(finer, math.nan, sensors.range_m)
    angle = np.asarray(sensors.view_angle_deg, dtype=np.float64)
    by_lens, angle_by_lens = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    if sensors.lenses is not None:
        lens = sensors.lenses
        reach = lens.pixels * lens.focal_mm / (lens.sensor_mm * density)
        by_lens = ~np.isnan(reach)
        range_m = np.where(by_lens, reach, range_m)
        width = np.degrees(2.0 * np.arctan(lens.sensor_mm / (2.0 * lens.focal_mm)))
        angle_by_lens = np.isnan(angle) & ~np.isnan(width)
        angle = np.where(angle_by_lens, width, angle)
    return TaskRanges(range_m, angle, by_lens, angle_by_lens)
