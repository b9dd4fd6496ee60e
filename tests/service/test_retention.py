"""Old fixes become hourly sums: exact where sums tell, null or refused where they do not."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pyarrow.parquet as pq
import pytest

from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.analysis.reduced_days import NEED_STAYS, day_of_sums, sums_of_day
from geogrid.errors import InputError
from geogrid.service.care import back_up, inspect, restore_from
from geogrid.service.patrols import derived_days
from geogrid.service.retention import RetentionWish
from geogrid.workspace import Questions, Window, Workspace, read_options
from tests.service.test_imports import tree
from tests.small_city import DECLARED, drive, write_tracks

TODAY = date(2026, 3, 11)
OLD, LATER = ("2026-03-02", "2026-03-03", "2026-03-05"), ("2026-03-06", "2026-03-07")
WINDOWS = (
    Window(),
    Window.parse(hours="09-10"),
    Window.parse(first="2026-03-05", last="2026-03-06"),
    Window.parse(last="2026-03-05", weekdays="mon,thu"),
)


def over_midnight(unit, first, second):
    """Return fixes a minute apart on both sides of a midnight."""
    minutes = [(first, 23, m) for m in range(50, 60)] + [(second, 0, m) for m in range(10)]
    return [
        (unit, f"{day} {hour:02d}:{m:02d}:00", round(117.61 + 0.0007 * i, 6), 26.215)
        for i, (day, hour, m) in enumerate(minutes)
    ]


@pytest.fixture
def filled(ws, tmp_path):
    """Return a workspace of five days, with a gap, and a unit that drives over the limit."""
    rows = [row for unit in "AB" for day in (*OLD, *LATER) for row in drive(unit, day)]
    rows += over_midnight("N", "2026-03-05", "2026-03-06")
    ws.import_files("tracks", [write_tracks(tmp_path / "t.csv", rows)], read_options(DECLARED))
    return ws


def reduced(ws, **wish):
    ws.retain(RetentionWish(TODAY, 5, **wish), confirmed=True)
    return Workspace.open(ws.path)


def columns(ws, window):
    return ws.layer("coverage", window).table


@pytest.mark.parametrize("window", WINDOWS)
def test_sums_stay_exact_and_nothing_else_is_told(filled, window):
    before = columns(filled, window)
    after = columns(reduced(filled), window)
    for name in before.columns:
        if name not in NEED_STAYS:
            np.testing.assert_array_equal(after[name], before[name], err_msg=name)
        elif name != "road_patrolled_share":
            assert (
                np.isnan(np.asarray(after[name], np.float64)).all() or np.isnat(after[name]).all()
            )
    known = dict(after.summary)
    assert known.pop("days_as_sums") >= 1
    assert known == before.summary


def test_a_window_of_later_days_tells_all_that_it_told(filled):
    window = Window.parse(first=LATER[0])
    before = columns(filled, window)
    after = columns(reduced(filled), window)
    for name in before.columns:
        np.testing.assert_array_equal(after[name], before[name], err_msg=name)
    assert after.summary == before.summary


def test_days_reduced_one_after_another_have_the_sums_of_days_reduced_at_once(filled, make):
    at_once = {
        path.relative_to(filled.path): path.read_bytes()
        for path in (reduced(filled).path / "sums").rglob("hours.parquet")
    }
    filled.undo()
    for back in (8, 7, 5):
        filled.retain(RetentionWish(TODAY, back), confirmed=True)
    assert at_once == {
        path.relative_to(filled.path): path.read_bytes()
        for path in (filled.path / "sums").rglob("hours.parquet")
    }


def test_no_fix_and_no_unit_of_a_reduced_day_is_left(filled):
    columns(filled, Window())
    filled.layer("coverage", questions=Questions(rules=PatrolRules(max_gap_s=100.0)))
    after = reduced(filled, for_good=True)
    columns(after, Window())
    kept = [path.relative_to(after.path).as_posix() for path in after.path.rglob("*.parquet")]
    assert not [name for name in kept if name.startswith("tracks/day=2026-03-05")]
    assert not [name for name in kept if ".undo" in name or ("gap100" in name and "05" in name)]
    last = date.fromisoformat(OLD[-1])
    for day in derived_days(after._shelf, PatrolRules()):
        assert day.day > last
    held = after._shelf.tracks.sums
    assert {day for day in held.days() if (held.root / f"sums/day={day}/edges.parquet").exists()}
    assert held.last_fixes()[0] == last
    for day in OLD:
        for table in ("passes", "silences", "units"):
            path = after.path / f"derived/day={day}/{table}.parquet"
            assert pq.ParquetFile(path).metadata.num_rows == 0


def test_looking_first_changes_nothing_and_undo_puts_all_back(filled):
    before = tree(filled.path)
    told = filled.retain(RetentionWish(TODAY, 5), confirmed=False)
    assert (told["days"], told["fixes"], told["done"]) == (list(OLD), 370, False)
    assert tree(filled.path) == before
    answer = columns(filled, Window())
    reduced(filled).undo()
    again = columns(Workspace.open(filled.path), Window())
    for name in answer.columns:
        np.testing.assert_array_equal(again[name], answer[name], err_msg=name)
    assert not list(filled.path.glob("sums/*/*"))


def test_a_late_file_is_refused_with_the_remedy_and_a_later_one_taken(filled, tmp_path):
    after = reduced(filled)
    late = write_tracks(tmp_path / "late.csv", drive("C", "2026-03-04") + drive("C", LATER[0]))
    with pytest.raises(InputError, match=r"late\.csv: 60 fixes come too late.*2026-03-04.*backup"):
        after.import_files("tracks", [late], read_options(DECLARED))
    good = write_tracks(tmp_path / "good.csv", drive("C", LATER[0]))
    assert after.import_files("tracks", [good], read_options(DECLARED)).accepted == 60


@pytest.mark.parametrize(
    "ask",
    [
        lambda ws, window: ws.layer("gaps", window),
        lambda ws, window: ws.quality(window),
        lambda ws, window: ws.layer(
            "coverage", window, questions=Questions(rules=PatrolRules(max_gap_s=100.0))
        ),
    ],
    ids=["gaps", "quality", "other rules"],
)
def test_what_sums_do_not_tell_is_refused_for_reduced_days_and_answered_of_later_ones(filled, ask):
    after = reduced(filled)
    for window in (Window.parse(first=OLD[0]), Window.parse(last=OLD[-1])):
        with pytest.raises(InputError, match="only hourly sums are kept"):
            ask(after, window)
    ask(after, Window())
    ask(after, Window.parse(first=LATER[0]))


def test_gaps_of_all_time_are_those_of_the_days_with_fixes_and_say_so(filled):
    window = Window.parse(first=LATER[0])
    before = filled.layer("gaps", window)
    after = reduced(filled).layer("gaps")
    np.testing.assert_array_equal(after.table["state"], before.table["state"])
    assert after.provenance.parameters["window"] == {"from": LATER[0]}


def test_the_timeline_keeps_the_hours_of_reduced_days(filled):
    before = filled.timeline()
    assert reduced(filled).timeline() == before


def test_a_workspace_of_reduced_days_only_still_tells_sums(filled):
    before = columns(filled, Window())
    filled.retain(RetentionWish(TODAY, 1), confirmed=True)
    after = Workspace.open(filled.path)
    np.testing.assert_array_equal(columns(after, Window())["patrol_s"], before["patrol_s"])
    assert after.layer("coverage").provenance.data_as_of is not None
    assert inspect(after.path).seen.sound
    with pytest.raises(InputError, match="no later days"):
        after.layer("gaps")


def test_a_reduced_workspace_is_sound_and_backed_up_and_restored(filled, tmp_path):
    after = reduced(filled)
    assert inspect(after.path).seen.counts["days_as_sums"] == 3
    back_up(after.path, tmp_path / "b.zip")
    restore_from(tmp_path / "b.zip", tmp_path / "again")
    again = Workspace.open(tmp_path / "again")
    np.testing.assert_array_equal(
        columns(again, Window())["patrol_s"], columns(after, Window())["patrol_s"]
    )


def test_a_damaged_sum_is_found(filled):
    path = next((reduced(filled).path / "sums").glob("*/hours.parquet"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    assert not inspect(filled.path).seen.sound


def test_the_rule_is_kept_and_an_import_reminds_of_it(filled, tmp_path):
    filled.retain(RetentionWish(TODAY, 5, save=True), confirmed=True)
    again = Workspace.open(filled.path)
    assert "retain_days = 5" in (filled.path / "workspace.toml").read_text()
    more = write_tracks(tmp_path / "m.csv", drive("D", "2026-03-08"))
    notes = again.import_files("tracks", [more], read_options(DECLARED)).notes
    assert any("geogrid retain" in note.render(str) for note in notes)
    assert any(f.place == "tracks" for f in inspect(filled.path).seen.findings)
    told = again.retain(RetentionWish(date(2026, 3, 13)), confirmed=True)
    assert told["days"] == ["2026-03-06", "2026-03-07"]
    assert told["rule"] == 5


def test_without_a_number_and_without_a_rule_it_is_asked_for(filled):
    for wish in (RetentionWish(TODAY), RetentionWish(TODAY, 0)):
        with pytest.raises(InputError, match="days"):
            filled.retain(wish, confirmed=True)


def test_sums_of_days_can_be_removed_and_a_unit_s_part_of_them_cannot(filled):
    from geogrid.service.removal import Source

    after = reduced(filled)
    told = after.remove(Source("tracks", units=("A",)), confirmed=False)
    assert told["in_sums"] == ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"]
    done = after.remove(Source("tracks", last=date(2026, 3, 3)), confirmed=True)
    assert done["removed"] == 240
    assert inspect(after.path).seen.counts["days_as_sums"] == 1
    fixes = columns(after, Window()).summary["fixes"]
    assert fixes["removed"] == 240
    assert fixes["outside_window"] == 0


def test_coverage_is_still_told_after_data_were_removed(filled):
    from geogrid.service.removal import Source

    filled.remove(Source("tracks", units=("A",)), confirmed=True)
    fixes = columns(filled, Window()).summary["fixes"]
    assert (fixes["read"], fixes["kept"], fixes["removed"]) == (620, 320, 300)
    assert fixes["outside_window"] == 0


def test_a_day_made_of_its_sums_has_the_same_sums(filled):
    for day in derived_days(filled._shelf, PatrolRules()):
        sums = sums_of_day(day, newest_ms=0, rules={})
        again = sums_of_day(day_of_sums(sums), newest_ms=0, rules={})
        assert again.hours.equals(sums.hours)
        np.testing.assert_array_equal(again.unplaced_ms, sums.unplaced_ms)
        assert sums.hours["moving_ms"].sum() == day.hours["moving_ms"].sum()
        assert sums.hours["hi_ms"].sum() == day.bounds["hi_ms"].sum()
        assert json.dumps(dict(again.fixes)) == json.dumps(dict(day.fixes))
