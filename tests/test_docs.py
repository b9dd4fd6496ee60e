"""What the documents say works: commands and examples run, and links lead somewhere.

In a fenced block marked ``console`` each line after a ``$`` prompt is run, with the lines that
continue it. The blocks of one page run in order in an empty folder that has the project's
``data``, each line in a process of its own: ``geogrid`` by itself, what else there is in a shell.
An indented block right after one shows lines that must have been printed. A comment right before
a block steers it::

    <!-- docs-test: skip serves until it is stopped -->
    <!-- docs-test: needs helsinki_osm -->

The first is not run. The second finds that folder of the shared data beside it; the page is
skipped where there is no shared data.
"""

from __future__ import annotations

import doctest
import importlib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

import geogrid
from geogrid.cli.program import program
from tests.forked import Ended, run_forked

ROOT = Path(__file__).parents[1]
RUN = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "data").rglob("*.md"), *(ROOT / "docs").rglob("*.md")])
EXAMPLES = [
    path
    for package in ("geogrid", "webmap")
    for path in sorted((ROOT / package).rglob("*.py"))
    if ">>> " in path.read_text("utf-8")
]
BLOCK = re.compile(
    r"(?:<!-- docs-test: (?P<steer>.*?) -->\s*\n)?^```console\n(?P<body>.*?)^```$"
    r"(?:\n\n(?P<shown>(?:    [^\n]*\n)+))?",
    re.MULTILINE | re.DOTALL,
)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)$", re.MULTILINE)


def name(page):
    return page.relative_to(ROOT).as_posix()


def steps(page):
    """Return the commands of a page to run, the shared data they need, and what they print."""
    commands, needs, shown = [], [], []
    for block in BLOCK.finditer(page.read_text("utf-8")):
        steer, _, rest = (block["steer"] or "run").partition(" ")
        assert steer in {"run", "skip", "needs"}, f"{name(page)}: docs-test: {steer}"
        if steer == "skip":
            assert rest, f"{name(page)}: a skipped block needs a reason"
            continue
        needs += rest.split()
        commands += COMMAND.findall(block["body"])
        shown += (block["shown"] or "").splitlines()
    return commands, needs, shown


def run(command, folder):
    """Run a command of a page in a folder and return how it ended."""
    words = shlex.split(command.replace("\\\n", " "))
    if words[0] == "geogrid":  # a pipe or a redirection would be a word that it refuses
        return run_forked(words[1:], folder)
    scripts = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/sh", "-euc", command],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"LANG": "C.UTF-8", "PATH": scripts},
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("page", [page for page in RUN if steps(page)[0]], ids=name)
def test_the_commands_of_a_page_run(page, tmp_path, request):
    commands, needs, shown = steps(page)
    (tmp_path / "data").symlink_to(ROOT / "data")
    for folder in needs:
        shared = request.getfixturevalue("shared_data") / folder
        (tmp_path / folder).symlink_to(shared)
    printed = set()
    for command in commands:
        done = run(command, tmp_path)
        assert done.code == 0, f"{command}\n{done.out[-2000:]}\n{done.err[-4000:]}"
        printed |= {tuple(line.split()) for line in done.out.splitlines()}
    assert [line for line in shown if tuple(line.split()) not in printed] == []


@pytest.mark.parametrize("module", EXAMPLES, ids=name)
def test_the_examples_of_a_module_give_what_they_show(module, monkeypatch):
    monkeypatch.chdir(ROOT)
    parts = module.relative_to(ROOT).with_suffix("").parts
    dotted = ".".join(part for part in parts if part != "__init__")
    failed, tried = doctest.testmod(importlib.import_module(dotted))
    assert tried
    assert not failed


def test_every_public_name_stands_in_the_documents():
    text = "\n".join(page.read_text("utf-8") for page in RUN)
    names = [name for name in geogrid.__all__ if not name.startswith("__")]
    assert names
    assert [name for name in names if not re.search(rf"\b{name}\b", text)] == []


def test_every_command_stands_in_the_documents():
    text = "\n".join(page.read_text("utf-8") for page in RUN)
    assert [name for name in program.commands if f"geogrid {name}" not in text] == []


def anchors(page):
    """Return the anchors that GitHub gives the headings of a page."""
    text = FENCED.sub("", page.read_text("utf-8"))
    headings = re.findall(r"^#+ (.*?)\s*$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_of_a_page_leads_somewhere(page):
    text = FENCED.sub("", page.read_text("utf-8"))
    dead = []
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        is_there = target.exists() and target.is_relative_to(ROOT)
        if not is_there or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            dead.append(link)
    assert dead == []
