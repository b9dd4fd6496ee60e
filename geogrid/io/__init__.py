"""Readers: each returns a value and a report of what was read and refused.

The names are loaded when they are first used (PEP 562): the process that reads hostile files
needs few of them, and starts in half the time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from geogrid.io.boundaries import read_boundary
    from geogrid.io.fields import FieldSpec
    from geogrid.io.incidents import read_incidents
    from geogrid.io.kinds import KINDS
    from geogrid.io.plain_kinds import PLAIN_KINDS
    from geogrid.io.registers import REGISTERS, read_register
    from geogrid.io.report import Message, ReadOptions, ReadReport, Refusal
    from geogrid.io.tracks import read_tracks

_MODULES: Final = {
    "geogrid.io.boundaries": ("read_boundary",),
    "geogrid.io.fields": ("FieldSpec",),
    "geogrid.io.incidents": ("read_incidents",),
    "geogrid.io.kinds": ("KINDS",),
    "geogrid.io.plain_kinds": ("PLAIN_KINDS",),
    "geogrid.io.registers": ("REGISTERS", "read_register"),
    "geogrid.io.report": ("Message", "ReadOptions", "ReadReport", "Refusal"),
    "geogrid.io.tracks": ("read_tracks",),
}
_HOME: Final = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "KINDS",
    "PLAIN_KINDS",
    "REGISTERS",
    "FieldSpec",
    "Message",
    "ReadOptions",
    "ReadReport",
    "Refusal",
    "read_boundary",
    "read_incidents",
    "read_register",
    "read_tracks",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
