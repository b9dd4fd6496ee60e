"""``app.sqlite``: the log of imports, and later scenarios and profiles."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from geogrid.errors import StoreError

FILE_NAME: Final = "app.sqlite"
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS imports (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    report TEXT NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0
)
"""


class ApplicationStore:
    """The application database of a workspace.

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

    def next_import(self) -> int:
        """Return the number of the next import, from 1; numbers of undone ones stay taken."""
        with self._connection() as connection:
            row = connection.execute("SELECT COALESCE(MAX(id), 0) + 1 FROM imports").fetchone()
        return int(row[0])

    def record(self, entry: dict[str, Any]) -> None:
        """Write an import into the log; one that is there already stays as it is.

        Parameters
        ----------
        entry
            ``id``, ``at`` (ISO 8601 UTC), ``kind`` and the reports, JSON values.
        """
        with self._connection() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO imports (id, at, kind, report) VALUES (?, ?, ?, ?)",
                (
                    entry["id"],
                    entry["at"],
                    entry["kind"],
                    json.dumps(entry, ensure_ascii=False, sort_keys=True),
                ),
            )

    def mark_undone(self, number: int) -> None:
        """Note that an import was undone.

        Parameters
        ----------
        number
            The import's id.
        """
        with self._connection() as connection:
            connection.execute("UPDATE imports SET undone = 1 WHERE id = ?", (number,))

    def imports(self) -> list[dict[str, Any]]:
        """Return the imports that stand, oldest first."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT report FROM imports WHERE undone = 0 ORDER BY id"
            ).fetchall()
        return [json.loads(row[0]) for row in rows]

    def state(self) -> tuple[int, int]:
        """Return two numbers that change with every import and every undo."""
        with self._connection() as connection:
            row = connection.execute(
                "SELECT COUNT(*), COALESCE(SUM(undone), 0) FROM imports"
            ).fetchone()
        return int(row[0]), int(row[1])
