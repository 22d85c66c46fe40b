"""The layers and synapses of a core as data of ``proofs/Networks.v``."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeGuard

from hopverify.exporting.numbers import name, rational
from hopverify.exporting.refusal import NotExported
from hopverify.kernel.core import Core, Synapse
from hopverify.kernel.terms import Apply, Number, Term, Variable

OTHER = "is not one of those that statements have: dense, diagonal and Hebbian ones between two layers"


@dataclass(frozen=True)
class Linear:
    """factor · W γ of a layer: W is a matrix of ``proofs/Networks.v``, made of an array of the core."""

    factor: Fraction
    matrix: str
    source: str
    array: str


@dataclass(frozen=True)
class Bilinear:
    """γ of a layer times a linear map of another's."""

    target: str
    linear: Linear


def synapse_text(core: Core, synapse: Synapse) -> str:
    """Return the energy and the drive of a synapse, as a record."""
    form = bilinear(synapse.energy)
    if form is None:
        raise NotExported(f"synapse {synapse.name} {OTHER}")
    block = _block(core, form.target, form.linear)
    if synapse.drive is None:
        return f"Synapse ({block}) (minus_gradient ({block}))"
    blocks = []
    for layer, term in synapse.drive.items():
        found = linear(term)
        if found is None:
            raise NotExported(f"the drive of synapse {synapse.name} {OTHER}")
        blocks.append(_block(core, layer, found))
    return f"Synapse ({block})\n  [{'; '.join(blocks)}]"


def arrays_in(synapse: Synapse) -> list[str]:
    """Return the arrays that a synapse is made of."""
    form = bilinear(synapse.energy)
    terms = [] if synapse.drive is None else [linear(each) for each in synapse.drive.values()]
    found = [form.linear if form else None, *terms]
    return list(dict.fromkeys(each.array for each in found if each is not None))


def _block(core: Core, target: str, found: Linear) -> str:
    places = {layer.name: place for place, layer in enumerate(core.layers)}
    return f"Block {places[target]} ({rational(found.factor)}) ({found.matrix}) {places[found.source]}"


def bilinear(term: Term) -> Bilinear | None:
    """Return what S is: c · γ_a·(W γ_b), or c · w·(γ_a γ_b); None for another term."""
    if isinstance(term, Apply) and term.function == "negate":
        return _scaled_form(Fraction(-1), term.arguments[0])
    if isinstance(term, Apply) and term.function == "multiply" and isinstance(term.arguments[0], Number):
        return _scaled_form(term.arguments[0].value, term.arguments[1])
    if isinstance(term, Apply) and term.function == "dot":
        left, right = term.arguments
        target, held = _of("activation", left), _of("array", left)
        if target is not None:
            found = linear(right)
            return None if found is None else Bilinear(target, found)
        ends = [_of("activation", each) for each in right.arguments] if _is(right, "multiply") else []
        if held is not None and len(ends) == 2 and ends[0] is not None and ends[1] is not None:
            return Bilinear(ends[0], Linear(Fraction(1), f"diagonal {array_name(held)}", ends[1], held))
    return None


def _scaled_form(factor: Fraction, term: Term) -> Bilinear | None:
    found = bilinear(term)
    return None if found is None else Bilinear(found.target, _scaled(factor, found.linear))


def linear(term: Term) -> Linear | None:
    """Return what a drive is: c · W γ, with W an array, its transpose, a diagonal, or Ξᵀ Ξ; None for another term."""
    if not isinstance(term, Apply):
        return None
    if term.function == "negate":
        found = linear(term.arguments[0])
        return None if found is None else _scaled(Fraction(-1), found)
    if term.function == "multiply":
        return _product(*term.arguments)
    if term.function == "matmul":
        return _matmul(*term.arguments)
    return _hollow(*term.arguments) if term.function == "subtract" else None


def _product(left: Term, right: Term) -> Linear | None:
    """A number times a linear map, or a vector times activations, entry by entry."""
    if isinstance(left, Number):
        found = linear(right)
        return None if found is None else _scaled(left.value, found)
    w, source = _of("array", left), _of("activation", right)
    return None if w is None or source is None else Linear(Fraction(1), f"diagonal {array_name(w)}", source, w)


def _matmul(left: Term, right: Term) -> Linear | None:
    """W γ, Wᵀ γ, or Ξᵀ (Ξ γ)."""
    W, source = _of("array", left), _of("activation", right)
    if W is not None and source is not None:
        return Linear(Fraction(1), f"rows {array_name(W)}", source, W)
    transposed = _of("array", left.arguments[0]) if _is(left, "transpose") else None
    if transposed is not None and source is not None:
        return Linear(Fraction(1), f"transpose (rows {array_name(transposed)})", source, transposed)
    overlaps = linear(right) if transposed is not None and _is(right, "matmul") else None
    if overlaps is not None and (overlaps.array, overlaps.matrix) == (transposed, f"rows {array_name(overlaps.array)}"):
        return Linear(Fraction(1), f"gram {array_name(overlaps.array)}", overlaps.source, overlaps.array)
    return None


def _hollow(left: Term, right: Term) -> Linear | None:
    """Ξᵀ Ξ γ - (column squares of Ξ) γ: the diagonal of Ξᵀ Ξ is left out."""
    found = linear(left)
    if found is None or found.factor != 1 or not found.matrix.startswith("gram ") or not _is(right, "multiply"):
        return None
    squares, gamma = right.arguments
    if not _is(squares, "column_squares") or _of("activation", gamma) != found.source:
        return None
    if _of("array", squares.arguments[0]) != found.array:
        return None
    return Linear(Fraction(1), f"hollow ({found.matrix})", found.source, found.array)


def _scaled(factor: Fraction, found: Linear) -> Linear:
    return Linear(factor * found.factor, found.matrix, found.source, found.array)


def _is(term: Term, function: str) -> TypeGuard[Apply]:
    return isinstance(term, Apply) and term.function == function


def _of(kind: str, term: Term) -> str | None:
    return term.place[1] if isinstance(term, Variable) and term.place[0] == kind else None


def array_name(array: str) -> str:
    """Return the name of an array in a file."""
    return f"array_{name(array)}"
