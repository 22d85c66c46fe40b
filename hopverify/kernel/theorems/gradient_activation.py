"""The activation of a layer is the gradient of some function, or of none: whether ∂g_i/∂x_j = ∂g_j/∂x_i."""

from hopverify.kernel.almost_everywhere import check_of_state
from hopverify.kernel.coordinates import entries
from hopverify.kernel.core import Layer
from hopverify.kernel.derive import apply, gradient, number
from hopverify.kernel.duals import check_around
from hopverify.kernel.evaluate import arrays_of, evaluate
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.functions import ball
from hopverify.kernel.identity import same
from hopverify.kernel.json_values import rationals
from hopverify.kernel.network import slope
from hopverify.kernel.terms import STATE, Place, Shape, Term
from hopverify.kernel.witness import are_apart, index

MAX_SIZE = 8
OWN_STATE = "each neuron's activation depends on its own state only"
MIRRORED = "mirrored partial derivatives have one normal form"


def elementwise(case: Case) -> Fact:
    """g is locally Lipschitz, and each neuron acts for itself: g is the gradient of the sum of its integrals."""
    case.keys()
    _lipschitz_activation(case)
    case.need(case.claim["because"] == OWN_STATE, f"the reason is that {OWN_STATE}")
    case.need(case.layer.elementwise, "the layer acts as a whole")
    return Fact(case.core, case.claim)


def jacobian(case: Case) -> Fact:
    """g is locally Lipschitz, of at most 8 neurons, and ∂g_i/∂x_j has the normal form of ∂g_j/∂x_i, for all i and j.

    Their formulas have values almost everywhere, so that the two are equal almost everywhere. The means of g over small
    balls are smooth and have the same property, so that they are gradients (Poincaré's lemma), and g is their uniform
    limit on bounded sets: a gradient, too.
    """
    case.keys()
    g, size = _lipschitz_activation(case), case.layer.size
    case.need(case.claim["because"] == MIRRORED, f"the reason is that {MIRRORED}")
    case.need(not case.layer.elementwise, "each neuron acts for itself")
    case.need(size <= MAX_SIZE, f"normal forms are compared for at most {MAX_SIZE} neurons")
    x: list[Place] = [("state", str(k)) for k in range(size)]
    places: dict[Place, Shape] = dict.fromkeys(x, ())
    of = entries(g, size, case.core.arrays)
    pairs = [(i, j) for i in range(size) for j in range(i)]
    for i, j in pairs:
        alike = same(gradient(of[i], x[j], places), gradient(of[j], x[i], places), places, {})
        case.need(alike, f"the normal forms of ∂g_{i}/∂x_{j} and ∂g_{j}/∂x_{i} differ")
    return Fact(case.core, case.claim)


def _lipschitz_activation(case: Case) -> Term:
    g = _stated(case, case.layer)
    check_of_state(case.core, case.layer, g, "g")
    return g


def _stated(case: Case, layer: Layer) -> Term:
    case.need(layer.g is not None, "the core states no activation")
    assert layer.g is not None
    return layer.g


def point(case: Case) -> Fact:
    """At the state, ∂g_i/∂x_j and ∂g_j/∂x_i are certainly so far apart, in balls."""
    case.keys()
    core, claim, layer = case.core, case.claim, case.layer
    g = _stated(case, layer)
    case.need(not layer.elementwise, "each neuron acts for itself")
    i, j = (index(case, claim[key], layer.size) for key in ("i", "j"))
    state = [ball(each) for each in rationals(claim["state"], layer.size, case.where)]
    values = {**arrays_of(core, g, every=False), STATE: state}
    check_around(g, values, "state")
    rows = [evaluate(slope(core, layer, apply("index", g, number(k))), values) for k in (i, j)]
    are_apart(case, rows[0][j], rows[1][i], claim["apart"])
    return Fact(core, claim)
