"""Some solution is unbounded: every one, as a state or a sum of states runs away; or one of low energy (T10)."""

from fractions import Fraction

from hopverify.kernel import points
from hopverify.kernel.affine import AFFINE, Affine, affine_drives, has_symmetric_slopes
from hopverify.kernel.core import Layer
from hopverify.kernel.curves import Curve
from hopverify.kernel.drive_ranges import drive
from hopverify.kernel.exact import RATIONALS, dot
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.functions import ball
from hopverify.kernel.json_values import keys, rationals
from hopverify.kernel.network import Network, activation, has_drives_of_degree_one
from hopverify.kernel.numbers import rational
from hopverify.kernel.terms import STATE, Variable
from hopverify.kernel.theorems.bounded_solutions import layers_of, over_all_states, regularity_premises
from hopverify.kernel.witness import index


def by_ranges(case: Case) -> Fact:
    """A neuron with τ > 0 and ρ = 0 has drive + bias ≥ p > 0, or ≤ p < 0, by the ranges of the activations.

    Activations and drives are locally Lipschitz, and instantaneous layers follow the others: so there is a solution
    from every state, which goes on until it is unbounded.
    """
    case.keys("premises")
    _has_fields(case, "layer", "neuron", "drive")
    points.check_explicit(case.core)
    layer = case.layer
    case.need(layer in case.core.layers and not layer.instantaneous, "the layer has no time constants in this core")
    place = index(case, case.claim["neuron"], layer.size)
    case.need(layer.leak.fraction(place) == 0, "the neuron has a leak")
    least = rational(case.claim["drive"], f"{case.where}.drive")
    found = drive(case.core, layer, over_all_states(case))[place]
    rises, falls = least > 0 and found.low[0] >= ball(least), least < 0 and found.high[0] <= ball(least)
    case.need(rises or falls, "drive plus bias is not certainly beyond this number, on one side of 0")
    case.premises(*regularity_premises(case.core))
    return Fact(case.core, case.claim)


def by_drift(case: Case) -> Fact:
    """Σ z(drive + b) is a constant other than 0, in rationals, for z of neurons with τ > 0 and ρ = 0: Σ zτx drifts.

    Activations and drives are locally Lipschitz, and instantaneous layers follow the others, as in `by_ranges`.
    """
    case.keys("premises")
    _has_fields(case, "drift", "rate")
    points.check_explicit(case.core)
    layers, where = layers_of(case), f"{case.where}.drift"
    keys(case.claim["drift"], where, *(layer.name for layer in layers))
    z = [each for layer in layers for each in rationals(case.claim["drift"][layer.name], layer.size, where)]
    neurons = [(layer, place) for layer in layers for place in range(layer.size)]
    free = all(
        not factor or (rho.leak.fraction(k) == 0 and not rho.instantaneous)
        for factor, (rho, k) in zip(z, neurons, strict=True)
    )
    case.need(free, "a neuron that drifts has a leak, or no time constant")
    combined: Affine = AFFINE.dot(list(map(Affine, z)), affine_drives(case.core))
    case.need(not combined.slopes, "the combination of the drives is not constant")
    rate = combined.constant
    case.need(rate == rational(case.claim["rate"], where) != 0, "the combination has another rate, or the rate is 0")
    case.premises(*regularity_premises(case.core))
    return Fact(case.core, case.claim)


def by_energy(case: Case) -> Fact:
    """Along x = t·ray, E = t²(Σρxd - dᵀWd)/2 + O(t) falls below the energies of all equilibria, d = αx (T10).

    Drives are affine with W = Wᵀ, ρ > 0 or g(x) = x, no layer is instantaneous, and activations are continuous,
    piecewise linear and never fall; α is the slope far out on the side of x. The solution from such a state is
    unbounded for every t that is large enough. All in rationals, for the given arrays. That W = Wᵀ is read from its
    entries, or, with premises, follows from `gradient drive` of each synapse and the degrees of the drives.
    """
    case.keys(optional=("premises",))
    _has_fields(case, "ray", "coefficient")
    core, layers, where = case.core, layers_of(case), f"{case.where}.ray"
    keys(case.claim["ray"], where, *(layer.name for layer in layers))
    d, twice = dict[str, list[Fraction]](), Fraction(0)
    for layer in layers:
        left, right = _outer_slopes(case, layer)
        x = rationals(case.claim["ray"][layer.name], layer.size, where)
        d[layer.name] = [each * (right if each > 0 else left) for each in x]
        twice += dot([layer.leak.fraction(k) * each for k, each in enumerate(x)], d[layer.name])
    if "premises" in case.proof:
        case.premises(*(("gradient drive", {"synapse": each.name}) for each in core.synapses))
        case.need(has_drives_of_degree_one(core), "a drive is not of degree 1 by composition")
    else:
        case.need(has_symmetric_slopes(affine_drives(core, every=False)), "the weights are not symmetric")
    network = Network(core, RATIONALS)
    origin = {layer.name: [Fraction(0)] * layer.size for layer in layers}
    for layer in layers:
        pulls = zip(network.drive(layer, d), network.drive(layer, origin), strict=True)
        twice -= dot(d[layer.name], [a - b for a, b in pulls])
    stated = rational(case.claim["coefficient"], where)
    case.need(twice / 2 == stated < 0, "the energy does not fall so along this ray")
    return Fact(core, case.claim)


def _outer_slopes(case: Case, layer: Layer) -> tuple[Fraction, Fraction]:
    """Return the slopes far out of a layer's activation, which is piecewise linear and never falls."""
    case.need(not layer.instantaneous, f"layer {layer.name} is instantaneous")
    case.need(layer.elementwise, f"layer {layer.name} acts as a whole")
    follows = all(each > 0 for each in layer.leak.entries) or activation(case.core, layer) == Variable(STATE)
    case.need(follows, f"a neuron of layer {layer.name} has no leak, and its activation is not its state")
    lines = [piece.line for piece in Curve(case.core, layer).pieces]
    rates = [line[0] for line in lines if line is not None]
    linear = len(rates) == len(lines) and min(rates) >= 0
    case.need(linear, f"the activation of layer {layer.name} is not piecewise linear and rising")
    return rates[0], rates[-1]


def _has_fields(case: Case, *fields: str) -> None:
    case.need(set(case.claim.fields) == set(fields), f"expected the fields {', '.join(fields)}")
