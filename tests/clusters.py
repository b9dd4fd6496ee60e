"""Dask clusters on this machine, for tests."""

from __future__ import annotations

from distributed import LocalCluster


def started(*, workers: int) -> LocalCluster:
    """Return a cluster that only this machine can reach; each worker is a process."""
    return LocalCluster(
        n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    )
