import numpy as np
import pytest

from geogrid.analysis.backtest import Record, Tally
from geogrid.analysis.forecast_card import (
    BETTER,
    NO_RECORD,
    NOT_BETTER,
    WORSE,
    Resampling,
    backtest_json,
    calibration,
    card,
    verdict,
)
from geogrid.analysis.forecast_models import BASELINE, MODELS

SHARE = 0.1


def record_of(default, plain, best, totals, *, days=7):
    """Return a record at one budget: hits by window."""
    record = Record((SHARE,), days)
    for name in MODELS:
        record.models[name] = tally(plain)
    record.default, record.best = tally(default), tally(best)
    record.totals = [float(total) for total in totals]
    record.origins = [100.0 + days * k for k in range(len(totals))]
    record.picks = [("blend",)] * len(totals)
    return record


def tally(hits):
    return Tally([np.array([float(h)]) for h in hits], [np.array([h / 2.0]) for h in hits])


def test_figures_by_hand():
    record = record_of([5, 7], [4, 6], [8, 10], [10, 20])
    (entry,) = card(record, ("blend",))
    assert entry["area_percent"] == pytest.approx(10.0)
    assert entry["hit_rate"]["value"] == pytest.approx(12 / 30)
    assert entry["pai"]["value"] == pytest.approx(4.0)
    assert entry["pei"]["value"] == pytest.approx(12 / 18)
    assert entry["area_under_curve"]["value"] == pytest.approx(6 / 30)
    assert entry["baseline"]["pai"]["value"] == pytest.approx(10 / 3)
    assert entry["gain"]["pai"]["value"] == pytest.approx(4.0 - 10 / 3)
    assert entry["random"] == {"hit_rate": SHARE, "pai": 1.0, "area_under_curve": SHARE / 2}
    assert (entry["model"], entry["models"]) == ("blend", {"blend": 2})


def test_intervals_hold_the_value_and_the_same_seed_gives_them_again():
    rng = np.random.default_rng(0)
    plain = rng.poisson(20, 40)
    record = record_of(plain + rng.integers(-2, 4, 40), plain, plain + 30, plain + 80)
    entry, again = (card(record, ("blend",))[0] for _ in range(2))
    other = card(record, ("blend",), Resampling(seed=1))[0]
    for name in ("hit_rate", "pai", "pei", "area_under_curve"):
        assert entry[name]["lo"] < entry[name]["value"] < entry[name]["hi"]
    assert entry == again
    assert entry["pai"]["lo"] != other["pai"]["lo"]


def test_a_gain_in_every_window_is_better_than_counting_and_a_loss_is_worse():
    plain = np.arange(20, 40)
    better = card(record_of(plain + 2, plain, plain + 9, plain * 4), ("blend",))[0]
    worse = card(record_of(plain - 2, plain, plain + 9, plain * 4), ("blend",))[0]
    assert better["gain"]["pai"]["lo"] > 0
    assert (better["verdict"], worse["verdict"]) == (BETTER, WORSE)


def test_plain_counts_are_no_better_than_counting():
    plain = np.arange(20, 40)
    entry = card(record_of(plain, plain, plain + 9, plain * 4), (BASELINE,))[0]
    assert entry["gain"]["pai"] == {"value": 0.0, "lo": 0.0, "hi": 0.0}
    assert entry["verdict"] == NOT_BETTER


def test_a_gain_that_chance_explains_is_no_better_than_counting():
    plain = np.full(20, 30)
    luck = np.array([9, -8, 2, -7, 3, 9, -9, 6, -5, 8, -6, 1, 7, -9, -3, 8, 9, -4, -8, 7])
    entry = card(
        record_of(
            plain + luck,
            plain,
            plain + 30,
            plain * 4,
        ),
        ("kde",),
    )[0]
    assert entry["gain"]["pai"]["value"] > 0
    assert entry["verdict"] == NOT_BETTER


def test_the_verdict_is_read_off_the_interval():
    assert verdict({"lo": 0.1, "hi": 0.2}) == BETTER
    assert verdict({"lo": -0.1, "hi": 0.2}) == verdict({"lo": 0.0, "hi": 0.2}) == NOT_BETTER
    assert verdict({"lo": -0.3, "hi": -0.2}) == WORSE


def test_without_a_record_the_card_says_so_and_shows_no_figure():
    (entry,) = card(Record((SHARE,), 7), (BASELINE,))
    assert entry["verdict"] == NO_RECORD
    assert entry["pai"] is entry["hit_rate"] is entry["baseline"]["pai"] is None
    assert calibration(Record((SHARE,), 7))["ratio"] is None
    assert backtest_json(Record((SHARE,), 7))["first"] is None


def test_windows_are_drawn_in_runs_of_28_days():
    weights = Resampling(replicates=200).weights(40, 7)
    assert weights.shape == (200, 40)
    assert (weights.sum(axis=1) == 40).all()
    runs = np.diff(np.concatenate([weights, weights[:, :1]], axis=1), axis=1) != 0
    single = np.diff(Resampling(replicates=200).weights(40, 28), axis=1) != 0
    assert runs.mean() < 0.6 * single.mean()  # neighbours are drawn together
    np.testing.assert_allclose(weights.mean(axis=0), 1.0, atol=0.35)


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    rng, held, true_pai = np.random.default_rng(7), 0, 0.3 / SHARE
    for _ in range(200):
        totals = rng.poisson(100, 40)
        hits = rng.binomial(totals, 0.3)
        entry = card(record_of(hits, hits, totals, totals), ("blend",), Resampling(299))[0]
        held += entry["pai"]["lo"] <= true_pai <= entry["pai"]["hi"]
    assert 170 <= held <= 198  # 190 promised; blocks of 40 windows fall a little short


def test_calibration_is_observed_by_expected_in_tenths():
    record = record_of([1], [1], [1], [4])
    record.groups = np.array([[1.0, 2.0], [1.0, 0.5]] + [[0.0, 0.0]] * 8)
    record.within, record.checked = 9, 10
    told = calibration(record)
    assert told["ratio"] == pytest.approx(1.25)
    assert told["within"] == pytest.approx(0.9)
    assert [tenth["ratio"] for tenth in told["tenths"]] == [2.0, 0.5] + [None] * 8


def test_the_record_tells_its_days_and_every_models_hit_rate():
    told = backtest_json(record_of([5, 7], [4, 6], [8, 10], [10, 20]))
    assert (told["windows"], told["window_days"], told["incidents"]) == (2, 7, 30.0)
    assert (told["first"], told["last"]) == ("1970-04-11", "1970-04-24")
    assert told["hit_rates"][BASELINE] == [pytest.approx(1 / 3)]
