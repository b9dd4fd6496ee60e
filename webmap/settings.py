"""What an installation may set; read once where the program starts."""

from __future__ import annotations

from dataclasses import dataclass

from webmap.basemaps import Basemap

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits of the web application.

    Parameters
    ----------
    page_limit
        Features in one answer when the request names no limit.
    max_limit
        Features in one answer at most; a larger limit is lowered to it.
    max_body_bytes
        The largest request body.
    slow_at_once
        Requests that may take long and are answered at once; fewer than the threads that serve,
        whose rest is for quick ones.
    packed_bytes
        Memory for columns, scripts and other answers in the codings they travel in.
    max_upload_bytes
        The largest file that can be brought in by the page.
    trusted_hosts
        Names the server answers to. A foreign name that resolves to this machine is refused,
        so that no other site's page can read the map through the user's browser. ``None``
        answers to any name.
    basemaps
        Grounds that a reader may choose; the districts alone when there are none.
    """

    page_limit: int = 1_000
    max_limit: int = 20_000
    max_body_bytes: int = 1 << 20
    max_upload_bytes: int = 1 << 30
    slow_at_once: int = 40
    packed_bytes: int = 64 << 20
    trusted_hosts: tuple[str, ...] | None = LOOPBACK_NAMES
    basemaps: tuple[Basemap, ...] = ()
