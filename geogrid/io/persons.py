"""Columns about persons: places are stored here, never people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from geogrid.errors import PersonDataError
from geogrid.io.columnnames import parse_header
from geogrid.io.fields import words

_PERSON_WORDS: Final = frozenset(
    words(
        "姓名 人员姓名 警员姓名 民警姓名 民警 警员 驾驶员 司机 驾驶人 报警人 报案人 嫌疑人 受害人 "
        "被害人 当事人 联系人 联系人姓名 负责人 责任人 身份证 身份证号 身份证号码 "
        "证件号 证件号码 警号 "
        "警员编号 手机 手机号 手机号码 电话 电话号码 联系电话 联系方式 出生日期 生日 民族 人脸 "
        "officer officername officerid driver drivername driverid person personname personid "
        "fullname firstname lastname surname givenname victim suspect offender caller complainant "
        "badge badgeno badgenumber idcard idcardno idnumber nationalid passport passportno ssn "
        "phone phoneno phonenumber mobile mobileno cellphone telephone dob birthdate dateofbirth "
        "birthday ethnicity faceid"
    )
)
_PLATE_WORDS: Final = frozenset(
    words(
        "车牌号 车牌 车牌号码 号牌 号牌号码 车辆号牌 plate plateno platenumber licenseplate "
        "licenceplate numberplate registrationplate"
    )
)


def check_persons(headers: Sequence[str]) -> None:
    """Refuse a file with a column about persons.

    Parameters
    ----------
    headers
        Names of the columns.

    Raises
    ------
    PersonDataError
        Naming the column.
    """
    for text in headers:
        if {reading.core for reading in parse_header(text)} & _PERSON_WORDS:
            raise _about_persons(text)


def check_plates(headers: Sequence[str], unit: int | None) -> None:
    """Refuse plates anywhere but as the name of a patrol unit.

    Parameters
    ----------
    headers
        Names of the columns.
    unit
        Position of the column with the unit of tracks or units; ``None`` for other kinds.

    Raises
    ------
    PersonDataError
        Naming the column.
    """
    for position, text in enumerate(headers):
        cores = {reading.core for reading in parse_header(text)}
        if position != unit and cores & _PLATE_WORDS:
            raise _about_persons(text)


def _about_persons(column: str) -> PersonDataError:
    return PersonDataError(
        "column {column!r} is about persons, and places are stored here, never people; "
        "remove the column from the file and import it again",
        column=column,
    )
