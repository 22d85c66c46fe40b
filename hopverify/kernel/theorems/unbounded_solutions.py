"""Some solution is unbounded: every one, as a state or a sum of states runs away; or one of low energy (T10)."""

from fractions import Fraction

from hopverify.kernel import points
from hopverify.kernel.affine import affine_drives, has_symmetric_slopes
from hopverify.kernel.curves import Curve
from hopverify.kernel.drive_ranges import drive
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.functions import ball
from hopverify.kernel.json_values import keys, rationals
from hopverify.kernel.numbers import rational
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
    slopes: dict[int, Fraction] = {}
    rate, rows = Fraction(0), affine_drives(case.core)
    for factor, row in zip(z, rows, strict=True):
        rate += factor * row.constant
        for neuron, slope in row.slopes.items():
            slopes[neuron] = slopes.get(neuron, Fraction(0)) + factor * slope
    case.need(not any(slopes.values()), "the combination of the drives is not constant")
    case.need(rate == rational(case.claim["rate"], where) != 0, "the combination has another rate, or the rate is 0")
    case.premises(*regularity_premises(case.core))
    return Fact(case.core, case.claim)


def by_energy(case: Case) -> Fact:
    """Along x = t·ray, E = t²(Σρxd - dᵀWd)/2 + O(t) falls below the energies of all equilibria, d = αx (T10).

    Drives are affine with W = Wᵀ, all ρ > 0, no layer is instantaneous, and activations are continuous, piecewise
    linear and never fall; α is the slope far out on the side of x. The solution from such a state is unbounded for
    every t that is large enough. All in rationals, for the given arrays.
    """
    case.keys()
    _has_fields(case, "ray", "coefficient")
    layers, where = layers_of(case), f"{case.where}.ray"
    keys(case.claim["ray"], where, *(layer.name for layer in layers))
    x, d, rho = list[Fraction](), list[Fraction](), list[Fraction]()
    for layer in layers:
        case.need(not layer.instantaneous, f"layer {layer.name} is instantaneous")
        case.need(layer.elementwise, f"layer {layer.name} acts as a whole")
        lines = [piece.line for piece in Curve(case.core, layer).pieces]
        rates = [line[0] for line in lines if line is not None]
        linear = len(rates) == len(lines) and min(rates) >= 0
        case.need(linear, f"the activation of layer {layer.name} is not piecewise linear and rising")
        own = rationals(case.claim["ray"][layer.name], layer.size, where)
        x += own
        d += [each * (rates[-1] if each > 0 else rates[0]) for each in own]
        rho += [layer.leak.fraction(place) for place in range(layer.size)]
    case.need(all(each > 0 for each in rho), "a neuron has no leak")
    rows = affine_drives(case.core, every=False)
    case.need(has_symmetric_slopes(rows), "the weights are not symmetric")
    value = sum((leak * a * b for leak, a, b in zip(rho, x, d, strict=True)), Fraction(0))
    value -= sum((d[i] * weight * d[j] for i, row in enumerate(rows) for j, weight in row.slopes.items()), Fraction(0))
    stated = rational(case.claim["coefficient"], where)
    case.need(value / 2 == stated < 0, "the energy does not fall so along this ray")
    return Fact(case.core, case.claim)


def _has_fields(case: Case, *fields: str) -> None:
    case.need(set(case.claim.fields) == set(fields), f"expected the fields {', '.join(fields)}")
