"""Fixes older than some days are reduced to hourly sums: shown first, then one change."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any

from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.reduced_days import NEED_STAYS, sums_of_day
from geogrid.errors import InputError
from geogrid.service.outlook import Outlook
from geogrid.service.patrols import derived_days
from geogrid.service.reduced import overdue_days
from geogrid.service.shelf import Progress, Shelf, no_progress
from geogrid.store.config import FILE_NAME, WorkspaceConfig
from geogrid.store.transaction import Transaction, forget_undo, transaction


@dataclass(frozen=True, slots=True)
class RetentionWish:
    """What is to be kept how long.

    Parameters
    ----------
    today
        The local day from which is counted back.
    days
        Fixes of so many days before it stay; ``None`` for the rule of the workspace.
    save
        Keep the number as the workspace's rule.
    for_good
        Also drop what `undo` would put back.
    """

    today: date
    days: int | None = None
    save: bool = False
    for_good: bool = False


class Retention(Outlook):
    """Everything that can be asked of a workspace; and old fixes can be reduced to sums."""

    def retain(
        self, wish: RetentionWish, *, confirmed: bool, progress: Progress = no_progress
    ) -> dict[str, Any]:
        """Reduce the fixes of old days to hourly sums, or say how many it would be.

        Parameters
        ----------
        wish
            What is to be kept how long.
        confirmed
            Do it; otherwise nothing is changed.
        progress
            Is told how many days are worked out.

        Returns
        -------
        dict
            ``keep_days``, ``kept_from`` (the first day whose fixes stay), ``days`` (those that
            are reduced), ``fixes`` (that go), ``null_columns`` (of coverage, for windows that
            reach into these days), ``rule`` (of the workspace, afterwards) and ``done``.

        Raises
        ------
        InputError
            No number of days is given and the workspace has no rule.
        """
        with self._lock:
            shelf = self._shelf
            stored = WorkspaceConfig.load(shelf.root)
            keep = wish.days if wish.days is not None else stored.retain_days
            if keep is None:
                raise InputError(
                    "say how many days of fixes to keep: --days N; with --save the workspace "
                    "keeps the number"
                )
            config = replace(stored, retain_days=keep) if wish.save else stored
            old = overdue_days(shelf.tracks.days(), keep, wish.today)
            fixes = sum(shelf.tracks.count(day) for day in old)
            rule_changes = config != stored
            if confirmed and (old or rule_changes):
                entry = _entry(old, fixes)
                with transaction(shelf.root, entry) as change:
                    if old:
                        _reduce(shelf, change, old, progress)
                    if rule_changes:
                        change.path_for(FILE_NAME).write_text(config.text(), "utf-8")
                if wish.for_good:
                    forget_undo(shelf.root)
        return {
            "keep_days": keep,
            "kept_from": (wish.today - timedelta(days=keep)).isoformat(),
            "days": [day.isoformat() for day in old],
            "fixes": fixes,
            "null_columns": list(NEED_STAYS),
            "rule": (config if confirmed else stored).retain_days,
            "done": bool(confirmed and (old or rule_changes)),
        }


def _entry(days: list[date], fixes: int) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "kind": "retention",
        "days": [day.isoformat() for day in days],
        "fixes": fixes,
        "files": [],
    }


def _reduce(shelf: Shelf, change: Transaction, days: list[date], progress: Progress) -> None:
    """Put the sums of days in the place of their fixes, and drop what was worked out of these."""
    rules, last, there = PatrolRules(), days[-1], frozenset(days)
    derived = derived_days(shelf, rules, progress)
    for day in takewhile(lambda one: one.day <= last, derived):
        newest = int(shelf.tracks.read(day.day).t.max()) if day.day in there else None
        shelf.tracks.sums.put(change, sums_of_day(day, newest_ms=newest, rules=asdict(rules)))
    shelf.tracks.reduce_days(change, days, last)
    for path in _worked_out(shelf.root / "derived", last):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _worked_out(folder: Path, last: date) -> Iterator[Path]:
    """Yield what was worked out of the fixes of days up to one, under any rules and groups.

    Days have folders or files of their own; everything else spans days, and is made again.
    """
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not path.name.startswith("day="):
            if path.is_dir() and path.name != "months":
                yield from _worked_out(path, last)
            else:
                yield path
        elif date.fromisoformat(path.name[4:14]) <= last:
            yield path
