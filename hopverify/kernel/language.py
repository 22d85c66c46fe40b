"""The closed language in which a core model states its functions: its functions, how JSON writes terms, their shapes.

    "-3/4"                      a number
    ["state"]                   x, the argument of L and g (of one neuron, or of the whole layer)
    ["state", "h"]              the state of the layer h
    ["activation", "h"]         its activation γ
    ["array", "W"]              an array of the core
    ["tanh", u]                 a function of the table, with its arguments

A value is a number, a vector or a matrix (arrays may have more axes); its shape is () or (n,) or (n, m). A number
stands beside anything. A vector beside a matrix has as many entries as a row of it. Functions of one number act on each
entry.

>>> places = {("array", "W"): (2, 3), ("state", ""): (3,)}
>>> shape(read(["matmul", ["array", "W"], ["state"]], "here"), places, "here")
(2,)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from hopverify.kernel.numbers import Rejected, need, rational, shown
from hopverify.kernel.properties import TABLE
from hopverify.kernel.terms import Apply, Misfit, Number, Place, Shape, Term, Variable, constant, walk, whole

MAX_DEPTH = 200

_VARIABLES = ("state", "activation", "array")


def read(document: Any, where: str, depth: int = 0) -> Term:
    """Return the term that a JSON value stands for."""
    if isinstance(document, str):
        return Number(rational(document, where))
    need(isinstance(document, list) and bool(document), where, f"expected a term, got {shown(document)}")
    need(depth < MAX_DEPTH, where, f"terms are nested at most {MAX_DEPTH} deep")
    head, *rest = document
    if head in _VARIABLES:
        names = [head, *rest] if rest or head != "state" else [head, ""]
        need(len(names) == 2 and isinstance(names[1], str), where, f"expected a variable, got {shown(document)}")
        need(bool(rest) == bool(names[1]), where, "a name has at least one character")
        return Variable((names[0], names[1]))
    need(isinstance(head, str) and head in FUNCTIONS, where, f"no function is called {shown(head)}")
    arguments = tuple(read(each, f"{where}.{head}", depth + 1) for each in rest)
    low, high = FUNCTIONS[head].arity
    why = f"{head} takes {low if low == high else f'at least {low}'} arguments, got {len(rest)}"
    need(low <= len(arguments) and (high is None or len(arguments) <= high), where, why)
    return Apply(head, arguments)


def write(term: Term) -> Any:
    """Return a term as JSON writes it."""
    if isinstance(term, Number):
        return str(term.value)
    if isinstance(term, Variable):
        return [part for part in term.place if part]
    return [term.function, *(write(each) for each in term.arguments)]


def shapes(term: Term, places: Mapping[Place, Shape], where: str) -> dict[int, Shape]:
    """Return the shape of each node, by its ``id``; refuse what does not fit."""
    known: dict[int, Shape] = {}
    for node in walk(term):
        if isinstance(node, Number):
            known[id(node)] = ()
        elif isinstance(node, Variable):
            need(node.place in places, where, f"nothing here is {shown(write(node))}")
            known[id(node)] = places[node.place]
        else:
            try:
                known[id(node)] = FUNCTIONS[node.function].shape(node, [known[id(each)] for each in node.arguments])
            except (Misfit, IndexError) as error:
                given = ", ".join(str(known[id(each)]) for each in node.arguments)
                raise Rejected(f"{where}: {node.function} is not defined for the shapes {given}") from error
    return known


def shape(term: Term, places: Mapping[Place, Shape], where: str) -> Shape:
    """Return the shape of a term's value."""
    return shapes(term, places, where)[id(term)]


Rule = Callable[[Apply, list[Shape]], Shape]


@dataclass(frozen=True)
class Function:
    """How many arguments a function takes (None: any number), and the shape of its value."""

    arity: tuple[int, int | None]
    shape: Rule


def _fit(holds: bool) -> None:
    if not holds:
        raise Misfit


def _beside(node: Apply, given: list[Shape]) -> Shape:
    widest = max(given, key=len, default=())
    _fit(all(not each or each == widest[-len(each) :] for each in given))
    return widest


def _power(node: Apply, given: list[Shape]) -> Shape:
    constant(node.arguments[1])
    return given[0]


def _number_of_vector(node: Apply, given: list[Shape]) -> Shape:
    _fit(len(given[0]) == 1 and all(each == () for each in given[1:]))
    return ()


def _vector_of_vector(node: Apply, given: list[Shape]) -> Shape:
    _number_of_vector(node, given)
    return given[0]


def _with_parameter(rule: Rule) -> Rule:
    """A family with a parameter > 1: what it maximises is concave there."""

    def checked(node: Apply, given: list[Shape]) -> Shape:
        _fit(constant(node.arguments[1]) > 1)
        return rule(node, given)

    return checked


def _dot(node: Apply, given: list[Shape]) -> Shape:
    _fit(len(given[0]) == 1 and given[0] == given[1])
    return ()


def _matmul(node: Apply, given: list[Shape]) -> Shape:
    left, right = given
    _fit(len(left) == 2 and len(right) in (1, 2) and left[1] == right[0])
    return (left[0], *right[1:])


def _transpose(node: Apply, given: list[Shape]) -> Shape:
    _fit(len(given[0]) == 2)
    return given[0][::-1]


def _index(node: Apply, given: list[Shape]) -> Shape:
    _fit(bool(given[0]) and whole(node.arguments[1]) < given[0][0])
    return given[0][1:]


def _unit(node: Apply, given: list[Shape]) -> Shape:
    _fit(len(given[0]) == 1 and whole(node.arguments[1]) < given[0][0])
    return given[0]


def _stack(node: Apply, given: list[Shape]) -> Shape:
    """Numbers as a vector, vectors as the rows of a matrix."""
    _fit(len(set(given)) == 1 and len(given[0]) <= 1)
    return (len(given), *given[0])


def _concatenate(node: Apply, given: list[Shape]) -> Shape:
    _fit(all(len(each) == 1 for each in given))
    return (sum(each[0] for each in given),)


def _slice(node: Apply, given: list[Shape]) -> Shape:
    start, stop = (whole(each) for each in node.arguments[1:])
    _fit(len(given[0]) == 1 and start < stop <= given[0][0])
    return (stop - start,)


def _column_squares(node: Apply, given: list[Shape]) -> Shape:
    _fit(len(given[0]) == 2)
    return given[0][1:]


def _rowwise(node: Apply, given: list[Shape]) -> Shape:
    """A mask is an array: of a term that has the value 1, balls would not tell whether it is 1."""
    mask = node.arguments[0]
    _fit(isinstance(mask, Variable) and mask.place[0] == "array")
    _fit(len(given[0]) == 2 and given[0] == given[1])
    return given[0]


def _number_of_row(node: Apply, given: list[Shape]) -> Shape:
    return _rowwise(node, given)[:1]


def _contract(node: Apply, given: list[Shape]) -> Shape:
    tensor, place, vectors = given[0], whole(node.arguments[1]), given[2:]
    _fit(place < len(tensor))
    _fit(vectors == [(n,) for axis, n in enumerate(tensor) if axis != place])
    return (tensor[place],)


@dataclass(frozen=True)
class Window:
    """How a kernel of shape (channels out, channels in, k…) passes over an input of shape (channels in, space…)."""

    inputs: Shape
    outputs: Shape
    stride: int
    padding: int


def window(kernel: Shape, stride: int, padding: int, *inputs: int) -> Window:
    """Return the window of a convolution: its arguments are kernel, vector, stride, padding and the input's shape."""
    _fit(stride >= 1 and len(inputs) == len(kernel) - 1 >= 1 and inputs[0] == kernel[1] and min(inputs) >= 1)
    space = [(n + 2 * padding - k) // stride + 1 for n, k in zip(inputs[1:], kernel[2:], strict=True)]
    _fit(all(extent >= 1 for extent in space))
    return Window(inputs, (kernel[0], *space), stride, padding)


def _convolve(node: Apply, given: list[Shape]) -> Shape:
    found = window(given[0], *map(whole, node.arguments[2:]))
    _fit(given[1] == (prod(found.inputs),))
    return (prod(found.outputs),)


def _convolve_back(node: Apply, given: list[Shape]) -> Shape:
    found = window(given[0], *map(whole, node.arguments[2:]))
    _fit(given[1] == (prod(found.outputs),))
    return (prod(found.inputs),)


ELEMENTWISE = tuple(TABLE)
"""Functions of one number."""

BESIDE = ("add", "subtract", "multiply", "divide", "max", "min")
"""Functions of two numbers, of values that stand beside each other."""

FUNCTIONS: Mapping[str, Function] = {
    **{name: Function((1, 1), _beside) for name in ELEMENTWISE},
    **{name: Function((2, 2), _beside) for name in BESIDE},
    "power": Function((2, 2), _power),
    "pi": Function((0, 0), lambda node, given: ()),
    **{
        name: Function((1, 1), _number_of_vector)
        for name in ("sum", "mean", "variance", "size", "logsumexp", "ghost_logsumexp")
    },
    "norm": Function((2, 2), _number_of_vector),
    "dot": Function((2, 2), _dot),
    **{
        name: Function((2, 2), _with_parameter(_number_of_vector)) for name in ("entmax_conjugate", "normmax_conjugate")
    },
    **{name: Function((2, 2), _with_parameter(_vector_of_vector)) for name in ("entmax", "normmax")},
    **{name: Function((1, 1), _vector_of_vector) for name in ("softmax", "ghostmax", "ones")},
    "matmul": Function((2, 2), _matmul),
    "transpose": Function((1, 1), _transpose),
    "index": Function((2, 2), _index),
    "unit": Function((2, 2), _unit),
    "stack": Function((1, None), _stack),
    "concatenate": Function((1, None), _concatenate),
    "slice": Function((3, 3), _slice),
    "column_squares": Function((1, 1), _column_squares),
    "masked_softmax": Function((2, 2), _rowwise),
    "masked_logsumexp": Function((2, 2), _number_of_row),
    "contract": Function((3, None), _contract),
    "convolve": Function((5, None), _convolve),
    "convolve_back": Function((5, None), _convolve_back),
}
"""The closed language; docs/core.md defines each function."""
