"""Worker processes: few threads for linear algebra, deaf to Ctrl-C."""

from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor

import pytest

from hopverify.execution.processes import cores
from hopverify.execution.worker_process import begin


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
