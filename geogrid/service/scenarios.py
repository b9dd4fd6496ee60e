"""An opened workspace with scenarios: camera plans that are saved, changed, solved and compared."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from geogrid.crs import Datum
from geogrid.errors import ConflictError, InputError, LayerNotFoundError
from geogrid.service.desk_state import MOST_CAMERAS, DeskState, changed, state_of
from geogrid.service.desks import Desks, usual_range_of
from geogrid.service.json_fields import JsonFields
from geogrid.service.layers import Questions
from geogrid.service.scenario_files import compared, write_scenario
from geogrid.service.scenario_solving import in_short, solved_scenario, standing_with
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.service.siting import siting_plan
from geogrid.service.siting_demand import WEIGHTS
from geogrid.service.siting_question import CANDIDATES, MODELS, question_of
from geogrid.service.what_if import (
    require_outside_zones,
    what_if,
)
from geogrid.store.scenarios import ScenarioStore

_BODY: Final = ("name", "note", "question", "cameras", "dropped")
_LONGEST_S: Final = 120.0  # of a search that a browser waits for
_REGISTER_OF: Final = {
    "people": "population",
    "roads": "roads",
    "hazards": "places",
    "demand": "demand",
}


class Scenarios(Desks):
    """Everything that can be asked of a workspace about camera plans that people keep.

    Parameters
    ----------
    shelf
        The opened stores.
    questions
        What layers are asked with; the defaults if ``None``.
    """

    def __init__(self, shelf: Shelf, questions: Questions | None = None) -> None:
        super().__init__(shelf, questions)
        self._solving = threading.Lock()

    @property
    def _scenarios(self) -> ScenarioStore:
        return ScenarioStore(self._shelf.root)

    def scenarios(self) -> dict[str, Any]:
        """Return the scenarios in short, and what they can be asked with.

        Returns
        -------
        dict
            ``scenarios`` (``id``, ``name``, ``note``, ``revision``, ``created``, ``changed``,
            numbers of ``cameras`` and ``dropped``, and ``solved``), ``weights``, ``candidates``
            and ``models`` that this workspace can answer.
        """
        kinds = self._shelf.registers.kinds()
        weights = [name for name in WEIGHTS if _REGISTER_OF.get(name, "districts") in kinds]
        if not self._shelf.incidents.fingerprint():
            weights.remove("incidents")
        able = {"roads": "roads" in kinds, "register": bool({"candidates", "cameras"} & set(kinds))}
        return {
            "scenarios": [in_short(one) for one in self._scenarios.every()],
            "weights": weights,
            "candidates": [name for name in CANDIDATES if able.get(name, True)],
            "models": [name for name in MODELS if name != "p-median"],
        }

    def scenario(self, number: int) -> dict[str, Any]:
        """Return a scenario and what its cameras would see.

        Parameters
        ----------
        number
            Its id.

        Returns
        -------
        dict
            ``id``, ``name``, ``note``, ``revision``, ``created``, ``changed``, ``question``,
            ``cameras``, ``dropped``, ``solved`` (a plan in short, or null) and ``result``: see
            `geogrid.service.what_if.what_if`, before: the register alone.

        Raises
        ------
        LayerNotFoundError
            There is no such scenario.
        """
        found = self._scenarios.one(number)
        room, state = self._desk(found["question"]), _state(found)
        return found | {"result": what_if(room, DeskState(), state)}

    def make_scenario(self, body: object, now: datetime) -> dict[str, Any]:
        """Keep a new scenario.

        Parameters
        ----------
        body
            A JSON object: ``name``, and what is known of ``note``, ``question``, ``cameras`` and
            ``dropped``.
        now
            The time.

        Returns
        -------
        dict
            As `scenario` returns it.

        Raises
        ------
        InputError
            The name is missing or taken, or a camera cannot be.
        """
        given = JsonFields(body, _BODY, "scenario")
        name = given.text("name", longest=200)
        if not name:
            raise InputError("a scenario needs a name")
        fresh = self._checked(given, {"note": "", "question": {}, "cameras": [], "dropped": []})
        made = self._scenarios.add(name, fresh | {"solved": None}, _at(now))
        return self.scenario(int(made["id"]))

    def scenario_of_plan(self, name: str, plan: dict[str, Any], now: datetime) -> dict[str, Any]:
        """Keep a plan as a new scenario.

        Parameters
        ----------
        name
            Its name, not yet taken.
        plan
            From `Outlook.site`.
        now
            The time.

        Returns
        -------
        dict
            As `scenario` returns it.

        Raises
        ------
        InputError
            The name is taken, or it is a plan of posts.
        """
        if plan["model"] == "p-median":
            raise InputError("scenarios are of cameras; use the model mclp or lscp")
        made = self.make_scenario({"name": name, "question": plan["question"]}, now)
        fresh = solved_scenario(made, DeskState(), plan)
        fresh.pop("result")
        self._scenarios.change(int(made["id"]), fresh, _at(now), plan=plan)
        return self.scenario(int(made["id"]))

    def change_scenario(self, number: int, body: object, now: datetime) -> dict[str, Any]:
        """Change some fields of a scenario.

        Parameters
        ----------
        number
            Its id.
        body
            A JSON object: any of ``name``, ``note``, ``question``, ``cameras``, ``dropped``;
            ``changes`` as in `what_if`, made after them; ``revision`` that it was made from.
        now
            The time.

        Returns
        -------
        dict
            As `scenario` returns it.

        Raises
        ------
        LayerNotFoundError
            There is no such scenario.
        ConflictError
            It has another revision by now.
        InputError
            A field cannot be used.
        """
        given = JsonFields(body, (*_BODY, "changes", "revision"), "scenario")
        found = self._scenarios.one(number)
        fresh = found | self._checked(given, found)
        if "name" in given:
            fresh["name"] = given.text("name", longest=200) or found["name"]
        if "changes" in given:
            room = self._desk(fresh["question"])
            usual = usual_range_of(fresh["question"])
            changes = given.items("changes", most=1_000)
            state, _ = changed(_state(fresh), changes, room.register, usual)
            require_outside_zones(room, state)
            fresh |= state.as_json()
        revision = given.whole("revision", least=1, most=2**53)
        self._scenarios.change(number, fresh, _at(now), revision=revision)
        return self.scenario(number)

    def drop_scenario(self, number: int) -> None:
        """Forget a scenario.

        Parameters
        ----------
        number
            Its id.

        Raises
        ------
        LayerNotFoundError
            There is none.
        """
        self._scenarios.drop(number)

    def solve_scenario(
        self, number: int, body: object, now: datetime, progress: Progress = no_progress
    ) -> dict[str, Any]:
        """Let a plan replace the cameras of a scenario that are not fixed.

        Parameters
        ----------
        number
            Its id.
        body
            A JSON object: ``question`` whose fields go before those of the scenario, and
            ``revision``.
        now
            The time.
        progress
            Is told what is being done.

        Returns
        -------
        dict
            As `scenario` returns it; ``solved`` tells value, bound, gap and status.

        Raises
        ------
        LayerNotFoundError
            There is no such scenario, or a register that is needed is not imported.
        ConflictError
            It has another revision by now, or a plan is being worked out already.
        InputError
            The plan cannot be.
        """
        given = JsonFields(body, ("question", "revision"), "scenario")
        found = self._scenarios.one(number)
        revision = given.whole("revision", least=1, most=2**53) or int(found["revision"])
        asked = found["question"] | given.mapping("question")
        question = question_of(asked, longest_s=_LONGEST_S)
        if question.model == "p-median":
            raise InputError("scenarios are of cameras; use the model mclp or lscp")
        if not self._solving.acquire(blocking=False):
            raise ConflictError("another plan is being worked out; try again when it is done")
        try:
            room, state = self._desk(asked), _state(found)
            standing = standing_with(room, state)
            plan = siting_plan(self._shelf, question, progress, standing, self._obstacles())
        finally:
            self._solving.release()
        fresh = solved_scenario(found | {"question": asked}, state, plan)
        self._scenarios.change(number, fresh, _at(now), revision=revision, plan=plan)
        return self.scenario(number)

    def scenario_plan(self, number: int) -> dict[str, Any]:
        """Return the plan of a scenario with its instance and its proof.

        Parameters
        ----------
        number
            Its id.

        Returns
        -------
        dict
            What ``geogrid site --verify`` checks.

        Raises
        ------
        LayerNotFoundError
            There is no such scenario, or it was never solved.
        """
        plan = self._scenarios.plan(number)
        if plan is None:
            raise LayerNotFoundError("scenario {number} has no plan yet; solve it", number=number)
        return plan

    def compare_scenarios(self, first: int, second: int) -> dict[str, Any]:
        """Return how two scenarios differ, both under the demand of the first.

        Parameters
        ----------
        first, second
            Their ids.

        Returns
        -------
        dict
            See `geogrid.service.scenario_files.compared`.

        Raises
        ------
        LayerNotFoundError
            One of them is not there.
        """
        one, other = self._scenarios.one(first), self._scenarios.one(second)
        room = self._desk(one["question"])
        return compared(room, (one, _state(one)), (other, _state(other)))

    def export_scenario(self, number: int, path: Path, *, datum: Datum = Datum.WGS84) -> Path:
        """Write a scenario to a file.

        Parameters
        ----------
        number
            Its id.
        path
            The file: .geojson with views cut by zones, .xlsx as a work order, or .json: the plan
            with its proof.
        datum
            Of the coordinates in a work order; GeoJSON is WGS-84 only.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        LayerNotFoundError
            There is no such scenario, or no plan where one is asked for.
        InputError
            The ending is unknown, or GeoJSON is asked for in another datum.
        """
        found = self.scenario(number)
        plan = self.scenario_plan(number) if path.suffix.lower() == ".json" else None
        return write_scenario(self._desk(found["question"]), found, path, datum=datum, plan=plan)

    def _checked(self, given: JsonFields, usual: dict[str, Any]) -> dict[str, Any]:
        """Return note, question and state, those that were given checked."""
        note = given.text("note") if "note" in given else usual["note"]
        question = given.mapping("question") if "question" in given else usual["question"]
        question_of({"new": 1} | _with_number(question))
        room, far = self._desk(question), usual_range_of(question)
        cameras = usual["cameras"]
        if "cameras" in given:
            cameras = given.items("cameras", most=MOST_CAMERAS)
        dropped = usual["dropped"]
        if "dropped" in given:
            dropped = given.texts("dropped", most=MOST_CAMERAS)
        state = state_of(cameras, dropped, far)
        require_outside_zones(room, state)
        return {"note": note or "", "question": question, **state.as_json()}


def _with_number(question: dict[str, Any]) -> dict[str, Any]:
    """Return a question without the placeholder number where it has a budget."""
    return question | {"new": None} if question.get("budget") is not None else question


def _state(scenario: dict[str, Any]) -> DeskState:
    return state_of(scenario["cameras"], scenario["dropped"], usual_range_of(scenario["question"]))


def _at(now: datetime) -> str:
    return now.astimezone(UTC).replace(microsecond=0).isoformat()
