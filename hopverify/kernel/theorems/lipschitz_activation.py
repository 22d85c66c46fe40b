"""The activation is locally Lipschitz: solutions exist and are unique, and the chain rule holds along them (T1)."""

from hopverify.kernel.composition import of_state
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.network import activation
from hopverify.kernel.terms import Term
from hopverify.kernel.theorems.convex import potential


def lipschitz_activation(case: Case) -> Fact:
    """g is, by composition, defined everywhere and locally Lipschitz.

    If g is ∇L, L is locally Lipschitz, and so is the continuous extension of the gradient, which exists almost
    everywhere.
    """
    case.keys()
    known = of_state(case.core, case.layer, regular_activation(case), extended=case.layer.g is None)
    case.need(known.lipschitz, "composition does not show that the activation is locally Lipschitz")
    return Fact(case.core, case.claim)


def regular_activation(case: Case) -> Term:
    """Return g; if it is ∇L, then of an L that is, by composition, defined everywhere and locally Lipschitz."""
    if case.layer.g is None:
        potential(case)
    return activation(case.core, case.layer)
