"""Kinds of files that have no geometry: units, shifts, who works them, and promises to places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from geogrid.io.fields import FieldSpec, choices, number, strictly, words

UNIT: Final = FieldSpec(
    "unit",
    "id",
    required=True,
    aliases=words(
        "device_id vehicle_id unit_id car_id terminal_id device vehicle terminal imei "
        "callsign call_sign plate plate_no 车牌号 车牌 号牌 号牌号码 车辆号牌 "
        "设备号 设备编号 "
        "终端号 终端编号 车辆编号 车辆 车号 警车编号 呼号 单元"
    ),
)
GROUP: Final = FieldSpec(
    "group", aliases=words("unit 单位 所属单位 所属 部门 分组 组 team 中队 大队 辖区")
)
# What a promise is made to besides kinds of places, which may be any word.
PLACE_CLASSES: Final = choices(
    room_1="room1 警务室一级 一级警务室 一类警务室 1级警务室",
    room_2="room2 警务室二级 二级警务室 二类警务室 2级警务室",
    room_3="room3 警务室三级 三级警务室 三类警务室 3级警务室",
    hotspot="hotspots hot_spot 热点 热点区域",
    hazard="危险源 重点危险源 隐患点",
    hotel="旅馆 酒店 宾馆",
    karaoke="ktv 歌舞厅 歌厅",
    internet_cafe="网吧 网咖",
    area="beat areas beats 责任区",
    **{f"decile_{n}": f"decile{n} 需求第{n}十分位" for n in range(1, 11)},
)

PLAIN_KINDS: Final[Mapping[str, tuple[FieldSpec, ...]]] = {
    "units": (UNIT, GROUP),
    "shifts": (
        FieldSpec(
            "name",
            "id",
            required=True,
            aliases=words("shift shift_name 班次 班次名称 班次编号 名称 班组"),
        ),
        FieldSpec(
            "start",
            "clock",
            required=True,
            aliases=words("start_time begin from 开始 开始时间 起始时间 上班时间 起"),
        ),
        FieldSpec(
            "end",
            "clock",
            required=True,
            aliases=words("end_time finish to 结束 结束时间 终止时间 下班时间 止"),
        ),
        FieldSpec(
            "weekdays",
            "weekdays",
            aliases=words("weekday days day_of_week 星期 周几 适用星期 工作日 班次星期"),
        ),
    ),
    "rosters": (
        replace(UNIT, type="text"),
        FieldSpec("shift", required=True, aliases=words("shift_name 班次 班次名称 班次编号")),
        FieldSpec("first", "day", aliases=words("from first_day 起始日期 开始日期 生效日期")),
        FieldSpec("last", "day", aliases=words("to last_day 截止日期 结束日期 失效日期")),
        FieldSpec(
            "weekdays", "weekdays", aliases=words("weekday days day_of_week 星期 周几 适用星期")
        ),
    ),
    "dosage": (
        FieldSpec("place", aliases=words("place_id room_id cell 场所编号 地点编号 对象编号 地点")),
        FieldSpec(
            "class",
            "choice",
            aliases=words("place_class 类别 类型 场所类别 地点类别 对象类别"),
            choices=PLACE_CLASSES,
            open_choices=True,
        ),
        strictly(
            number("visits", "1", 0.0, 1_000.0, "visits_per_shift 次数 巡逻次数 每班次数 到访次数")
        ),
        strictly(
            number(
                "minutes_min",
                "min",
                0.0,
                1_440.0,
                "min_minutes least_minutes 最少分钟 最短分钟 每次最少分钟",
            )
        ),
        strictly(
            number(
                "minutes_max",
                "min",
                0.0,
                1_440.0,
                "max_minutes most_minutes 最多分钟 最长分钟 每次最多分钟",
            )
        ),
        strictly(
            number(
                "longest_absence_h",
                "h",
                0.01,
                8_784.0,
                "max_absence_h longest_absence 最长间隔 最长间隔小时 最长未巡小时",
            )
        ),
        FieldSpec("hours", "hours", aliases=words("duty_hours 时段 执勤时段 值守时段 工作时段")),
    ),
}
