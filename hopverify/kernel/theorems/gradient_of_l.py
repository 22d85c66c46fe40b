"""The activation is the gradient of the Lagrangian: g(x) = ∇L(x) (docs/theory.md, Setting)."""

from hopverify.kernel.almost_everywhere import check_of_state
from hopverify.kernel.composition import of_state
from hopverify.kernel.core import Layer
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.identity import same_gradient
from hopverify.kernel.numbers import Rejected


def definition(case: Case) -> Fact:
    """The core states no other activation than ∇L."""
    case.keys()
    case.need(case.layer.g is None, "the core states the activation")
    return Fact(case.core, case.claim)


def identity(case: Case) -> Fact:
    """L is, by composition, locally Lipschitz, and ∇L and g have one normal form, on each cell between kinks.

    The formula of ∇L has values almost everywhere, so that ∇L = g almost everywhere where g has values. L is an
    integral of its derivative along segments: where g is continuous, L is C¹, and ∇L = g.
    """
    case.keys()
    layer = case.layer
    if layer.L is None or layer.g is None:
        raise Rejected(f"{case.where}: the core states not both L and the activation")
    check_of_state(case.core, layer, layer.L, "L")
    case.need(same_gradient(case.core, layer, layer.L, layer.g), "∇L and the activation have other normal forms")
    return Fact(case.core, case.claim)


def integral(case: Case) -> Fact:
    """The core states no L: of single neurons with a locally Lipschitz g it is ∫_0^x g, whose derivative is g."""
    case.keys()
    layer = case.layer
    if layer.L is not None or layer.g is None:
        raise Rejected(f"{case.where}: the core states L")
    case.need(layer.elementwise, "the layer acts as a whole")
    lipschitz = of_state(case.core, layer, layer.g).lipschitz
    case.need(lipschitz, "composition does not show that the activation is locally Lipschitz")
    return Fact(case.core, case.claim)


def gradient_premises(layer: Layer) -> list[tuple[str, dict[str, str]]]:
    """Return the premise that g = ∇L, which needs a proof where the core states g as a term."""
    return [("gradient of L", {"layer": layer.name})] if layer.g is not None else []
