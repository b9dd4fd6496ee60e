"""Many viewers of one map at once: how long answers take by waitress and by gunicorn.

Run ``python benchmarks/viewers.py --workspace WS``; without it the synthetic city is made first.
Each program serves the same workspace by 8 threads, one after the other; viewers are threads of
this process, so that they share the processors with the server. Each keeps its connection and what
it was sent, and asks with the ETag of that.

- *Polling*: each asks for facts and for the list of layers by turns, twice a second.
- *Panning*: one viewer asks for one tile after the other.
- *Looking*: each does something every second: pans (a tile), switches to a window that all share or
  to one of its own (what the layer is, then the column), opens a cell, and polls.
- *At once*: all ask for one new window in the same moment; the server tells how many columns it
  packed for them.
- *Cells*: all open a cell in the same moment, in one window that is new to the server, then in
  ten new windows, while five bystanders pan, poll and ask whether the server lives.

Who is told that the server is busy asks again when it says, as the page does; the wait counts.
"""

from __future__ import annotations

import argparse
import http.client
import json
import math
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
PROGRAM = [sys.executable, "-c", "from geogrid.cli import main; main()"]
PATIENCE_S = 300
SHARED = ("hours=22-06", "hours=6-14", "hours=14-22", "weekdays=sat,sun")


@dataclass
class Seen:
    """Answers of one kind: seconds each, and how many were 304."""

    seconds: list[float] = field(default_factory=list)
    unchanged: int = 0

    def row(self) -> str:
        """Return count, percentiles, the longest and the share of 304."""
        cuts = statistics.quantiles(self.seconds, n=100, method="inclusive")
        p50, p95, p99 = (f"{cuts[at] * 1e3:.1f}" for at in (49, 94, 98))
        share = self.unchanged / len(self.seconds)
        longest = f"{max(self.seconds) * 1e3:.1f}"
        return f"{len(self.seconds)} | {p50} | {p95} | {p99} | {longest} | {share:.0%}"


class Viewer(threading.Thread):
    """Somebody who looks at the map until it is time to stop."""

    def __init__(self, port: int, number: int, city: City, until: float) -> None:
        super().__init__(daemon=True)
        self.link = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_S)
        self.draw = random.Random(number)  # noqa: S311 - whom to ask what
        self.city, self.until = city, until
        self.tags: dict[str, str] = {}
        self.seen: dict[str, Seen] = {}
        self.window = ""
        self.failed: BaseException | None = None

    def get(self, kind: str, path: str) -> bytes:
        """Ask for a path with the tag of what is there; note how long that takes."""
        headers = {"Accept-Encoding": "gzip, br"}
        if path in self.tags:
            headers["If-None-Match"] = self.tags[path]
        begun = time.perf_counter()
        answer, body = asked(self.link, path, headers)
        if answer.status not in {200, 304}:
            raise RuntimeError(f"{answer.status} at {path}: {body[:200]!r}")
        seen = self.seen.setdefault(kind, Seen())
        seen.seconds.append(time.perf_counter() - begun)
        seen.unchanged += answer.status == 304
        if tag := answer.headers["ETag"]:
            self.tags[path] = tag
        return body

    def column(self, kind: str) -> None:
        """Ask what coverage is in the window, and for its patrol time."""
        path = f"/api/layers/coverage?column=patrol_s&{self.window}"
        self.tags.pop(path, None)
        version = json.loads(unpacked(self.link, path, self.note(kind)))["version"]
        self.get(kind, f"/lattice/{version}/coverage/patrol_s.bin?{self.window}")

    def note(self, kind: str) -> Callable[[float], None]:
        """Return what writes down how long an answer of a kind took."""
        return self.seen.setdefault(kind, Seen()).seconds.append

    def run(self) -> None:
        """Act until it is time to stop."""
        try:
            while time.perf_counter() < self.until:
                begun = time.perf_counter()
                self.act()
                time.sleep(max(0.0, self.pause_s - (time.perf_counter() - begun)))
        except BaseException as error:  # noqa: BLE001 - told by the main thread
            self.failed = error

    pause_s = 0.5

    def act(self) -> None:
        """Poll."""
        path = self.draw.choice(("/api/facts", "/api/layers"))
        self.get(f"poll {path}", path)


class Looker(Viewer):
    """A viewer who pans, switches windows and opens cells."""

    pause_s = 1.0

    def act(self) -> None:
        """Do one thing that a reader of the map does."""
        what = self.draw.random()
        if what < 0.5:
            self.get("tile", self.city.tile(self.draw))
        elif what < 0.7:
            self.window = self.draw.choice(SHARED)
            self.column("switch to a shared window")
        elif what < 0.8:
            self.window = self.city.window(self.draw)
            self.column("switch to a new window")
        elif what < 0.85:
            self.get("cell of a shared window", self.city.cell(self.draw))
        else:
            self.get("poll /api/facts", "/api/facts")


class Panner(Viewer):
    """A viewer who pans without a pause."""

    pause_s = 0.0

    def act(self) -> None:
        """Ask for a tile that is not there yet."""
        self.tags.clear()
        self.get("tile", self.city.tile(self.draw))


def _corners(nested: list[Any]) -> Iterator[tuple[float, float]]:
    """Yield the corners in GeoJSON's lists of lists."""
    if nested and isinstance(nested[0], float):
        yield nested[0], nested[1]
        return
    for part in nested:
        yield from _corners(part)


@dataclass(frozen=True)
class City:
    """What viewers ask for: versions, days, and places in the box of the districts."""

    version: str
    days: tuple[date, date]
    box: tuple[float, float, float, float]
    codes: tuple[str, ...]

    @classmethod
    def of(cls, port: int) -> City:
        """Return what a server shows."""
        link = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_S)
        about = json.loads(unpacked(link, "/api/layers"))["workspace"]
        first, last = (date.fromisoformat(day) for day in about["days"])
        items = json.loads(unpacked(link, "/api/layers/grid/items?limit=2000"))["features"]
        land = json.loads(unpacked(link, "/api/layers/districts/items"))["features"]
        lon, lat = zip(*_corners([one["geometry"]["coordinates"] for one in land]), strict=True)
        version = json.loads(unpacked(link, "/api/layers/coverage"))["version"]
        codes = tuple(one["properties"]["cell"] for one in items)
        return cls(version, (first, last), (min(lon), min(lat), max(lon), max(lat)), codes)

    def tile(self, draw: random.Random) -> str:
        """Return the address of a picture near the cells."""
        west, south, east, north = self.box
        z = draw.randint(9, 14)
        x = (draw.uniform(west, east) + 180) / 360 * 2**z
        y = (1 - math.asinh(math.tan(math.radians(draw.uniform(south, north)))) / math.pi) / 2
        return f"/tiles/{self.version}/coverage/{z}/{int(x)}/{int(y * 2**z)}.png"

    def window(self, draw: random.Random) -> str:
        """Return days and hours, one of thousands."""
        length = (self.days[1] - self.days[0]).days
        begin, end = sorted(draw.choices(range(length + 1), k=2))
        days = [self.days[0] + timedelta(days=at) for at in (begin, end)]
        hours = f"{draw.randint(0, 11)}-{draw.randint(12, 23)}"
        return f"from={days[0]}&to={days[1]}&hours={hours}"

    def cell(self, draw: random.Random) -> str:
        """Return the address of what is known of a cell in the night shift."""
        return f"/api/cells/{draw.choice(self.codes)}?{SHARED[0]}"


def asked(
    link: http.client.HTTPConnection, path: str, headers: dict[str, str]
) -> tuple[http.client.HTTPResponse, bytes]:
    """Return an answer and its body; ask again as long as the server is busy."""
    while True:
        link.request("GET", path, headers=headers)
        answer = link.getresponse()
        body = answer.read()
        again_s = answer.headers["Retry-After"]
        if answer.status != 503 or again_s is None:
            return answer, body
        time.sleep(float(again_s))


def unpacked(
    link: http.client.HTTPConnection, path: str, note: Callable[[float], None] | None = None
) -> bytes:
    """Return a body that is not packed, in answer to a question without a tag."""
    begun = time.perf_counter()
    answer, body = asked(link, path, {})
    if answer.status != 200:
        raise RuntimeError(f"{answer.status} at {path}: {body[:200]!r}")
    if note is not None:
        note(time.perf_counter() - begun)
    return body


@contextmanager
def served(workspace: Path, program: str) -> Iterator[int]:
    """Serve a workspace by a program; yield its port when it is ready."""
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
    words = ["serve", str(workspace), "--port", str(port), "--server", program]
    process = subprocess.Popen([*PROGRAM, *words], stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE_S
        while not _ready(port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{program} does not serve {workspace}")
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait()


def _ready(port: int) -> bool:
    link = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        link.request("GET", "/readyz")
        return link.getresponse().status == 200
    except OSError:
        return False
    finally:
        link.close()


def watch(kind: type[Viewer], port: int, city: City, many: int, seconds: float) -> dict[str, Seen]:
    """Return what so many viewers saw, by kind of answer."""
    until = time.perf_counter() + seconds
    viewers = [kind(port, number, city, until) for number in range(many)]
    for viewer in viewers:
        viewer.start()
    for viewer in viewers:
        viewer.join()
        if viewer.failed is not None:
            raise viewer.failed
    return gathered(viewers)


def at_once(port: int, city: City, many: int) -> str:
    """Return how long viewers wait who ask for one new window together, and what it cost."""
    before, gate = _packed(port), threading.Barrier(many)
    viewers = [Viewer(port, 0, city, 0.0) for _ in range(many)]

    def ask(viewer: Viewer) -> None:
        viewer.window = "hours=3-11"
        gate.wait()
        viewer.column("at once")

    threads = [threading.Thread(target=ask, args=(viewer,)) for viewer in viewers]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begun
    return f"{many} at once: all served after {took:.2f} s, {_packed(port) - before} packed"


class Bystander(Viewer):
    """Somebody who pans, polls and asks whether the server lives while others open cells."""

    pause_s = 0.05

    def act(self) -> None:
        """Ask for something that takes no work."""
        path = self.draw.choice(("/healthz", "/api/facts", self.city.tile(self.draw)))
        self.tags.clear()
        self.get("bystander " + path.split("/")[1], path)


def cells_at_once(port: int, city: City, many: int, windows: list[str]) -> dict[str, Seen]:
    """Return how long those wait who open cells together, and who asks for other things."""
    gate, forever = threading.Barrier(many), time.perf_counter() + PATIENCE_S
    bystanders = [Bystander(port, 1000 + number, city, forever) for number in range(5)]
    viewers = [Viewer(port, number, city, 0.0) for number in range(many)]

    def ask(viewer: Viewer, window: str) -> None:
        code = viewer.draw.choice(city.codes)
        gate.wait()
        viewer.get("cell", f"/api/cells/{code}?{window}")

    threads = [
        threading.Thread(target=ask, args=(one, windows[at % len(windows)]))
        for at, one in enumerate(viewers)
    ]
    for one in (*bystanders, *threads):
        one.start()
    for thread in threads:
        thread.join()
    for bystander in bystanders:
        bystander.until = 0.0
    for bystander in bystanders:
        bystander.join()
        if bystander.failed is not None:
            raise bystander.failed
    return gathered([*viewers, *bystanders])


def gathered(viewers: list[Viewer]) -> dict[str, Seen]:
    """Return what viewers saw together, by kind of answer."""
    seen: dict[str, Seen] = {}
    for viewer in viewers:
        for name, one in viewer.seen.items():
            seen.setdefault(name, Seen()).seconds.extend(one.seconds)
            seen[name].unchanged += one.unchanged
    return seen


def _packed(port: int) -> int:
    text = unpacked(http.client.HTTPConnection(HOST, port), "/metrics").decode()
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return int(lines["geogrid_packed_made_total"])


def measure(workspace: Path, program: str, seconds: float) -> None:
    """Print what viewers see of a workspace served by one program."""
    with served(workspace, program) as port:
        city = City.of(port)
        for kind, many in ((Panner, 1), (Viewer, 20), (Viewer, 50), (Looker, 20)):
            title = f"{program}, {many} viewers, {kind.__name__}"
            show(title, watch(kind, port, city, many, seconds))
        print(at_once(port, city, 20))
        cells(port, city, program)


def cells(port: int, city: City, program: str) -> None:
    """Print how long those wait who open cells at once, in one window and in ten."""
    draw = random.Random(7)  # noqa: S311 - which windows
    new = [city.window(draw) for _ in range(10)]
    for windows, what in ((["hours=2-9"], "one new window"), (new, "ten new windows")):
        seen = cells_at_once(port, city, 20, windows)
        show(f"{program}, 20 open cells of {what}", seen)


def show(title: str, seen: dict[str, Seen]) -> None:
    """Print a table of what was seen."""
    print(f"\n{title}, load {os.getloadavg()[0]:.1f}")
    heads = ("kind", "answers", "p50 ms", "p95 ms", "p99 ms", "longest", "304")
    print(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|")
    for name, one in sorted(seen.items()):
        print(f"| {name} | {one.row()} |", flush=True)


def main() -> None:
    """Measure both programs."""
    parser = argparse.ArgumentParser(description=__doc__, add_help=True)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--programs", nargs="+", default=["waitress", "gunicorn"])
    parser.add_argument("--seconds", type=float, default=10.0)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = told.workspace
        if workspace is None:
            workspace = Path(folder) / "city"
            words = ["demo", str(workspace), "--size", "city"]
            subprocess.run([*PROGRAM, *words], check=True, stdout=subprocess.DEVNULL)
        for program in told.programs:
            measure(workspace, program, told.seconds)


if __name__ == "__main__":
    main()
