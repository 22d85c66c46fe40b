"""The backend of ``--dask ADDRESS``: the workers of a dask.distributed cluster (the optional extra ``dask``).

The cluster's workers have to have the same versions of hopverify and of what its evidence depends on; nothing else: the
spec travels with its arrays. A task whose worker ends is given to another by the scheduler.
"""

from __future__ import annotations

from concurrent.futures import CancelledError
from dataclasses import replace
from time import monotonic
from typing import Any

from hopverify.errors import HopverifyError
from hopverify.execution.backend import ExecutionLost, Started
from hopverify.execution.run import Run
from hopverify.execution.settings import versions
from hopverify.execution.units import Finding, Unit
from hopverify.execution.working import require, work
from hopverify.extras import to_install

INTERVAL = 2.0
"""Seconds between two looks at who is there."""
CONNECT, WORKERS, PATIENCE = 10.0, 10.0, 60.0
"""Seconds to wait for the scheduler, for a first worker, and for any worker when all have left."""


def work_far(
    unit: Unit, key: str, content: bytes | None, seconds: float, expected: dict[str, str]
) -> list[Finding] | None:
    """Work on a unit on another machine, whose clock is another: ``seconds`` are left."""
    require(expected)
    return work(replace(unit, budget=replace(unit.budget, deadline=monotonic() + seconds)), key, content)


class Cluster:
    """Hands units to a cluster, one for each worker at a time. Raises :class:`HopverifyError` if there is none."""

    apart, latency = True, 5.0

    def __init__(self, address: str) -> None:
        self._expected = versions()
        self._client = _connected(address)
        self._address = address
        self._executor: Any = self._client.get_executor(pure=False)
        self.slots = 0
        self._last_seen = self._last_asked = monotonic()
        try:
            self._client.wait_for_workers(1, timeout=WORKERS)
            self._client.run(require, self._expected)
            self.check()
        except TimeoutError:
            self.close()
            raise HopverifyError(
                f"the cluster at {address} has no workers: start some, for instance by `dask worker {address}`"
            ) from None
        except ModuleNotFoundError as error:
            self.close()
            raise HopverifyError(
                f"the workers of the cluster at {address} have no {error.name}: install hopverify where they run"
            ) from None
        except BaseException:
            self.close()
            raise

    def ready(self) -> None:
        """The workers are there: that was waited for."""

    def start(self, run: Run, unit: Unit, *, with_spec: bool) -> Started:
        pack = run.pack
        seconds = unit.budget.deadline - monotonic()
        content = pack.content if with_spec else None
        started: Started = self._executor.submit(work_far, unit, pack.key, content, seconds, self._expected)
        return started

    def is_worker_lost(self, error: BaseException) -> bool:
        from distributed import KilledWorker

        if isinstance(error, (CancelledError, OSError)):
            raise self._lost(f"the connection was lost ({error or type(error).__name__})")
        return isinstance(error, KilledWorker)

    def check(self) -> None:
        if self.slots and monotonic() - self._last_asked < INTERVAL:
            return
        self._last_asked = monotonic()
        try:
            workers = len(self._client.nthreads())
        except (OSError, TimeoutError, CancelledError) as error:
            raise self._lost(f"the connection was lost ({error or type(error).__name__})") from None
        if workers:
            self.slots, self._last_seen = workers, monotonic()
        elif monotonic() - self._last_seen > PATIENCE:
            raise self._lost("all workers are gone")

    def _lost(self, how: str) -> ExecutionLost:
        return ExecutionLost(
            f"the cluster at {self._address} is lost: {how}; what it found is kept; --resume goes on from it"
        )

    def restart(self) -> None:
        # A worker that does not come back keeps its place; the others take what is left.
        self._executor.shutdown(wait=False)
        self._executor = self._client.get_executor(pure=False)

    def abandon(self) -> None:
        self._executor.shutdown(wait=False)

    def close(self) -> None:
        self._client.close()


def _connected(address: str) -> Any:
    try:
        from distributed import Client
        from distributed.comm.addressing import get_address_host_port
    except ImportError:
        raise HopverifyError(f"--dask needs dask.distributed: {to_install('dask')}") from None
    client: Any = Client
    try:
        # A client with an address that makes no sense takes long to give up.
        get_address_host_port(address)
        return client(address, timeout=CONNECT, set_as_default=False, name="hopverify")
    except (OSError, ValueError, TimeoutError) as error:
        raise HopverifyError(
            f"no dask scheduler answers at {address!r} ({error}); give the address it prints when it starts, "
            "such as tcp://127.0.0.1:8786"
        ) from None
