"""Files of hostile kinds are read in a process apart: whatever they break is not ours.

The process gives up network, writing and memory before it sees a byte (`geogrid.io.sealed`),
reads one file after the other, and answers in arrays and JSON (`geogrid.io.wire`). GDAL gets
an explicit list of drivers before it is loaded there. A process that breaks, hangs or grows is
ended, the file is refused, and the next file gets a new one.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from functools import cache
from typing import IO, Any, Final

import pyogrio

from geogrid.errors import FileFormatError, GeogridError, InputError
from geogrid.io.detect import FileType, SourceFile
from geogrid.io.rawtable import RawTable
from geogrid.io.report import ReadOptions
from geogrid.io.wire import error_from_json, options_to_json, packed, table_from_parts, unpacked

# Kinds whose parsers are written in C or Rust, or that hold further files or documents. Text
# tables, NMEA and GeoJSON are read by bounded readers in this process.
READ_APART: Final = frozenset(
    {
        FileType.GPKG,
        FileType.FLATGEOBUF,
        FileType.PARQUET,
        FileType.TOML,  # keys of many dots take its parser the square of their number
        FileType.XLSX,
        FileType.XLS,
        FileType.XML,
        FileType.ZIP,
    }
)
GDAL_DRIVERS: Final = frozenset({"GPKG", "FlatGeobuf"})
_SECONDS: Final = 15  # for any file
_BYTES_PER_SECOND: Final = 1 << 20  # each MB adds a second; readers do 5 MB or more
_MEMORY: Final = 1 << 30  # on top of what the libraries take
_MEMORY_PER_BYTE: Final = 24  # a packed Parquet file of fixes unpacks to about 10 times
_WAIT: Final = 2  # wall time to processor time, for a busy machine
_CHUNK: Final = 1 << 20
_LENGTH: Final = 8
_SIGXCPU: Final = int(signal.SIGXCPU)
_READY_S: Final = 60.0  # to load the libraries on a slow disk


def seconds_for(size: int) -> int:
    """Return the processor time that a file may take.

    Parameters
    ----------
    size
        Bytes.

    Returns
    -------
    int
        Seconds.
    """
    return _SECONDS + size // _BYTES_PER_SECOND


def memory_for(size: int) -> int:
    """Return the memory that reading a file may take.

    Parameters
    ----------
    size
        Bytes of the file.

    Returns
    -------
    int
        Bytes on top of what the reading process has when it starts.
    """
    return _MEMORY + _MEMORY_PER_BYTE * size


class _Stopped(Exception):  # noqa: N818 - it is caught and becomes a refused file
    """The process apart gave no answer: it was too slow (``None``), or ended with a status."""

    def __init__(self, status: int | None) -> None:
        super().__init__(status)
        self.status = status


class _Reader:
    """A process that reads files, and the pipes to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def ask(self, job: Sequence[bytes], seconds: float) -> list[bytes]:
        """Return the parts of the answer to a job, or raise `_Stopped`."""
        with self._lock:
            process = self._started()
            try:
                stdin, stdout = _pipes(process)
                until = time.monotonic() + seconds
                _send(stdin, packed(job), until)
                return unpacked(_message(stdout, until))
            except BaseException as error:
                status = self._end(process)
                if isinstance(error, BrokenPipeError | EOFError):
                    raise _Stopped(status) from error
                if isinstance(error, TimeoutError):
                    raise _Stopped(None) from error
                raise

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None and self._owner == os.getpid():
            self._end(self._process)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._owner != os.getpid():
            self._process = _start()
            self._owner = os.getpid()
            _message(_pipes(self._process)[1], time.monotonic() + _READY_S)
        return self._process

    def _end(self, process: subprocess.Popen[bytes]) -> int:
        """End the process and return with what status it ended by itself, if it did."""
        self._process = None
        try:
            status = process.wait(timeout=0.5)  # it may be about to end
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        return status


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise EOFError
    return process.stdin, process.stdout


def _environment() -> dict[str, str]:
    """Return the environment in which GDAL loads only the drivers that are needed."""
    skipped = ",".join(sorted(pyogrio.list_drivers().keys() - GDAL_DRIVERS))
    one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "GDAL_NUM_THREADS"), "1")
    return os.environ | one_thread | {"GDAL_SKIP": skipped}


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "geogrid.io.apart_start"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env=_environment(),
    )


def _send(pipe: IO[bytes], content: bytes, until: float) -> None:
    """Write all bytes into a pipe, or raise TimeoutError or BrokenPipeError."""
    os.set_blocking(pipe.fileno(), False)
    rest = memoryview(content)
    while rest:
        left = until - time.monotonic()
        if left <= 0 or not select.select([], [pipe], [], left)[1]:
            raise TimeoutError
        rest = rest[os.write(pipe.fileno(), rest) :]


def _message(pipe: IO[bytes], until: float) -> bytes:
    size = int.from_bytes(_exactly(pipe, _LENGTH, until), "little")
    return _exactly(pipe, size, until)


def _exactly(pipe: IO[bytes], size: int, until: float) -> bytes:
    """Return so many bytes of a pipe, or raise TimeoutError or EOFError."""
    parts: list[bytes] = []
    while size > 0:
        left = until - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            raise TimeoutError
        part = os.read(pipe.fileno(), min(size, _CHUNK))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


@cache
def _reader() -> _Reader:
    reader = _Reader()
    atexit.register(reader.close)
    return reader


def read_apart(source: SourceFile, kind: str, options: ReadOptions) -> RawTable:
    """Return the rows of a file, read in a process that it can harm as it likes.

    Parameters
    ----------
    source
        A file of one of the types in `READ_APART`.
    kind
        One of `geogrid.io.kinds.KINDS`.
    options
        What the user says of the file.

    Returns
    -------
    RawTable
        As `geogrid.io.opening.read_here` returns them.

    Raises
    ------
    FileFormatError
        The file breaks its reader, or takes more time or memory than one of its size may.
    InputError
        As the reader says.
    """
    size = len(source.data)
    job = {
        "path": str(source.path),
        "name": source.name,
        "type": source.type.value,
        "kind": kind,
        "options": options_to_json(options),
        "seconds": seconds_for(size),
        "memory": memory_for(size),
    }
    try:
        parts = _reader().ask([json.dumps(job).encode(), source.data], _WAIT * seconds_for(size))
    except _Stopped as stopped:
        raise _refusal(source, stopped.status) from stopped
    head: dict[str, Any] = json.loads(parts[0])
    if head.get("error") == "memory":
        raise InputError(
            "{file}: reading it takes more memory than {limit_mb} MB, the limit for a file of its "
            "size; split it, or save it as CSV or GeoJSON",
            file=source.name,
            limit_mb=memory_for(size) >> 20,
        )
    if head.get("error") == "fault":
        raise RuntimeError(head["what"])
    if "error" in head:
        error: GeogridError = error_from_json(head)
        raise error
    return table_from_parts(parts)


def _refusal(source: SourceFile, status: int | None) -> FileFormatError:
    """Return what to say of a file whose reader gave no answer."""
    if status is None or status == -_SIGXCPU:
        return FileFormatError(
            "{file}: reading it takes longer than {seconds} s, the limit for a file of its size; "
            "save it again in another program, or as CSV or GeoJSON",
            file=source.name,
            seconds=seconds_for(len(source.data)),
        )
    return FileFormatError(
        "{file}: the {format} is damaged or made to break programs: its reader ended with status "
        "{status}; save it again in another program, or as CSV or GeoJSON",
        file=source.name,
        format=source.type,
        status=status,
    )
