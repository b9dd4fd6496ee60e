"""The project's frame: locks, layers, tools and what no file may contain."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import geogrid
from tools.check_sizes import BODY_LINES, long_bodies, project_files

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
GROUPS = PYPROJECT["dependency-groups"]
LOCKS = {
    "run": [*PROJECT["dependencies"], *GROUPS["build"]],
    "dev": [*PROJECT["dependencies"], *GROUPS["build"], *GROUPS["test"], *GROUPS["check"]],
    "bench": [*PROJECT["dependencies"], *GROUPS["build"], *GROUPS["bench"]],
}
PIN = re.compile(
    r"(?P<name>[a-z0-9-]+)==(?P<version>\S+)"
    r"(?: ; (?P<marker>[^-]*?))?(?P<hashes>(?:\s+--hash=sha256:\w{64})*)"
)
# Character classes keep this file from finding itself.
OF_ONE_MACHINE = re.compile(
    rb"(?<![\w.])/(wo[r]k|ro[o]t|fa[r]m|ho[m]e/\w+|Us[e]rs/\w+|tmp/ba[s]h_jobs)/"
    rb"|files[.]pythonhosted[.]org|pypi[.]org/simple|registry[.]npmjs[.]org"
    rb"|-[-](extra-)?index-url|-[-]find-links"
)


def name_of(requirement):
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def pins(lock):
    """Return name and marker -> (version, number of hashes) of a lock file."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text("utf-8")
    lines = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    found = {}
    for line in lines:
        pin = PIN.fullmatch(line)
        assert pin, f"{lock}.lock: not a pin: {line[:80]}"
        found[pin["name"], pin["marker"] or ""] = (pin["version"], pin["hashes"].count("--hash"))
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_dependency_with_hashes(lock):
    found = pins(lock)
    assert all(hashes > 0 for _, hashes in found.values())
    assert {name_of(requirement) for requirement in LOCKS[lock]} <= {name for name, _ in found}


@pytest.mark.parametrize("lock", ["dev", "bench"])
def test_locks_agree_with_what_users_run(lock):
    found = pins(lock)
    assert {key: found.get(key) for key in pins("run")} == pins("run")


def test_the_version_is_said_once():
    assert geogrid.__version__ == PROJECT["version"]


def test_every_dependency_has_a_reason():
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    section = re.search(r"^## Dependencies\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section, "ARCHITECTURE.md has no section '## Dependencies'"
    rows = [
        [cell.strip(" `") for cell in line.strip("|\n ").split("|")]
        for line in section[1].splitlines()
        if line.startswith("|")
    ]
    reasons = {
        name_of(name.strip(" `")): reason for names, reason, *_ in rows for name in names.split(",")
    }
    without = [name for name in map(name_of, PROJECT["dependencies"]) if not reasons.get(name)]
    assert without == []


def test_no_file_speaks_of_one_machine():
    found = [
        f"{path}: {match[0].decode()}"
        for path in project_files(ROOT)
        if "vendor" not in path.parts
        for match in OF_ONE_MACHINE.finditer((ROOT / path).read_bytes())
    ]
    assert found == []


def test_every_module_stands_in_a_layer():
    layers, *_ = PYPROJECT["tool"]["importlinter"]["contracts"]
    named = set(re.findall(r"geogrid\.(\w+)", " ".join(layers["layers"])))
    modules = {path.stem for path in (ROOT / "geogrid").glob("*.py")}
    packages = {path.parent.name for path in (ROOT / "geogrid").glob("*/__init__.py")}
    assert (modules | packages) - {"__init__", "__main__"} <= named


def test_imports_keep_to_the_layers():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_make_help_lists_every_target_for_people():
    text = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    said = subprocess.run(
        ["make", "--no-print-directory", "-C", ROOT, "help"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert set(phony[1].split()) == set(re.findall(r"^ +make (\w+)", said, re.MULTILINE))


def test_continuous_integration_runs_make_test_and_passes_its_status_on():
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert "exec make test" in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


@pytest.mark.parametrize(("ci", "status"), [("true", 1), ("", 0)])
def test_a_missing_browser_is_an_error_only_in_continuous_integration(tmp_path, ci, status):
    if Path("/Applications").exists():
        pytest.skip("macOS has its browsers outside PATH")
    for tool in ("cat", "id", "uname"):
        (tmp_path / tool).symlink_to(shutil.which(tool))
    done = subprocess.run(
        ["/bin/sh", ROOT / "tools" / "install_browser.sh"],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": str(tmp_path), "CI": ci},
    )
    assert done.returncode == status
    assert "apt-get install chromium fontconfig fonts-noto-cjk nodejs" in done.stderr


def test_without_a_python_that_is_new_enough_the_way_to_get_one_is_said():
    done = subprocess.run(
        [ROOT / "tools" / "find_python.sh"],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHON": "no-such-python"},
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "make install PYTHON=" in done.stderr


def test_the_length_of_a_body_leaves_out_its_docstring():
    lines = "\n".join("    x = 1" for _ in range(BODY_LINES))
    assert list(long_bodies(f'def f():\n    """One.\n\n    Two.\n    """\n{lines}\n')) == []
    assert list(long_bodies(f"def f():\n{lines}\n    x = 2\n")) == [(1, "f", BODY_LINES + 1)]
