"""Stable equilibria as statements, by T7: ``proofs/Stability.v`` where activations are affine in pieces,
``proofs/StableBoxes.v`` for the equilibria in boxes."""

from __future__ import annotations

from fractions import Fraction

from hopverify.exporting.attraction import arguments, twice
from hopverify.exporting.boxes import OneBox, in_boxes
from hopverify.exporting.definite import definite
from hopverify.exporting.definitions import Definitions
from hopverify.exporting.lists import shaped, states_of
from hopverify.exporting.numbers import vector
from hopverify.exporting.refusal import NotExported
from hopverify.exporting.statement import COMPUTED_ONCE, Statement, each_by, flow_layers
from hopverify.kernel.claims import Claim
from hopverify.kernel.core import Core
from hopverify.kernel.flow import Flow


def stability(file: Definitions, claim: Claim) -> Statement:
    """T7: solutions from states near an equilibrium approach it exponentially."""
    if len(claim["equilibria"]) != 1 or claim["equilibria"][0]["stability"] != "stable":
        raise NotExported("of equilibria proofs/ shows, one by one, that they are stable")
    if any(layer.instantaneous for layer in flow_layers(file.core)):
        raise NotExported("a layer is instantaneous; the theorem in proofs/Stability.v is for τ > 0")
    if in_boxes(file, claim):
        return _in_a_box(file, claim)
    (state,) = states_of(claim)
    model, shapes, steps = shaped(file)
    for module in ("Definite", "Stability"):
        file.need(module)
    given = f"(shapes := {shapes})\n  {_form(file.core, _heights(file.flow, state))}"
    head = f"apply stable_by_T7 with {given}."
    first = f"{{ {' '.join(steps)} }}"
    return Statement(
        "stability",
        f"exponentially_stable {model} {vector(state)}%Q",
        "\n".join([head, f"1: {COMPUTED_ONCE}.", first, *_neurons(file)]),
    )


def _in_a_box(file: Definitions, claim: Claim) -> Statement:
    """T7 with bounds of the slopes on a box with one equilibrium."""
    box = OneBox(file, claim)
    for module in ("Definite", "Stability", "StableBoxes"):
        file.need(module)
    head = f"apply stable_in_box_by_T7 with {box.given}{_form(file.core, box.heights)}."
    first = f"{{ {' '.join(box.steps)} }}"
    proof = [head, f"2: {COMPUTED_ONCE}.", first, *_neurons(file)]
    return Statement("stability", f"exponentially_stable_in {file.network()}\n  {box.text}", "\n".join(proof))


def _form(core: Core, heights: list[Fraction]) -> str:
    """Return what shows that the form of T7 is definite, with these slopes and multipliers of 1."""
    multipliers = [Fraction(1)] * len(heights)
    found = definite(twice(core, heights, multipliers))
    if found is None:
        raise NotExported(
            "the form of T7 is not definite with the steepest slopes; other theorems are not yet in proofs/"
        )
    given = f"(heights := {vector(heights)}%Q) (multipliers := {vector(multipliers)}%Q)"
    return f"{given}\n  {arguments(found)}"


def _neurons(file: Definitions) -> list[str]:
    """Return the steps that prove what is known of the activations of all states."""
    return each_by((file.neuron(layer) for layer in flow_layers(file.core)), "Forall")


def _heights(flow: Flow, state: list[Fraction]) -> list[Fraction]:
    """Return the steepest slope of each activation on the two sides of its state."""
    found = []
    for curve, x in zip(flow.separate or [], state, strict=True):
        near = [
            piece.line[0]
            for piece in curve.pieces
            if piece.line and (piece.low is None or piece.low <= x) and (piece.high is None or x <= piece.high)
        ]
        if min(near) < 0:
            raise NotExported("an activation falls at the equilibrium; the theorem in proofs/ is for slopes ≥ 0")
        found.append(max(near))
    return found
