"""Files of fixes: in order of unit and time, 5 to 6 bytes a fix."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from geogrid.kernels.fixes import Fixes
from geogrid.kernels.sorted_fixes import empty_fixes, merge_on, put_rest
from geogrid.model.tracks import Tracks, renumbered

_DELTA: Final = dict.fromkeys(("t", "lon", "lat"), "DELTA_BINARY_PACKED")


def read_frame(file: Path) -> pd.DataFrame:
    """Return the fixes of a file as a table.

    Parameters
    ----------
    file
        The file.

    Returns
    -------
    pandas.DataFrame
        ``unit`` (text), ``t``, ``lon``, ``lat``, as they lie there.
    """
    frame: pd.DataFrame = pq.ParquetFile(file).read().to_pandas()
    return frame.astype({"unit": object})


def read_fixes(file: Path | pa.NativeFile, halo: Tracks | None = None) -> Tracks:
    """Return the fixes of a file, which lie there in order, and others among them.

    One group of rows after another goes to its place: of a whole day's decoded columns there is
    never a second copy.

    Parameters
    ----------
    file
        The file, or its bytes.
    halo
        Other fixes, in order; none if ``None``.

    Returns
    -------
    Tracks
        All of them in order.
    """
    few = Tracks.empty() if halo is None else halo
    stored = pq.ParquetFile(file)
    if not stored.metadata.num_rows:
        return few
    unit = stored.read(["unit"], use_threads=False).unify_dictionaries().combine_chunks()["unit"]
    names = tuple(unit.chunk(0).dictionary.to_pylist())
    units = names if set(few.units) <= set(names) else tuple(sorted({*names, *few.units}))
    others = few.numbered(units)
    code = renumbered(unit.chunk(0).indices.to_numpy(), names, units)
    out, n, used = empty_fixes(code.size + len(few)), 0, 0
    for group in range(stored.num_row_groups):
        table = stored.read_row_group(group, ["t", "lon", "lat"], use_threads=False)
        columns = (column.combine_chunks().to_numpy() for column in table.columns)
        part = Fixes(code[n - used : n - used + table.num_rows], *columns)
        n, used = merge_on(out, n, part, others, used)
    put_rest(out, n, others, used)
    return Tracks(units, *out)


def write_fixes(frame: pd.DataFrame, path: Path) -> None:
    """Write fixes into a file.

    Parameters
    ----------
    frame
        ``unit``, ``t``, ``lon``, ``lat``, in order of unit and time.
    path
        The file.
    """
    table = pa.table(
        {
            "unit": pa.array(frame["unit"].astype(str)).dictionary_encode(),
            "t": pa.array(frame["t"], pa.int64()),
            "lon": pa.array(frame["lon"], pa.int32()),
            "lat": pa.array(frame["lat"], pa.int32()),
        }
    )
    pq.write_table(table, path, compression="none", use_dictionary=["unit"], column_encoding=_DELTA)
