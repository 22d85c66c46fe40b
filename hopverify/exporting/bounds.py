"""Boxes that solutions enter as statements, with proofs from ``proofs/Bounds.v``: activations have finite ranges."""

from __future__ import annotations

from fractions import Fraction

from hopverify.exporting.definitions import Definitions, activation
from hopverify.exporting.numbers import rational, vector
from hopverify.exporting.refusal import NotExported
from hopverify.exporting.statement import COMPUTED_ONCE, Statement, each_by, flow_layers
from hopverify.kernel.affine import affine_drives
from hopverify.kernel.claims import Claim
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.curves import Curve
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.numbers import rational as number
from hopverify.kernel.terms import Apply

Range = tuple[Fraction, Fraction]

MAX_NEURONS = 200

KNOWN = {"tanh": (Fraction(-1), Fraction(1)), "sigmoid": (Fraction(0), Fraction(1))}
"""Ranges that ``proofs/Bounds.v`` has lemmas for, whatever the argument."""


def bounded_solutions(file: Definitions, claim: Claim) -> Statement:
    """T10: every solution is bounded, and in the box from some time on."""
    if "box" not in claim.fields:
        raise NotExported("that solutions are bounded without a box has no theorem in proofs/ yet")
    layers = flow_layers(file.core)
    if sum(layer.size for layer in layers) > MAX_NEURONS:
        raise NotExported(f"drives are bounded for at most {MAX_NEURONS} neurons")
    box = [[number(end, "box") for end in ends] for layer in layers for ends in claim["box"][layer.name]]
    model = file.network()
    ranges = [_range(file.core, layer) for layer in layers]
    _check(file.core, layers, ranges, box)
    for module in ("Definite", "Attraction", "Pieces", "Lists", "Bounds"):
        file.need(module)
    lows, highs = (f"{vector([ends[side] for ends in box])}%Q" for side in (0, 1))
    lemmas = [_lemma(file, layer, own) for layer, own in zip(layers, ranges, strict=True)]
    listed = "; ".join(f"({rational(low)}, {rational(high)})" for low, high in ranges)
    proof = "\n".join([
        f"apply bounded_by_T10 with (ranges := [{listed}]%Q).",
        f"2: {COMPUTED_ONCE}.", *each_by(lemmas),
    ])  # fmt: skip
    return Statement("bounded_solutions", f"bounded_by {model}\n  {lows}\n  {highs}", proof)


def _range(core: Core, layer: Layer) -> Range:
    """Return numbers between which all values of an activation lie."""
    g = activation(layer)
    if isinstance(g, Apply) and g.function in KNOWN:
        return KNOWN[g.function]
    lows: list[Fraction] = []
    highs: list[Fraction] = []
    try:
        pieces = Curve(core, layer).pieces
    except Rejected as error:
        raise NotExported(str(error)) from error
    for piece in pieces:
        if piece.line is None or (piece.line[0] != 0 and (piece.low is None or piece.high is None)):
            raise NotExported(f"proofs/Bounds.v has no finite range of the activation of layer {layer.name}")
        slope, offset = piece.line
        values = [slope * end + offset for end in (piece.low, piece.high) if end is not None] or [offset]
        lows.append(min(values))
        highs.append(max(values))
    return min(lows), max(highs)


def _lemma(file: Definitions, layer: Layer, own: Range) -> str:
    """Return the name of the lemma that the activation of a layer has a range."""
    g = activation(layer)
    known = isinstance(g, Apply) and g.function in KNOWN
    tactic = f"intro u. apply range_{g.function}" if known and isinstance(g, Apply) else "by_range"
    return file.ranged(layer, f"({rational(own[0])}, {rational(own[1])})", tactic)


def _check(core: Core, layers: list[Layer], ranges: list[Range], box: list[list[Fraction]]) -> None:
    """Refuse a box that drives between these ranges may leave."""
    each = [own for layer, own in zip(layers, ranges, strict=True) for _ in range(layer.size)]
    leaks = [layer.leak.fraction(k) for layer in layers for k in range(layer.size)]
    for drive, rho, (low, high) in zip(affine_drives(core), leaks, box, strict=True):
        least = most = drive.constant
        for j, weight in drive.slopes.items():
            ends = sorted((weight * each[j][0], weight * each[j][1]))
            least, most = least + ends[0], most + ends[1]
        if rho <= 0 or not rho * low < least <= most < rho * high:
            raise NotExported("the box is not shown by the ranges of activations over all states alone")
