"""The energy, as a function of the states of all layers, has a lower bound, or has none (T10)."""

from fractions import Fraction

from hopverify.kernel.activation_growth import growth_of
from hopverify.kernel.cone_forms import Split
from hopverify.kernel.core import Layer
from hopverify.kernel.energy_bounds import Bounds
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.functions import ball
from hopverify.kernel.germs import GERMS, germ, leading
from hopverify.kernel.json_values import boolean, keys, listed, rationals, whole
from hopverify.kernel.network import Network
from hopverify.kernel.numbers import rational


def by_convexity(case: Case) -> Fact:
    """E = Σ [ρ(x·g - L) - b·g] + Σ S with convex L, g = ∇L where ρ > 0: the bounds of energy_bounds.py add up to one.

    The premises are, for each layer with a neuron that has a leak, or with a stated growth, `convex` and `gradient of
    L`. ``confines``: E tends to ∞ with each activation that is not bounded.
    """
    case.keys("premises", "growth", "synapses", optional=("margin", "split"))
    core, where = case.core, case.where
    case.need(core.spins is None, "spins follow no flow")
    case.need(core.energy is None, "the core states an energy of its own")
    grown, layers = _growing(case), core.flow_layers
    leaky = [layer for layer in layers if layer.name in grown or any(rho > 0 for rho in layer.leak.entries)]
    case.premises(*((name, {"layer": layer.name}) for layer in leaky for name in ("convex", "gradient of L")))
    bounds, margin, split = bounds_of(case)
    found = bounds.bound(margin, split)
    case.need(found >= ball(rational(case.claim["lower_bound"], where)), "E is not certainly so high at all states")
    case.need(boolean(case.claim["confines"], where) <= bounds.confines(), "E is not shown to bound all activations")
    return Fact(core, case.claim)


def _growing(case: Case) -> list[str]:
    """Return the layers for which the proof states a growth."""
    names, growth = [layer.name for layer in case.core.flow_layers], case.proof["growth"]
    keys(growth, f"{case.where}.growth", optional=names)
    return [name for name in names if name in growth]


def bounds_of(case: Case) -> tuple[Bounds, Fraction | None, Split | None]:
    """Return the bounds that a proof states by its growth and its synapses, its margin and its split."""
    core, proof, where = case.core, case.proof, case.where
    stated = {name: rationals(proof["growth"][name], 4, f"{where}.growth") for name in _growing(case)}
    grown = [layer for layer in core.flow_layers if layer.name in stated]
    bounds = Bounds(core, {layer.name: growth_of(core, layer, stated[layer.name]) for layer in grown})
    keys(proof["synapses"], f"{where}.synapses", *(synapse.name for synapse in core.synapses))
    for synapse in core.synapses:
        bounds.synapses.add(synapse, proof["synapses"][synapse.name])
    margin = rational(proof["margin"], where) if "margin" in proof else None
    return bounds, margin, _split(case, len(bounds.growing)) if "split" in proof else None


def _split(case: Case, size: int) -> list[list[Fraction]]:
    rows = listed(case.proof["split"], f"{case.where}.split")
    case.need(len(rows) == size, f"split: expected {size} rows")
    return [rationals(row, size, f"{case.where}.split") for row in rows]


def by_ray(case: Case) -> Fact:
    """For all large t, E at t times the states is a polynomial of t of the degree ≥ 1 and with the leading coefficient
    < 0 that the claim states, for the given arrays; no layer is instantaneous. E is the one that the core states.
    """
    case.keys()
    core, claim, where = case.core, case.claim, case.where
    case.need(core.spins is None, "spins follow no flow")
    keys(claim["ray"], f"{where}.ray", *(layer.name for layer in core.layers))
    states = {}
    for layer in core.layers:
        case.need(isinstance(layer, Layer) and not layer.instantaneous, f"layer {layer.name} is instantaneous")
        ray = rationals(claim["ray"][layer.name], layer.size, f"{where}.ray")
        states[layer.name] = [germ(0, each) for each in ray]
    network = Network(core, GERMS)
    E = network.energy(states, network.activations(states))
    degree, coefficient = whole(claim["degree"], where), rational(claim["coefficient"], where)
    case.need(E.degree() == degree and leading(E) == coefficient < 0, "E does not fall so along this ray")
    return Fact(core, claim)
