"""``workspace.toml``: what a workspace is, chosen once."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pyproj import CRS

from geogrid.crs import make_crs
from geogrid.errors import InputError, StoreError
from geogrid.store.transaction import write_synced

SCHEMA_VERSION: Final = 2  # 1: units had empty points; no day was kept as sums only
OLDEST_VERSION: Final = 1  # that `geogrid migrate` brings up to date
FILE_NAME: Final = "workspace.toml"


@dataclass(frozen=True, slots=True)
class WorkspaceConfig:
    """The choices a workspace keeps for life.

    Parameters
    ----------
    name
        Shown on the map.
    crs
        The working CRS, in full.
    cell_size_m
        Whole metres.
    origin
        The anchor of the lattice, whole metres in ``crs``.
    time_zone
        IANA name of the local time.
    retain_days
        After how many days fixes are to be kept as hourly sums only; ``None`` for never.

    Raises
    ------
    InputError
        The time zone is not known, or the number of days is below 1.
    """

    name: str
    crs: CRS
    cell_size_m: float
    origin: tuple[float, float]
    time_zone: str
    retain_days: int | None = None

    def __post_init__(self) -> None:
        if self.retain_days is not None and self.retain_days < 1:
            raise InputError(
                "fixes are kept for at least 1 day, got {days} days", days=self.retain_days
            )
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise InputError(
                "unknown time zone {zone!r}; give an IANA name such as Asia/Shanghai",
                zone=self.time_zone,
            ) from error

    def save(self, root: Path) -> None:
        """Write the file into a workspace's folder.

        Parameters
        ----------
        root
            The folder.
        """
        write_synced(root / FILE_NAME, self.text())

    def text(self) -> str:
        """Return the content of the file, of the newest schema version."""
        texts = {
            "name": self.name,
            "time_zone": self.time_zone,
            "crs": self.crs.to_wkt("WKT2_2019"),
        }
        quoted = {name: json.dumps(value, ensure_ascii=False) for name, value in texts.items()}
        kept = [] if self.retain_days is None else [f"retain_days = {self.retain_days}"]
        lines = [
            "# A workspace of geogrid. CRS, cells and anchor never change: codes depend on them.",
            f"schema_version = {SCHEMA_VERSION}",
            f"name = {quoted['name']}",
            f"time_zone = {quoted['time_zone']}",
            f"cell_size_m = {self.cell_size_m:.0f}",
            f"origin = [{self.origin[0]:.1f}, {self.origin[1]:.1f}]",
            *kept,
            f"crs = {quoted['crs']}",
            "",
        ]
        return "\n".join(lines)

    @classmethod
    def load(cls, root: Path, oldest: int = SCHEMA_VERSION) -> WorkspaceConfig:
        """Return the choices of the workspace in a folder.

        Parameters
        ----------
        root
            The folder.
        oldest
            The oldest schema version that will do; by default only the newest.

        Returns
        -------
        WorkspaceConfig
            As it was saved.

        Raises
        ------
        InputError
            The folder is no workspace.
        StoreError
            It was written by another version, or the file is damaged.
        """
        values = _values(root)
        try:
            _require_version(root, int(values["schema_version"]), oldest)
            x, y = values["origin"]
            days = values.get("retain_days")
            return cls(
                name=values["name"],
                crs=make_crs(values["crs"]),
                cell_size_m=float(values["cell_size_m"]),
                origin=(float(x), float(y)),
                time_zone=values["time_zone"],
                retain_days=None if days is None else int(days),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise _damaged(root, error) from error


def stored_version(root: Path) -> int:
    """Return the schema version of the workspace in a folder.

    Parameters
    ----------
    root
        The folder.

    Returns
    -------
    int
        Of whatever version wrote it.

    Raises
    ------
    InputError
        The folder is no workspace.
    StoreError
        The file is damaged.
    """
    try:
        return int(_values(root)["schema_version"])
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(root, error) from error


def _values(root: Path) -> dict[str, Any]:
    """Return what stands in the file."""
    path = root / FILE_NAME
    if not path.exists():
        raise InputError(
            "{folder} is not a workspace (it has no workspace.toml); "
            "make one with: geogrid init {folder} --districts FILE",
            folder=root,
        )
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise _damaged(root, error) from error


def _require_version(root: Path, version: int, oldest: int) -> None:
    """Refuse a workspace that this program reads wrongly, or not yet."""
    if version > SCHEMA_VERSION:
        raise StoreError(
            "{file} has schema version {version}, and this program reads {ours}: a newer version "
            "wrote it; update the program, or restore a backup made before",
            file=root / FILE_NAME,
            version=version,
            ours=SCHEMA_VERSION,
        )
    if version < oldest:
        raise StoreError(
            "{file} has schema version {version}, and this program reads {ours}: an earlier "
            "version wrote it; bring it up to date with: geogrid migrate {folder}",
            file=root / FILE_NAME,
            version=version,
            ours=SCHEMA_VERSION,
            folder=root,
        )


def _damaged(root: Path, reason: Exception) -> StoreError:
    return StoreError(
        "{file} is damaged ({reason}); restore it from a backup",
        file=root / FILE_NAME,
        reason=reason,
    )
