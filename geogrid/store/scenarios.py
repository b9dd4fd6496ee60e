"""Scenarios in ``app.sqlite``: named plans that people make, change, share and compare."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from geogrid.errors import ConflictError, InputError, LayerNotFoundError
from geogrid.store.database import ApplicationDatabase

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS scenarios (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    created TEXT NOT NULL,
    changed TEXT NOT NULL,
    body TEXT NOT NULL,
    plan TEXT
)
"""
_COLUMNS: Final = "id, name, revision, created, changed, body"


class ScenarioStore(ApplicationDatabase):
    """The scenarios of a workspace.

    Parameters
    ----------
    root
        The workspace's folder.
    """

    schema = _SCHEMA

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            with super()._connection() as connection:
                yield connection
        except sqlite3.IntegrityError as error:
            raise InputError(
                "a scenario of this name is there already; choose another name"
            ) from error

    def every(self) -> list[dict[str, Any]]:
        """Return all scenarios without their plans, oldest first."""
        with self._connection() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM scenarios ORDER BY id"  # noqa: S608 - a constant
            ).fetchall()
        return [_scenario(row) for row in rows]

    def one(self, number: int) -> dict[str, Any]:
        """Return a scenario without its plan.

        Parameters
        ----------
        number
            Its id.

        Returns
        -------
        dict
            ``id``, ``name``, ``revision``, ``created``, ``changed`` and the fields of its body.

        Raises
        ------
        LayerNotFoundError
            There is none.
        """
        with self._connection() as connection:
            return _scenario(_row(connection, number))

    def plan(self, number: int) -> dict[str, Any] | None:
        """Return the plan of a scenario with its proof, or ``None`` where it has none.

        Parameters
        ----------
        number
            Its id.

        Returns
        -------
        dict or None
            As `geogrid.service.siting.siting_plan` gave it.

        Raises
        ------
        LayerNotFoundError
            There is no such scenario.
        """
        with self._connection() as connection:
            _row(connection, number)
            sql = "SELECT plan FROM scenarios WHERE id = ?"
            text = connection.execute(sql, (number,)).fetchone()[0]
        return None if text is None else dict(json.loads(text))

    def add(self, name: str, body: dict[str, Any], at: str) -> dict[str, Any]:
        """Keep a new scenario.

        Parameters
        ----------
        name
            Its name, not yet taken.
        body
            JSON values.
        at
            Now, ISO 8601 UTC.

        Returns
        -------
        dict
            As `one` returns it.

        Raises
        ------
        InputError
            The name is taken.
        """
        with self._connection() as connection:
            cursor = connection.execute(
                "INSERT INTO scenarios (name, revision, created, changed, body) "
                "VALUES (?, 1, ?, ?, ?)",
                (name, at, at, _text(body)),
            )
            return _scenario(_row(connection, int(cursor.lastrowid or 0)))

    def change(
        self,
        number: int,
        scenario: dict[str, Any],
        at: str,
        *,
        revision: int | None = None,
        plan: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Replace a scenario's name and body, and its plan if one is given.

        Parameters
        ----------
        number
            Its id.
        scenario
            ``name`` and the fields of its body; other fields of `one` are not looked at.
        at
            Now, ISO 8601 UTC.
        revision
            The revision that the change was made from; ``None`` for whichever there is.
        plan
            A new plan with its proof.

        Returns
        -------
        dict
            As `one` returns it.

        Raises
        ------
        LayerNotFoundError
            There is no such scenario.
        ConflictError
            It has another revision by now.
        InputError
            The name is taken.
        """
        body = {k: v for k, v in scenario.items() if k not in _COLUMNS.split(", ")}
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            there = int(_row(connection, number)[2])
            if revision is not None and revision != there:
                raise ConflictError(
                    "scenario {number} was changed meanwhile: it has revision {there}, yours was "
                    "{yours}; read it again",
                    number=number,
                    there=there,
                    yours=revision,
                )
            connection.execute(
                "UPDATE scenarios SET name = ?, revision = ?, changed = ?, body = ?, "
                "plan = COALESCE(?, plan) WHERE id = ?",
                (
                    scenario["name"],
                    there + 1,
                    at,
                    _text(body),
                    None if plan is None else _text(plan),
                    number,
                ),
            )
            return _scenario(_row(connection, number))

    def drop(self, number: int) -> None:
        """Forget a scenario; its id is not given again.

        Parameters
        ----------
        number
            Its id.

        Raises
        ------
        LayerNotFoundError
            There is none.
        """
        with self._connection() as connection:
            _row(connection, number)
            connection.execute("DELETE FROM scenarios WHERE id = ?", (number,))


def _row(connection: sqlite3.Connection, number: int) -> tuple[Any, ...]:
    """Return the row of a scenario."""
    sql = f"SELECT {_COLUMNS} FROM scenarios WHERE id = ?"  # noqa: S608 - a constant
    row = connection.execute(sql, (number,)).fetchone()
    if row is None:
        raise LayerNotFoundError("there is no scenario {number}", number=number)
    return tuple(row)


def _scenario(row: tuple[Any, ...]) -> dict[str, Any]:
    named: dict[str, Any] = dict(zip(_COLUMNS.split(", "), row, strict=True))
    body: dict[str, Any] = json.loads(named.pop("body"))
    return named | body


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
