"""Bounded drives: every layer's state follows a drive that is bounded, whatever the states are (T10).

Start from the ranges of the activations over all states (:mod:`hopverify.checker.ranges`). If the drive into a layer
plus its bias lies in [p, q], then T ẋ = drive + b - ρx with ρ > 0 takes x into any box larger than [p, q]/ρ in finite
time, and x stays there: at its ends the flow points inward. The box taken is larger by a relative 2⁻¹⁰. An activation
that is not bounded in itself (identity, ReLU) is, from then on, within its range over that box, and so the next
layer's drive may be bounded in turn. Once every layer has its box, their product attracts every solution.
Instantaneous layers equal (drive + b)/ρ at all times.

A neuron without leak moves by drive + b only. If that is at least p > 0 (or at most q < 0) whatever the states are,
it runs away, from every state: refuted. Nothing is assumed of the activations but their ranges; where they are not
defined, or jump, solutions are followed as long as they exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, frexp
from typing import Any

import numpy as np

from hopverify.checker.enclosure import enclosure
from hopverify.checker.payload import text_of
from hopverify.checker.ranges import Box, activation_range, total_drive
from hopverify.checker.rules import Judgement, Reach, Rule
from hopverify.errors import EvidenceRejected
from hopverify.expr.intervals import enclose
from hopverify.expr.nodes import symbols
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.networks import Layer, Model
from hopverify.obligations import Bounded, Outcome

MARGIN, SHOWN_BITS = 2.0**-10, 20


def settled(model: Model) -> dict[str, Box]:
    """Return a box for the states of each layer that every solution enters for good; infinite where none is known."""
    gamma = {name: Box.full(layer.size, activation_range(layer)) for name, layer in model.layers.items()}
    states: dict[str, Box] = {}
    while True:
        before = sum(box.is_finite for box in states.values())
        for name, layer in model.layers.items():
            states[name] = _state(layer, total_drive(model, layer, gamma, model.synapses))
        for name, layer in model.layers.items():
            if states[name].is_finite and not gamma[name].is_finite:
                gamma[name] = _image(layer, states[name])
        # Each round but the last finds one more layer bounded.
        if sum(box.is_finite for box in states.values()) <= before:
            return states


def _state(layer: Layer, drive: Box) -> Box:
    """Return the box for x that a drive within bounds leads to."""
    if not all(rate > 0 for rate in layer.leak):
        return Box(np.full(layer.size, -np.inf), np.full(layer.size, np.inf))
    rates = [enclose(rate) for rate in (layer.leak if len(layer.leak) > 1 else layer.leak * layer.size)]
    least, most = (np.array([float(getattr(rate, end)) for rate in rates]) for end in ("lower", "upper"))
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        low = np.where(drive.lower < 0, drive.lower / least, drive.lower / most)
        high = np.where(drive.upper > 0, drive.upper / least, drive.upper / most)
        return Box(low - MARGIN * (np.abs(low) + MARGIN), high + MARGIN * (np.abs(high) + MARGIN))


def _image(layer: Layer, states: Box) -> Box:
    """Return bounds of the activations over a box of states; those known before where there are none."""
    expression = layer.function.activation[0]
    if not layer.function.elementwise or symbols(expression) - {"x"}:
        return Box.full(layer.size, activation_range(layer))
    ends = zip(states.lower.tolist(), states.upper.tolist(), strict=True)
    found = [Box.full(1, enclosure(expression, Fraction(low), Fraction(high))) for low, high in ends]
    return Box(np.concatenate([box.lower for box in found]), np.concatenate([box.upper for box in found]))


def _runaway(model: Model) -> Mapping[str, Any] | None:
    """Return a neuron without leak whose drive never changes sign, or None."""
    if not _solutions_go_on(model):
        return None
    gamma = {name: Box.full(layer.size, activation_range(layer)) for name, layer in model.layers.items()}
    for layer in model.dynamic:
        drive = total_drive(model, layer, gamma, model.synapses)
        for i, rate in enumerate(layer.leak if len(layer.leak) > 1 else layer.leak * layer.size):
            if rate == 0 and (drive.lower[i] > 0 or drive.upper[i] < 0):
                rises = drive.lower[i] > 0
                least = text_of(outward(drive.lower[i], -1) if rises else outward(drive.upper[i], 1))
                return {
                    "unbounded": f"{layer.name}[{i}], from every state",
                    "because": f"no leak, and its drive plus bias is {'≥' if rises else '≤'} {least} at all times",
                }
    return None


def _solutions_go_on(model: Model) -> bool:
    """Whether activations and drives are, by structure, locally Lipschitz: solutions exist unless they run away."""
    activations = [part for layer in model.layers.values() for part in layer.function.activation]
    return all(map(is_locally_lipschitz, activations)) and all(s.is_regular() for s in model.synapses.values())


def outward(end: float, sign: int) -> Fraction:
    """Return a short number beyond an end of a box, so that one rounding more or less does not show."""
    unit = Fraction(2) ** (frexp(end)[1] - SHOWN_BITS)
    return sign * ceil(sign * Fraction(end) / unit + Fraction(1, 2)) * unit


def _rows(box: Box) -> list[list[str]]:
    """Return [lower, upper] for each neuron, for the reader."""
    ends = zip(box.lower.tolist(), box.upper.tolist(), strict=True)
    return [[text_of(outward(low, -1)), text_of(outward(high, 1))] for low, high in ends]


def _judge(obligation: Bounded, payload: Mapping[str, Any]) -> Judgement:
    model = obligation.model
    runaway = _runaway(model)
    if runaway is not None:
        return Judgement(Outcome.REFUTED, runaway)
    boxes = settled(model)
    if not all(box.is_finite for box in boxes.values()):
        unknown = ", ".join(name for name, box in boxes.items() if not box.is_finite)
        raise EvidenceRejected(f"no bound of the drive into layer {unknown} is known, or it has no leak")
    shown = {layer.name: _rows(boxes[layer.name]) for layer in model.dynamic}
    return Judgement(Outcome.PROVED, {"bounded": "every state", "box": shown})


RULE = Rule(
    name="bounded_drive",
    summary="the drive into every layer is bounded, by the ranges of the activations; the states follow",
    obligations=(Bounded,),
    judge=_judge,
    reach=Reach.NEAR,
)
