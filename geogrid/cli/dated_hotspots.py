"""Options of the methods of hotspots that follow incidents day by day, and what they say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from geogrid.cli.options import option
from geogrid.cli.speech import Speech

OPTIONS: Final[dict[str, Callable[..., Any]]] = {
    "step_days": option(
        "--step-days",
        type=int,
        help="emerging: length of a step, days; by default the first of 1, 7, 28 and 91 that "
        "makes at most 60 steps.",
    ),
    "lag_steps": option(
        "--lag-steps",
        type=int,
        help="emerging: steps before its own that a window reaches back, 0 to 6; 1 by default.",
    ),
    "space_bands": option(
        "--space-bands",
        metavar="0,1,101,...",
        help="near-repeat: edges of half-open bands of distance, metres; the last may be inf.",
    ),
    "time_bands": option(
        "--time-bands",
        metavar="0,8,...",
        help="near-repeat: edges of half-open bands of time, whole days; the last may be inf.",
    ),
    "metric": option(
        "--metric", help="near-repeat: euclidean (straight, the default) or manhattan."
    ),
    "max_days": option(
        "--max-days", type=int, help="scan: longest cluster, days up to the last; 7 by default."
    ),
    "permutations": option(
        "--permutations",
        type=int,
        help="near-repeat, scan: how often days are dealt to places; 999 by default.",
    ),
}
_CATEGORIES: Final = {
    "new_hot": "new hot",
    "consecutive_hot": "consecutive hot",
    "intensifying_hot": "intensifying hot",
    "persistent_hot": "persistent hot",
    "diminishing_hot": "diminishing hot",
    "sporadic_hot": "sporadic hot",
    "oscillating_hot": "oscillating hot",
    "historical_hot": "historical hot",
    "new_cold": "new cold",
    "consecutive_cold": "consecutive cold",
    "intensifying_cold": "intensifying cold",
    "persistent_cold": "persistent cold",
    "diminishing_cold": "diminishing cold",
    "sporadic_cold": "sporadic cold",
    "oscillating_cold": "oscillating cold",
    "historical_cold": "historical cold",
}


def say_emerging(speech: Speech, summary: dict[str, Any]) -> None:
    """Say the steps and how many cells are in each category that occurs.

    Parameters
    ----------
    speech
        How the command talks.
    summary
        Of the layer.
    """
    speech.say(
        "{n_steps} steps of {step_days} days, {first_day} to {last_day}",
        n_steps=summary["n_steps"],
        step_days=summary["step_days"],
        first_day=summary["first_day"],
        last_day=summary["last_day"],
    )
    speech.table(
        [
            (speech.translate(words), f"{summary['categories'][name]:,}")
            for name, words in _CATEGORIES.items()
            if summary["categories"][name]
        ]
    )


def say_near_repeat(speech: Speech, summary: dict[str, Any]) -> None:
    """Say the table of the Knox test and the cells on alert.

    Parameters
    ----------
    speech
        How the command talks.
    summary
        Of the layer.
    """
    speech.say(
        "{counted:,} incidents, {pairs:,} pairs; bands are half-open: [from, to)",
        counted=summary["counted"],
        pairs=summary["pairs"],
    )
    words = ("metres", "days", "observed", "expected", "ratio", "p", "alert")
    rows = [
        (
            _band(row["space_from"], row["space_to"]),
            _band(row["time_from"], row["time_to"]),
            f"{row['observed']:,}",
            f"{row['expected']:,.2f}",
            "" if row["ratio"] is None else f"{row['ratio']:.2f}",
            f"{row['p']:.3f}",
            speech.translate("yes") if row["alert"] else "",
        )
        for row in summary["table"]
    ]
    speech.table([tuple(map(speech.translate, words)), *rows])
    speech.say(
        "{hot:,} of {cells:,} cells on alert on {as_of}",
        hot=summary["hot"],
        cells=summary["cells"],
        as_of=summary["as_of"],
    )


def say_scan(speech: Speech, summary: dict[str, Any]) -> None:
    """Say the clusters, the most unlikely first.

    Parameters
    ----------
    speech
        How the command talks.
    summary
        Of the layer.
    """
    called = [cluster for cluster in summary["clusters"] if cluster["called"]]
    speech.say(
        "{clusters} new clusters on {as_of}, among discs around {tested:,} cells",
        clusters=len(called),
        as_of=summary["as_of"],
        tested=summary["tested"],
    )
    for cluster in called:
        speech.say(
            "{rank}. {cell}: {observed} incidents within {radius_m:g} m in {days} days, "
            "{expected:.1f} expected, p = {p:.3f}",
            **{
                name: cluster[name]
                for name in ("rank", "cell", "observed", "radius_m", "days", "expected", "p")
            },
        )


def _band(low: float, high: float | None) -> str:
    return f"[{low:g}, {'inf' if high is None else format(high, 'g')})"


SAYINGS: Final[dict[str, Callable[[Speech, dict[str, Any]], None]]] = {
    "emerging": say_emerging,
    "near-repeat": say_near_repeat,
    "scan": say_scan,
}
