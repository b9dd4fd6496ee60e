"""Where work is done: threads of this process, or workers of a Dask cluster."""

from __future__ import annotations

from typing import Final

from geogrid.errors import InputError
from geogrid.scale.local import Engine, Threads

ENGINES: Final = ("threads", "dask")
LOCAL_WORKERS: Final = 2  # processes of a cluster on this machine unless said otherwise


def engine_named(name: str, *, scheduler: str | None = None, workers: int | None = None) -> Engine:
    """Return an engine.

    Parameters
    ----------
    name
        One of `ENGINES`.
    scheduler
        Address of a Dask scheduler; a cluster on this machine if ``None``.
    workers
        Threads of this process, or worker processes on this machine, at least 1; one thread per
        processor, or two processes, if ``None``.

    Returns
    -------
    Engine
        It starts and connects to nothing before it has work.

    Raises
    ------
    InputError
        There is no such engine, its package is missing, or the options do not fit together.
    """
    if name not in ENGINES:
        raise InputError(
            "unknown engine {engine!r}; choose from {known}", engine=name, known=", ".join(ENGINES)
        )
    if workers is not None and workers < 1:
        raise InputError("--workers must be at least 1, got {workers}", workers=workers)
    if name == "threads":
        if scheduler is not None:
            raise InputError("--scheduler is for --engine dask; threads have none")
        return Threads(workers)
    if scheduler is not None and workers is not None:
        raise InputError(
            "--workers says how many to start on this machine; those of --scheduler run already: "
            "leave one of the two out"
        )
    return _dask(scheduler, workers or LOCAL_WORKERS)


def _dask(scheduler: str | None, workers: int) -> Engine:
    """Return the engine of a package that need not be installed."""
    try:
        from geogrid.scale.dask import DaskEngine  # noqa: PLC0415 - an extra; a second to load
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "geogrid":
            raise
        raise InputError(
            "--engine dask needs the package {package}, which is not installed; install it "
            "with: pip install distributed",
            package=error.name,
        ) from error
    return DaskEngine(scheduler, workers)
