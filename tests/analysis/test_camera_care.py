from datetime import date

import pandas as pd
import pytest

from geogrid.analysis.camera_care import FINDINGS, CareRules, day_read, register_care
from geogrid.errors import InputError
from geogrid.i18n import catalogue

DAY = date(2026, 3, 1)
SOUND = {
    "status": "on",
    "integrated": "True",
    "sign_posted": "1",
    "filing_no": "F-1",
    "legal_basis": "Order 799",
    "review_due": "2026-12-31",
    "retention_days": 30.0,
    "hours": "22-06",
}


def found(**changes):
    care = register_care(pd.DataFrame([SOUND | changes], index=["c"]), DAY)
    return {name for name in FINDINGS if care.loc["c", name]}


def test_a_sound_camera_has_no_finding():
    assert found() == set()
    assert found(retention_days=90.0, integrated=True, sign_posted=1.0) == set()


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"integrated": "False"}, "not_integrated"),
        ({"integrated": None}, "integrated_unknown"),
        ({"integrated": "maybe"}, "integrated_unknown"),
        ({"sign_posted": "0"}, "no_sign"),
        ({"sign_posted": float("nan")}, "sign_unknown"),
        ({"filing_no": " "}, "filing_missing"),
        ({"legal_basis": None}, "basis_missing"),
        ({"review_due": "2026-02-28"}, "review_overdue"),
        ({"review_due": "2026-03-31"}, "review_soon"),
        ({"review_due": ""}, "review_missing"),
        ({"review_due": "next spring"}, "review_unreadable"),
        ({"retention_days": 90.5}, "retention_over"),
        ({"retention_days": 29.0}, "retention_under"),
        ({"retention_days": None}, "retention_missing"),
        ({"hours": "at night"}, "hours_unreadable"),
    ],
)
def test_each_fault_is_one_finding(changes, finding):
    assert found(**changes) == {finding}


def test_a_review_due_today_is_not_overdue_and_tomorrow_it_is():
    register = pd.DataFrame([SOUND | {"review_due": "2026-03-01"}], index=["c"])
    assert not register_care(register, DAY).loc["c", "review_overdue"]
    late = register_care(register, date(2026, 3, 4)).loc["c"]
    assert late["review_overdue"]
    assert late["overdue_days"] == 3


def test_planned_cameras_are_in_no_row_and_a_register_without_columns_is_known_of_none():
    rows = pd.DataFrame({"status": ["planned", "off", "on"]}, index=["p", "f", "n"])
    care = register_care(rows, DAY)
    assert care.index.tolist() == ["f", "n"]
    unknown = {name for name in FINDINGS if care[name].all()}
    assert unknown == {
        "review_missing",
        "integrated_unknown",
        "sign_unknown",
        "filing_missing",
        "basis_missing",
        "retention_missing",
    }
    assert register_care(rows[:0], DAY).empty


def test_days_are_read_as_people_write_them():
    for text in ("2026-03-01", "2026/3/1", "20260301", "2026年3月1日", "2026-03-01 00:00:00"):
        assert day_read(text) == DAY
    for text in ("2026-13-01", "2026-02-30", "1 March", "", "202603"):
        assert day_read(text) is None


def test_rules_that_contradict_themselves_are_refused():
    with pytest.raises(InputError, match="from 60 to 30 days"):
        CareRules(least_days=60.0, most_days=30.0)
    with pytest.raises(InputError, match="no number may be below 0"):
        CareRules(soon_days=-1)


def test_an_office_may_allow_other_days():
    register = pd.DataFrame([SOUND | {"retention_days": 120.0}], index=["c"])
    assert register_care(register, DAY).loc["c", "retention_over"]
    assert not register_care(register, DAY, CareRules(most_days=180.0)).loc["c", "retention_over"]


def test_each_finding_has_words_in_both_languages():
    assert [words for words in FINDINGS.values() if words not in catalogue("zh")] == []
