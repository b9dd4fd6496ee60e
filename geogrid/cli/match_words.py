"""What `geogrid gaps` says of demand and supply."""

from __future__ import annotations

from typing import Any

from geogrid.cli.speech import Speech


def say_match(speech: Speech, summary: dict[str, Any]) -> None:
    """Print the share of dark cells, how presence matches demand, and what to know of it.

    Parameters
    ----------
    speech
        Where it is printed.
    summary
        Of the gaps.
    """
    if summary["dark_share"]:
        speech.say("{share:.1%} of the required land is dark", share=summary["dark_share"])
    match = summary["match"]
    if match["city"] is not None:
        low, high = match["city"]["interval"]
        speech.say(
            "presence matches demand: {index:.2f} of 1 ({low:.2f} to {high:.2f}), from {count:,} "
            "incidents",
            index=match["city"]["index"],
            low=low,
            high=high,
            count=match["city"]["incidents"],
        )
    if match["before"] is not None:
        low, high = match["before"]["interval"]
        speech.say(
            "change since the days before: {change:+.2f} ({low:+.2f} to {high:+.2f})",
            change=match["before"]["change"],
            low=low,
            high=high,
        )
    rows = [(d["name"], d["match"]) for d in match["districts"] if len(match["districts"]) > 1]
    rows += [(shift["shift"], shift["match"]) for shift in match["shifts"]]
    speech.table(
        [
            (name, f"{one['index']:.2f}", f"{one['interval'][0]:.2f} - {one['interval'][1]:.2f}")
            for name, one in rows
            if one is not None
        ]
    )
    for warning in summary["origin"]["warnings"]:
        speech.say("{message}", message=speech.retell(warning))
