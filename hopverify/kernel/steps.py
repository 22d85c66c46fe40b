"""Energies before and after a step x + hẋ, in balls: E as the core states it, or V of an altered system.

An instantaneous layer that inhibits itself, ρx + cg(x) = u with c ≥ 0 and a convex L, has x near a guess x̃: the
left side is strongly monotone, so that |x - x̃| ≤ |ρx̃ + cg(x̃) - u|/min ρ, neuron by
neuron where these act for themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flint import arb

from hopverify.kernel import points
from hopverify.kernel.affine import affine_drives
from hopverify.kernel.altered import altered_system, inhibition
from hopverify.kernel.arithmetic import Value
from hopverify.kernel.entries import read_box
from hopverify.kernel.evaluate import values_of
from hopverify.kernel.facts import Case
from hopverify.kernel.functions import ball, precision
from hopverify.kernel.json_values import keys, listed, rationals
from hopverify.kernel.network import Network
from hopverify.kernel.numbers import rational
from hopverify.kernel.points import Point

BITS = 256
"""Where energies hardly change, most of what they are made of cancels."""


def check_rise(case: Case, told: Mapping[str, Any]) -> None:
    """Refuse a state and a step unless the step certainly raises the energy of the claim from there, by that much.

    The proof may have ``guesses`` of the instantaneous layers, before and after the step.
    """
    where = case.where
    step, rise = (rational(told[key], f"{where}.{key}") for key in ("step", "rise"))
    case.need(step > 0 and rise > 0, "the step or the rise that is claimed is not positive")
    guesses = [None, None]
    if "guesses" in case.proof:
        guesses = listed(case.proof["guesses"], f"{where}.guesses")
        case.need(len(guesses) == 2, "there are guesses before and after the step")
    with precision(BITS):
        before = point_of(case, states_of(case, told["state"]), guesses[0])
        check_meant(case, before)
        moved = {
            each.name: [
                u + ball(step) * f / t
                for u, f, t in zip(before.x[each.name], before.flow[each.name], values_of(each.tau), strict=True)
            ]
            for each in case.core.slow_layers
        }
        if case.claim.fields.get("below") is None:
            check_inside(case, moved)
        after = point_of(case, moved, guesses[1])
        case.need(
            _energy(case, after) - _energy(case, before) >= ball(rise),
            "the step does not certainly raise the energy so far",
        )


def check_meant(case: Case, before: Point) -> None:
    """Refuse a state outside the region of a claim that has one, or at which E may be above its level."""
    check_inside(case, {name: before.x[name] for name in _sizes(case)})
    level = case.claim.fields.get("below")
    below = level is None or bool(_energy(case, before) <= ball(rational(level, case.where)))
    case.need(below, "E is not certainly at most the level at this state")


def check_inside(case: Case, x: Mapping[str, Value], strictly: bool = False) -> None:
    """Refuse states outside the region of a claim that has one; or on its faces, too."""
    region, sizes = case.claim.fields.get("region"), _sizes(case)
    if region is None:
        return
    for u, (low, high) in zip(
        (u for name in sizes for u in x[name]), read_box(region, sum(sizes.values()), case.where), strict=True
    ):
        least, most = (None if end is None else ball(end) for end in (low, high))
        above = least is None or bool(u > least if strictly else u >= least)
        below = most is None or bool(u < most if strictly else u <= most)
        case.need(above and below, "a state is not certainly in the region")


def _sizes(case: Case) -> dict[str, int]:
    """Return the sizes of the layers with τ > 0."""
    return {each.name: each.size for each in case.core.slow_layers}


def states_of(case: Case, stated: Any) -> dict[str, Value]:
    """Return states of the layers with τ > 0."""
    sizes = _sizes(case)
    keys(stated, f"{case.where}.state", *sizes)
    listed_states = {name: rationals(stated[name], size, f"{case.where}.state") for name, size in sizes.items()}
    return {name: [ball(each) for each in values] for name, values in listed_states.items()}


def _energy(case: Case, point: Point) -> Value:
    if case.claim["energy"] == "V":
        return altered_system(case.core).energy(point.x, point.gamma)
    return point.energy


def point_of(case: Case, x: Mapping[str, Value], guesses: Any) -> Point:
    """Return the point with given states of the layers with τ > 0, at which functions have values and slopes."""
    network = Network(case.core)
    point = points.at(network, x) if guesses is None else _near(case, network, x, guesses)
    points.check_gradients(point)
    return point


def _near(case: Case, network: Network, x: Mapping[str, Value], guesses: Any) -> Point:
    """Return the point whose instantaneous layers are near guesses, for each of which the proof shows a convex L."""
    fast = case.core.fast_layers
    inhibition(case.core, fast, affine_drives(case.core))
    keys(guesses, f"{case.where}.guesses", *(layer.name for layer in fast))
    near = {layer.name: [ball(u) for u in rationals(guesses[layer.name], layer.size, case.where)] for layer in fast}
    gamma = network.activations({**x, **near})
    for layer in fast:
        leak, own = values_of(layer.leak), near[layer.name]
        off = [(abs(r * u - d) / r).upper() for r, u, d in zip(leak, own, network.drive(layer, gamma), strict=True)]
        if not layer.elementwise:
            off = [sum((each**2 for each in off), arb(0)).sqrt().upper()] * layer.size
        near[layer.name] = [u + arb(0, each) for u, each in zip(own, off, strict=True)]
    states = {**x, **near}
    return Point(network, states, network.activations(states))
