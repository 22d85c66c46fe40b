"""How a worker process begins: before NumPy is loaded, with few threads, deaf to Ctrl-C, never outliving its parent."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading

_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def begin(threads: int) -> None:
    """Prepare this process; ``threads`` is how many threads linear algebra may use in it."""
    # The parent decides what Ctrl-C means; it would otherwise reach every process of the terminal.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in _VARIABLES:
        os.environ.setdefault(name, str(threads))
    # Libraries that the parent's main module has loaded here already no longer look at these variables.
    from threadpoolctl import threadpool_limits

    threadpool_limits(threads)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
