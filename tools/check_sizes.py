"""Refuse modules, function bodies and files that have grown too large.

A module has at most 400 lines and a function's body at most 64; a file of more than 50 kB
stands only where data, pictures, vendored libraries or expected results live.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MODULE_LINES = 400
BODY_LINES = 64
FILE_BYTES = 50_000
LARGE_FILES_IN = (
    "data/",
    "docs/img/",
    "requirements/",
    "tests/golden/",
)


def project_files(root: Path) -> Iterator[Path]:
    """Yield every file of the project that git knows or would add.

    Parameters
    ----------
    root
        The folder of the project.

    Yields
    ------
    Path
        Relative to ``root``.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        path = Path(name)
        if (root / path).is_file():  # not one deleted since the last commit
            yield path


def long_bodies(source: str) -> Iterator[tuple[int, str, int]]:
    """Yield the functions whose body, without the docstring, is too long.

    Parameters
    ----------
    source
        A Python module.

    Yields
    ------
    line, name, lines : int, str, int
        Where the function starts, what it is called, and how long its body is.
    """
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        body = node.body if ast.get_docstring(node) is None else node.body[1:]
        if body:
            lines = (body[-1].end_lineno or 0) - body[0].lineno + 1
            if lines > BODY_LINES:
                yield node.lineno, node.name, lines


def complaints(path: Path) -> Iterator[str]:
    """Yield what is too large in one file.

    Parameters
    ----------
    path
        Relative to the root of the project.

    Yields
    ------
    str
        One line for a person.
    """
    if path.as_posix().startswith(LARGE_FILES_IN) or "vendor" in path.parts:
        return
    size = path.stat().st_size
    if size > FILE_BYTES:
        yield f"{path}: {size} bytes, at most {FILE_BYTES}"
    if path.suffix not in {".py", ".js", ".mjs"}:
        return
    source = path.read_text("utf-8")
    lines = source.count("\n")
    if lines > MODULE_LINES:
        yield f"{path}: {lines} lines, at most {MODULE_LINES}"
    if path.suffix == ".py":
        for line, name, length in long_bodies(source):
            yield f"{path}:{line}: the body of {name} has {length} lines, at most {BODY_LINES}"


def main() -> int:
    """Print every complaint and return the exit status."""
    found = [line for path in project_files(Path()) for line in complaints(path)]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
