"""Run tasks on the workers of a Dask cluster: one that runs, or one on this machine for the run.

The only module that knows Dask. A function that is sent to workers must be importable there, and
what goes to and fro must be small: a task and its result pass through the scheduler.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar, Final, TypeVar

from distributed import Client, Future, KilledWorker, LocalCluster
from distributed.comm.core import CommClosedError

from geogrid.errors import InputError

CONNECT_S: Final = 10.0  # a scheduler that runs answers within one
WORKERS_S: Final = 60.0  # a cluster that grows on demand starts its first worker within that
RETRIES: Final = 2  # of a task that fails, as a network drive may for a moment
LEAST_AHEAD: Final = 4  # tasks in flight where no worker is known yet
AHEAD: Final = 2  # tasks in flight per thread of a worker: the next one is there when one ends
_THIS_MACHINE: Final = "127.0.0.1"  # nobody else can connect

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class DaskEngine:
    """The engine that runs tasks on a Dask cluster.

    A worker that dies is replaced or done without: the scheduler gives its tasks to others.

    Parameters
    ----------
    address
        Of a running scheduler, such as ``tcp://10.0.0.5:8786``; if ``None``, a cluster is
        started on this machine for each run and ends with it.
    workers
        Processes of the cluster on this machine, with one thread each, at least 1.
    """

    shares_memory: ClassVar[bool] = False

    address: str | None = None
    workers: int = 2

    def __call__(
        self, function: Callable[[Task], Result], tasks: Iterable[Task]
    ) -> Iterator[Result]:
        """Yield ``function(task)`` for each task, in order, a few tasks ahead.

        Parameters
        ----------
        function
            Importable on the workers by its name.
        tasks
            Small, and can be pickled. They are taken one by one, at most two per thread of
            the cluster ahead of the results that were taken.

        Yields
        ------
        Result
            In the order of the tasks.

        Raises
        ------
        InputError
            The scheduler cannot be reached, has no workers or was lost; or workers died of a
            task, or lack this package.
        """
        tasks = iter(tasks)
        for first in tasks:  # nothing is started where there is nothing to do
            with self._client() as client:
                yield from self._in_order(client, function, chain([first], tasks))

    def _in_order(
        self, client: Client, function: Callable[[Task], Result], tasks: Iterable[Task]
    ) -> Iterator[Result]:
        """Yield results in the order of tasks, and have a few tasks in flight meanwhile."""
        waiting: deque[Future[Result]] = deque()
        for task in tasks:
            with _loss_told(OSError):
                # Not `pure`: what a task leaves is files, and those may be gone the next time.
                waiting.append(client.submit(function, task, pure=False, retries=RETRIES))
                if len(waiting) == 1:
                    self._require_workers(client)
                ahead = max(LEAST_AHEAD, AHEAD * sum(client.nthreads().values()))
            if len(waiting) >= ahead:
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())

    @contextmanager
    def _client(self) -> Iterator[Client]:
        """Connect to the scheduler, or to a cluster that ends with the block."""
        if self.address is not None:
            with self._connected(self.address) as client:
                yield client
            return
        with (
            LocalCluster(
                n_workers=self.workers,
                threads_per_worker=1,
                processes=True,
                host=_THIS_MACHINE,
                dashboard_address=f"{_THIS_MACHINE}:0",  # without one, a fixed port is taken
                scheduler_kwargs={"dashboard": False},
            ) as cluster,
            self._connected(cluster.scheduler_address) as client,
        ):
            yield client

    @contextmanager
    def _connected(self, address: str) -> Iterator[Client]:
        """Connect to a scheduler, and end the connection with the block."""
        try:
            client = Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise InputError(
                "cannot reach a Dask scheduler at {address}: {reason}; check that it runs "
                "(dask scheduler), that the address is like tcp://10.0.0.5:8786, and that no "
                "firewall is between",
                address=address,
                reason=error,
            ) from error
        with client:
            yield client

    def _require_workers(self, client: Client) -> None:
        """Refuse a scheduler that nobody works for; one may start workers for a first task."""
        try:
            client.wait_for_workers(1, timeout=WORKERS_S)
        except TimeoutError as error:
            raise InputError(
                "the Dask scheduler at {address} has no workers; start some with: "
                "dask worker {address}",
                address=self.address,
            ) from error


@contextmanager
def _loss_told(*kinds: type[Exception]) -> Iterator[None]:
    """Say that the scheduler was lost where the block ends by an error of some kinds."""
    try:
        yield
    except kinds as error:
        raise InputError(
            "the Dask scheduler was lost ({reason}); days that are done are kept: start it "
            "and ask again",
            reason=type(error).__name__,
        ) from error


def _result(future: Future[Result]) -> Result:
    """Return the result of a task, or say why there is none."""
    try:
        with _loss_told(CancelledError, CommClosedError):
            result: Result = future.result()
    except KilledWorker as error:
        raise InputError(
            "a task ended {count} Dask workers, most likely for want of memory; see their "
            "logs, and give them more memory or fewer threads",
            count=error.allowed_failures + 1,
        ) from error
    except ImportError as error:
        raise InputError(
            "a Dask worker cannot load what it needs ({reason}); install this version of "
            "geogrid where the scheduler and the workers run",
            reason=error,
        ) from error
    return result
