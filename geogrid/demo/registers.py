"""The demo's registers and incidents as files: what is where, in an office's own words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geogrid.crs import Datum, from_wgs84
from geogrid.demo.city import City
from geogrid.demo.files import (
    NOTE,
    NOTE_COLUMN,
    Column,
    DemoFile,
    local_times,
    rounded,
    write_csv,
    write_lines,
    write_points,
    write_xlsx,
)
from geogrid.demo.fleet import STARTS_H, Fleet
from geogrid.demo.ground import Floats, Ground
from geogrid.demo.incidents import Incidents
from geogrid.demo.places import NamedPlaces
from geogrid.demo.roads import RoadNet
from geogrid.demo.sensors import Cameras, Checkpoints

YARD_RADIUS_M: Final = 60.0
SHORT_NOTE: Final = "合成演示数据"  # the note where there are many rows
GCJ02: Final = {"datum": "gcj02"}
WGS84: Final = {"datum": "wgs84"}
LOCAL_TIME: Final = {"tz": "Asia/Shanghai"}
# The words that offices write for the product's own.
_STATUS: Final = {"on": "在用", "off": "停用", "planned": "规划"}
_PURPOSE: Final = {"overview": "全景", "recognise": "识别", "plate": "车牌"}
_VENUE: Final = {"hotel": "宾馆", "karaoke": "歌厅", "internet_cafe": "网吧"}
_CLASS: Final = {"1": "一级", "2": "二级", "3": "三级"}
_SOURCE: Final = {"call": "报警", "officer": "巡逻发现", "sensor": "传感器", "unknown": "未知"}


def _in_words(values: NDArray[np.str_], words: Mapping[str, str]) -> NDArray[np.str_]:
    """Return the office's word for each value."""
    known, which = np.unique(values, return_inverse=True)
    return np.array([words[str(value)] for value in known])[which]


def _gcj02(ground: Ground, xy: Floats) -> dict[str, Column]:
    """Return the columns of longitude and latitude in GCJ-02."""
    lon, lat = from_wgs84(*ground.to_lonlat(xy), Datum.GCJ02)
    return {"经度": rounded(lon), "纬度": rounded(lat)}


def write_roads(folder: Path, ground: Ground, net: RoadNet) -> DemoFile:
    """Write the roads as GeoJSON lines.

    Parameters
    ----------
    folder
        Where the file goes.
    ground, net
        The plane and the roads in it.

    Returns
    -------
    DemoFile
        WGS-84.
    """
    path = folder / "synthetic_roads.geojson"
    columns: dict[str, Column] = {
        "id": [f"RD-{k + 1:05d}" for k in range(len(net.roads))],
        "name": [road.name for road in net.roads],
        "class": [road.road_class for road in net.roads],
        "speed_kmh": [road.speed_kmh for road in net.roads],
        "bridge": [road.bridge for road in net.roads],
        "tunnel": [road.tunnel for road in net.roads],
        "oneway": [road.oneway for road in net.roads],
    }
    vertices = ground.to_lonlat(np.concatenate([road.xy for road in net.roads]))
    write_lines(path, vertices, np.array([len(road.xy) for road in net.roads]), columns)
    return DemoFile("roads", path, WGS84)


def write_cameras(folder: Path, ground: Ground, cameras: Cameras) -> DemoFile:
    """Write the cameras as a workbook with Chinese headers and words.

    Parameters
    ----------
    folder
        Where the file goes.
    ground, cameras
        The plane and the cameras in it.

    Returns
    -------
    DemoFile
        GCJ-02.
    """
    path = folder / "synthetic_cameras.xlsx"
    columns: dict[str, Column] = {
        "编号": cameras.id,
        "名称": cameras.name,
        **_gcj02(ground, cameras.xy),
        "朝向": cameras.bearing_deg,
        "视角": cameras.view_angle_deg,
        "可视距离(米)": cameras.range_m,
        "安装高度(米)": cameras.height_m,
        "状态": _in_words(cameras.status, _STATUS),
        "用途": _in_words(cameras.purpose, _PURPOSE),
        NOTE_COLUMN: [NOTE] * len(cameras.id),
    }
    write_xlsx(path, columns, sheet="摄像头")
    return DemoFile("cameras", path, GCJ02)


def write_checkpoints(folder: Path, ground: Ground, checkpoints: Checkpoints) -> DemoFile:
    """Write the checkpoints as GeoJSON points.

    Parameters
    ----------
    folder
        Where the file goes.
    ground, checkpoints
        The plane and the checkpoints in it.

    Returns
    -------
    DemoFile
        WGS-84.
    """
    path = folder / "synthetic_checkpoints.geojson"
    columns: dict[str, Column] = {
        "id": checkpoints.id,
        "name": checkpoints.name,
        "status": ["on"] * len(checkpoints.id),
    }
    write_points(path, ground.to_lonlat(checkpoints.xy), columns)
    return DemoFile("checkpoints", path, WGS84)


def write_hazards(folder: Path, ground: Ground, hazards: NamedPlaces) -> DemoFile:
    """Write the hazard sites as GeoJSON points.

    Parameters
    ----------
    folder
        Where the file goes.
    ground, hazards
        The plane and the sites in it.

    Returns
    -------
    DemoFile
        WGS-84.
    """
    path = folder / "synthetic_hazards.geojson"
    columns: dict[str, Column] = {"id": hazards.id, "kind": hazards.kind, "name": hazards.name}
    write_points(path, ground.to_lonlat(hazards.xy), columns)
    return DemoFile("places", path, WGS84)


def write_venues(folder: Path, ground: Ground, venues: NamedPlaces) -> DemoFile:
    """Write the venues as a workbook with Chinese headers and words.

    Parameters
    ----------
    folder
        Where the file goes.
    ground, venues
        The plane and the venues in it.

    Returns
    -------
    DemoFile
        GCJ-02.
    """
    path = folder / "synthetic_venues.xlsx"
    columns: dict[str, Column] = {
        "编号": venues.id,
        "名称": venues.name,
        "类型": _in_words(venues.kind, _VENUE),
        **_gcj02(ground, venues.xy),
        NOTE_COLUMN: [NOTE] * len(venues.id),
    }
    write_xlsx(path, columns, sheet="场所")
    return DemoFile("places", path, GCJ02)


def write_rooms(folder: Path, ground: Ground, rooms: NamedPlaces) -> DemoFile:
    """Write the police rooms as CSV in UTF-8 with a byte order mark.

    Parameters
    ----------
    folder
        Where the file goes.
    ground, rooms
        The plane and the rooms in it.

    Returns
    -------
    DemoFile
        GCJ-02.
    """
    path = folder / "synthetic_rooms.csv"
    columns: dict[str, Column] = {
        "编号": rooms.id,
        "名称": rooms.name,
        "等级": _in_words(rooms.kind, _CLASS),
        **_gcj02(ground, rooms.xy),
        NOTE_COLUMN: [NOTE] * len(rooms.id),
    }
    write_csv(path, columns, encoding="utf-8-sig")
    return DemoFile("rooms", path, GCJ02)


def write_shifts(folder: Path) -> DemoFile:
    """Write the three shifts of a day as CSV.

    Parameters
    ----------
    folder
        Where the file goes.

    Returns
    -------
    DemoFile
        Without places, hence without a datum.
    """
    path = folder / "synthetic_shifts.csv"
    starts = [*STARTS_H, STARTS_H[0]]
    columns: dict[str, Column] = {
        "班次名称": ["早班", "中班", "夜班"],
        "开始时间": [f"{start:02d}:00" for start in starts[:-1]],
        "结束时间": [f"{end:02d}:00" for end in starts[1:]],
        NOTE_COLUMN: [NOTE] * len(STARTS_H),
    }
    write_csv(path, columns, encoding="utf-8-sig")
    return DemoFile("shifts", path, {})


def write_promises(folder: Path) -> DemoFile:
    """Write what patrols promise to police rooms of the first class and to hazard sites, as CSV.

    Parameters
    ----------
    folder
        Where the file goes.

    Returns
    -------
    DemoFile
        Of kind ``dosage``, without places, hence without a datum.
    """
    path = folder / "synthetic_promises.csv"
    columns: dict[str, Column] = {
        "类别": ["一级警务室", "重点危险源"],
        "次数": [2, 1],
        "每次最少分钟": [10, 5],
        "每次最多分钟": [16, 16],
        "最长间隔小时": [12, 24],
        NOTE_COLUMN: [NOTE] * 2,
    }
    write_csv(path, columns, encoding="utf-8-sig")
    return DemoFile("dosage", path, {})


def write_yards(folder: Path, city: City, fleet: Fleet) -> DemoFile:
    """Write the yards where cars begin and end their shifts as CSV.

    Parameters
    ----------
    folder
        Where the file goes.
    city, fleet
        Where the yards are.

    Returns
    -------
    DemoFile
        Depots in GCJ-02.
    """
    nodes = sorted({int(fleet.beats[car.district].node[car.home]) for car in fleet.cars})
    path = folder / "synthetic_depots.csv"
    columns: dict[str, Column] = {
        "编号": [f"D-{k + 1:02d}" for k in range(len(nodes))],
        **_gcj02(city.ground, city.net.nodes[nodes]),
        "半径(米)": np.full(len(nodes), YARD_RADIUS_M),
        NOTE_COLUMN: [NOTE] * len(nodes),
    }
    write_csv(path, columns, encoding="utf-8-sig")
    return DemoFile("depots", path, GCJ02)


def write_incidents(folder: Path, ground: Ground, incidents: Incidents) -> DemoFile:
    """Write the incidents as CSV in GBK with Chinese headers and local times.

    Parameters
    ----------
    folder
        Where the file goes.
    ground, incidents
        The plane and the incidents in it.

    Returns
    -------
    DemoFile
        GCJ-02.
    """
    path = folder / "synthetic_incidents.csv"
    columns: dict[str, Column] = {
        "编号": incidents.id,
        "发生时间": local_times(incidents.time_s),
        "类别": incidents.category,
        "来源": _in_words(incidents.source, _SOURCE),
        **_gcj02(ground, incidents.xy),
        "权重": incidents.weight,
        "接警时间": local_times(incidents.received_s),
        "派警时间": local_times(incidents.dispatched_s),
        "到达时间": local_times(incidents.arrived_s),
        "起始时间": local_times(incidents.from_s),
        "终止时间": local_times(incidents.to_s),
        NOTE_COLUMN: np.full(len(incidents.id), SHORT_NOTE),
    }
    write_csv(path, columns, encoding="gb18030")
    return DemoFile("incidents", path, GCJ02 | LOCAL_TIME)
