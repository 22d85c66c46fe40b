"""Execution: who discharges obligations, and where: this process, several processes, or a cluster.

One backend a file (``serial``, ``processes``, ``dask``), all driven by :func:`hopverify.execution.driving.drive`. What
is handed around is a unit: places of obligations in the claims of a spec. Whoever works on it rebuilds the obligations
from the spec, so no model travels. A finding does not depend on where or in what order it was made: the certificate of
a run in processes or on a cluster is the serial one, apart from timings.

This package is imported first of all in a worker process and loads nothing heavy itself.
"""
