"""``app.sqlite``: one small database for what a workspace logs and what people keep in it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final

from geogrid.errors import StoreError

FILE_NAME: Final = "app.sqlite"
_HEADER_BYTES: Final = 100
_COUNTER: Final = slice(24, 28)


class ApplicationDatabase:
    """The application database of a workspace, as one topic sees it.

    Parameters
    ----------
    root
        The workspace's folder.
    """

    schema: ClassVar[str]  # makes the topic's table where it is not there yet

    def __init__(self, root: Path) -> None:
        self.path = root / FILE_NAME

    def _written(self) -> tuple[int, ...] | None:
        """Return numbers that change with every write; ``None`` where there is no file yet.

        SQLite counts the writes to a file in its header (file format, 1.3.7); a copy that was put
        back is another file, or of another time.
        """
        try:
            with self.path.open("rb") as file:
                header, found = file.read(_HEADER_BYTES), os.fstat(file.fileno())
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns, int.from_bytes(header[_COUNTER], "big")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection; what is done with it is written whole when the block ends well."""
        connection = sqlite3.connect(self.path)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(self.schema)
            with connection:
                yield connection
        except sqlite3.IntegrityError:
            raise  # the file is sound: the topic says what clashes
        except sqlite3.DatabaseError as error:
            raise StoreError(
                "{file} cannot be used ({reason}); restore it from a backup",
                file=self.path,
                reason=error,
            ) from error
        finally:
            connection.close()
