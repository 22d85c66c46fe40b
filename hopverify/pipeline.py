"""verify(spec) on one page: spec → model → claims → obligations → evidence → the checker's verdict → certificate.

A :class:`~hopverify.execution.run.Run` makes claims and obligations of a spec; a backend discharges them, each by the
first evidence that the checker accepts; the entries that follow are the certificate.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import isfinite
from pathlib import Path
from time import monotonic

from hopverify.certificate import Certificate, subject_of
from hopverify.checker.citing import once_each
from hopverify.checker.deciding import overall_verdict
from hopverify.core import core_of
from hopverify.execution.backend import Backend, ExecutionLost
from hopverify.execution.discharging import discharge
from hopverify.execution.driving import drive
from hopverify.execution.events import Watch, unseen
from hopverify.execution.run import Run
from hopverify.execution.settings import Settings
from hopverify.spec import ModelSpec, read_spec
from hopverify.verdict import Reason

__all__ = ["certificate_of", "discharge", "drive", "executing", "verify", "was_interrupted"]


def verify(
    spec: ModelSpec | str | Path,
    *,
    samples: int = 2000,
    boxes: int = 400_000,
    seed: int = 0,
    timeout: float = float("inf"),
    jobs: int = 1,
    dask: str | None = None,
    watch: Watch = unseen,
) -> Certificate:
    """Return the certificate of a spec, or of that in a file: each of its checks decided, with evidence.

    ``samples`` bounds the random search for witnesses, ``boxes`` the enumeration of equilibria, ``timeout`` (seconds)
    the whole run. Obligations are discharged in ``jobs`` processes, or by the cluster whose scheduler has the address
    ``dask``; the certificate is the same, apart from timings. When the time is up, or on KeyboardInterrupt, the claims
    not yet decided are unknown and the certificate is still well formed.

    ``hopverify.verify`` takes other forms of a spec, too.
    """
    settings = Settings(samples, boxes, seed, timeout)

    with executing(jobs=jobs, dask=dask, limited=isfinite(timeout)) as backend:
        backend.ready()
        since = monotonic()
        run = Run(spec if isinstance(spec, ModelSpec) else read_spec(spec), settings, watch=watch, since=since)
        with suppress(KeyboardInterrupt, ExecutionLost):
            deque(drive([run], backend, watch=watch), maxlen=0)
    return certificate_of(run)


@contextmanager
def executing(*, jobs: int = 1, dask: str | None = None, limited: bool = False) -> Iterator[Backend]:
    """Provide the backend that discharges obligations, and let go of its processes in the end, whatever happens.

    Runs that are ``limited`` in time are worked on in a process that can be ended: libraries do not look at the clock.
    """
    backend = _backend(jobs, dask, limited)
    try:
        yield backend
    except BaseException:
        backend.abandon()
        raise
    finally:
        backend.close()


def _backend(jobs: int, dask: str | None, limited: bool) -> Backend:
    if dask is not None:
        from hopverify.execution.dask import Cluster

        return Cluster(dask)
    if jobs > 1 or limited:
        from hopverify.execution.processes import Processes

        return Processes(jobs)
    from hopverify.execution.serial import Serial

    return Serial()


def certificate_of(run: Run) -> Certificate:
    """Return the certificate of a run that is done."""
    entries = tuple(once_each([run.entries[number] for number in range(len(run.claims))]))
    verdict = overall_verdict(entries, run.spec)
    return Certificate(
        subject_of(run.spec),
        core_of(run.model).digest,
        dict(run.spec.array_digests),
        verdict,
        entries,
        run.settings.made_with(),
        tuple(run.seconds),
        run.spec,
    )


def was_interrupted(certificate: Certificate) -> bool:
    """Return whether the run behind a certificate was interrupted."""
    code = Reason.INTERRUPTED.name.lower()
    return any((entry.get("reason") or {}).get("code") == code for entry in certificate.results)
