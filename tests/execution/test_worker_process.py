"""Worker processes: few threads for linear algebra, deaf to Ctrl-C."""

from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from hopverify.execution import worker_process
from hopverify.execution.processes import cores
from hopverify.execution.run import Run
from hopverify.execution.settings import Settings
from hopverify.execution.worker_process import begin, work_here
from hopverify.spec import read_spec
from tests.execution.certificates import SHARING
from tests.execution.test_driving import kin_under_way


def threads_of_linear_algebra() -> set[int]:
    import numpy as np
    import scipy.linalg
    from threadpoolctl import threadpool_info

    scipy.linalg.cholesky(np.eye(2))
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def survives_ctrl_c() -> bool:
    os.kill(os.getpid(), signal.SIGINT)
    return True


@pytest.mark.parametrize("threads", [1, max(1, cores())])
def test_a_worker_uses_its_share_of_the_cores_and_does_not_hear_ctrl_c(
    monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, initializer=begin, initargs=(threads, context.SimpleQueue())) as pool:
        assert pool.submit(threads_of_linear_algebra).result() == {threads}
        assert pool.submit(survives_ctrl_c).result()


def test_a_worker_tells_at_once_what_it_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """All but the last of a unit, which comes back with it."""
    told: list[Any] = []
    monkeypatch.setattr(worker_process, "_reports", SimpleNamespace(put=told.append))
    run = Run(read_spec(SHARING), Settings(samples=20))
    unit = kin_under_way(run)
    assert work_here(unit, "nobody's", None) is None
    findings = work_here(unit, run.pack.key, run.pack.content)
    assert findings is not None
    assert [finding.place for finding in findings] == list(unit.places)
    heard = [found for key, found in told if key == run.pack.key and isinstance(found, list)]
    assert heard == [[finding] for finding in findings[:-1]]
