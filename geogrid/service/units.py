"""Groups of patrol units, from the register that names them."""

from __future__ import annotations

from typing import Final

from geogrid.errors import InputError
from geogrid.service.shelf import Shelf

UNITS: Final = "units"
_SHOWN: Final = 20  # groups named in a message


def unit_groups(shelf: Shelf) -> tuple[str, ...]:
    """Return the groups that units are in.

    Parameters
    ----------
    shelf
        The workspace.

    Returns
    -------
    tuple of str
        Names, sorted; empty where no unit has a group.
    """
    if UNITS not in shelf.registers.kinds():
        return ()
    return tuple(sorted(shelf.registers.read(UNITS)["group"].dropna().astype(str).unique()))


def units_of_group(shelf: Shelf, group: str) -> tuple[str, ...]:
    """Return the units of a group.

    Parameters
    ----------
    shelf
        The workspace.
    group
        The group's name.

    Returns
    -------
    tuple of str
        Names of units, sorted; also of those without a fix.

    Raises
    ------
    InputError
        No unit has a group, or none is in this one.
    """
    if UNITS not in shelf.registers.kinds():
        raise InputError(
            "no groups of units are known; import a register of units (geogrid import WS units "
            "FILE, with the columns unit and group), or tracks that say the group of each unit, "
            "in a column 'group' or one named by --map group=COLUMN"
        )
    groups = shelf.registers.read(UNITS)["group"].dropna().astype(str)
    units = tuple(sorted(groups.index[groups == group].astype(str)))
    if not units:
        known = sorted(groups.unique())
        raise InputError(
            "no unit is in the group {group!r}; there are {known}",
            group=group,
            known=", ".join([*known[:_SHOWN], *(["..."] if len(known) > _SHOWN else [])]),
        )
    return units
