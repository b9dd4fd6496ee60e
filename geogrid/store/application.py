"""The log of imports, in ``app.sqlite``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from geogrid.store.database import ApplicationDatabase

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS imports (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    report TEXT NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0
)
"""


class ApplicationStore(ApplicationDatabase):
    """The application database of a workspace.

    Parameters
    ----------
    root
        The workspace's folder.
    """

    schema = _SCHEMA

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._known: tuple[tuple[int, ...], tuple[int, int]] | None = None

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
        written = self._written()
        if self._known is not None and self._known[0] == written:
            return self._known[1]
        with self._connection() as connection:
            row = connection.execute(
                "SELECT COUNT(*), COALESCE(SUM(undone), 0) FROM imports"
            ).fetchone()
        state = int(row[0]), int(row[1])
        # A write that was cut short between the two is counted anew, so both have to agree.
        if written is not None and written == self._written():
            self._known = written, state
        return state
