"""XML without DTDs, entities or depth: what GPX and KML are read through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from geogrid.errors import FileFormatError
from geogrid.io.detect import SourceFile

MAX_DEPTH: Final = 64
_DECLARED: Final = re.compile(
    rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["'][^>]*\?>"""
)
_CHINESE: Final = {"gbk", "gb2312", "gb18030", "cp936", "x-gbk"}


def local_name(tag: object) -> str:
    """Return an element's name without its namespace.

    Parameters
    ----------
    tag
        As ElementTree has it; comments have none.

    Returns
    -------
    str
        Maybe empty.
    """
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child_text(element: Element, name: str) -> str | None:
    """Return the text of the first child of a name, without outer spaces.

    Parameters
    ----------
    element
        The parent.
    name
        The child's name without namespace.

    Returns
    -------
    str or None
        ``None`` where there is no such child.
    """
    found = next((child for child in element if local_name(child.tag) == name), None)
    return None if found is None else (found.text or "").strip()


def walk_xml(source: SourceFile, root: str) -> Iterator[tuple[str, Element]]:
    """Yield ``start`` and ``end`` events of a document, refusing what is dangerous.

    Parameters
    ----------
    source
        A file of type ``XML``.
    root
        Name that the outermost element must have.

    Yields
    ------
    tuple of str and Element
        Event and element.

    Raises
    ------
    FileFormatError
        The XML is not well-formed, has a DTD, nests too deeply, or is another document.
    """
    depth = 0
    try:
        for event, element in iterparse(
            BytesIO(_as_utf8(source)), events=("start", "end"), forbid_dtd=True
        ):
            depth += 1 if event == "start" else -1
            if depth > MAX_DEPTH:
                raise FileFormatError(
                    "{file}: the XML is nested deeper than the limit of {limit}",
                    file=source.name,
                    limit=MAX_DEPTH,
                )
            if depth == 1 and event == "start" and local_name(element.tag).lower() != root:
                raise FileFormatError(
                    "{file}: the format is not {root}: the root element is {found!r}",
                    file=source.name,
                    root=root.upper(),
                    found=local_name(element.tag),
                )
            yield event, element
    except DefusedXmlException as error:
        raise FileFormatError(
            "{file}: the XML has a DTD (DOCTYPE) or entities, which are never followed; "
            "remove them",
            file=source.name,
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        if isinstance(error, FileFormatError):
            raise
        raise FileFormatError(
            "{file}: the XML cannot be read: {reason}", file=source.name, reason=str(error)
        ) from error


def _as_utf8(source: SourceFile) -> bytes:
    """Return the document in an encoding the parser knows; Chinese ones are decoded here."""
    declared = _DECLARED.match(source.data)
    if declared is None or declared[1].decode().lower() not in _CHINESE:
        return source.data
    try:
        text = source.data[declared.end() :].decode("gb18030")
    except UnicodeDecodeError as error:
        raise FileFormatError(
            "{file}: the XML declares the encoding {codec}, but byte {place} is not in it",
            file=source.name,
            codec=declared[1].decode(),
            place=declared.end() + error.start,
        ) from error
    return text.encode()
