"""The process that reads files of hostile kinds for another: see `geogrid.io.apart_start`.

It takes jobs on standard input and answers on standard output, both as messages of
`geogrid.io.wire`, until standard input ends.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import IO

import pyarrow as pa

from geogrid.errors import GeogridError
from geogrid.io.detect import FileType, SourceFile
from geogrid.io.opening import read_here
from geogrid.io.sealed import give_up_writing, limit_memory, limit_seconds, seal
from geogrid.io.wire import error_to_json, options_from_json, packed, table_to_parts, unpacked

_LENGTH = 8


def main() -> None:
    """Give up what reading does not need, say so, and answer jobs."""
    # Arrow's allocator takes its first gigabyte of addresses at once: before memory is limited.
    pa.array([""], pa.string())
    give_up_writing()
    sealed = {"sealed": seal()}
    _answer([json.dumps(sealed).encode()])
    while size := int.from_bytes(sys.stdin.buffer.read(_LENGTH), "little"):
        head, data = unpacked(_exactly(sys.stdin.buffer, size))
        _answer(_read(head, data))


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    content = pipe.read(size)
    if len(content) != size:
        raise EOFError
    return content


def _answer(parts: list[bytes]) -> None:
    sys.stdout.buffer.write(packed(parts))
    sys.stdout.buffer.flush()


def _read(head: bytes, data: bytes) -> list[bytes]:
    """Return the answer to one job: a table, or why there is none."""
    job = json.loads(head)
    limit_seconds(job["seconds"])
    limit_memory(job["memory"])
    source = SourceFile(Path(job["path"]), job["name"], data, "", FileType(job["type"]))
    try:
        table = read_here(source, job["kind"], options_from_json(job["options"]))
        return table_to_parts(table, job["kind"])
    except MemoryError:
        return [b'{"error": "memory"}']
    except GeogridError as error:
        return [json.dumps(error_to_json(error)).encode()]
    except Exception as error:  # noqa: BLE001 - it is raised again where somebody sees it
        return [json.dumps({"error": "fault", "what": f"{type(error).__name__}: {error}"}).encode()]
