"""``workspace.toml``: what a workspace is, chosen once."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pyproj import CRS

from geogrid.crs import make_crs
from geogrid.errors import InputError, StoreError
from geogrid.store.transaction import write_synced

SCHEMA_VERSION: Final = 1
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

    Raises
    ------
    InputError
        The time zone is not known.
    """

    name: str
    crs: CRS
    cell_size_m: float
    origin: tuple[float, float]
    time_zone: str

    def __post_init__(self) -> None:
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
        quoted = {name: json.dumps(value, ensure_ascii=False) for name, value in self._texts()}
        lines = [
            "# A workspace of geogrid. CRS, cells and anchor never change: codes depend on them.",
            f"schema_version = {SCHEMA_VERSION}",
            f"name = {quoted['name']}",
            f"time_zone = {quoted['time_zone']}",
            f"cell_size_m = {self.cell_size_m:.0f}",
            f"origin = [{self.origin[0]:.1f}, {self.origin[1]:.1f}]",
            f"crs = {quoted['crs']}",
            "",
        ]
        write_synced(root / FILE_NAME, "\n".join(lines))

    def _texts(self) -> tuple[tuple[str, str], ...]:
        return (
            ("name", self.name),
            ("time_zone", self.time_zone),
            ("crs", self.crs.to_wkt("WKT2_2019")),
        )

    @classmethod
    def load(cls, root: Path) -> WorkspaceConfig:
        """Return the choices of the workspace in a folder.

        Parameters
        ----------
        root
            The folder.

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
        path = root / FILE_NAME
        if not path.exists():
            raise InputError(
                "{folder} is not a workspace (it has no workspace.toml); "
                "make one with: geogrid init {folder} --districts FILE",
                folder=root,
            )
        try:
            values = tomllib.loads(path.read_text("utf-8"))
            version = values["schema_version"]
            if version != SCHEMA_VERSION:
                raise StoreError(
                    "{file} has schema version {version}, this program reads {ours}; "
                    "open it with the version that wrote it, or import its sources again",
                    file=path,
                    version=version,
                    ours=SCHEMA_VERSION,
                )
            x, y = values["origin"]
            return cls(
                name=values["name"],
                crs=make_crs(values["crs"]),
                cell_size_m=float(values["cell_size_m"]),
                origin=(float(x), float(y)),
                time_zone=values["time_zone"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(
                "{file} is damaged ({reason}); restore it from a backup",
                file=path,
                reason=error,
            ) from error
