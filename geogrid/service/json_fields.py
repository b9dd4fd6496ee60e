"""Reading JSON that people and programs send: every field is known and checked, or refused."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn

from geogrid.errors import InputError

_LONGEST: Final = 2_000  # characters of a text


class JsonFields:
    """The fields of a JSON object, read one by one.

    Parameters
    ----------
    body
        The object.
    known
        Names that may be in it.
    where
        What it is, for messages: a word such as ``camera``.

    Raises
    ------
    InputError
        It is no object, or has a field that is not known: a misspelt field must not look like
        one that was left out.
    """

    def __init__(self, body: object, known: Sequence[str], where: str) -> None:
        if not isinstance(body, Mapping):
            raise InputError("{where}: a JSON object is needed, got {got!r}", where=where, got=body)
        for name in body:
            if name not in known:
                raise InputError(
                    "{where}: unknown field {name!r}; there are {known}",
                    where=where,
                    name=name,
                    known=", ".join(known),
                )
        self._body = body
        self._where = where

    def __contains__(self, name: str) -> bool:
        return self._body.get(name) is not None

    def number(self, name: str, *, least: float, most: float) -> float | None:
        """Return a finite number in a range; ``None`` where it is left out or null.

        Parameters
        ----------
        name
            The field.
        least, most
            Its range, both included.

        Returns
        -------
        float or None
            The number.

        Raises
        ------
        InputError
            It is none, or out of its range.
        """
        value = self._body.get(name)
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or not least <= value <= most:
            self._refuse(name, value, f"{least:g} ... {most:g}")
        return float(value)

    def whole(self, name: str, *, least: int, most: int) -> int | None:
        """Return a whole number in a range; ``None`` where it is left out or null.

        Parameters
        ----------
        name
            The field.
        least, most
            Its range, both included.

        Returns
        -------
        int or None
            The number.

        Raises
        ------
        InputError
            It is none, or out of its range.
        """
        value = self._body.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self._refuse(name, value, f"{least} ... {most}")
        return value

    def text(self, name: str, *, longest: int = _LONGEST) -> str | None:
        """Return a text whose signs are all seen; ``None`` where it is left out or null.

        Parameters
        ----------
        name
            The field.
        longest
            Characters.

        Returns
        -------
        str or None
            The text, outer spaces removed.

        Raises
        ------
        InputError
            It is none, or too long, or has a sign that nobody sees, such as a space without
            width: two names that look alike have to be alike.
        """
        value = self._body.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self._refuse(name, value, '"..."')
        if len(value) > longest:
            raise InputError(
                "{where}: {name} has {count} characters; give at most {most}",
                where=self._where,
                name=name,
                count=len(value),
                most=longest,
            )
        for at, sign in enumerate(value, start=1):
            if not _is_seen(sign):
                raise InputError(
                    "{where}: character {at} of {name} is {sign}, which nobody sees; type the "
                    "text anew without it",
                    where=self._where,
                    name=name,
                    at=at,
                    sign=f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".strip(),
                )
        return value.strip()

    def flag(self, name: str) -> bool:
        """Return a yes or no; no where it is left out or null.

        Parameters
        ----------
        name
            The field.

        Returns
        -------
        bool
            Its value.

        Raises
        ------
        InputError
            It is neither.
        """
        value = self._body.get(name)
        if value is not None and not isinstance(value, bool):
            self._refuse(name, value, "true, false")
        return bool(value)

    def items(self, name: str, *, most: int) -> list[Any]:
        """Return a list; empty where it is left out or null.

        Parameters
        ----------
        name
            The field.
        most
            Items.

        Returns
        -------
        list
            JSON values.

        Raises
        ------
        InputError
            It is none, or too long.
        """
        value = self._body.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > most:
            self._refuse(name, type(value).__name__, f"[...], <= {most}")
        return list(value)

    def texts(self, name: str, *, most: int) -> tuple[str, ...]:
        """Return a list of texts; empty where it is left out or null.

        Parameters
        ----------
        name
            The field.
        most
            Items.

        Returns
        -------
        tuple of str
            The texts.

        Raises
        ------
        InputError
            It is no list, too long, or has something else in it.
        """
        found = self.items(name, most=most)
        for one in found:
            if not isinstance(one, str):
                self._refuse(name, one, '["...", ...]')
        return tuple(found)

    def mapping(self, name: str) -> dict[str, Any]:
        """Return an object; empty where it is left out or null.

        Parameters
        ----------
        name
            The field.

        Returns
        -------
        dict
            JSON values by name.

        Raises
        ------
        InputError
            It is none.
        """
        value = self._body.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._refuse(name, value, "{...}")
        return dict(value)

    def _refuse(self, name: str, got: object, wanted: str) -> NoReturn:
        raise InputError(
            "{where}: {name} is {got!r}; give {wanted}",
            where=self._where,
            name=name,
            got=got,
            wanted=wanted,
        )


def _is_seen(sign: str) -> bool:
    """Tell whether a sign shows, if only as the wide space of a Chinese keyboard."""
    return sign.isprintable() or sign in "\n\t" or unicodedata.category(sign) == "Zs"
