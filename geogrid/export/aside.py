"""Files that appear whole or not at all: written aside, then renamed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geogrid.errors import InputError


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Yield a path beside the wanted one; it takes the wanted name when all went well.

    Parameters
    ----------
    path
        Where the file shall be; a file already there is replaced in one step.

    Yields
    ------
    Path
        Where to write. The ending is that of ``path``.

    Raises
    ------
    InputError
        There is no such folder, or ``path`` is a folder.
    """
    if not path.parent.is_dir():
        raise InputError(
            "cannot write {path}: there is no folder {folder}; make it first",
            path=path,
            folder=path.parent,
        )
    if path.is_dir():
        raise InputError("cannot write {path}: it is a folder; give a file's name", path=path)
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    part.unlink(missing_ok=True)
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
