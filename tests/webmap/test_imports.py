"""Files brought in over HTTP: laid aside, looked at, taken, taken back."""

from __future__ import annotations

import io

import pytest

import webmap
from geogrid.errors import InputError
from geogrid.workspace import Choices, DistrictFile, Workspace
from webmap.staging import MOST_FILES, Staging

OWN = {"X-Requested-With": "geogrid"}
ROOMS = (
    "编号,经度,纬度,等级,名称\n"
    "R1,117.62,26.26,1,列东\n"
    "R2,117.63,26.27,2,列西\n"
    "R3,217.63,26.27,2,错\n"
)


@pytest.fixture
def workspace(boundaries, tmp_path):
    districts = DistrictFile(boundaries / "sanming_2010.geojson", "adcode", "name")
    return Workspace.create(tmp_path / "ws", districts, Choices(cell_size_m=2000))[0]


@pytest.fixture
def client(workspace):
    return webmap.create_app(workspace).test_client()


def lay_aside(client, text=ROOMS, name="警务室.csv"):
    answer = client.post(
        "/api/imports/files",
        query_string={"name": name},
        data=text.encode(),
        headers={**OWN, "Content-Type": "application/octet-stream"},
    )
    assert answer.status_code == 201
    return answer.get_json()["file"]


def wish(*tokens, **more):
    return {"files": list(tokens), "kind": "rooms", "datum": "wgs84"} | more


def test_a_preview_says_what_would_be_kept_and_stores_nothing(client, workspace):
    token = lay_aside(client)
    seen = client.post("/api/imports/preview?lang=en", json=wish(token), headers=OWN).get_json()
    assert (seen["status"], seen["accepted"], seen["bad_rows"]) == ("quarantine", 2, [3])
    (file,) = seen["files"]
    assert file["file"] == "警务室.csv"
    assert file["columns"]["lon"] == "经度"
    assert [row[file["header"].index("name")] for row in file["rows"]] == ["列东", "列西"]
    assert file["places"] == [[117.62, 26.26], [117.63, 26.27]]
    (refused,) = file["refusals"]
    assert (refused["row"], refused["field"], refused["value"]) == (3, "lon", "217.63")
    assert [one["kind"] for one in workspace.import_log()] == ["districts"]


def test_taking_stores_what_the_preview_said_and_undo_takes_it_back(client, workspace):
    token = lay_aside(client)
    done = client.post("/api/imports", json=wish(token, credit="三明"), headers=OWN)
    assert done.status_code == 201
    number = done.get_json()["import"]
    assert done.get_json()["accepted"] == len(workspace.register("rooms")) == 2
    log = client.get("/api/imports").get_json()["imports"]
    assert (log[-1]["id"], log[-1]["credit"]) == (number, "三明")
    again = client.post("/api/imports", json=wish(token), headers=OWN)
    assert again.status_code == 400
    assert "no longer here" in again.get_json()["detail"]
    other = client.delete(f"/api/imports/{number + 1}", headers=OWN)
    assert other.status_code == 400
    assert client.delete(f"/api/imports/{number}", headers=OWN).status_code == 200
    assert client.get("/api/imports").get_json()["imports"] == log[:-1]


def test_a_file_with_persons_is_refused_in_the_language_of_the_reader(client):
    token = lay_aside(client, "id,lon,lat,class,身份证号\nR1,117.6,26.2,1,350402199001011234\n")
    answer = client.post("/api/imports/preview?lang=zh", json=wish(token), headers=OWN)
    assert answer.status_code == 400
    assert "身份证" in answer.get_json()["detail"]


def test_a_column_can_be_named_by_hand(client):
    token = lay_aside(client, "id,east,north,class\nR1,117.62,26.26,1\n", "a.csv")
    named = wish(token, columns={"lon": "east", "lat": "north"})
    seen = client.post("/api/imports/preview", json=named, headers=OWN).get_json()
    assert seen["accepted"] == 1


@pytest.mark.parametrize(
    "body",
    [[], {}, {"files": "x"}, {"files": []}, {"files": ["x"], "columns": []}, {"files": ["none"]}],
)
def test_a_body_that_says_nothing_useful_is_refused(client, body):
    answer = client.post("/api/imports/preview", json=body, headers=OWN)
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({**OWN, "Origin": "http://evil.example"}, 403),
        ({**OWN, "Sec-Fetch-Site": "cross-site"}, 403),
        ({**OWN, "Content-Type": "text/plain"}, 415),
        ({**OWN, "Content-Type": "multipart/form-data"}, 415),
    ],
)
def test_no_other_page_can_send_files(client, headers, status):
    headers = {"Content-Type": "application/octet-stream"} | headers
    answer = client.post("/api/imports/files?name=a.csv", data=b"x", headers=headers)
    assert answer.status_code == status


def test_a_file_that_is_too_large_is_refused_and_not_kept(workspace):
    settings = webmap.Settings(max_upload_bytes=1_000)
    client = webmap.create_app(workspace, settings=settings).test_client()
    answer = client.post(
        "/api/imports/files?name=a.csv",
        data=b"x" * 2_000,
        headers={**OWN, "Content-Type": "application/octet-stream"},
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("name", ["", "..", ".", "a\0b", "/", "x" * 300])
def test_what_is_no_name_of_a_file_is_refused(name):
    with pytest.raises(InputError, match="no name of a file"):
        Staging().take(name, io.BytesIO(b"x"))


def test_a_name_with_a_path_keeps_its_last_part_only():
    staging = Staging()
    kept = staging.take("..\\..\\etc/passwd.csv", io.BytesIO(b"abc"))
    assert kept.path.name == "passwd.csv"
    assert kept.path.parent.parent.name.startswith("geogrid-files-")
    assert kept.path.read_bytes() == b"abc"
    staging.forget([kept.token])
    assert not kept.path.exists()


def test_a_hundred_files_may_wait():
    staging = Staging()
    for _ in range(MOST_FILES):
        staging.take("a.csv", io.BytesIO(b""))
    with pytest.raises(InputError, match="100 files wait already"):
        staging.take("a.csv", io.BytesIO(b""))


def test_refused_rows_are_shown_taken_away_corrected_and_taken_in_again(client, workspace):
    done = client.post("/api/imports", json=wish(lay_aside(client)), headers=OWN).get_json()
    seen = client.get(f"/api/imports/{done['import']}/refused").get_json()
    assert (seen["count"], seen["header"][-2:]) == (1, ["refused_row", "refused_because"])
    (row,) = seen["rows"]
    assert dict(zip(seen["header"], row, strict=True))["lon"] == "217.63"
    answer = client.get(f"/api/imports/{done['import']}/refused.csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    corrected = answer.get_data(as_text=True).replace("217.63", "117.63")
    again = wish(lay_aside(client, corrected, "refused.csv"))
    assert client.post("/api/imports", json=again, headers=OWN).get_json()["accepted"] == 1
    assert sorted(workspace.register("rooms").index) == ["R1", "R2", "R3"]
    assert client.get("/api/imports/99/refused").status_code == 400


def test_a_unit_in_a_header_stays_with_the_refused_rows(client, workspace):
    text = "unit,time,lon,lat,速度（mph）\nA,2026-03-06T08:00:00Z,117.62,26.26,-3\n"
    text += "A,x,117.62,26.26,=1+1\n"
    asked = wish(lay_aside(client, text, "a.csv"), kind="tracks")
    number = client.post("/api/imports", json=asked, headers=OWN).get_json()["import"]
    lines = workspace.refused_csv(number).splitlines()
    assert "速度（mph）" in lines[0]
    assert "'=1+1" in lines[1]


def test_what_is_known_of_a_source_is_kept_and_forgotten(client):
    body = {"datum": "gcj02", "tz": "Asia/Shanghai", "columns": {"unit": "终端"}}
    kept = client.put("/api/imports/profiles/车队", json=body, headers=OWN).get_json()
    known = {"datum": "gcj02", "tz": "Asia/Shanghai", "map": {"unit": "终端"}}
    assert kept == client.get("/api/imports/profiles").get_json() == {"profiles": {"车队": known}}
    assert client.delete("/api/imports/profiles/车队", headers=OWN).get_json() == {"profiles": {}}
    assert client.delete("/api/imports/profiles/车队", headers=OWN).status_code == 404
    for wrong in ({"datum": "mars"}, {"tz": "Mars/Phobos"}, {"what": "x"}, []):
        assert client.put("/api/imports/profiles/a", json=wrong, headers=OWN).status_code == 400
    assert client.put("/api/imports/profiles/a.toml", json=body, headers=OWN).status_code == 400
    assert client.put("/api/imports/profiles/a", json=body).status_code == 403
