"""An opened workspace that is asked whether a treatment helped, and keeps treatments."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from shapely.geometry.base import BaseGeometry

from geogrid.service.evaluation import EvaluationQuestion, evaluation
from geogrid.service.outlook import Outlook
from geogrid.service.shelf import Progress, no_progress
from geogrid.service.treatments import close_treatment, open_row, open_treatment, treatments


class Evaluations(Outlook):
    """Everything that can be asked of a workspace about treated places."""

    def evaluate(
        self, question: EvaluationQuestion, *, progress: Progress = no_progress
    ) -> dict[str, Any]:
        """Return whether incidents fell at a place beyond its control, and what was delivered.

        Parameters
        ----------
        question
            What is compared.
        progress
            Is told how many stale days are derived.

        Returns
        -------
        dict
            See `geogrid.service.evaluation.evaluation`.

        Raises
        ------
        LayerNotFoundError
            There are no incidents.
        InputError
            The place lies outside the districts, or the control does not serve.
        """
        with self._lock:
            self._follow_districts()
        return evaluation(self._shelf, question, self._questions.rules, progress)

    def treatments(self) -> list[dict[str, Any]]:
        """Return every place that is or was under treatment, oldest first."""
        return treatments(self._shelf)

    def treatment(self, key: str) -> dict[str, Any]:
        """Return the register's row of a treatment that is open.

        Parameters
        ----------
        key
            Its id.

        Returns
        -------
        dict
            Columns, and ``geometry`` in WGS-84.

        Raises
        ------
        LayerNotFoundError
            There is no such treatment.
        InputError
            It is closed.
        """
        return open_row(self._shelf, key)

    def open_treatment(
        self, place: BaseGeometry, opened: date, *, name: str = "", note: str = ""
    ) -> dict[str, Any]:
        """Declare a place as under treatment.

        Parameters
        ----------
        place
            The place, WGS-84.
        opened
            First local day of the treatment.
        name
            A name of the place.
        note
            What is done there.

        Returns
        -------
        dict
            The treatment.

        Raises
        ------
        InputError
            An open treatment overlaps the place.
        """
        with self._lock:
            now = datetime.now(UTC)
            return open_treatment(self._shelf, place, opened, now, name=name, note=note)

    def close_treatment(
        self, key: str, closed: date, question: EvaluationQuestion
    ) -> dict[str, Any]:
        """Close a treatment with the evidence of what it did.

        Parameters
        ----------
        key
            The treatment's id.
        closed
            Its last local day.
        question
            Periods, control and ring; its place is the treatment's.

        Returns
        -------
        dict
            The treatment, with its evidence.

        Raises
        ------
        LayerNotFoundError
            There is no such treatment, or no incidents.
        InputError
            It is closed, or its last day is before its first.
        """
        rules = self._questions.rules
        with self._lock:
            now = datetime.now(UTC)
            return close_treatment(self._shelf, key, question, closed, now, rules=rules)
