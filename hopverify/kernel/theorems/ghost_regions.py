"""Ghost regions: flat, of more than one state, with ∇E = 0, and without an equilibrium (T6)."""

from collections.abc import Mapping
from typing import Any

from hopverify.kernel.affine import starts
from hopverify.kernel.arithmetic import Value
from hopverify.kernel.constant_intervals import constant_intervals
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.evaluate import arrays_of, evaluate, values_of
from hopverify.kernel.exact import RATIONALS, exact
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.functions import ball
from hopverify.kernel.json_values import listed, rationals
from hopverify.kernel.network import activation, drives
from hopverify.kernel.numbers import rational
from hopverify.kernel.piece_systems import Choice, PieceSystems
from hopverify.kernel.terms import STATE, Place
from hopverify.kernel.theorems.descent import energy_premises

MAX_LISTED = 200


def of_pieces(case: Case) -> Fact:
    """The proof's choices of pieces, all different, each make a ghost region; the claim tells the first of them.

    The alive neurons solve their equations inside their pieces, and a neuron on a flat piece has its target outside.
    """
    case.keys("premises", "choices")
    case.premises(*energy_premises(case.core))
    claim = case.claim
    case.need(set(claim.fields) == {"ghosts", "count"}, "the claim has ghosts and their count")
    systems = PieceSystems(case.core, every=False)
    choices = [_choice(case, systems, each) for each in listed(case.proof["choices"], case.where)]
    different = len(set(choices)) == len(choices) == claim["count"]
    case.need(bool(choices) and different, "expected as many choices as the claim counts, all different, at least one")
    found = [_ghost(case, systems, choice) for choice in choices]
    case.need(claim["ghosts"] == found[:MAX_LISTED], "the claim tells other ghosts than those of the choices")
    return Fact(case.core, claim)


def segment(case: Case) -> Fact:
    """From p to q = p + s(x⋆ - p), s ≠ 0, x⋆ = x⋆(γ) with γ = g(p), no activation changes; and g(x⋆) is not γ.

    All in rationals but the last. A neuron that moves has a constant interval that holds both ends; or its layer acts
    as a whole, with a convex L, and g(q) = γ. Neurons with τ = 0 are at x⋆. Each neuron has a leak.
    """
    case.keys("premises", "state", "share")
    core, where = case.core, case.where
    p, share = _by_layer(case, case.proof["state"]), rational(case.proof["share"], where)
    case.need(share != 0, "the share is 0")
    gamma = {layer.name: _activated(core, layer, p[layer.name]) for layer in core.flow_layers}
    target = {layer.name: _target(case, layer, gamma) for layer in core.flow_layers}
    q = {name: [a + share * (b - a) for a, b in zip(x, target[name], strict=True)] for name, x in p.items()}
    moved = [layer for layer in core.flow_layers if p[layer.name] != q[layer.name]]
    whole = [("convex", {"layer": layer.name}) for layer in moved if not layer.elementwise]
    case.premises(*energy_premises(core), *whole)
    for layer in moved:
        case.need(not layer.instantaneous, f"layer {layer.name} is instantaneous, and not at its state")
        same = _stays(core, layer, p[layer.name], q[layer.name])
        case.need(same, f"the activation of layer {layer.name} is not shown to stay what it is")
    another = any(_differs(core, layer, target[layer.name], gamma[layer.name]) for layer in core.flow_layers)
    case.need(another, "x⋆ may have the same activation, and rest")
    told = _told(core, p, q, target) | {"activation": [str(each) for own in gamma.values() for each in own]}
    case.need(case.claim.fields == told, "the claim tells another segment")
    return Fact(core, case.claim)


def neurons_of(core: Core) -> list[str]:
    """Return a name for each neuron, such as ``x[3]``."""
    return [f"{layer.name}[{k}]" for layer in core.layers for k in range(layer.size)]


def _choice(case: Case, systems: PieceSystems, value: Any) -> tuple[int, ...]:
    found = listed(value, case.where)
    sizes = list(map(len, systems.pieces))
    fitting = len(found) == len(sizes) and all(type(k) is int and 0 <= k < n for k, n in zip(found, sizes, strict=True))
    case.need(fitting, "a choice has the number of a piece for each neuron")
    return tuple(found)


def _ghost(case: Case, systems: PieceSystems, choice: Choice) -> dict[str, Any]:
    """Return what the claim tells of one ghost region."""
    x = systems.targets(choice)
    waking = [] if x is None else systems.waking(choice, x)
    case.need(bool(waking), f"the pieces {list(choice)} make no ghost region")
    chosen = [own[k] for own, k in zip(systems.pieces, choice, strict=True)]
    names, target = neurons_of(case.core), x or []
    return {
        "alive": [i for i, piece in enumerate(chosen) if piece.slope != 0],
        "activation": [str(piece.value(each)) for piece, each in zip(chosen, target, strict=True)],
        "target": [str(each) for each in target],
        "wakes_up": [names[i] for i in waking],
    }


States = Mapping[str, list[Any]]


def _by_layer(case: Case, state: Any) -> dict[str, list[Any]]:
    x, first = rationals(state, sum(layer.size for layer in case.core.layers), case.where), starts(case.core)
    return {layer.name: x[first[layer.name] :][: layer.size] for layer in case.core.flow_layers}


def _activated(core: Core, layer: Layer, x: list[Any]) -> list[Any]:
    g = activation(core, layer)
    if layer.elementwise:
        return [exact(core, g, each, every=False) for each in x]
    return list(exact(core, g, x, every=False))


def _target(case: Case, layer: Layer, gamma: States) -> list[Any]:
    """Return x⋆(γ) of a layer, (drive + b)/ρ."""
    leak = values_of(layer.leak, RATIONALS)
    case.need(all(leak), f"a neuron of layer {layer.name} has no leak")
    values: dict[Place, Value] = {("activation", name): own for name, own in gamma.items()}
    terms = list(drives(case.core, layer.name))
    values |= arrays_of(case.core, *terms, arithmetic=RATIONALS, every=False)
    parts = [evaluate(term, values, RATIONALS) for term in terms]
    return [sum(each) / rho for *each, rho in zip(values_of(layer.bias, RATIONALS), *parts, leak, strict=True)]


def _stays(core: Core, layer: Layer, p: list[Any], q: list[Any]) -> bool:
    """Whether the activation of a layer is the same from p to q; where it acts as a whole, at both (L is convex)."""
    if not layer.elementwise:
        return _activated(core, layer, p) == _activated(core, layer, q)
    flat = [each for each in constant_intervals(core, layer) if each.known]
    ends = [(min(pair), max(pair)) for pair in zip(p, q, strict=True)]
    return all(low == high or any(each.holds(low, high) for each in flat) for low, high in ends)


def _differs(core: Core, layer: Layer, x: list[Any], gamma: list[Any]) -> bool:
    """Whether g(x) is certainly not γ."""
    g = activation(core, layer)
    arrays, state = arrays_of(core, g, every=False), [ball(each) for each in x]
    if layer.elementwise:
        values = [evaluate(g, {**arrays, STATE: each}) for each in state]
    else:
        values = evaluate(g, {**arrays, STATE: state})
    return any(bool(value != ball(each)) for value, each in zip(values, gamma, strict=True))


def _told(core: Core, p: States, q: States, target: States) -> dict[str, Any]:
    """Return the neurons that move, with the ends of their segment and their targets."""
    a, b, goal = ([each for own in states.values() for each in own] for states in (p, q, target))
    moved, names = [i for i, pair in enumerate(zip(a, b, strict=True)) if pair[0] != pair[1]], neurons_of(core)
    return {
        "neurons": [names[i] for i in moved],
        "segment": [[str(end[i]) for i in moved] for end in (a, b)],
        "target": [str(goal[i]) for i in moved],
    }
