"""Profiles in ``app.sqlite``: what is known of each source, by name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from geogrid.errors import LayerNotFoundError, StoreError
from geogrid.store.application import FILE_NAME

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS profiles (
    name TEXT PRIMARY KEY,
    toml TEXT NOT NULL
)
"""


class ProfileStore:
    """The profiles of a workspace.

    Parameters
    ----------
    root
        The workspace's folder.
    """

    def __init__(self, root: Path) -> None:
        self.path = root / FILE_NAME

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(_SCHEMA)
            with connection:
                yield connection
        except sqlite3.DatabaseError as error:
            raise StoreError(
                "{file} cannot be used ({reason}); restore it from a backup",
                file=self.path,
                reason=error,
            ) from error
        finally:
            connection.close()

    def every(self) -> dict[str, str]:
        """Return all profiles as TOML, by name."""
        with self._connection() as connection:
            return dict(connection.execute("SELECT name, toml FROM profiles ORDER BY name"))

    def one(self, name: str) -> str:
        """Return a profile.

        Parameters
        ----------
        name
            Its name.

        Returns
        -------
        str
            TOML.

        Raises
        ------
        LayerNotFoundError
            There is none of that name.
        """
        found = self.every()
        if name not in found:
            raise LayerNotFoundError(
                "there is no profile {name!r}; saved are: {known}",
                name=name,
                known=", ".join(found) or "-",
            )
        return found[name]

    def save(self, name: str, toml: str) -> None:
        """Keep a profile under a name; one that is there is replaced.

        Parameters
        ----------
        name
            Its name.
        toml
            The profile.
        """
        with self._connection() as connection:
            connection.execute("INSERT OR REPLACE INTO profiles VALUES (?, ?)", (name, toml))

    def remove(self, name: str) -> None:
        """Forget a profile.

        Parameters
        ----------
        name
            Its name.

        Raises
        ------
        LayerNotFoundError
            There is none of that name.
        """
        self.one(name)
        with self._connection() as connection:
            connection.execute("DELETE FROM profiles WHERE name = ?", (name,))
