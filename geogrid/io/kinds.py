"""What each kind of file consists of: one table for header mapping, row gates and forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from geogrid.io.fields import FieldSpec, choices, number, strictly, words
from geogrid.io.plain_kinds import GROUP, PLAIN_KINDS, UNIT

_LON = FieldSpec(
    "lon", "lon", required=True, aliases=words("longitude lng long x 经度 东经"), unit="degree"
)
_LAT = FieldSpec("lat", "lat", required=True, aliases=words("latitude y 纬度 北纬"), unit="degree")
_SHAPE = FieldSpec("geometry", "geometry", aliases=words("wkt geom the_geom shape 几何 图形"))
_PLACE: Final = (_LON, _LAT, _SHAPE)
_NAME = FieldSpec("name", aliases=words("名称 点位名称 地点名称 场所名称 安装位置 地址名称"))
_DATE = FieldSpec(
    "date", "date", aliases=words("日期 定位日期 采集日期 发生日期 发案日期 报警日期")
)
_BEARING_WORDS: Final = "朝向 朝向角 方位角 方向 方向角 azimuth heading"
_ANGLE_WORDS: Final = "视角 视场角 水平视角 视野角 fov field_of_view"
_RANGE_WORDS: Final = "可视距离 有效距离 监控距离 监控范围 半径 distance range_m"
_HEIGHT_WORDS: Final = "高度 安装高度 架设高度 杆高"
_ID_FALLBACKS = words("code 代码 序号 osm_id objectid fid geoid 设备编码 国标编码 number no")


def _id(*aliases: str, required: bool = True) -> FieldSpec:
    return FieldSpec(
        "id",
        "id",
        required=required,
        aliases=(*words("编号 唯一编号 标识"), *aliases),
        fallbacks=_ID_FALLBACKS,
    )


CAMERA_STATUS: Final = choices(
    on="在线 正常 启用 在用 运行 使用中 active online working in_use 1",
    off="离线 停用 故障 损坏 报废 拆除 inactive offline broken removed 0",
    planned="规划 计划 拟建 在建 新建 待建 proposed under_construction",
)
INCIDENT_SOURCE: Final = choices(
    call="110 报警 群众报警 电话报警 电话 接警 reported phone public resident 911 999",
    officer="巡逻发现 民警发现 现场发现 主动发现 巡逻 patrol patrol-found police on-view",
    sensor="传感器 监控 视频 技防 自动报警 alarm camera automatic",
    unknown="未知 不详 其他 不明 other",
)
PLACE_KINDS: Final = choices(
    hazard="危险源 危化品 危险品 加油站 重点危险源 隐患点 fuel gas_station",
    hotel="旅馆 酒店 宾馆 旅店 民宿 招待所 hostel guest_house motel",
    karaoke="ktv 卡拉ok 歌舞厅 歌厅 歌舞娱乐场所 karaoke_box",
    internet_cafe="网吧 网咖 上网服务 上网服务场所 互联网上网服务营业场所",
    bar="酒吧 夜总会 nightclub pub",
    bath="洗浴 浴室 桑拿 足浴 sauna",
    school="学校 中学 小学 幼儿园 kindergarten college university",
    hospital="医院 诊所 clinic",
    station="车站 火车站 汽车站 客运站 bus_station railway_station",
    market="市场 商场 超市 集贸市场 mall supermarket",
    bank="银行 金融网点 atm",
)
POINT_KINDS: Final = {
    **PLACE_KINDS,
    **choices(
        camera="摄像头 摄像机 监控点 监控 surveillance",
        checkpoint="卡口 检查站 检查点 治安检查站",
        police_room="警务室 派出所 police police_station",
        incident="警情 案件",
        depot="车场 停车场 车库",
    ),
}
ROOM_CLASS: Final = choices(
    **{
        "1": "一级 一类 甲级 一 ⅰ i 1.0 1级 1类",
        "2": "二级 二类 乙级 二 ⅱ ii 2.0 2级 2类",
        "3": "三级 三类 丙级 三 ⅲ iii 3.0 3级 3类",
    }
)
ZONE_KINDS: Final = choices(prohibited="禁止 禁设 禁止区 禁区", private="私密 隐私 私密区 隐私区")

_STATUS = FieldSpec(
    "status", "choice", aliases=words("状态 在线状态 运行状态 使用状态"), choices=CAMERA_STATUS
)
_PLACE_TYPE = FieldSpec("place_type", aliases=words("场所类型 场所 安装场所 location_type"))

_KINDS: Final[dict[str, tuple[FieldSpec, ...]]] = {
    "districts": (
        FieldSpec(
            "id",
            "id",
            required=True,
            aliases=words(
                "adcode code 代码 区划代码 行政区划代码 辖区代码 编号 district_id "
                "district_code area_id "
                "precinct_id"
            ),
            fallbacks=words("precinct district beat number no osm_id fid objectid name 名称"),
        ),
        _SHAPE,
        FieldSpec("name", aliases=words("名称 辖区名称 district_name name_zh")),
        FieldSpec("name_en", aliases=words("english_name 英文名 英文名称 name_pinyin pinyin 拼音")),
    ),
    "tracks": (
        UNIT,
        FieldSpec(
            "time",
            "time",
            required=True,
            aliases=words(
                "timestamp datetime date_time gps_time gpstime fix_time loc_time time_utc 时间 "
                "定位时间 采集时间 上报时间 gps时间 日期时间"
            ),
        ),
        _DATE,
        *_PLACE,
        number("speed", "kmh", 0.0, 500.0, "速度 时速 车速 velocity"),
        number("heading", "degree", 0.0, 360.0, "方向 方向角 航向 航向角 course direction"),
        GROUP,
    ),
    "cameras": (
        _id(
            "camera_id", "cameraid", "摄像机编号", "摄像头编号", "设备编号", "点位编号", "监控编号"
        ),
        *_PLACE,
        _NAME,
        number("bearing", "degree", 0.0, 360.0, _BEARING_WORDS),
        number("view_angle", "degree", 0.001, 360.0, _ANGLE_WORDS),
        number("range", "m", 0.001, 20_000.0, _RANGE_WORDS),
        number("height", "m", 0.0, 500.0, _HEIGHT_WORDS),
        number("focal_mm", "mm", 0.1, 5_000.0, "焦距 镜头焦距 focal focal_length"),
        number("sensor_mm", "mm", 0.1, 100.0, "靶面宽度 传感器宽度 sensor_width"),
        number("pixels", "px", 1.0, 100_000.0, "水平像素 像素宽度 图像宽度 horizontal_pixels"),
        _STATUS,
        *(
            FieldSpec(name, aliases=words(aliases))
            for name, aliases in {
                "pole": "立杆 杆号 立杆编号 安装方式",
                "network": "网络 接入网络 联网方式",
                "hours": "时段 工作时段 启用时段",
            }.items()
        ),
        FieldSpec("integrated", "flag", aliases=words("已联网 是否联网 接入平台 联网")),
        FieldSpec("sign_posted", "flag", aliases=words("提示标识 是否设置标识 标识")),
        *(
            FieldSpec(name, aliases=words(aliases))
            for name, aliases in {
                "filing_no": "备案号 备案编号",
                "legal_basis": "法律依据 依据",
                "review_due": "复核日期 复审日期",
            }.items()
        ),
        number("retention_days", "d", 0.0, 3_660.0, "保存天数 存储天数 留存天数"),
        FieldSpec(
            "purpose",
            "choice",
            aliases=words("用途 功能类型"),
            choices=choices(
                overview="全景 概览 监视", recognise="识别 人脸 recognize", plate="车牌 卡口 抓拍"
            ),
        ),
        _PLACE_TYPE,
    ),
    "checkpoints": (_id("checkpoint_id", "卡口编号", "检查站编号"), *_PLACE, _NAME, _STATUS),
    "rooms": (
        _id("room_id", "警务室编号"),
        *_PLACE,
        FieldSpec(
            "class",
            "choice",
            required=True,
            aliases=words("等级 级别 类级 class_id grade level"),
            fallbacks=words("类别 类型"),
            choices=ROOM_CLASS,
        ),
        _NAME,
    ),
    "places": (
        _id("place_id", "场所编号"),
        FieldSpec(
            "kind",
            "choice",
            required=True,
            aliases=words("category 类别 类型 场所类别 场所类型 行业类别"),
            fallbacks=words("class type amenity fclass"),
            choices=PLACE_KINDS,
            open_choices=True,
        ),
        *_PLACE,
        _NAME,
    ),
    "points": (
        _id("point_id", "点位编号"),
        FieldSpec(
            "kind",
            "choice",
            required=True,
            aliases=words("category 类别 类型 点位类型"),
            choices=POINT_KINDS,
        ),
        *_PLACE,
        _NAME,
        FieldSpec("status", aliases=words("状态")),
        _PLACE_TYPE,
    ),
    "incidents": (
        _id("incident_id", "case_id", "case_no", "案件编号", "警情编号", "接警编号", "案号"),
        FieldSpec(
            "time",
            "time",
            aliases=words(
                "timestamp datetime date_time occurred occurred_at 时间 发生时间 发案时间 "
                "案发时间 报警时间"
            ),
        ),
        _DATE,
        FieldSpec(
            "time_from",
            "time",
            aliases=words("from start begin 开始时间 起始时间 发生时间起 时间起"),
        ),
        FieldSpec("time_to", "time", aliases=words("to end 结束时间 终止时间 发生时间止 时间止")),
        *_PLACE,
        FieldSpec(
            "category",
            required=True,
            aliases=words("类别 类型 案别 案件类别 警情类别 警情类型 案件类型"),
            fallbacks=words("offense offence crime_type type kind"),
        ),
        strictly(number("weight", "1", 0.0, 1e9, "权重 危害权重")),
        FieldSpec(
            "source",
            "choice",
            aliases=words("来源 警情来源 来源方式 报警方式"),
            choices=INCIDENT_SOURCE,
        ),
        FieldSpec("received", "time", aliases=words("接警时间 received_at")),
        FieldSpec("dispatched", "time", aliases=words("派警时间 出警时间 dispatched_at")),
        FieldSpec("arrived", "time", aliases=words("到达时间 到场时间 到达现场时间 arrived_at")),
    ),
    "areas": (_id("area_id", "beat_id", "责任区编号"), _SHAPE, _NAME),
    "zones": (
        _id("zone_id", "区域编号"),
        _SHAPE,
        FieldSpec("kind", "choice", aliases=words("类别 类型"), choices=ZONE_KINDS),
        FieldSpec("reason", aliases=words("原因 理由 说明")),
    ),
    "roads": (
        _id("road_id", "道路编号", required=False),
        _SHAPE,
        FieldSpec(
            "class", aliases=words("highway 等级 道路等级 fclass road_class"), fallbacks=("type",)
        ),
        number("speed_kmh", "kmh", 0.0, 200.0, "maxspeed speed 限速 设计速度 车速"),
        *(
            FieldSpec(name, "flag", aliases=words(aliases))
            for name, aliases in {
                "bridge": "桥 桥梁",
                "tunnel": "隧道",
                "oneway": "单行 单行道",
            }.items()
        ),
    ),
    "buildings": (
        _id("building_id", "建筑编号", required=False),
        _SHAPE,
        number("height", "m", 0.0, 1_000.0, "高度 建筑高度 楼高"),
    ),
    "depots": (
        _id("depot_id", "车场编号"),
        *_PLACE,
        number("radius_m", "m", 0.001, 5_000.0, "radius 半径"),
        _NAME,
    ),
    "population": (
        _id("cell_id", required=False),
        *_PLACE,
        number("persons", "1", 0.0, 1e8, "population pop 人口 人口数 常住人口 人数", required=True),
    ),
    "demand": (
        _id("demand_id", "需求编号", "需求点编号"),
        *_PLACE,
        strictly(number("weight", "1", 0.0, 1e9, "权重 需求 需求量 需求权重")),
        _NAME,
    ),
    "candidates": (
        _id("candidate_id", "site_id", "候选点编号", "备选点编号"),
        *_PLACE,
        number("cost", "1", 1.0, 1e9, "费用 造价 成本 预算 price"),
        number("bearing", "degree", 0.0, 360.0, _BEARING_WORDS),
        number("view_angle", "degree", 0.001, 360.0, _ANGLE_WORDS),
        number("range", "m", 0.001, 20_000.0, _RANGE_WORDS),
        number("height", "m", 0.0, 500.0, _HEIGHT_WORDS),
        FieldSpec("group", aliases=words("pole 分组 组 立杆 杆号 立杆编号")),
        _NAME,
    ),
}

# Columns in which a file may say that it is synthetic; looked at, never stored.
_NOTE: Final = FieldSpec(
    "source_note", "note", aliases=words("数据来源 data_source 来源说明"), fallbacks=("source",)
)
KINDS: Final[Mapping[str, tuple[FieldSpec, ...]]] = {
    kind: (*fields, _NOTE) for kind, fields in {**_KINDS, **PLAIN_KINDS}.items()
}

_POINT: Final = frozenset({"Point"})
_AREA: Final = frozenset({"Polygon", "MultiPolygon"})
SHAPES: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(KINDS, _POINT),
    **dict.fromkeys(("places", "depots", "population"), _POINT | _AREA),
    **dict.fromkeys(("districts", "areas", "zones", "buildings"), _AREA),
    "roads": frozenset({"LineString", "MultiLineString"}),
    **dict.fromkeys(PLAIN_KINDS, frozenset()),
}

# Decree 799 of the State Council (2024), article 8: no image devices in such places.
PRIVATE_PLACES: Final = words(
    "客房 包间 包房 宿舍 公共浴室 浴室 澡堂 更衣室 试衣间 化妆间 卫生间 厕所 母婴室 哺乳室 "
    "guest_room dormitory bathroom toilet changing_room fitting_room nursing_room"
)
