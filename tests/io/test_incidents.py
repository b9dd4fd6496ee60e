"""Incidents: a time or a range of times, source words, stages."""

import pandas as pd
import pytest

from geogrid.errors import InputError
from geogrid.io import ReadOptions, read_incidents

UTC = ReadOptions(time_zone="UTC")
EIGHT = 1_772_784_000_000  # 2026-03-06 08:00 UTC


def write(folder, text):
    path = folder / "incidents.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_incidents_by_hand(tmp_path):
    path = write(
        tmp_path,
        "编号,发生时间,经度,纬度,类别,来源,权重,接警时间,到达时间\n"
        "1,2026-03-06 08:00:00,24.9,60.2,盗窃,110,2.5,2026-03-06 08:01:00,\n"
        "2,2026-03-06 08:10:00,24.9,60.2,打架,巡逻发现,,,x\n"
        "3,2026-03-06 08:20:00,24.9,60.2,盗窃,,,,\n",
    )
    frame, report = read_incidents(path, UTC)
    assert frame["id"].tolist() == ["1", "2", "3"]
    assert (
        frame["t_from"].tolist()
        == frame["t_to"].tolist()
        == [
            EIGHT,
            EIGHT + 600_000,
            EIGHT + 1_200_000,
        ]
    )
    assert frame["category"].tolist() == ["盗窃", "打架", "盗窃"]
    assert frame["source"].tolist() == ["call", "officer", "unknown"]
    assert frame["weight"].tolist() == [2.5, 1.0, 1.0]
    assert frame["received"].dtype == frame["arrived"].dtype == pd.Int64Dtype()
    assert frame["received"].isna().tolist() == [False, True, True]
    assert frame["received"][0] == EIGHT + 60_000
    assert frame["arrived"].isna().all()
    assert report.status == "accept_warn"  # an arrival that is no time


def test_a_range_goes_before_a_single_time_and_fills_in_for_it(tmp_path):
    path = write(
        tmp_path,
        "id,time,time_from,time_to,lon,lat,category\n"
        "1,2026-03-06T08:00Z,,,24.9,60.2,a\n"
        "2,,2026-03-06T08:00Z,2026-03-06T09:00Z,24.9,60.2,a\n"
        "3,,2026-03-06T09:00Z,2026-03-06T08:00Z,24.9,60.2,a\n"
        "4,,2026-03-06T09:00Z,,24.9,60.2,a\n"
        "5,,,,24.9,60.2,a\n",
    )
    frame, report = read_incidents(path, ReadOptions())
    assert frame["t_to"].sub(frame["t_from"]).tolist() == [0, 3_600_000]
    assert report.bad_rows == (3, 4, 5)
    assert [refusal.field for refusal in report.refusals] == ["time_to", "time_to", "time"]


def test_a_file_without_any_time_column_is_refused(tmp_path):
    with pytest.raises(InputError, match="time_from"):
        read_incidents(write(tmp_path, "id,lon,lat,category\n1,24.9,60.2,a\n"), UTC)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("1,2026-03-06 08:00,24.9,60.2,,1", "category"),
        ("1,2026-03-06 08:00,24.9,60.2,a,-1", "weight"),
        ("1,2026-03-06 08:00,24.9,60.2,a,much", "weight"),
        ("1,soon,24.9,60.2,a,1", "time"),
        ("1,2026-03-06 08:00,,60.2,a,1", "lon"),
    ],
)
def test_each_needed_field_refuses_its_row(tmp_path, row, field):
    good = "0,2026-03-06 08:00,24.9,60.2,a,1"
    path = write(tmp_path, f"id,time,lon,lat,category,weight\n{good}\n{row}\n")
    frame, report = read_incidents(path, UTC)
    assert len(frame) == 1
    assert [(refusal.row, refusal.field) for refusal in report.refusals] == [(2, field)]
