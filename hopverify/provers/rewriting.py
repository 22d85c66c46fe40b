"""Rewriting: other forms of h, found with SymPy, whose sign is evident or which interval arithmetic bounds better.

The checker accepts a form only if it is identical to h by normal forms, so nothing is taken on trust. SymPy is loaded
when the search begins.
"""

from __future__ import annotations

from collections.abc import Iterator

from hopverify.certificate import Evidence
from hopverify.checker.payload import texts_of
from hopverify.checker.rules.sign import slope_of
from hopverify.errors import EvidenceRejected
from hopverify.expr.rational import identical
from hopverify.obligations import Convex
from hopverify.provers import Budget, Prover
from hopverify.provers.subdivision import cuts_of


def _search(obligation: Convex, budget: Budget) -> Iterator[Evidence]:
    try:
        slope = slope_of(obligation.function, {})
    except EvidenceRejected:
        return
    from hopverify.derivation.symbolic.simplification import simplified

    forms = []
    for form in simplified(slope):
        if budget.exhausted:
            return
        if identical(slope, form):
            yield {"rule": "sign", "rewritten": str(form)}
            forms.append(form)
    for form in forms:
        cuts = cuts_of(form, budget)
        if cuts is not None:
            yield {"rule": "subdivision", "cuts": texts_of(cuts), "rewritten": str(form)}


PROVER = Prover(
    name="rewriting",
    summary="h ≥ 0 by the signs of another form of h, found with SymPy",
    search=_search,
)
