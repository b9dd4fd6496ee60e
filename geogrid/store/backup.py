"""A workspace as one file and back, each byte held to its hash."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any, Final

from geogrid.errors import InputError, StoreError
from geogrid.store import config
from geogrid.store.config import WorkspaceConfig
from geogrid.store.lock import exclusive
from geogrid.store.soundness import inspect_folder, is_stored, stored_files
from geogrid.store.transaction import recover

_MANIFEST: Final = "backup.json"
_FORMAT: Final = 1
_CHUNK: Final = 1 << 20
_LARGEST_MANIFEST: Final = 64 << 20
_PACKED: Final = (".parquet",)  # deflating these again wins little and takes long
_FIXED_TIME: Final = (1980, 1, 1, 0, 0, 0)  # the same workspace, the same bytes


def write_backup(root: Path, path: Path) -> dict[str, Any]:
    """Write a workspace into one zip file; what can be worked out again is left out.

    Parameters
    ----------
    root
        The workspace's folder; nothing is written to it meanwhile.
    path
        The new file. It must not exist.

    Returns
    -------
    dict
        ``file``, ``files`` and ``bytes``.

    Raises
    ------
    InputError
        The file exists, or the folder is no workspace.
    StoreError
        The workspace is not sound: a backup of it would be worth nothing.
    """
    if path.exists():
        raise InputError("{file} exists; choose another name for the backup", file=path)
    recover(root)
    seen = inspect_folder(root)
    if not seen.sound:
        raise StoreError(
            "{workspace} is not sound, so that a backup of it would be worth nothing; see: "
            "geogrid doctor {workspace}",
            workspace=root,
        )
    aside = path.with_name(f".{path.name}.part")
    try:
        with exclusive(root):
            hashes = _pack(root, aside)
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return {"file": str(path), "files": len(hashes), "bytes": path.stat().st_size}


def _pack(root: Path, path: Path) -> dict[str, str]:
    """Write the files of a workspace and their hashes; return the hashes."""
    hashes: dict[str, str] = {}
    with zipfile.ZipFile(path, "w") as archive:
        for place in stored_files(root):
            info = zipfile.ZipInfo(place, _FIXED_TIME)
            is_packed = place.endswith(_PACKED)
            info.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            with (root / place).open("rb") as source, archive.open(info, "w") as target:
                hashes[place] = _copy(source, target)
        manifest = {"format": _FORMAT, "sha256": hashes}
        archive.writestr(zipfile.ZipInfo(_MANIFEST, _FIXED_TIME), json.dumps(manifest, indent=1))
    return hashes


def _copy(source: IO[bytes], target: IO[bytes], limit: int | None = None) -> str:
    """Copy bytes and return their hash."""
    digest, left = hashlib.sha256(), limit
    while part := source.read(_CHUNK):
        if left is not None:
            left -= len(part)
            if left < 0:
                raise zipfile.BadZipFile("a member is longer than it says")
        digest.update(part)
        target.write(part)
    return digest.hexdigest()


def restore_backup(path: Path, root: Path) -> dict[str, Any]:
    """Make a workspace in a new folder of a backup; all of it, or nothing.

    Parameters
    ----------
    path
        From `write_backup`.
    root
        The new folder.

    Returns
    -------
    dict
        ``workspace``, ``files`` and the counts of an inspection.

    Raises
    ------
    InputError
        The folder is there and not empty, or the file is no backup.
    StoreError
        The backup is damaged.
    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise InputError(
            "{folder} is not empty; choose a new folder, or remove it first", folder=root
        )
    aside = root.with_name(f".{root.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        hashes = _unpack(path, aside)
        WorkspaceConfig.load(aside, config.OLDEST_VERSION)
        seen = inspect_folder(aside)
        if not seen.sound:
            raise _damaged(path, seen.findings[0].as_json()["problem"])
        if root.exists():
            root.rmdir()
        aside.replace(root)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return {"workspace": str(root), "files": len(hashes), "counts": seen.counts}


def _unpack(path: Path, folder: Path) -> dict[str, str]:
    """Write the members of a backup, each only if its path and hash are right."""
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            hashes = _read_manifest(archive, path)
            for place, expected in hashes.items():
                info = archive.getinfo(place)
                target = folder / place
                target.parent.mkdir(parents=True, exist_ok=True)
                if _written(archive, info, target) != expected:
                    raise _damaged(path, place)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError) as error:
        raise _damaged(path, error) from error
    return hashes


def _written(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> str:
    with archive.open(info) as source, target.open("wb") as sink:
        digest = _copy(source, sink, info.file_size)
        sink.flush()
        os.fsync(sink.fileno())
    return digest


def _read_manifest(archive: zipfile.ZipFile, path: Path) -> dict[str, str]:
    names = archive.namelist()
    if _MANIFEST not in names or config.FILE_NAME not in names:
        raise InputError(
            "{file} is no backup of a workspace; make one with: geogrid backup WS FILE", file=path
        )
    if archive.getinfo(_MANIFEST).file_size > _LARGEST_MANIFEST:
        raise _damaged(path, _MANIFEST)
    try:
        manifest = json.loads(archive.read(_MANIFEST))
        hashes = {str(place): str(digest) for place, digest in manifest["sha256"].items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise _damaged(path, error) from error
    if manifest.get("format") != _FORMAT:
        raise InputError(
            "{file} was written by another version of the program, which restores it", file=path
        )
    if set(names) != {_MANIFEST, *hashes} or not all(map(is_stored, hashes)):
        raise _damaged(path, _MANIFEST)
    return hashes


def _damaged(path: Path, reason: object) -> StoreError:
    return StoreError(
        "{file}: the backup is damaged ({reason}); nothing was restored, use another one",
        file=path,
        reason=reason,
    )
