"""What a process gives up before it reads a hostile file: network, files to write, memory.

The filter is seccomp's (``man 2 seccomp``): a program for the kernel that answers EPERM to the
calls that open a socket, start another program, or make, change or remove a file.
It needs no privilege and cannot be taken off again. Where there is no Linux, limits of memory
and time still hold.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
import sys
from pathlib import Path
from typing import Final

# From linux/audit.h and the tables of system calls.
_ARCHITECTURES: Final = {
    "x86_64": (
        0xC000003E,
        # socket, connect, execve, execveat, ptrace; truncate, rename, mkdir, rmdir, creat, link,
        # unlink, symlink; mkdirat, unlinkat, renameat, linkat, symlinkat, renameat2
        (41, 42, 59, 322, 101, 76, 82, 83, 84, 85, 86, 87, 88, 258, 263, 264, 265, 266, 316),
        ((257, 2), (2, 1)),  # openat and open, and where their flags stand
    ),
    "aarch64": (
        0xC00000B7,
        (198, 203, 221, 281, 117, 45, 34, 35, 36, 37, 38, 276),  # the same, as far as it has them
        ((56, 2),),
    ),
}
_OPENAT2: Final = 437  # the same number everywhere; its flags stand where a filter cannot look
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_IO_URING_SETUP: Final = 425  # the same number everywhere; it could open sockets, too
_X32_BIT: Final = 0x40000000  # the other numbering of x86_64
# Codes of the filter's machine, and where it finds an argument of a call (8 bytes each).
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ARGUMENTS: Final = 16
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO with EPERM
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2  # of linux/prctl.h
_PAGE: Final = resource.getpagesize()


def seal() -> bool:
    """Forbid this process sockets, further programs and changes of files, for ever.

    Returns
    -------
    bool
        False where the system has no such filter.
    """
    known = _ARCHITECTURES.get(platform.machine())
    if known is None or not sys.platform.startswith("linux"):
        return False
    program = _filter(*known)
    code = ctypes.create_string_buffer(program)
    count = len(program) // 8
    spec = ctypes.create_string_buffer(struct.pack("HxxxxxxP", count, ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return int(libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(spec), 0, 0)) == 0


def _filter(
    architecture: int, calls: tuple[int, ...], opening: tuple[tuple[int, int], ...]
) -> bytes:
    """Return the program of the filter: struct sock_filter, each 8 bytes."""
    refused = (*calls, _IO_URING_SETUP, _OPENAT2)
    last = 5 + len(refused) + 4 * len(opening)  # the line that refuses
    lines = [
        (_LOAD, 0, 0, 4),  # the architecture
        (_EQUAL, 0, last - 2, architecture),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_AT_LEAST, last - 4, 0, _X32_BIT),
    ]
    lines += [(_EQUAL, last - at - 1, 0, call) for at, call in enumerate(refused, start=4)]
    for call, position in opening:
        lines.append((_EQUAL, 0, 3, call))
        lines.append((_LOAD, 0, 0, _ARGUMENTS + 8 * position))
        lines.append((_ANY_BIT, last - len(lines) - 1, 0, _WRITING))
        lines.append((_RETURN, 0, 0, _ALLOW))
    lines += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def give_up_writing() -> None:
    """Forbid this process to write into files; pipes stay open."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_memory(further: int) -> None:
    """Let this process take only so much more memory than it has.

    Parameters
    ----------
    further
        Bytes of address space on top of what is taken now.
    """
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return
    taken = int(statm.read_text("ascii").split()[0]) * _PAGE
    _lower(resource.RLIMIT_AS, taken + further)


def limit_seconds(further: int) -> None:
    """Let this process take only so many more seconds of processor time.

    Parameters
    ----------
    further
        Seconds on top of what was taken so far.
    """
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, int(usage.ru_utime + usage.ru_stime) + 1 + further)


def _lower(kind: int, value: int) -> None:
    """Set the soft limit, which a later file may raise again, within the hard one."""
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
