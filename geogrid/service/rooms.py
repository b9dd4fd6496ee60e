"""All topics that an opened workspace answers, gathered: one base a topic."""

from __future__ import annotations

from geogrid.service.dosages import Dosages
from geogrid.service.reaching import Reaching
from geogrid.service.scenarios import Scenarios
from geogrid.service.tiles import Tiles


class Rooms(
    Dosages,
    Reaching,
    Scenarios,
    Tiles,
):
    """Everything that can be asked of a workspace; `Workspace` adds its making and its files."""
