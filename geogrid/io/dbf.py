"""The attributes of a Shapefile (dBASE), in the encoding that they are truly in."""

from __future__ import annotations

import codecs
import struct
from collections.abc import Mapping
from typing import Final

from geogrid.errors import FileFormatError
from geogrid.io.report import Message

MAX_RECORDS: Final = 10_000_000
# Language drivers of dBASE that occur, from the dBASE header's byte 29.
_LANGUAGES: Final = {0x4D: "gb18030", 0x7A: "gb18030", 0x03: "cp1252", 0x57: "cp1252"}
_DELETED: Final = b"*"  # a record's first byte
_CODES: Final = {"936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "65001": "utf-8"}


def read_dbf(
    data: bytes, cpg: bytes | None, name: str
) -> tuple[list[Mapping[str, str] | None], list[Message]]:
    """Return the records of a dBASE table as text.

    Parameters
    ----------
    data
        The ``.dbf``.
    cpg
        The ``.cpg``, which names the encoding, or ``None``.
    name
        The file, for messages.

    Returns
    -------
    records : list of Mapping or None
        From field to value without outer spaces; ``None`` for a record that is marked as
        deleted, so that numbers agree with the geometry.
    warnings : list of Message
        Where the declared encoding is not the true one, or records are deleted.

    Raises
    ------
    FileFormatError
        The table is damaged, or is text in no known encoding.
    """
    fields, start, size, count = _layout(data, name)
    body = data[start : start + size * count]
    text = b"".join(body[place + 1 : place + size] for place in range(0, len(body), size))
    heads = b"".join(title for title, _, _ in fields)
    codec, warnings = _encoding(heads + text, _declared(cpg, data[29]), name)
    titles = [title.decode(codec) for title, _, _ in fields]
    rows: list[Mapping[str, str] | None] = []
    for number in range(count):
        at = start + number * size
        rows.append(
            None
            if data[at : at + 1] == _DELETED
            else {
                title: _decoded(data[at + offset : at + offset + length], codec)
                for title, (_, offset, length) in zip(titles, fields, strict=True)
            }
        )
    gone = rows.count(None)
    if gone:
        text_of = "{count} records are marked as deleted in the .dbf, and are left out"
        warnings.append(Message(text_of, {"count": gone}))
    return rows, warnings


def _decoded(raw: bytes, codec: str) -> str:
    """Return a value; a field's width may cut its last character, which is left out."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    return decoder.decode(raw.rstrip(b"\x00")).strip(" \x00")


def _layout(data: bytes, name: str) -> tuple[list[tuple[bytes, int, int]], int, int, int]:
    """Return (title, offset, length) of each field, where records start, their size and count."""
    trouble = FileFormatError("{file}: the .dbf is damaged or cut off", file=name)
    if len(data) < 33:
        raise trouble
    count, start, size = struct.unpack_from("<IHH", data, 4)
    fields: list[tuple[bytes, int, int]] = []
    offset, place = 1, 32
    while place + 32 <= min(start, len(data)) and data[place] != 0x0D:
        title = data[place : place + 11].split(b"\x00")[0]
        fields.append((title, offset, data[place + 16]))
        offset += data[place + 16]
        place += 32
    if not fields or size != offset or count > MAX_RECORDS or start + size * count > len(data):
        raise trouble
    return fields, start, size, count


def _declared(cpg: bytes | None, language: int) -> str | None:
    if cpg is None:
        return _LANGUAGES.get(language)
    word = cpg.decode("ascii", "ignore").strip().lower()
    word = word.removeprefix("cp").removeprefix("windows-").removeprefix("ansi").strip()
    try:
        return codecs.lookup(_CODES.get(word, word)).name
    except LookupError:
        return None


def _encoding(text: bytes, declared: str | None, name: str) -> tuple[str, list[Message]]:
    first = "utf-8" if _is_chinese_utf8(text) else declared
    tried = list(dict.fromkeys(filter(None, (first, declared, "utf-8", "gb18030"))))
    for codec in tried:
        if not _fits(text, codec):
            continue
        wrong = declared is not None and codec != declared
        note = Message(
            "the encoding of the .dbf is {true}, and not {said} as its .cpg or header says",
            {"true": codec.upper(), "said": (declared or "").upper()},
        )
        return codec, [note] if wrong else []
    raise FileFormatError(
        "{file}: the encoding of the .dbf is none of {tried}; add a .cpg that names it",
        file=name,
        tried=", ".join(tried).upper(),
    )


def _is_chinese_utf8(text: bytes) -> bool:
    """Tell whether bytes are Chinese in UTF-8, as GBK never looks beyond a few characters."""
    if not _fits(text, "utf-8"):
        return False
    foreign = [letter for letter in text.decode() if letter > "\x7f"]
    return len(foreign) > 1 and all("\u3000" <= letter <= "\uffef" for letter in foreign)


def _fits(text: bytes, codec: str) -> bool:
    try:
        text.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
