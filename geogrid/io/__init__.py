"""Readers: each returns a value and a report of what was read and refused."""

from geogrid.io.boundaries import read_boundary
from geogrid.io.fields import FieldSpec
from geogrid.io.incidents import read_incidents
from geogrid.io.kinds import KINDS
from geogrid.io.plain_kinds import PLAIN_KINDS
from geogrid.io.registers import REGISTERS, read_register
from geogrid.io.report import Message, ReadOptions, ReadReport, Refusal
from geogrid.io.tracks import read_tracks

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
