import numpy as np
import pytest

from geogrid.analysis.grouped_testing import adjusted_p_of_groups
from geogrid.analysis.multiple_testing import adjusted_p


@pytest.mark.parametrize("correction", ["bh", "by", "bonferroni", "none"])
def test_groups_get_what_their_tests_would_get_one_by_one(correction):
    rng = np.random.default_rng(8)
    p = np.append(rng.uniform(0.0, 1.0, 60) ** 4, [0.01, 0.01, 1.0, 0.0])
    times = rng.integers(1, 40, p.size)
    one_by_one = adjusted_p(np.repeat(p, times), correction)
    grouped = np.repeat(adjusted_p_of_groups(p, times, correction), times)
    np.testing.assert_allclose(grouped, one_by_one, rtol=1e-12)
