"""An opened workspace that is asked what would be seen if cameras were elsewhere."""

from __future__ import annotations

from typing import Any, Final

from geogrid.model.window import Window
from geogrid.service.desk_state import MOST_CAMERAS, changed, state_of
from geogrid.service.json_fields import JsonFields
from geogrid.service.outlook import Outlook
from geogrid.service.what_if import CameraDesk, DeskQuestion, camera_desk, what_if

_USUAL_RANGE_M: Final = 250.0


class Desks(Outlook):
    """Everything that can be asked of a workspace about cameras that are not there yet."""

    def what_if(self, body: object) -> dict[str, Any]:
        """Return what is seen if cameras are placed, turned, moved or dropped; nothing is kept.

        Parameters
        ----------
        body
            A JSON object: ``question`` (``weight``, ``from``, ``to``, ``hours``, ``weekdays``,
            ``backup``, ``range``, ``plain_views``), ``cameras`` and ``dropped`` before, and
            ``changes``.

        Returns
        -------
        dict
            See `geogrid.service.what_if.what_if`.

        Raises
        ------
        LayerNotFoundError
            What the weight needs is not imported.
        InputError
            A change cannot be made.
        """
        given = JsonFields(body, ("question", "cameras", "dropped", "changes"), "what-if")
        asked = given.mapping("question")
        room, usual = self._desk(asked), usual_range_of(asked)
        cameras = given.items("cameras", most=MOST_CAMERAS)
        before = state_of(cameras, given.texts("dropped", most=MOST_CAMERAS), usual)
        changes = given.items("changes", most=1_000)
        after, touched = changed(before, changes, room.register, usual)
        return what_if(room, before, after, touched)

    def _desk(self, question: dict[str, Any]) -> CameraDesk:
        """Return the desk for a question's demand, kept while facts stay."""
        given = JsonFields(question, tuple(question), "question")
        texts = (given.text(name) for name in ("from", "to", "hours", "weekdays"))
        asked = DeskQuestion(
            given.text("weight"),
            Window.parse(*texts),
            given.number("backup", least=0.0, most=1.0) or 0.0,
            given.flag("plain_views"),
        )
        obstacles = self._obstacles()
        return self._kept(("desk", asked), lambda: camera_desk(self._shelf, asked, obstacles))


def usual_range_of(question: dict[str, Any]) -> float:
    """Return the range of cameras that state none.

    Parameters
    ----------
    question
        A scenario's, as JSON.

    Returns
    -------
    float
        Metres.

    Raises
    ------
    InputError
        It is out of its range.
    """
    given = JsonFields(question, tuple(question), "question")
    return given.number("range", least=0.001, most=200_000.0) or _USUAL_RANGE_M
