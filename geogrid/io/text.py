"""Bytes to text, strictly: a file is decoded whole or refused, and nothing is replaced."""

from __future__ import annotations

import codecs
import re
from typing import Final, NamedTuple

from geogrid.errors import FileFormatError

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as UTF-16's mark does
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHUNK: Final = 1 << 22
_SAMPLE: Final = 1 << 16
# A Chinese character alone between small Latin letters: how "ção" in Latin-1 reads as GB18030.
_LATIN_IN_DISGUISE: Final = re.compile(r"[a-z][^\x00-\x7f][a-z]")
_NON_ASCII_RUN: Final = re.compile(r"[^\x00-\x7f]+")
_NON_ASCII: Final = re.compile(r"[^\x00-\x7f]")
# What GB18030 leaves to its users. Chinese text has at most a rare one; Big5 that is read as
# GB18030 has some in every line.
_PRIVATE: Final = re.compile("[\ue000-\uf8ff]")
_PRIVATE_SHARE: Final = 0.02


class _Trouble(NamedTuple):
    """Where bytes stop being text, from the file's start, and why."""

    start: int
    reason: str


def find_encoding(data: bytes, name: str, *, whole: bool = True) -> tuple[str, int]:
    """Return the one encoding in which all bytes are text, and the length of its mark.

    UTF-8, UTF-16 and UTF-32 (with a mark, or by the NUL bytes of its ASCII part) are tried
    first, then GB18030, which takes GBK and GB2312 in.

    Parameters
    ----------
    data
        The content.
    name
        The file, for messages.
    whole
        Check GB18030 to the end; a caller that decodes everything next need not.

    Returns
    -------
    encoding : str
        Name of the codec.
    skip : int
        Bytes of the byte order mark.

    Raises
    ------
    FileFormatError
        The bytes are text in none of them; the message names the place.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            _check(data, codec, len(mark), name)
            return codec, len(mark)
    even, odd = data[0:_SAMPLE:2], data[1:_SAMPLE:2]
    for zeros, other, codec in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros.count(0) > 0.3 * len(zeros) and not other.count(0):
            _check(data, codec, 0, name)
            return codec, 0
    trouble = _trouble(data, "utf-8", 0)
    if trouble is None:
        return "utf-8", 0
    is_utf8_so_far = trouble.start > 0 and any(byte >= 0x80 for byte in data[: trouble.start])
    if trouble.reason == "unexpected end of data" and is_utf8_so_far:
        raise FileFormatError(
            "{file}: the file is truncated inside a character (encoding UTF-8) at byte {place}; "
            "export it again",
            file=name,
            place=trouble.start,
        )
    if not (whole and _trouble(data, "gb18030", 0)) and not _looks_foreign(data):
        return "gb18030", 0
    raise _unknown(data, name, trouble.start)


def _unknown(data: bytes, name: str, place: int) -> FileFormatError:
    return FileFormatError(
        "{file}: the encoding is neither UTF-8, UTF-16 nor GB18030 (GBK); the first byte that is "
        "not UTF-8 is number {place}, line {line}; save the file as UTF-8",
        file=name,
        place=place,
        line=data.count(b"\n", 0, place) + 1,
    )


def _check(data: bytes, codec: str, skip: int, name: str) -> None:
    trouble = _trouble(data, codec, skip)
    if trouble is not None:
        raise FileFormatError(
            "{file}: the encoding seems to be {codec}, but the bytes from {place} on are not; the "
            "file is truncated or damaged",
            file=name,
            codec=codec,
            place=trouble.start,
        )


def _trouble(data: bytes, codec: str, skip: int) -> _Trouble | None:
    """Return what keeps the bytes from being text; its start counts from the file's start."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    place = skip
    view = memoryview(data)
    try:
        while place < len(data):
            decoder.decode(view[place : place + _CHUNK])
            place += _CHUNK
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        # An incremental decoder counts from the bytes that it held back.
        held = len(error.object) - len(view[place : place + _CHUNK])
        start = min(place, len(data)) - max(held, 0) + error.start
        return _Trouble(start, error.reason)
    return None


def _looks_foreign(data: bytes) -> bool:
    """Tell whether text that can be read as GB18030 is more likely Latin or Big5."""
    text = data[:_SAMPLE].decode("gb18030", "ignore")
    runs = len(_NON_ASCII_RUN.findall(text))
    private = len(_PRIVATE.findall(text))
    is_latin = runs > 0 and len(_LATIN_IN_DISGUISE.findall(text)) > 0.5 * runs
    return is_latin or private > max(1.0, _PRIVATE_SHARE * len(_NON_ASCII.findall(text)))


def to_utf8(data: bytes, name: str) -> bytes:
    """Return the same text as UTF-8 bytes without a mark.

    Parameters
    ----------
    data
        The content in any of the encodings of `find_encoding`.
    name
        The file, for messages.

    Returns
    -------
    bytes
        UTF-8.

    Raises
    ------
    FileFormatError
        The encoding is not known.
    """
    codec, skip = find_encoding(data, name, whole=False)
    if codec == "utf-8":
        return data[skip:] if skip else data
    decoder = codecs.getincrementaldecoder(codec)("strict")
    view = memoryview(data)
    out = bytearray()
    try:
        for place in range(skip, len(data), _CHUNK):
            out += decoder.decode(view[place : place + _CHUNK]).encode()
        out += decoder.decode(b"", final=True).encode()
    except UnicodeDecodeError as error:
        first = _trouble(data, "utf-8", 0)
        raise _unknown(data, name, first.start if first else skip) from error
    return bytes(out)


def to_text(data: bytes, name: str) -> str:
    """Return bytes as text.

    Parameters
    ----------
    data
        The content in any of the encodings of `find_encoding`.
    name
        The file, for messages.

    Returns
    -------
    str
        Without a mark.

    Raises
    ------
    FileFormatError
        The encoding is not known.
    """
    codec, skip = find_encoding(data, name)
    return data[skip:].decode(codec)
