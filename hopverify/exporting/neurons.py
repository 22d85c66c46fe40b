"""Proofs that g is L', non-decreasing and with bounded slopes; and that L is convex.

Nothing of this file is trusted: Coq checks what it proposes.

>>> from hopverify.kernel.language import read
>>> L = read(["divide", ["logcosh", ["multiply", "3", ["state"]]], "3"], "L")
>>> neuron(L, read(["tanh", ["multiply", "3", ["state"]]], "g"))
'apply (neuron_scaled 3 logcosh tanh 1); [lra|apply neuron_tanh]'
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from hopverify.exporting.numbers import real
from hopverify.kernel.language import read
from hopverify.kernel.terms import Apply, Number, Term, Variable, walk

STATE = Variable(("state", ""))
RELU, EXP, ABS = (Apply(name, (STATE,)) for name in ("relu", "exp", "abs"))

_U = ["state"]
_RELU = ["relu", _U]
BASES: Mapping[tuple[Term, Term], str] = {
    (read(L, name), read(g, name)): f"{functions}); [lra|apply neuron_{name}]"
    for name, L, g, functions in (
        ("identity", ["divide", ["power", _U, "2"], "2"], _U, "(fun u => u ^ 2 / 2) (fun u => u) 1"),
        ("relu", ["divide", ["power", _RELU, "2"], "2"], _RELU, "(fun u => relu u ^ 2 / 2) relu 1"),
        ("tanh", ["logcosh", _U], ["tanh", _U], "logcosh tanh 1"),
        ("sigmoid", ["softplus", _U], ["sigmoid", _U], "softplus sigmoid (1 / 4)"),
    )
}
"""L and g, and how a lemma of ``proofs/Functions.v`` about them is applied at a multiple of the state."""


def neuron(L: Term, g: Term) -> str | None:
    """Return tactics that prove ``neuron L g h`` for some h; None where none are known."""
    if (L, g) in BASES:
        return BASES[L, g].split("[lra|")[1].removesuffix("]")
    beta = _multiple(g)
    if beta is not None and isinstance(L, Apply) and L.function == "divide" and L.arguments[1] == Number(beta):
        found = BASES.get((_unscaled(L.arguments[0], beta), _unscaled(g, beta)))
        return None if found is None or beta <= 0 else f"apply (neuron_scaled {real(beta)} {found}"
    ends = _clipped(g)
    if ends is not None:
        low, high = map(real, ends)
        return f"eapply neuron_ext; [| |apply (neuron_clip {low} {high}); lra]; by_pieces"
    slope = _leaky(g)
    return None if slope is None else f"eapply neuron_ext; [| |apply (neuron_leaky {real(slope)}); lra]; by_pieces"


def convex(L: Term) -> str | None:
    """Return tactics that prove ``convex_on_line L`` where slopes have no bound."""
    if L in (EXP, ABS):
        return "apply convex_exp" if L == EXP else "apply convex_abs"
    powers = [node for node in walk(L) if isinstance(node, Apply) and node.function == "power"]
    if len(powers) == 1 and powers[0].arguments[0] == RELU:
        (exponent,) = (each.value for each in powers[0].arguments[1:] if isinstance(each, Number))
        factor = _factor(L, powers[0])
        if factor is not None:
            proof = f"apply (convex_relu_power {exponent} {real(factor)}); lra"
            return f"eapply convex_ext; [|{proof}]; intro u; cbv beta; field"
    return None


def _multiple(g: Term) -> Fraction | None:
    """Return β where g has β times the state as its argument."""
    for node in walk(g):
        if isinstance(node, Apply) and node.function == "multiply" and node.arguments[1] == STATE:
            return node.arguments[0].value if isinstance(node.arguments[0], Number) else None
    return None


def _unscaled(term: Term, beta: Fraction) -> Term:
    """Return a term with the state in the place of β times the state."""
    if term == Apply("multiply", (Number(beta), STATE)):
        return STATE
    if isinstance(term, Apply):
        return Apply(term.function, tuple(_unscaled(each, beta) for each in term.arguments))
    return term


def _clipped(g: Term) -> tuple[Fraction, Fraction] | None:
    """Return the ends between which g is the state itself."""
    if isinstance(g, Apply) and g.function == "min" and isinstance(g.arguments[1], Number):
        inner, high = g.arguments[0], g.arguments[1].value
        if isinstance(inner, Apply) and inner.function == "max" and inner.arguments[0] == STATE:
            low = inner.arguments[1]
            return (low.value, high) if isinstance(low, Number) else None
    return None


def _leaky(g: Term) -> Fraction | None:
    """Return the slope below 0."""
    if isinstance(g, Apply) and g.function == "subtract" and g.arguments[0] == RELU:
        below = g.arguments[1]
        if isinstance(below, Apply) and below.function == "multiply" and isinstance(below.arguments[0], Number):
            return below.arguments[0].value
    return None


def _factor(L: Term, power: Term) -> Fraction | None:
    """Return what L multiplies a term with."""
    if power == L:
        return Fraction(1)
    if isinstance(L, Apply) and L.function == "divide" and isinstance(L.arguments[1], Number):
        inner = _factor(L.arguments[0], power)
        return None if inner is None else inner / L.arguments[1].value
    if isinstance(L, Apply) and L.function == "multiply" and isinstance(L.arguments[0], Number):
        inner = _factor(L.arguments[1], power)
        return None if inner is None else inner * L.arguments[0].value
    return None
