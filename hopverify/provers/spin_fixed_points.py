"""Spin fixed points: an order of the neurons in which partial states are refuted early."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hopverify.certificate import Evidence
from hopverify.checker.spins import memory_of, quadratic_form, values_of
from hopverify.checker.spins.whole import Whole
from hopverify.obligations import SpinFixedPoints
from hopverify.provers import Budget, NothingToSearchError, Prover
from hopverify.verdict import Reason

# Beyond, the search would be cut off in any case, unless the weights are very sparse.
MOST = 64


def _search(obligation: SpinFixedPoints, budget: Budget) -> Iterator[Evidence]:
    model = obligation.model
    form = quadratic_form(model)
    if form is not None and model.size <= MOST:
        yield {"rule": "spin_search", "order": order_of(form.update.matrix)}
    elif form is None and memory_of(model) is not None and model.size <= MOST:
        yield {"rule": "spin_search", "order": list(range(model.size))}
    elif form is None and model.size <= values_of(model).most:
        yield {"rule": "spin_search"}
    else:
        raise NothingToSearchError(Reason.TOO_MANY_STATES)


def order_of(matrix: Whole) -> list[int]:
    """Return the neurons so that those come first whose weights are large beside what is still free in a row."""
    largest = max(1, *(abs(int(entry)) for entry in matrix.flat))
    sizes = np.array([abs(int(entry)) / largest for entry in matrix.flat]).reshape(matrix.shape)
    np.fill_diagonal(sizes, 0)
    free, order = list(range(len(sizes))), list[int]()
    while free:
        rest = sizes[:, free].sum(axis=1) + 1e-9
        best = free[int(np.argmax((sizes[:, free] / rest[:, None] ** 2).sum(axis=0)))]
        order.append(best)
        free.remove(best)
    return order


PROVER = Prover(
    name="spin_fixed_points",
    summary="all fixed points of spins, by refuting partial states",
    search=_search,
    reason=Reason.TOO_MANY_STATES,
)
