"""What can go wrong, as a tree.

GeogridError
├── InputError (ValueError)             what was given cannot be used; nothing was stored
│   ├── BoundaryError                   districts are invalid or overlap
│   ├── ConflictError                   somebody else has changed it meanwhile
│   ├── CrsMismatchError                two values are in different CRS
│   ├── FileFormatError                 a file is not what it is said to be
│   ├── GridTooLargeError               the lattice would not fit into memory
│   ├── PersonDataError                 the file has columns about persons
│   └── TrackError                      fixes are out of order or out of place
├── LayerNotFoundError (LookupError)    no layer, cell or register of that name
└── StoreError                          a workspace is missing, damaged or of another version

A message is a template and its values, so that it can be said in any language that
``geogrid.i18n`` has a catalogue for. ``str(error)`` is English.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable


@runtime_checkable
class Translatable(Protocol):
    """A value of a message that is itself said in the reader's language; ``str`` is English."""

    def render(self, translate: Callable[[str], str], /) -> str:
        """Return the value with its templates passed through ``translate``.

        Parameters
        ----------
        translate
            Returns a template in another language.

        Returns
        -------
        str
            Text.
        """
        ...


class GeogridError(Exception):
    """The root of all errors this package raises on purpose.

    Parameters
    ----------
    template
        The message in English with ``{name}`` fields: what rule, which item, got, expected,
        what to do.
    **values
        The values of the fields. They are kept, so that a message can be rendered again; one
        that is `Translatable` (another error, a report) is then said in that language too.
    """

    def __init__(self, template: str, /, **values: object) -> None:
        self.template = template
        self.values = values
        super().__init__(template.format(**values) if values else template)

    def render(self, translate: Callable[[str], str]) -> str:
        """Return the message with the template passed through ``translate``.

        Parameters
        ----------
        translate
            Returns the template in another language; see `geogrid.i18n.translator`.

        Returns
        -------
        str
            The message.
        """
        template = translate(self.template)
        values = {
            name: value.render(translate) if isinstance(value, Translatable) else value
            for name, value in self.values.items()
        }
        return template.format(**values) if values else template


class InputError(GeogridError, ValueError):
    """What was given cannot be used; the message says what to change."""


class BoundaryError(InputError):
    """Districts are invalid, empty, or overlap."""


class ConflictError(InputError):
    """What is to be changed was changed by somebody else meanwhile."""


class CrsMismatchError(InputError):
    """Two values that must share a CRS do not."""


class FileFormatError(InputError):
    """A file cannot be read as what it is said to be."""


class GridTooLargeError(InputError):
    """A lattice would have more cells than fit into memory."""


class PersonDataError(InputError):
    """A file has columns about persons, which are never stored."""


class TrackError(InputError):
    """Fixes are out of order, repeated or out of place."""


class LayerNotFoundError(GeogridError, LookupError):
    """No layer, cell, district or register has that name."""


class StoreError(GeogridError):
    """A workspace is missing, damaged, or written by another version."""
