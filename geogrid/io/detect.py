"""What a file is, from its size and first bytes; its name must not contradict them."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from dataclasses import dataclass, replace
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Final

from geogrid.errors import FileFormatError, InputError

MAX_FILE_BYTES: Final = 2 << 30
MAX_UNPACKED_BYTES: Final = 512 << 20
MAX_RATIO: Final = 100  # zlib's own limit is 1,032; text packs about 10 times
RATIO_FROM_BYTES: Final = 16 << 20  # below this a high ratio is harmless
MAX_MEMBERS: Final = 200
SHAPEFILE_PARTS: Final = (".shp", ".dbf", ".prj", ".cpg")
_CHUNK: Final = 1 << 20
# What zipfile raises for damaged archives, as mutated ones show.
_ZIP_FAULTS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    EOFError,
    OSError,
)


class FileType(StrEnum):
    """What a file's bytes are."""

    TEXT = "text"
    JSON = "JSON"
    XML = "XML"
    XLSX = "XLSX"
    XLS = "XLS"
    ZIP = "zip"
    PARQUET = "Parquet"
    GPKG = "GeoPackage"
    FLATGEOBUF = "FlatGeobuf"
    SHAPEFILE = "Shapefile"
    NMEA = "NMEA"
    TOML = "TOML"


# What a name's ending promises; other endings promise nothing.
_PROMISES: Final = {
    ".csv": {FileType.TEXT},
    ".tsv": {FileType.TEXT},
    ".txt": {FileType.TEXT, FileType.NMEA},
    ".nmea": {FileType.NMEA},
    ".json": {FileType.JSON},
    ".geojson": {FileType.JSON},
    ".topojson": {FileType.JSON},
    ".gpx": {FileType.XML},
    ".kml": {FileType.XML},
    ".kmz": {FileType.ZIP},
    ".zip": {FileType.ZIP},
    ".xlsx": {FileType.XLSX},
    ".xlsm": {FileType.XLSX},
    ".xls": {FileType.XLS},
    ".parquet": {FileType.PARQUET},
    ".geoparquet": {FileType.PARQUET},
    ".gpkg": {FileType.GPKG},
    ".fgb": {FileType.FLATGEOBUF},
    ".shp": {FileType.SHAPEFILE},
    ".toml": {FileType.TOML},
}
# TOML looks like any text, and like JSON where it begins with a bracket: its name decides.
_MAY_BE_TOML: Final = frozenset({FileType.TEXT, FileType.JSON, FileType.NMEA})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was read whole and identified.

    Parameters
    ----------
    path
        Where it is.
    name
        Its name without the folder.
    data
        Its bytes, unpacked when it was gzip.
    sha256
        Hash of the bytes on disk.
    type
        What the bytes are.
    """

    path: Path
    name: str
    data: bytes
    sha256: str
    type: FileType

    def without_data(self) -> SourceFile:
        """Return the same file without its bytes, so that they can be let go."""
        return replace(self, data=b"")


def open_source(path: str | Path) -> SourceFile:
    """Return a file's bytes and what they are.

    Parameters
    ----------
    path
        A file, or a folder that holds one Shapefile.

    Returns
    -------
    SourceFile
        Unpacked when it was gzip.

    Raises
    ------
    FileFormatError
        The bytes are of no known format, or the name's ending says otherwise.
    InputError
        The file is missing, empty, or larger than the limit.
    """
    place = Path(path)
    if place.is_dir():
        place = _only_shapefile(place)
    if not place.is_file():
        raise InputError("there is no file {path!r}", path=str(path))
    size = place.stat().st_size
    if size == 0:
        raise InputError("{file}: the file is empty", file=place.name)
    if size > MAX_FILE_BYTES:
        raise InputError(
            "{file}: the size is {size:,} bytes, more than the limit of {limit:,}; split the file",
            file=place.name,
            size=size,
            limit=MAX_FILE_BYTES,
        )
    data = place.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    ending = place.suffix.lower()
    if data[:2] == b"\x1f\x8b":
        data = _gunzip(data, place.name)
        ending = Path(place.stem).suffix.lower() if ending == ".gz" else ending
    found = identify(data, place.name)
    if ending == ".toml" and found in _MAY_BE_TOML:
        found = FileType.TOML
    promised = _PROMISES.get(ending)
    if promised is not None and found not in promised:
        raise FileFormatError(
            "{file}: the name says {promised}, but the format of its content is {found}; save it "
            "again as {promised}, or give it its right name",
            file=place.name,
            promised=f"{' or '.join(sorted(promised))} ({ending})",
            found=found,
        )
    if found is FileType.SHAPEFILE:
        sha256 = _hash_of_parts(place)
    return SourceFile(place, place.name, data, sha256, found)


def _hash_of_parts(shp: Path) -> str:
    """Return the hash of a Shapefile's parts one after the other, by ending."""
    digest = hashlib.sha256()
    for part in sorted(shp.parent.iterdir(), key=lambda place: place.suffix.lower()):
        if part.stem == shp.stem and part.suffix.lower() in SHAPEFILE_PARTS and part.is_file():
            digest.update(part.read_bytes())
    return digest.hexdigest()


def _only_shapefile(folder: Path) -> Path:
    found = sorted(p for p in folder.iterdir() if p.suffix.lower() == ".shp")
    if len(found) != 1:
        raise InputError(
            "{folder}: the folder holds {count} Shapefiles (.shp); name one of them",
            folder=folder.name,
            count=len(found),
        )
    return found[0]


def _gunzip(data: bytes, name: str) -> bytes:
    """Return the unpacked bytes, counted while unpacking."""
    stream = zlib.decompressobj(wbits=31)
    parts: list[bytes] = []
    total, rest = 0, data
    try:
        while rest:
            part = stream.decompress(rest, _CHUNK)
            rest = stream.unconsumed_tail
            total += len(part)
            parts.append(part)
            check_unpacked(name, packed=len(data), unpacked=total)
            if stream.eof and (rest := stream.unused_data.lstrip(b"\x00")):
                stream = zlib.decompressobj(wbits=31)  # one more part of one file (RFC 1952)
    except zlib.error as error:
        raise FileFormatError("{file}: the gzip format is damaged", file=name) from error
    if not stream.eof:
        raise FileFormatError("{file}: the gzip format is cut off before its end", file=name)
    return b"".join(parts)


def check_unpacked(name: str, *, packed: int, unpacked: int) -> None:
    """Refuse a container that unpacks to too much.

    Parameters
    ----------
    name
        The file, for the message.
    packed, unpacked
        Bytes in the container and out of it so far.

    Raises
    ------
    InputError
        Over the limit of size or ratio.
    """
    too_dense = unpacked > RATIO_FROM_BYTES and unpacked > MAX_RATIO * max(packed, 1)
    if unpacked > MAX_UNPACKED_BYTES or too_dense:
        raise InputError(
            "{file}: unpacks to more than the size limit ({limit_mb} MB, or {ratio} times its own "
            "size); unpack it yourself and import the files inside",
            file=name,
            limit_mb=MAX_UNPACKED_BYTES >> 20,
            ratio=MAX_RATIO,
        )


def identify(data: bytes, name: str) -> FileType:
    """Return what bytes are, from their first ones.

    Parameters
    ----------
    data
        The content.
    name
        The file, for messages.

    Returns
    -------
    FileType
        ``TEXT`` for anything that may be a table as text.

    Raises
    ------
    FileFormatError
        The bytes are of no known format.
    """
    head = data[:256]
    magic = {
        b"PK\x03\x04": FileType.ZIP,
        b"PAR1": FileType.PARQUET,
        b"fgb\x03fgb": FileType.FLATGEOBUF,
        b"\x00\x00\x27\x0a": FileType.SHAPEFILE,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": FileType.XLS,
    }
    found = next((kind for start, kind in magic.items() if head.startswith(start)), None)
    if found is FileType.ZIP:
        return FileType.XLSX if _is_workbook(data, name) else FileType.ZIP
    if found is not None:
        return found
    if head.startswith(b"SQLite format 3\x00"):
        if head[68:72] in {b"GPKG", b"GP10", b"GP11"}:
            return FileType.GPKG
        raise FileFormatError("{file}: the format is SQLite, and no GeoPackage (gpkg)", file=name)
    text = _first_text(head)
    if text is None:
        raise FileFormatError(
            "{file}: the format is not known; expected a table (CSV, XLSX, Parquet), GeoJSON, GPX, "
            "a Shapefile in a zip, a GeoPackage (gpkg) or FlatGeobuf",
            file=name,
        )
    first = text.lstrip()[:1]
    if first in {"{", "["}:
        return FileType.JSON
    if first == "<":
        return FileType.XML
    return FileType.NMEA if first in {"$", "!"} and b"," in head else FileType.TEXT


def _first_text(head: bytes) -> str | None:
    """Return the first characters, or ``None`` for bytes that no text has."""
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return head[2:].decode(codec, "ignore")
    if head.startswith(b"\xef\xbb\xbf"):
        head = head[3:]
    half = head[: len(head) // 2 * 2]
    if half[1::2].count(0) > len(half) // 3 or half[0::2].count(0) > len(half) // 3:
        return half.replace(b"\x00", b"").decode("ascii", "ignore")
    controls = sum(byte < 9 or 13 < byte < 27 or 28 <= byte < 32 for byte in head)
    return None if controls > 2 else head.decode("latin-1")


def _is_workbook(data: bytes, name: str) -> bool:
    return any(info.filename == "xl/workbook.xml" for info in open_zip(data, name).infolist())


def open_zip(data: bytes, name: str) -> zipfile.ZipFile:
    """Return an opened zip whose directory keeps the limits.

    Parameters
    ----------
    data
        The content.
    name
        The file, for messages.

    Returns
    -------
    zipfile.ZipFile
        Members must still be counted while they are read.

    Raises
    ------
    FileFormatError
        It is no zip, is damaged, or is encrypted.
    InputError
        It has too many members, or says that it unpacks to too much.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except _ZIP_FAULTS as error:
        raise FileFormatError("{file}: the zip format is damaged", file=name) from error
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise InputError(
            "{file}: the zip has {count} members, more than the limit of {limit}",
            file=name,
            count=len(members),
            limit=MAX_MEMBERS,
        )
    if any(info.flag_bits & 1 for info in members):
        raise FileFormatError(
            "{file}: the zip is encrypted with a password; unpack it and import the files inside",
            file=name,
        )
    if not any(info.filename == "xl/workbook.xml" for info in members):
        _check_paths(members, name)
    check_unpacked(name, packed=len(data), unpacked=sum(info.file_size for info in members))
    return archive


def _check_paths(members: list[zipfile.ZipInfo], name: str) -> None:
    """Refuse members that would land outside; none is ever unpacked by its name."""
    for info in members:
        path = info.filename.replace("\\", "/")
        if path.startswith("/") or ".." in path.split("/") or ":" in path:
            raise FileFormatError(
                "{file}: the zip member {member!r} has a path that leaves the zip; make the zip "
                "again",
                file=name,
                member=info.filename,
            )


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    """Return one member's bytes, counted while reading.

    Parameters
    ----------
    archive
        From `open_zip`.
    info
        The member.
    name
        The file, for messages.

    Returns
    -------
    bytes
        Unpacked.

    Raises
    ------
    FileFormatError
        The member is damaged.
    InputError
        It unpacks to more than its directory entry or the limit says.
    """
    parts: list[bytes] = []
    total = 0
    try:
        with archive.open(info) as stream:
            while part := stream.read(_CHUNK):
                total += len(part)
                parts.append(part)
                check_unpacked(name, packed=max(info.compress_size, 1), unpacked=total)
    except InputError:
        raise
    except _ZIP_FAULTS as error:
        raise FileFormatError(
            "{file}: the zip member {member!r} is damaged", file=name, member=info.filename
        ) from error
    return b"".join(parts)
