"""What can be imported, and what an import or a look at a file came to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from geogrid.errors import InputError
from geogrid.io.registers import REGISTERS
from geogrid.io.report import Message, ReadReport

KINDS: Final = ("tracks", "incidents", *(kind for kind in REGISTERS if kind != "points"))
CHECKED: Final = (*KINDS, "points", "boundaries")  # these two name a form, not a register


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import came to.

    Parameters
    ----------
    number
        The import's number in the log; 0 for a dry run.
    kind
        What was imported.
    reports
        One per file.
    accepted
        Rows kept.
    duplicates
        Rows that were there already, in the files or in the workspace.
    conflicts
        Fixes left out because their unit is elsewhere at the same time.
    notes
        What the stores have to say.
    """

    number: int
    kind: str
    reports: tuple[ReadReport, ...]
    accepted: int
    duplicates: int
    conflicts: int = 0
    notes: tuple[Message, ...] = ()

    @property
    def status(self) -> str:
        """The worst of what became of the files."""
        order = ("accept", "accept_warn", "quarantine", "reject")
        worst = max((report.status for report in self.reports), key=order.index)
        return "accept_warn" if worst == "accept" and self.notes else worst

    def as_json(self, translate: Callable[[str], str] = str) -> dict[str, Any]:
        """Return the contract's JSON object.

        Parameters
        ----------
        translate
            Returns a template in another language.

        Returns
        -------
        dict
            ``status`` ``accepted`` ``duplicates`` ``bad_rows`` ``message`` ``warnings`` and a
            list of ``files``.
        """
        notes = [note.render(translate) for note in self.notes]
        warnings = [w.render(translate) for report in self.reports for w in report.warnings]
        return {
            "import": self.number,
            "kind": self.kind,
            "status": self.status,
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "bad_rows": [row for report in self.reports for row in report.bad_rows],
            "message": "\n".join([*(r.summary(translate) for r in self.reports), *notes]),
            "warnings": warnings + notes,
            "conflicts": self.conflicts,
            "files": [
                {
                    "file": report.file,
                    "sha256": report.sha256,
                    "read": report.read,
                    "accepted": report.accepted,
                    "bad_rows": list(report.bad_rows),
                    "synthetic": report.synthetic,
                    "options": dict(report.options),
                }
                for report in self.reports
            ],
        }


def require_kind(kind: str, known: Sequence[str] = KINDS) -> None:
    """Refuse a kind that cannot be imported.

    Parameters
    ----------
    kind
        What a user asks for.
    known
        What there is.

    Raises
    ------
    InputError
        It is not among them.
    """
    if kind not in known:
        raise InputError(
            "this version does not import {kind!r}; it imports {kinds}",
            kind=kind,
            kinds=", ".join(known),
        )
