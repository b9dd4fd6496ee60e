"""What is kept in memory stays within its bytes, and is made once for all who ask at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from geogrid.made_once import ENTRY_BYTES, MadeOnce


@given(st.integers(0, 3000), st.lists(st.tuples(st.integers(0, 9), st.integers(0, 900))))
def test_what_is_kept_is_what_was_asked_for_last_as_far_as_it_fits(limit, questions):
    kept = MadeOnce[list[int]](limit, len)
    sizes, order = {}, []
    for key, wanted in questions:
        size = sizes.setdefault(key, wanted)
        assert len(kept.get(key, lambda size=size: [0] * size)) == size
        taken = size + ENTRY_BYTES
        if key in order:
            order.remove(key)
        elif taken > limit:
            continue
        order.append(key)
        while sum(sizes[one] + ENTRY_BYTES for one in order) > limit:
            order.pop(0)
    figures = kept.figures()
    assert figures["entries"] == len(order)
    assert figures["bytes"] == sum(sizes[one] + ENTRY_BYTES for one in order) <= limit
    assert figures["found"] + figures["made"] == len(questions)


def test_the_making_of_a_value_may_ask_for_another():
    kept = MadeOnce[str](10_000, len)
    assert kept.get("gaps", lambda: kept.get("coverage", lambda: "seen") + ", not") == "seen, not"
    assert kept.get("coverage", str) == "seen"
