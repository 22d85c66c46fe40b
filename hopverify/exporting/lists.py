"""Lists of equilibria as statements, with proofs from ``proofs/Lists.v``: activations are affine in pieces."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hopverify.exporting.boxes import entries_of, equilibria_in_boxes, in_boxes, some_in_boxes
from hopverify.exporting.definitions import Definitions
from hopverify.exporting.numbers import rational, vector
from hopverify.exporting.refusal import NotExported
from hopverify.exporting.statement import COMPUTED_ONCE, Statement, each_by, flow_layers
from hopverify.exporting.tree_search import TreeSearch
from hopverify.kernel.claims import Claim

MAX_NEURONS = 40
"""Equations are combined with a number for each neuron."""


def equilibria(file: Definitions, claim: Claim) -> Statement:
    """The equilibria are these states, and no two are the same."""
    if claim["region"] is not None:
        raise NotExported("the equilibria of a region have no theorem in proofs/ yet")
    if in_boxes(file, claim):
        return equilibria_in_boxes(file, claim)
    states = states_of(claim)
    model, shapes, steps = shaped(file)
    tree = TreeSearch(file.flow, states).tree()
    listed = list_text(states)
    proof = f"apply all_by_tree with (shapes := {shapes})\n  (t := ({tree})%Q)."
    return Statement(
        "equilibria",
        f"rests_exactly_at {model}\n  {listed}",
        "\n".join([proof, f"2: {COMPUTED_ONCE}.", *steps]),
    )


def some_equilibria(file: Definitions, claim: Claim) -> Statement:
    """These states are equilibria, and no two are the same."""
    return Statement("some_equilibria", *some_states(file, claim))


def no_global_stability(file: Definitions, claim: Claim) -> Statement:
    """Two different equilibria, so that none attracts everything."""
    if len(claim.fields.get("equilibria", [])) < 2:
        raise NotExported("without two equilibria this has no theorem in proofs/ yet")
    statement, proof = some_states(file, claim)
    two = "nothing_by_two_boxes _ _ _ _ H" if in_boxes(file, claim) else "nothing_by_two _ _ _ _ H"
    text = f"{statement} /\\\n  nothing_attracts_everything {file.network()}"
    both = f"assert (H : {statement}).\n{{ {proof} }}\nsplit; [exact H|exact ({two})]."
    return Statement("no_global_stability", text, both)


def some_states(file: Definitions, claim: Claim) -> tuple[str, str]:
    """Return the statement that some states are equilibria, or are in boxes, and its proof."""
    if in_boxes(file, claim):
        return some_in_boxes(file, claim)
    states = states_of(claim)
    model, shapes, steps = shaped(file)
    proof = f"apply some_by_computation with (shapes := {shapes})."
    return f"rests_at {model}\n  {list_text(states)}", "\n".join([proof, f"2: {COMPUTED_ONCE}.", *steps])


def states_of(claim: Claim) -> list[list[Fraction]]:
    """Return the states of a list that is not one of boxes."""
    return [[low for low, _ in entry] for entry in entries_of(claim)]


def list_text(states: list[list[Fraction]]) -> str:
    """Return a list of states."""
    return "[" + ";\n   ".join(vector(state) for state in states) + "]%Q"


def shaped(file: Definitions) -> tuple[str, str, list[str]]:
    """Return the network, the shapes of its layers' activations, and the steps that prove them."""
    layers = flow_layers(file.core)
    if sum(layer.size for layer in layers) > MAX_NEURONS:
        raise NotExported(f"lists are computed for at most {MAX_NEURONS} neurons")
    for layer in layers:
        file.layer(layer)
    curves = file.flow.curves
    for module in ("Attraction", "Pieces", "Lists"):
        file.need(module)
    found = [(layer, shape_text(curves[layer.name].pieces)) for layer in layers]
    lemmas = [file.shape(layer, shape) for layer, shape in found]
    return file.network(), "[" + "; ".join(shape for _, shape in found) + "]%Q", each_by(lemmas)


def shape_text(pieces: list[Any]) -> str:
    """Return an activation that is affine in pieces, as data: the first line, and where the next ones begin."""
    lines = []
    for piece in pieces:
        if piece.line is None:
            raise NotExported("an activation is not affine in pieces; lists of others have no theorem in proofs/ yet")
        slope, offset = piece.line
        lines.append(f"Line ({rational(slope)}) ({rational(offset)})")
    later = [f"({rational(piece.low)}, {line})" for piece, line in zip(pieces[1:], lines[1:], strict=True)]
    return f"Shape ({lines[0]}) [{'; '.join(later)}]"
