"""What an energy of states is made of: a gradient flow ẋ = -∇E, as layers and synapses of a spec.

The arguments become layers of identity neurons, whose activation is their state. Of the energy,

- ½ xᵀMx is a leak, for the diagonal of M where it is positive, and a ``dense`` synapse for the rest;
- -(1/β) log Σ exp(β(Ξx + b)) is an instantaneous ``softmax`` layer, joined to x by a dense synapse with Ξ;
- -Σ F(w_i·x + b_i), F a Lagrangian of the catalogue, is an instantaneous layer with that Lagrangian, as the hidden
  layer of a two-layer memory (arXiv:2008.06996);
- all else goes where :mod:`hopverify.interop.tracing.energies` puts it.

The sum of all parts is the energy, exactly, but for a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.evaluate import evaluate
from hopverify.expr.floats import FLOATS
from hopverify.interop.tracing.affine import affine, quadratic, total
from hopverify.interop.tracing.constants import merged
from hopverify.interop.tracing.energies import Interaction, Part, Sorting
from hopverify.interop.tracing.expressions import Writer
from hopverify.interop.tracing.heads import heads
from hopverify.interop.tracing.recognition import lagrangian_of
from hopverify.interop.tracing.rows import MAX_ROWS, chosen
from hopverify.interop.tracing.tensors import leaf, product, scaled, sources
from hopverify.interop.tracing.tensors import total as summed
from hopverify.interop.tracing.terms import Atom, CannotWrite, Constant, Input, Tensor, Term, collected

Array = NDArray[Any]


@dataclass(frozen=True)
class Hidden:
    """An instantaneous layer: its name, its size, its Lagrangian or activation as a spec states it, and its bias."""

    name: str
    size: int
    act: Mapping[str, Any]
    bias: Array | None


@dataclass
class Structure:
    """The parts of an energy or a flow: by layer leaks, biases and acts; hidden layers, synapses, a constant left out.

    A layer without an act of its own is one of identity neurons.
    """

    acts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    leaks: dict[str, Array] = field(default_factory=dict)
    biases: dict[str, Array] = field(default_factory=dict)
    hidden: list[Hidden] = field(default_factory=list)
    synapses: dict[str, Part] = field(default_factory=dict)
    constant: float = 0.0


@dataclass
class Finder:
    """Finds the structure of one energy; ``sizes`` are the numbers of neurons of the layers.

    ``name_of`` gives names that nothing else has, near the one wanted; ``title_of`` the name of an array of the
    program, if it is one. With ``spread`` arrays may be written over all their axes at once.
    """

    sizes: Mapping[str, int]
    name_of: Callable[[str], str] = lambda wanted: wanted
    title_of: Callable[[Array], str | None] = lambda values: None
    spread: bool = False
    found: Structure = field(default_factory=Structure)

    def structure(self, energy: Tensor) -> Structure:
        """Return the parts of an energy, a single number."""
        forms: dict[str, Array] = {}
        rest: list[Term] = []
        attention, waiting = heads([merged(term) for term in energy.terms], list(self.sizes))
        for part in attention:
            self.found.synapses[self.name_of("attention")] = part
        while waiting:
            term = merged(waiting.pop(0))
            if not term.coefficient:
                continue
            if not _inputs(term):
                self.found.constant += float(evaluate(Writer({}).number(Tensor((), (term,))), {}, FLOATS))
                continue
            pieces = self._by_rows(term) or _squared_out(term)
            if pieces:
                waiting += pieces
                continue
            form = quadratic(term)
            joined = None if form is None else total(forms.get(form[0], np.zeros_like(form[1])), form[1])
            if form is not None and joined is not None:
                forms[form[0]] = joined
            elif not self._hidden(term) and not self._of_sums(term):
                rest.append(term)
        for layer, form_of in forms.items():
            self._leak_and_weights(layer, form_of)
        self._sorted(rest)
        return self.found

    def _by_rows(self, term: Term) -> list[Term]:
        """Return Σ_r f(row r) as one term for each row, where rows are layers; nothing where it is no such sum."""
        tall = [f for f in term.factors if isinstance(f.source, Atom) and len(f.labels) > 1]
        if len(self.sizes) < 2 or not tall or term.axes:
            return []
        label = min(tall[0].labels, key=lambda each: term.extents[each])
        extent = term.extents[label]
        if extent > MAX_ROWS or any(isinstance(f.source, Input) and label in f.labels for f in term.factors):
            return []
        value = collected((extent,), [Term(term.coefficient, term.factors, (label,))])
        rows = [row for index in range(extent) for row in chosen(value, 0, index).terms]
        whole = {factor.source.key for factor in tall}
        # A function of whole arrays has no rows of its own.
        return [] if any(factor.source.key in whole for row in rows for factor in row.factors) else rows

    def _leak_and_weights(self, layer: str, M: Array) -> None:
        """Put ½ xᵀMx into a leak and a dense synapse."""
        diagonal = np.diagonal(M)
        W = M
        if all(entry > 0 for entry in diagonal):
            self.found.leaks[layer] = diagonal
            W = M - np.diag(diagonal)
        if np.any(W != 0):
            self.found.synapses[self.name_of(self._title(-W, f"w_{layer}"))] = Part(
                "dense", (layer, layer), {}, {"weights": -W}
            )

    def _title(self, values: Array, otherwise: str) -> str:
        return self.title_of(values) or otherwise

    def _hidden(self, term: Term) -> bool:
        """Read a term as a hidden layer, if it is one."""
        if len(term.factors) != 1 or term.coefficient >= 0:
            return False
        source = term.factors[0].source
        if not isinstance(source, Atom) or len(source.arguments) != 1:
            return False
        size = -term.coefficient
        u = source.arguments[0]
        if source.shape and isinstance(u.alone, Input):
            # A function of the neurons themselves.
            return False
        x = leaf(Input("x", u.shape))
        # With x = c·u it is -L(x), L(x) = c·F(x/c).
        atom = leaf(Atom(source.function, (scaled(x, 1 / size),), source.shape, source.parameter))
        try:
            stated = lagrangian_of(scaled(summed(atom, range(len(source.shape))), size), u.shape).lagrangian
        except CannotWrite:
            return False
        if (stated if isinstance(stated, str) else next(iter(stated))) in _NOT_CONVEX:
            return False
        inner = affine(scaled(u, size))
        if inner is None or not inner.maps:
            return False
        count = len(next(iter(inner.maps.values())))
        name = self.name_of("h")
        self.found.hidden.append(Hidden(name, count, {"lagrangian": stated}, inner.offset))
        for layer, matrix in inner.maps.items():
            key = self.name_of(self._title(matrix, f"{name}_{layer}"))
            self.found.synapses[key] = Part("dense", (name, layer), {}, {"weights": matrix})
        return True

    def _of_sums(self, term: Term) -> bool:
        """Read a product (Σγ_a)(Σγ_b) of two layers, whose matrix has no array of its own."""
        layers = [factor.source for factor in term.factors]
        names = [source.name for source in layers if isinstance(source, Input)]
        if len(layers) != 2 or len(set(names)) != 2 or set(term.factors[0].labels) & set(term.factors[1].labels):
            return False
        weights = np.full([self.sizes[name] for name in names], -term.coefficient, dtype=object)
        self.found.synapses[self.name_of("w")] = Part("dense", (names[0], names[1]), {}, {"weights": weights})
        return True

    def _sorted(self, rest: list[Term]) -> None:
        single = frozenset(name for name, size in self.sizes.items() if size == 1)
        sorting = Sorting("a", {}, single, tuple(self.sizes), self.name_of, title_of=self.title_of, spread=self.spread)
        interaction: Interaction = sorting.sorted(collected((), rest))
        self.found.biases.update(interaction.biases)
        for part in interaction.parts:
            arrays = next(iter(part.arrays.values()), None)
            title = None if arrays is None else self.title_of(arrays)
            self.found.synapses[self.name_of(title or part.kind)] = part


def _squared_out(term: Term) -> list[Term]:
    """Return the terms of c·Σ(Wx + b)², where the matrices multiply exactly; nothing for another term."""
    source = term.factors[0].source if len(term.factors) == 1 else None
    if not isinstance(source, Atom) or source.function != "power" or source.parameter != 2 or term.axes:
        return []
    (u,) = source.arguments
    if len(u.terms) < 2 or affine(u) is None:
        return []
    squared = scaled(summed(product(u, u), range(len(u.shape))), term.coefficient)
    pieces = [merged(piece) for piece in squared.terms]
    single = all(sum(isinstance(f.source, Constant) for f in piece.factors) <= 1 for piece in pieces)
    return pieces if single else []


# What is no Lagrangian of a hidden layer, though it has a name: the flow is a gradient's all the same.
_NOT_CONVEX = ("expression", "abs", "gelu", "mish", "polynomial", "silu")


def _inputs(term: Term) -> bool:
    return any(isinstance(source, Input) for source in sources(Tensor((), (term,))))
