"""Profiles in ``app.sqlite``: what is known of each source, by name."""

from __future__ import annotations

from typing import Final

from geogrid.errors import LayerNotFoundError
from geogrid.store.database import ApplicationDatabase

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS profiles (
    name TEXT PRIMARY KEY,
    toml TEXT NOT NULL
)
"""


class ProfileStore(ApplicationDatabase):
    """The profiles of a workspace.

    Parameters
    ----------
    root
        The workspace's folder.
    """

    schema = _SCHEMA

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
