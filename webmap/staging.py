"""Files that a visitor has sent and not yet imported, in a folder that goes with the process."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import IO, Final

from geogrid.errors import InputError

KEPT_S: Final = 3_600  # for a person to look at a preview
MOST_FILES: Final = 100
_CHUNK: Final = 1 << 20
_NAME_BYTES: Final = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """A file laid aside.

    Parameters
    ----------
    token
        What the page calls it.
    path
        Where it lies, under the name that the visitor gave it.
    size
        Bytes.
    since
        Seconds of a clock that only goes forward.
    """

    token: str
    path: Path
    size: int
    since: float = field(default_factory=time.monotonic)


class Staging:
    """Files laid aside for an hour; the folder goes when the application does."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="geogrid-files-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._kept: dict[str, Kept] = {}
        self._lock = Lock()

    def take(self, name: str, body: IO[bytes]) -> Kept:
        """Lay a file aside.

        Parameters
        ----------
        name
            The visitor's name of it; only what follows the last slash counts.
        body
            Its bytes.

        Returns
        -------
        Kept
            Where it lies.

        Raises
        ------
        InputError
            It has no name, or a hundred files lie there already.
        """
        self._forget_old()
        plain = name.replace("\\", "/").rpartition("/")[2].strip()
        if not plain.strip(".") or "\0" in plain or len(plain.encode()) > _NAME_BYTES:
            raise InputError("{name!r} is no name of a file", name=name[:_NAME_BYTES])
        if len(self._kept) >= MOST_FILES:
            raise InputError("{most} files wait already; import or close them", most=MOST_FILES)
        token = secrets.token_urlsafe(16)
        folder = self._folder / token
        folder.mkdir()
        path = folder / plain
        try:
            with path.open("xb") as file:
                shutil.copyfileobj(body, file, _CHUNK)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        kept = Kept(token, path, path.stat().st_size)
        with self._lock:
            self._kept[token] = kept
        return kept

    def paths(self, tokens: Sequence[str]) -> list[Path]:
        """Return where files lie.

        Parameters
        ----------
        tokens
            What `take` called them.

        Returns
        -------
        list of Path
            In their order.

        Raises
        ------
        InputError
            One is not there, or no longer.
        """
        self._forget_old()
        with self._lock:
            missing = [token for token in tokens if token not in self._kept]
            if missing:
                raise InputError("the file is no longer here; choose it again")
            return [self._kept[token].path for token in tokens]

    def forget(self, tokens: Sequence[str]) -> None:
        """Delete files that are done with.

        Parameters
        ----------
        tokens
            What `take` called them; those that are not there are passed over.
        """
        with self._lock:
            done = [self._kept.pop(token) for token in tokens if token in self._kept]
        for kept in done:
            shutil.rmtree(kept.path.parent, ignore_errors=True)

    def _forget_old(self) -> None:
        limit = time.monotonic() - KEPT_S
        with self._lock:
            old = [token for token, kept in self._kept.items() if kept.since < limit]
        self.forget(old)
