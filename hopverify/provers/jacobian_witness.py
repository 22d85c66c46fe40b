"""Jacobian witness: a state at which two mirrored partial derivatives of a bare activation differ."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from flint import arb

from hopverify.certificate import Evidence
from hopverify.checker.payload import texts_of
from hopverify.errors import HopverifyError
from hopverify.expr.floats import FLOATS
from hopverify.numerics.sampling import states
from hopverify.obligations import SymmetricJacobian
from hopverify.provers import Budget, Prover
from hopverify.provers._bounds import below
from hopverify.provers.structure import by_kernel

MAX_DENSE = 64


def _search(obligation: SymmetricJacobian, budget: Budget) -> Iterator[Evidence]:
    function, n = obligation.function, obligation.layer.size
    if function.elementwise or n > MAX_DENSE:
        return
    for x in states(n, min(budget.samples, 100), budget.seed):
        try:
            columns = [function.hessian_times(x.astype(object), row.astype(object), FLOATS) for row in np.eye(n)]
            J = np.array(columns, dtype=np.float64).T
        except (HopverifyError, ZeroDivisionError):
            continue
        with np.errstate(invalid="ignore"):
            gap = np.nan_to_num(np.abs(J - J.T), posinf=0.0)
        i, j = np.unravel_index(int(np.argmax(gap)), gap.shape)
        if gap[i, j] > 1e-9:  # below that, rounding may pretend a difference; the checker decides in any case
            fields = {"layer": obligation.layer.name, "state": texts_of(x.tolist()), "i": int(i), "j": int(j)}
            for apart in below(arb(float(gap[i, j]))):
                yield by_kernel("point", "no gradient activation", **fields, apart=apart)


PROVER = Prover(
    name="jacobian_witness",
    summary="a state and two neurons with ∂g_i/∂x_j ≠ ∂g_j/∂x_i, by sampling",
    search=_search,
)
