"""Siting plans as files: written, read again, checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geogrid.analysis.siting_verify import Verdict, verify_plan
from geogrid.errors import InputError


def write_plan(plan: Mapping[str, Any], path: Path) -> Path:
    """Write a plan as JSON.

    Parameters
    ----------
    plan
        What `siting_plan` gave.
    path
        The file; its ending is .json.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        The ending is another.
    """
    if path.suffix.lower() != ".json":
        raise InputError("{file}: a siting plan is written as .json", file=path)
    path.write_text(json.dumps(plan, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")
    return path


def read_plan(path: Path) -> dict[str, Any]:
    """Return a stored plan, not yet checked.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        As stored.

    Raises
    ------
    InputError
        It is no plan.
    """
    try:
        plan = json.loads(path.read_text("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError("the siting plan is damaged: {reason}", reason=str(error)) from error
    if not isinstance(plan, dict):
        raise InputError("the siting plan is damaged: {reason}", reason=type(plan).__name__)
    return plan


def verify_file(path: Path) -> tuple[dict[str, Any], Verdict]:
    """Return a stored plan, and what a check of it finds.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    plan : dict
        As stored.
    verdict : Verdict
        Counted and summed anew.

    Raises
    ------
    InputError
        It is no plan, or it is damaged.
    """
    plan = read_plan(path)
    return plan, verify_plan(plan)


def summary_of(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan without its instance and its proof, which are long.

    Parameters
    ----------
    plan
        What `siting_plan` gave.

    Returns
    -------
    dict
        JSON values.
    """
    short = {name: value for name, value in plan.items() if name not in {"instance", "certificate"}}
    return short | {"sha256": plan["instance"]["sha256"]}
