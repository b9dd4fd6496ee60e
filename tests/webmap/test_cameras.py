"""The report on cameras by HTTP: the same in both languages but for its words."""

from __future__ import annotations

import pytest

ADDRESS = "/api/cameras/report?as-of=2026-03-01"


def test_the_report_has_measures_failures_care_and_zones(client, tiny_workspace):
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    said = answer.json
    assert said["as_of"] == "2026-03-01"
    assert said["synthetic"] is True
    cameras = tiny_workspace.register("cameras")
    assert said["cameras"]["cameras"] == len(cameras)
    seen = tiny_workspace.layer("camera_coverage").summary
    assert said["total"]["seen_km2"] == pytest.approx(seen["covered_km2"], rel=1e-6)
    assert said["total"]["twice_km2"] == pytest.approx(seen["twice_km2"], rel=1e-6)
    assert len(said["by_hour"]) == 24
    worst = said["failures"]["poles"]["rows"]
    assert len(worst) <= 100
    assert [row["lost_m2"] for row in worst] == sorted(row["lost_m2"] for row in worst)[::-1]
    assert said["care"]["cameras"] == (cameras["status"] != "planned").sum()
    assert set(said["care"]["counts"]) == set(said["care"]["words"])
    assert said["zones"]["zones"] == 0


def test_both_languages_say_the_same_but_for_the_words_of_findings(client):
    english = client.get(f"{ADDRESS}&lang=en&rows=5").json
    chinese = client.get(f"{ADDRESS}&lang=zh&rows=5").json
    assert english["care"].pop("words")["review_overdue"] == "the review is overdue"
    assert chinese["care"].pop("words")["review_overdue"] == "复核已逾期"
    assert english == chinese
    assert len(english["care"]["rows"]) == 5


def test_it_is_ranked_and_asked_by_hours(client):
    by_road = client.get(f"{ADDRESS}&rank=roads&rows=3&hours=22-06").json
    lost = [row["lost_road_m"] for row in by_road["failures"]["cameras"]["rows"]]
    assert len(lost) == 3
    assert lost == sorted(lost)[::-1]
    assert by_road["hours"] == "22-06"


@pytest.mark.parametrize(
    "query",
    ["as-of=spring", "rank=cost", "hours=night", "rows=-1", "when=now", "hours=22-06&hours=1-2"],
)
def test_what_cannot_be_asked_is_refused_with_a_problem(client, query):
    answer = client.get(f"/api/cameras/report?{query}")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"


def test_without_a_day_it_is_as_of_today_where_the_workspace_is(client):
    said = client.get("/api/cameras/report?rows=0").json
    assert len(said["as_of"]) == len("2026-03-01")
    assert said["failures"]["cameras"]["rows"] == []
