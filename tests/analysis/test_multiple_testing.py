import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from geogrid.analysis.multiple_testing import adjusted_p

FAMILIES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30).map(np.array)


def test_benjamini_hochberg_by_hand():
    p = np.array([0.04, 0.5, 0.01, 0.03, 0.02])
    np.testing.assert_allclose(adjusted_p(p, "bh"), [0.05, 0.5, 0.05, 0.05, 0.05], rtol=1e-14)


@given(FAMILIES, st.sampled_from(["bh", "by"]))
def test_false_discovery_rates_equal_those_of_scipy(p, correction):
    expected = stats.false_discovery_control(p, method=correction)
    np.testing.assert_allclose(adjusted_p(p, correction), expected, rtol=1e-12, atol=1e-300)


@given(FAMILIES)
def test_corrections_never_help_and_stricter_ones_never_find_more(p):
    none, bh, by = (adjusted_p(p, name) for name in ("none", "bh", "by"))
    bonferroni = adjusted_p(p, "bonferroni")
    slack = 1.0 + 1e-12
    assert (p == none).all()
    assert (none <= bh * slack).all()
    assert (bh <= by * slack).all()
    assert (bh <= bonferroni * slack).all()
    assert bonferroni.max() <= 1.0


@pytest.mark.parametrize("correction", ["bh", "by", "bonferroni", "none"])
def test_order_is_kept_and_the_family_is_not_changed(correction):
    p = np.array([0.3, 1e-9, 0.02, 0.3])
    before = p.copy()
    adjusted = adjusted_p(p, correction)
    assert adjusted[0] == adjusted[3] >= adjusted[2] >= adjusted[1]
    np.testing.assert_array_equal(p, before)
    np.testing.assert_array_equal(adjusted_p(p[::-1], correction), adjusted[::-1])
