"""Functions that are defined by others: what is left are sums, products, quotients, powers, exp, log, step, sin, cos, …

A term and its expansion have the same value wherever both have one, off kinks: relu u is u·step u, and kink u is 0.

>>> from hopverify.kernel import language
>>> language.write(expanded(language.read(["tanh", ["array", "u"]], "")))[0]
'divide'
"""

from __future__ import annotations

from collections.abc import Mapping

from hopverify.kernel import language, terms
from hopverify.kernel.terms import Apply, Place, Term, Variable

# The arguments of what is defined.
_U, _V = ["state", "1"], ["state", "2"]
_E, _E2 = ["exp", _U], ["exp", ["multiply", "2", _U]]

_DEFINED = {
    "negate": ["multiply", "-1", _U],
    "subtract": ["add", _U, ["multiply", "-1", _V]],
    "sqrt": ["power", _U, "1/2"],
    "expm1": ["subtract", _E, "1"],
    "sinh": ["divide", ["subtract", _E, ["exp", ["negate", _U]]], "2"],
    "cosh": ["divide", ["add", _E, ["exp", ["negate", _U]]], "2"],
    "tanh": ["divide", ["subtract", _E2, "1"], ["add", _E2, "1"]],
    "sech": ["divide", ["multiply", "2", _E], ["add", _E2, "1"]],
    "sigmoid": ["divide", _E, ["add", _E, "1"]],
    "log1p": ["log", ["add", "1", _U]],
    "softplus": ["log", ["add", "1", _E]],
    "logcosh": ["log", ["cosh", _U]],
    "sign": ["subtract", ["multiply", "2", ["step", _U]], "1"],
    "relu": ["multiply", _U, ["step", _U]],
    "abs": ["multiply", _U, ["sign", _U]],
    "kink": ["multiply", "0", _U],
    "max": ["add", _V, ["relu", ["subtract", _U, _V]]],
    "min": ["subtract", _V, ["relu", ["subtract", _V, _U]]],
    "mean": ["divide", ["sum", _U], ["size", _U]],
    "variance": ["subtract", ["mean", ["power", _U, "2"]], ["power", ["mean", _U], "2"]],
    "dot": ["sum", ["multiply", _U, _V]],
    "norm": ["sqrt", ["add", ["dot", _U, _U], _V]],
    "softmax": ["divide", _E, ["sum", _E]],
    "ghostmax": ["divide", _E, ["add", "1", ["sum", _E]]],
    "logsumexp": ["log", ["sum", _E]],
    "ghost_logsumexp": ["log", ["add", "1", ["sum", _E]]],
}
DEFINED: Mapping[str, Term] = {name: language.read(document, name) for name, document in _DEFINED.items()}


def expanded(term: Term) -> Term:
    """Return a term with the definitions in the place of what they define, as long as there is any of it."""
    known: dict[int, Term] = {}
    for node in terms.walk(term):
        known[id(node)] = node
        if isinstance(node, Apply):
            arguments = tuple(known[id(each)] for each in node.arguments)
            known[id(node)] = _applied(node.function, arguments)
    return known[id(term)]


def _applied(name: str, arguments: tuple[Term, ...]) -> Term:
    if name not in DEFINED:
        return Apply(name, arguments)
    given: dict[Place, Term] = {("state", str(k)): each for k, each in enumerate(arguments, start=1)}
    known: dict[int, Term] = {}
    for node in terms.walk(DEFINED[name]):
        if isinstance(node, Variable):
            known[id(node)] = given[node.place]
        elif isinstance(node, Apply):
            known[id(node)] = _applied(node.function, tuple(known[id(each)] for each in node.arguments))
        else:
            known[id(node)] = node
    return known[id(DEFINED[name])]
