"""The activation is locally Lipschitz: solutions exist and are unique, and the chain rule holds along them (T1)."""

from hopverify.kernel.composition import of_state
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.network import activation


def lipschitz_activation(case: Case) -> Fact:
    """g is, by composition, defined everywhere and locally Lipschitz.

    If g is ∇L, L is locally Lipschitz, and so is the continuous extension of the gradient, which exists almost
    everywhere.
    """
    case.keys()
    layer = case.layer
    if layer.g is None:
        assert layer.L is not None
        case.need(
            of_state(case.core, layer, layer.L).lipschitz, "composition does not show that L is locally Lipschitz"
        )
    known = of_state(case.core, layer, activation(case.core, layer), extended=layer.g is None)
    case.need(known.lipschitz, "composition does not show that the activation is locally Lipschitz")
    return Fact(case.core, case.claim)
