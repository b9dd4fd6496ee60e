"""How a plan of sites is told on a terminal."""

from __future__ import annotations

from typing import Any, Final

from geogrid.cli.speech import Speech

_SHOWN: Final = 20  # sites on a terminal; a file has all
_HEIGHTS: Final = {
    "known": "with heights",
    "in part": "with the heights that are known",
    "plan view": "in plan",
}
_HEAD: Final = ("site", "lon", "lat", "bearing", "adds")
_STATUS: Final = {
    "optimal": "no plan is better: proved",
    "within_gap": "proved to be within the gap asked for",
    "time_limit": "the best plan when the search ended; not proved to be within the gap",
}


def say_plan(speech: Speech, plan: dict[str, Any]) -> None:
    """Say what a plan reaches, what none can, and where its sites are.

    Parameters
    ----------
    speech
        The command line.
    plan
        From `geogrid.service.siting.siting_plan`.
    """
    demand = plan["demand"]
    if plan["model"] == "mclp":
        speech.say(
            "{sites} new sites: {seen:.1%} of the demand ({weight}) seen, {before:.1%} before; "
            "all candidates together could see {most:.1%}",
            sites=len(plan["sites"]),
            seen=demand["seen_share"],
            before=demand["seen_before_share"],
            most=demand["in_reach_share"],
            weight=demand["weight"],
        )
    elif plan["model"] == "lscp":
        speech.say(
            "{sites} new sites cover {seen:.1%} of the demand ({weight}); "
            "fewer than {least} cannot cover what was asked for",
            sites=len(plan["sites"]),
            seen=demand["seen_share"],
            least=plan["bound"],
            weight=demand["weight"],
        )
    else:
        speech.say(
            "{sites} new posts: {mean_m:,.0f} m to demand on average; "
            "no plan comes under {least_mean_m:,.0f} m",
            sites=len(plan["sites"]),
            mean_m=demand["mean_m"],
            least_mean_m=demand["least_mean_m"],
        )
    _say_proof(speech, plan)
    _say_places(speech, plan)
    _say_more(speech, plan)


def _say_places(speech: Speech, plan: dict[str, Any]) -> None:
    rows = [tuple(map(speech.translate, _HEAD))]
    for place in plan["places"][:_SHOWN]:
        adds = "" if place["adds"] is None else f"{place['adds']:,.0f}"
        turn = "" if place["bearing"] is None else f"{place['bearing']:.0f}"
        rows.append((place["id"], f"{place['lon']:.6f}", f"{place['lat']:.6f}", turn, adds))
    speech.table(rows)


def _say_proof(speech: Speech, plan: dict[str, Any]) -> None:
    """Say how good a plan is proved to be, and what was left out."""
    speech.say(
        "worth {value:,} of at most {bound:,}: gap {gap:.2%}"
        if plan["model"] == "mclp"
        else "cost {value:,}, no plan under {bound:,}: gap {gap:.2%}",
        value=plan["value"],
        bound=plan["bound"],
        gap=plan["gap"],
    )
    speech.say("{message}", message=speech.translate(_STATUS[plan["status"]]))
    if plan["proof"] == "solver":
        speech.say(
            "this bound is the exact solver's; the certificate that anyone can check says "
            "{proved:,}",
            proved=plan["proved_bound"],
        )
    _say_left_out(speech, plan)
    _say_sight(speech, plan)


def _say_left_out(speech: Speech, plan: dict[str, Any]) -> None:
    """Say which candidates are out, and which cameras do not count."""
    counts = plan["candidates"]
    in_zones, outside = counts["in_zones"], counts["outside"]
    if in_zones:
        speech.say("{count:,} candidates are in zones and are out", count=in_zones)
    if outside:
        speech.say(
            "{count:,} candidates are outside of the districts and are out"
            if plan["question"]["district"] is None
            else "{count:,} candidates are outside of the district and are out",
            count=outside,
        )
    if counts["indoors"]:
        speech.say(
            "{count:,} candidates are deep inside buildings and are out", count=counts["indoors"]
        )
    if plan["demand"].get("existing_left_out"):
        speech.say(
            "{count:,} cameras in service are not counted: range or direction not known",
            count=plan["demand"]["existing_left_out"],
        )


def _say_sight(speech: Speech, plan: dict[str, Any]) -> None:
    """Say whether buildings were looked at, and what they hide from the new sites."""
    sight = plan.get("sight")
    if sight is None:
        return
    if sight["buildings"] == "left out":
        speech.say("Buildings are left out: nothing hides the ground")
    elif sight["buildings"] == "none":
        speech.say("No buildings are imported: nothing hides the ground")
    else:
        speech.say(
            "views end at buildings ({heights}): they hide {hidden:,.0f} of what is within "
            "range of the new sites",
            heights=speech.translate(_HEIGHTS[sight["heights"]]),
            hidden=plan["demand"]["hidden"],
        )


def _say_more(speech: Speech, plan: dict[str, Any]) -> None:
    """Say what was asked for besides: zones, curve, robustness."""
    price = plan.get("zone_price")
    if price is not None:
        speech.say(
            "zones cost the best plan {least:,.0f} to {most:,.0f} of the weight",
            least=price["least"],
            most=price["most"],
        )
    curve = plan.get("best_curve")
    if curve is not None:
        speech.say(
            "the curve is flat from {count} sites on: one more brings under a tenth of the average",
            count=curve["flat_from"],
        )
    robust = plan.get("robust")
    if robust is None:
        return
    speech.say(
        "{safe} of {sites} sites stay in the plans of all {count} other ranges and months",
        safe=len(robust["safe"]),
        sites=len(plan["sites"]),
        count=len(robust["variants"]),
    )
    worst = max(robust["variants"], key=lambda variant: float(variant["regret"]))
    speech.say(
        "at worst ({name}) the plan misses {regret:.1%} of what is possible there",
        name=worst["name"],
        regret=worst["regret"],
    )
    if robust["failures"]:
        first = robust["failures"][0]
        speech.say(
            "if one site fails, at most {share:.1%} of what is seen is lost ({id})",
            share=first["share"],
            id=first["id"],
        )
