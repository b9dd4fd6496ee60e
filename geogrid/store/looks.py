"""Who looked at a unit's track, and for what: kept in ``app.sqlite``, never changed or dropped."""

from __future__ import annotations

from typing import Any, Final

from geogrid.store.database import ApplicationDatabase

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS looks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    unit TEXT NOT NULL,
    span TEXT NOT NULL,
    purpose TEXT NOT NULL
)
"""


class LookStore(ApplicationDatabase):
    """The log of looks at tracks.

    Parameters
    ----------
    root
        The workspace's folder.
    """

    schema = _SCHEMA

    def add(self, unit: str, span: str, purpose: str, at: str) -> int:
        """Write a look into the log.

        Parameters
        ----------
        unit
            Whose track; a vehicle or call sign, never a person.
        span
            Which days and hours.
        purpose
            What for.
        at
            When, ISO 8601 UTC.

        Returns
        -------
        int
            Its number, from 1.
        """
        with self._connection() as connection:
            cursor = connection.execute(
                "INSERT INTO looks (at, unit, span, purpose) VALUES (?, ?, ?, ?)",
                (at, unit, span, purpose),
            )
            return int(cursor.lastrowid or 0)

    def last(self, count: int) -> list[dict[str, Any]]:
        """Return the last looks.

        Parameters
        ----------
        count
            How many at most.

        Returns
        -------
        list of dict
            ``id``, ``at``, ``unit``, ``span``, ``purpose``; the newest first.
        """
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT id, at, unit, span, purpose FROM looks ORDER BY id DESC LIMIT ?", (count,)
            ).fetchall()
        return [
            dict(zip(("id", "at", "unit", "span", "purpose"), row, strict=True)) for row in rows
        ]
