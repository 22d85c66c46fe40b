"""The machine in words: how many cores, how busy they were, the versions of what computes. No names and no paths."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

LIBRARIES = ("hopverify", "numpy", "scipy", "python-flint", "sympy", "mlxtend", "z3-solver")


def machine() -> dict[str, str]:
    """Return cores, their load by others, versions and the linear algebra library, by what they are of."""
    known = {"cores": str(_cores()), **_load(), "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            known[name] = version(name)
        except PackageNotFoundError:
            known[name] = "not installed"
    return known | _linear_algebra()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _load() -> dict[str, str]:
    """Return how many processes wanted a core during the last minute; before a run, that is the work of others."""
    return {"load before": f"{os.getloadavg()[0]:.1f}"} if hasattr(os, "getloadavg") else {}


def _linear_algebra() -> dict[str, str]:
    """Return the name and version of the BLAS that NumPy has loaded, with its threads."""
    import numpy as np
    from threadpoolctl import threadpool_info

    assert np.__version__
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return (
        {"blas": f"{pools[0]['internal_api']} {pools[0]['version']}, {pools[0]['num_threads']} threads"}
        if pools
        else {}
    )
