"""Feed mutated files to the readers for a bounded time; stop at the first that is not refused well.

Seeds are small files of each format, and the corpus of bad input where it lies beside the
project. A reader answers with a report, or with an error that says what is wrong; whatever
else it raises is a fault, and the file that raised it is kept.

    python tools/fuzz_readers.py [SECONDS [SEED]]
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from geogrid.crs import Datum
from geogrid.errors import InputError
from geogrid.io import ReadOptions, read_boundary, read_register, read_tracks

SECONDS = 60.0
FORMATS = ("csv", "nmea", "gpx", "geojson")
CORPUS = Path(__file__).resolve().parents[2] / "shared" / "data" / "badinput"
TABLE = (
    "unit,time,lon,lat\nA,2026-03-06T08:00:00Z,117.61,26.21\nA,2026-03-06 08:00:10,117.62,26.22\n"
)
SEEDS = {
    "csv": [TABLE.encode(), TABLE.replace(",", "\t").encode("utf-16"), TABLE.encode("gb18030")],
    "nmea": [b"$GPRMC,000000,A,2612.0000,N,11736.0000,E,0.0,0.0,060326,,*19\n"],
    "gpx": [
        b"""<gpx><trk><name>a</name><trkseg><trkpt lon="117.6" lat="26.2">
        <time>2026-03-06T08:00:00Z</time></trkpt></trkseg></trk></gpx>"""
    ],
    "geojson": [
        b"""{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"1"},
        "geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}]}"""
    ],
}
JUNK = (
    b"", b"\x00", b"\xff", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b"'", b",", b"\n", b"\r", b"[", b"{",
    b"<", b"&a;", b"-", b"NaN", b"null", b"1e309", b"9" * 400, b"[" * 2_000, b"$GPRMC,", b"*00",
    "经度".encode(), "经度".encode("gb18030"), b"<!DOCTYPE x>", b"\\ud800", b"0x1p9",
)  # fmt: skip


def seeds() -> dict[str, list[bytes]]:
    """Return files of each format to begin with."""
    found = {name: list(files) for name, files in SEEDS.items()}
    for name in FORMATS:
        found[name] += [
            path.read_bytes()
            for path in sorted(CORPUS.rglob(f"*.{name}"))
            if path.stat().st_size < 20_000
        ]
    return found


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Return a file that was cut, doubled, flipped or spliced in a few places.

    Parameters
    ----------
    data
        A file.
    dice
        Chance.

    Returns
    -------
    bytes
        Another file.
    """
    for _ in range(dice.randint(1, 4)):
        at = dice.randint(0, len(data))
        end = min(len(data), at + dice.choice((0, 1, 2, 8, 64)))
        way = dice.randrange(4)
        if way == 0:
            data = data[:at] + dice.choice(JUNK) + data[end:]
        elif way == 1:
            data = data[:at] + data[at:end] * dice.randint(0, 3) + data[end:]
        elif way == 2 and at < len(data):
            data = data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :]
        else:
            data = data[:at]
    return data


def answers(path: Path) -> Iterator[str]:
    """Read a file as everything it may be; yield how each reader answers.

    Parameters
    ----------
    path
        The file.

    Yields
    ------
    str
        ``read`` or ``refused``; what else a reader raises goes through.
    """
    options = ReadOptions(datum=Datum.WGS84, time_zone="Asia/Shanghai")
    for read in (
        lambda: read_tracks(path, options),
        lambda: read_register(path, "areas", options),
        lambda: read_boundary(path, repair=True),
    ):
        try:
            read()
            yield "read"
        except InputError:
            yield "refused"


def main(seconds: float, seed: int) -> int:
    """Fuzz, and return 1 if a reader failed.

    Parameters
    ----------
    seconds
        How long.
    seed
        Of chance; the same seed makes the same files.

    Returns
    -------
    int
        0 if every file was read or refused.
    """
    files, dice, count = seeds(), random.Random(seed), Counter[str]()  # noqa: S311 - not for secrets
    until = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < until:
            name = FORMATS[count.total() // 3 % len(FORMATS)]
            data = mutated(dice.choice(files[name]), dice)
            path = Path(folder) / f"a.{name}"
            path.write_bytes(data)
            try:
                count.update(f"{name} {answer}" for answer in answers(path))
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                kept = Path(tempfile.gettempdir()) / f"fuzz-{seed}-{count.total()}.{name}"
                kept.write_bytes(data)
                print(f"{kept}: {type(error).__name__}: {error}")
                return 1
    print(", ".join(f"{name} {number:,}" for name, number in sorted(count.items())))
    return 0


if __name__ == "__main__":
    words = sys.argv[1:]
    sys.exit(main(float(words[0]) if words else SECONDS, int(words[1]) if words[1:] else 0))
