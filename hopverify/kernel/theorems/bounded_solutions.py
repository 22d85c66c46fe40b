"""Every solution enters a box of the states and stays in it, or is bounded at least (T10)."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from hopverify.kernel import points
from hopverify.kernel.affine import Affine, affine_drives
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.drive_ranges import EVERYWHERE, activations, drive
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.functions import ball, exact
from hopverify.kernel.intervals import Range, between, higher, lower
from hopverify.kernel.json_values import keys, listed, rationals
from hopverify.kernel.linear_growth import Bound, grows
from hopverify.kernel.network import activation
from hopverify.kernel.terms import STATE, Variable, variables
from hopverify.kernel.theorems.descent import premises_of_t2
from hopverify.kernel.theorems.energy_bounded_below import bounds_of

Box = Mapping[str, list[tuple[Fraction, Fraction]]]


def by_ranges(case: Case) -> Fact:
    """Layer after layer: drive + bias lies, by the ranges of the activations, strictly inside ρ times the box, ρ > 0.

    A layer that is in its box from some time on has activations in their ranges over the box, so that the drive into
    another layer may be bounded in turn.
    """
    case.keys()
    box, waiting = box_of(case), layers_of(case)
    gamma = over_all_states(case)
    while waiting:
        settled = [layer for layer in waiting if _is_driven_into(case, layer, gamma, box)]
        case.need(bool(settled), f"the drive into layer {waiting[0].name} is not shown to lead into the box")
        gamma |= {layer.name: activations(case.core, layer, box[layer.name]) for layer in settled}
        waiting = [layer for layer in waiting if layer not in settled]
    return Fact(case.core, case.claim)


def by_growth(case: Case) -> Fact:
    """Drives are affine: Tẋ = Wg(x) + b - ρx, ρ > 0. With the box -V ≤ x ≤ U, U, V > 0, and bounds of growth of g,

        g_j ≤ r_j x_j⁺ + l_j x_j⁻ + t_j,   -g_j ≤ r'_j x_j⁺ + l'_j x_j⁻ + t'_j,
        G_j = max(r_j U_j, l_j V_j),       H_j = max(r'_j U_j, l'_j V_j),

    and with W⁺ = max(W, 0), W⁻ = max(-W, 0)

        W⁺G + W⁻H + max(W⁺t + W⁻t' + b, 0) < ρU,   W⁺H + W⁻G + max(W⁺t' + W⁻t - b, 0) < ρV.

    Then the least m ≥ 1 with x in the m-fold box falls until it is 1: the m-fold box has the m-fold G and H.
    """
    case.keys("growth")
    layers, box = layers_of(case), box_of(case)
    stated = case.proof["growth"]
    keys(stated, f"{case.where}.growth", *(layer.name for layer in layers))
    bounds: list[tuple[Bound, Bound]] = []
    for layer in layers:
        pair = [_bound(case, each) for each in listed(stated[layer.name], case.where)]
        case.need(len(pair) == 2, "a bound of g, and one of -g, for each layer")
        above, below = pair
        holds = grows(case.core, layer, 1, above) and grows(case.core, layer, -1, below)
        case.need(holds, f"the activation of layer {layer.name} is not shown to grow so slowly")
        bounds += [(above, below)] * layer.size
    leaks = [layer.leak.fraction(place) for layer in layers for place in range(layer.size)]
    ends = [pair for layer in layers for pair in box[layer.name]]
    case.need(all(leak > 0 for leak in leaks), "a neuron has no leak")
    case.need(all(low < 0 < high for low, high in ends), "the box has 0 inside")
    for drive_of, leak, (low, high) in zip(affine_drives(case.core), leaks, ends, strict=True):
        for sign, end in ((1, high), (-1, -low)):
            reach, offset = _reach(drive_of, sign, bounds, ends)
            case.need(reach + max(offset, Fraction(0)) < leak * end, "the flow does not point inward on the box")
    return Fact(case.core, case.claim)


def _bound(case: Case, stated: Any) -> Bound:
    right, left, offset = rationals(stated, 3, f"{case.where}.growth")
    case.need(right >= 0 and left >= 0, "slopes of growth are ≥ 0")
    return Bound(right, left, offset)


def _reach(
    of: Affine, sign: int, bounds: Sequence[tuple[Bound, Bound]], ends: Sequence[tuple[Fraction, Fraction]]
) -> tuple[Fraction, Fraction]:
    """Return bounds of sign·(drive + b) on the box: what grows with the box, and what does not."""
    reach, offset = Fraction(0), sign * of.constant
    for neuron, weight in of.slopes.items():
        bound, (low, high) = bounds[neuron][0 if sign * weight > 0 else 1], ends[neuron]
        reach += abs(weight) * max(bound.right * high, -bound.left * low)
        offset += abs(weight) * bound.offset
    return reach, offset


def by_stability(case: Case) -> Fact:
    """Every solution converges to the one equilibrium; the claim states no box."""
    case.keys("premises")
    case.need("box" not in case.claim.fields, "no box is shown in this way")
    case.premises(("global stability", {}))
    return Fact(case.core, case.claim)


def by_energy(case: Case) -> Fact:
    """E never rises, is bounded below, and confines all activations (T10); each neuron has a leak, or g(x) = x.

    The premises are `descent`, `energy bounded below`, which ``confines``, and that activations and drives are locally
    Lipschitz: on bounded activations drives are bounded, and pull a state with ρ > 0 into what they allow.
    """
    case.keys("premises")
    case.need("box" not in case.claim.fields, "no box is shown in this way")
    for layer in layers_of(case):
        follows = all(rho > 0 for rho in layer.leak.entries) or activation(case.core, layer) == Variable(STATE)
        case.need(follows, f"a neuron of layer {layer.name} has no leak, and its activation is not its state")
    case.premises(("descent", {}), ("energy bounded below", {"confines": True}), *regularity_premises(case.core))
    return Fact(case.core, case.claim)


def by_limits(case: Case) -> Fact:
    """Solutions are bounded, as by `by_energy`, and converge to equilibria, by T2; all of these lie inside the box.

    The growing activations of equilibria are no longer than `Bounds.radius`; drives from there lead into the box.
    The premises are those of T2, and `energy bounded below`, which ``confines``.
    """
    case.keys("premises", "growth", "synapses", optional=("margin", "split"))
    core, box, gamma = case.core, box_of(case), over_all_states(case)
    points.check_explicit(core)
    bounds, margin, split = bounds_of(case)
    for synapse in core.synapses:
        joins = any(("activation", name) in variables(synapse.energy) for name in bounds.growth)
        plain = case.proof["synapses"][synapse.name] in ("quadratic", "slopes")
        case.need(plain or not joins, f"synapse {synapse.name} counts as quadratic, or by its slopes")
    radius = bounds.radius(margin, split)
    case.need(bool(radius.is_finite()), "a drive into what grows is not bounded")
    reach = exact(radius.upper())
    ball_of = between(-reach, reach, inside=False)
    for name in bounds.growth:
        gamma[name] = [Range(higher(each.low, ball_of.low), lower(each.high, ball_of.high)) for each in gamma[name]]
    for layer in layers_of(case):
        inside = all(low < -reach and reach < high for low, high in box[layer.name])
        itself = inside and layer.name in bounds.growth and activation(core, layer) == Variable(STATE)
        led = itself or _is_driven_into(case, layer, gamma, box)
        case.need(led, f"equilibria are not shown to lie in the box of layer {layer.name}")
    case.premises(*premises_of_t2(core), ("energy bounded below", {"confines": True}))
    return Fact(core, case.claim)


def regularity_premises(core: Core) -> list[tuple[str, dict[str, Any]]]:
    """Return the premises that activations and drives are locally Lipschitz."""
    layers: list[tuple[str, dict[str, Any]]] = [("Lipschitz activation", {"layer": each.name}) for each in core.layers]
    return [*layers, *(("Lipschitz drive", {"synapse": each.name}) for each in core.synapses)]


def layers_of(case: Case) -> list[Layer]:
    """Return the layers of a flow."""
    case.need(case.core.spins is None, "spins follow no flow")
    return case.core.flow_layers


def box_of(case: Case) -> Box:
    """Return the box that the claim states: for each layer [low, high] of each neuron, low < high."""
    layers, where = layers_of(case), f"{case.where}.box"
    case.need("box" in case.claim.fields, "the claim states a box")
    stated = case.claim["box"]
    keys(stated, where, *(layer.name for layer in layers))
    found: dict[str, list[tuple[Fraction, Fraction]]] = {}
    for layer in layers:
        rows = listed(stated[layer.name], where)
        case.need(len(rows) == layer.size, f"the box has an interval for each neuron of layer {layer.name}")
        pairs = [rationals(row, 2, where) for row in rows]
        case.need(all(low < high for low, high in pairs), "the intervals of a box have low < high")
        found[layer.name] = [(low, high) for low, high in pairs]
    return found


def over_all_states(case: Case) -> dict[str, list[Range]]:
    """Return the intervals of all activations, whatever the states."""
    layers = layers_of(case)
    return {layer.name: activations(case.core, layer, [EVERYWHERE] * layer.size) for layer in layers}


def _is_driven_into(case: Case, layer: Layer, gamma: Mapping[str, list[Range]], box: Box) -> bool:
    """Whether drive + bias lies strictly between ρ·low and ρ·high for each neuron, with ρ > 0."""
    leaks = [layer.leak.fraction(place) for place in range(layer.size)]
    if not all(leak > 0 for leak in leaks):
        return False
    targets = [[ball(leak * end) for end in ends] for leak, ends in zip(leaks, box[layer.name], strict=True)]
    found = drive(case.core, layer, gamma)
    return all(low < each.low[0] and each.high[0] < high for (low, high), each in zip(targets, found, strict=True))
