"""Lists of boxes with one equilibrium each as statements, with proofs from ``proofs/Boxes.v``: multiples of tanh."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, lcm, log2

from hopverify.exporting.box_bounds import steep
from hopverify.exporting.box_search import BoxSearch, Entry
from hopverify.exporting.curves import Curve, curve_of
from hopverify.exporting.definitions import Definitions, activation
from hopverify.exporting.numbers import rational
from hopverify.exporting.refusal import NotExported
from hopverify.exporting.statement import COMPUTED_ONCE, Statement, each_by, flow_layers
from hopverify.kernel.claims import Claim
from hopverify.kernel.flow import Flow
from hopverify.kernel.functions import fraction
from hopverify.kernel.numbers import rational as number

MAX_NEURONS = 40
"""Inverse matrices stand in the file, one for each leaf of the tree."""

BITS, TERMS = 44, 7
"""Of the bounds of tanh, and of the series of exp at less than 1/16, in the tree."""


def in_boxes(file: Definitions, claim: Claim) -> bool:
    """Return whether a list is one of boxes, as some equilibrium is not known exactly, or no activation is a line."""
    layers = flow_layers(file.core)
    smooth = all(layer.elementwise and layer.g and curve_of(layer.g) for layer in layers)
    return smooth or any(isinstance(each, list) for entry in claim["equilibria"] for each in entry["x"])


def equilibria_in_boxes(file: Definitions, claim: Claim) -> Statement:
    """Each of these boxes has one equilibrium, and there are no others."""
    held = _Prepared(file, entries_of(claim))
    proof = f"apply exactly_by_tree with {held.given}{_inverses(held)}\n  (t := ({held.search.tree()})%Q)."
    text = f"rests_exactly_in {held.network}\n  {_boxes(held)}"
    return Statement("equilibria", text, "\n".join([proof, f"2: {COMPUTED_ONCE}.", *held.steps]))


def some_in_boxes(file: Definitions, claim: Claim) -> tuple[str, str]:
    """Return the statement that each of these boxes has one equilibrium, and its proof."""
    held = _Prepared(file, entries_of(claim))
    proof = f"apply some_by_Krawczyk with {held.given}{_inverses(held)}."
    text = f"rests_in {held.network}\n  {_boxes(held)}"
    return text, "\n".join([proof, f"2: {COMPUTED_ONCE}.", *held.steps])


def _boxes(held: _Prepared) -> str:
    return "[" + ";\n   ".join(map(box_text, held.entries)) + "]%Q"


def _inverses(held: _Prepared) -> str:
    return "(inverses := [" + ";\n    ".join(held.inverses) + "]%Q)"


def entries_of(claim: Claim) -> list[Entry]:
    """Return the boxes of a list; a state that is known exactly is a box without room inside."""
    found: list[Entry] = []
    for entry in claim["equilibria"]:
        if "dimension" in entry:
            raise NotExported("a continuum of equilibria has no theorem in proofs/ yet")
        ends = (each if isinstance(each, list) else [each, each] for each in entry["x"])
        found.append([(number(low, "x"), number(high, "x")) for low, high in ends])
    return found


def box_text(entry: Entry) -> str:
    """Return a box."""
    return "[" + ";\n    ".join(f"({rational(low)}, {rational(high)})" for low, high in entry) + "]"


def curved(file: Definitions) -> tuple[list[Curve], list[str]]:
    """Return the curve of each layer's activation, and the steps that prove them."""
    layers = flow_layers(file.core)
    curves, lemmas = [], []
    for layer in layers:
        curve = curve_of(activation(layer)) if layer.elementwise else None
        if curve is None:
            raise NotExported(f"the activation of layer {layer.name} is not tanh or sigmoid of a multiple of the state")
        file.layer(layer)
        curves.append(curve)
        lemmas.append(file.curve(layer, curve.text))
    return curves, each_by(lemmas)


class _Prepared:
    """A search for a network and a list of boxes, and what all proofs about them take."""

    def __init__(self, file: Definitions, entries: list[Entry]) -> None:
        layers = flow_layers(file.core)
        if sum(layer.size for layer in layers) > MAX_NEURONS:
            raise NotExported(f"lists of boxes are computed for at most {MAX_NEURONS} neurons")
        curves, self.steps = curved(file)
        for module in ("Attraction", "Pieces", "Lists", "Tanh", "Curves", "Boxes"):
            file.need(module)
        self.network = file.network()
        self.curves = [curve for layer, curve in zip(layers, curves, strict=True) for _ in range(layer.size)]
        self.search, self.entries = BoxSearch(file.flow, self.curves, entries), entries
        least = min((high - low for entry in entries for low, high in entry if low < high), default=Fraction(1))
        fine = max(BITS, ceil(-log2(least)) + 24)
        listed = "; ".join(curve.text for curve in curves)
        self.given = (
            f"(curves := [{listed}]%Q) (common := {_denominator(file.flow)}%positive)\n"
            f"  (k := {BITS}%nat) (terms := {TERMS}%nat) (fine := {fine}%nat) (fine_terms := {ceil(fine / 6)}%nat)\n  "
        )

    @property
    def inverses(self) -> list[str]:
        """The matrices of Krawczyk's tests, of which exact states have none."""
        return [self.search.inverse_at(each) if each[0][0] < each[0][1] else "[]" for each in self.entries]


class OneBox(_Prepared):
    """The box of a claim about one equilibrium.

    Attributes:
        text: the box.
        heights: bounds of the slopes on it, one for each neuron.
    """

    def __init__(self, file: Definitions, claim: Claim) -> None:
        super().__init__(file, entries_of(claim))
        (entry,) = self.entries
        (inverse,) = self.inverses
        self.given += f"(inverse := {inverse}%Q)\n  "
        self.text = f"{box_text(entry)}%Q"
        self.heights = [_steepest(curve, *ends) for curve, ends in zip(self.curves, entry, strict=True)]


def _steepest(curve: Curve, low: Fraction, high: Fraction) -> Fraction:
    """Return a bound of the slope on an interval, with room for what Coq rounds."""
    slope = steep(curve, curve.tanh(low), curve.tanh(high))[1]
    return Fraction(ceil((slope + 2.0**-28 * float(curve.gain * curve.beta)) * 2**24), 2**24)


def _denominator(flow: Flow) -> int:
    """Return a common denominator of the weights."""
    assert flow.weights is not None
    W, _ = flow.weights
    return lcm(*(fraction(each).denominator for each in W.entries()))
