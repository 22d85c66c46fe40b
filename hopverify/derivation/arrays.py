"""The arrays of a model by their symbols in the formulas, with their numbers: weights, patterns, biases, times.

Numbers are exact where they are short, and marked ≈ where they are rounded. Small arrays are shown whole; of large ones
the shape, what is exactly so (symmetric, how many entries are 0), the Frobenius norm and the first entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from hopverify.derivation.document import Mark
from hopverify.derivation.formula import Symbol
from hopverify.derivation.latex import latex, latex_words
from hopverify.derivation.names import Names
from hopverify.derivation.printing import text
from hopverify.networks import Layer, Model, SpinModel
from hopverify.spec import ExactArray
from hopverify.synapses import Synapse
from hopverify.synapses.feedforward_feedback import FeedforwardFeedback

# A row, or a column, has no more entries where an array is shown whole.
WHOLE = 8
FIRST = 6
# Characters of a number that is shown as it is.
LONGEST = 10
_SIGNS = {"×": r" \times ", "≈": r" \approx ", "…": r"\ldots"}
# The letters of arrays in formulas, by the fields of synapses that hold them.
_LETTERS = {"matrix": "W", "diagonal": "w", "patterns": "Xi", "kernel": "k", "tensor": "T"}
_LETTERS |= {"queries": "W_Q", "keys": "W_K", "forward": "A", "feedback": "B", "metric": "P", "residual": "R"}
_OF_ONE_KIND = frozenset({"queries", "keys", "forward", "feedback", "metric", "residual"})
_NAMES = {"patterns": "patterns, one a row,", "queries": "queries", "keys": "keys", "kernel": "kernel"}
_NAMES |= {
    "metric": "metric",
    "residual": "residual",
    "forward": "feed-forward weights",
    "feedback": "feedback weights",
}


@dataclass(frozen=True, eq=False)
class Numbers:
    """An array of a model: ``symbol`` names it in the formulas, ``what`` says what it is."""

    symbol: Symbol
    what: str
    array: ExactArray

    @property
    def is_small(self) -> bool:
        """Whether it is shown whole."""
        return self.array.ndim <= 2 and max(self.array.shape, default=0) <= WHOLE

    @property
    def is_uniform(self) -> bool:
        """Whether all entries are one number."""
        return bool((self.array.values == self.array.values.flat[0]).all())

    @property
    def whole(self) -> Mark:
        """All entries, a row of a matrix on a line of its own."""
        values = self.array.fractions()
        if values.ndim < 2:
            shown = [short(value) for value in values.flat]
            return Mark(f"({', '.join(shown)})", _matrix([shown]))
        rows = [[short(value) for value in row] for row in values]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(entry.rjust(width) for entry, width in zip(row, widths, strict=True)) for row in rows]
        return Mark("\n".join(f"[ {line} ]" for line in lines), _matrix(rows))

    @property
    def in_short(self) -> Mark:
        """What is told of an array that is not shown whole."""
        told = "; ".join(self._facts())
        parts = re.split("([×≈…])", told)
        return Mark(told, "".join(_SIGNS.get(part) or latex_words(part) for part in parts if part))

    def _facts(self) -> Iterator[str]:
        values = self.array.values
        yield " × ".join(f"{length:,}" for length in values.shape) + ("" if values.ndim > 1 else " numbers")
        if self.is_uniform:
            yield f"all {short(Fraction(values.flat[0]))}"
            return
        if values.ndim == 2 and values.shape[0] == values.shape[1]:
            yield "symmetric" if bool((values == values.T).all()) else "not symmetric"
        floats = self.array.floats()
        scale = float(np.abs(floats).max())
        # Numbers beyond those of floating point have no norm here.
        if 0 < scale < np.inf:
            # Scaled, so that squares of large numbers do not overflow.
            norm = scale * float(np.sqrt(((floats / scale) ** 2).sum()))
            yield f"{'Frobenius norm' if values.ndim > 1 else 'norm'} ≈{norm:.5g}"
        yield f"entries from {short(Fraction(values.min()))} to {short(Fraction(values.max()))}"
        if zeros := int((values == 0).sum()):
            yield f"{zeros:,} of {values.size:,} are 0"
        first = ", ".join(short(Fraction(value)) for value in list(values.flat)[:FIRST])
        yield f"first entries {first}, …"

    @property
    def name(self) -> Mark:
        """The symbol, with its layer or synapse where there is more than one."""
        return Mark(text(self.symbol), latex(self.symbol))


def short(value: Fraction) -> str:
    """Return a number exactly where that is short, as a decimal if it is one; otherwise rounded and marked.

    >>> short(Fraction(1, 4)), short(Fraction(1, 3)), short(Fraction(0.1)), short(Fraction(-7))
    ('0.25', '1/3', '≈0.1', '-7')
    """
    decimal = Decimal(value.numerator) / Decimal(value.denominator)
    for shown in (f"{decimal:f}", f"{value}"):
        if len(shown) <= LONGEST and Fraction(shown) == value:
            return shown
    # Without the zeros that rounding leaves at the end.
    return f"≈{Decimal(f'{decimal:.5g}').normalize():g}"


def _matrix(rows: list[list[str]]) -> str:
    body = r" \\ ".join(" & ".join(entry.replace("≈", r"\approx ") for entry in row) for row in rows)
    return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"


def arrays_of(model: Model | SpinModel) -> tuple[Numbers, ...]:
    """Return the arrays that define a model, in the order of its spec."""
    names = Names(model)
    of_synapses = tuple(_of_synapses(model, names))
    return (*_of_layers(model, names), *of_synapses, *_of_memories(model, of_synapses))


def _of_layers(model: Model | SpinModel, names: Names) -> Iterator[Numbers]:
    for layer in model.layers.values():
        if bool(np.any(layer.bias.values != 0)):
            yield Numbers(names.vector("b", layer.name), f"biases of layer {layer.name}", layer.bias)
        if isinstance(layer, Layer) and isinstance(model, Model):
            yield from _numbers_per_neuron(model, layer, names)
            for name, array in layer.function.constants.items():
                yield Numbers(Symbol(name), f"parameter of layer {layer.name}", array)


def _numbers_per_neuron(model: Model, layer: Layer, names: Names) -> Iterator[Numbers]:
    """Yield times, leaks and self-inhibition that differ from neuron to neuron; others stand in the formulas."""
    told = (
        ("tau", "time constants", layer.tau),
        ("rho", "leaks", layer.leak),
        ("c", "self-inhibition", model.inhibition.get(layer.name, ())),
    )
    for letter, what, values in told:
        if len(set(values)) > 1:
            yield Numbers(
                names.vector(letter, layer.name), f"{what} of layer {layer.name}", ExactArray.of(list(values))
            )


def between(layers: Sequence[str]) -> str:
    """Return where a synapse is.

    >>> between(["x", "x"]), between(["x", "y"])
    ('within x', 'between x and y')
    """
    *others, last = dict.fromkeys(layers)
    return f"between {', '.join(others)} and {last}" if others else f"within {last}"


def _of_synapses(model: Model | SpinModel, names: Names) -> Iterator[Numbers]:
    for name, synapse in model.synapses.items():
        where = between(synapse.layers)
        for field, array in tuple(vars(synapse).items()):
            if isinstance(array, ExactArray) and field in _LETTERS and not _is_left_out(synapse, field):
                letter = "w" if field == "tensor" and array.ndim == 1 else _LETTERS[field]
                symbol = (names.matrix if field in _OF_ONE_KIND else names.weights)(letter, name)
                yield Numbers(symbol, f"{_NAMES.get(field, 'weights')} of synapse {name}, {where}", array)
        for array_name, array in getattr(synapse, "arrays", {}).items():
            yield Numbers(Symbol(array_name), f"array of synapse {name}", array)


def _is_left_out(synapse: Synapse, field: str) -> bool:
    """Whether an array is the identity, which the formulas leave out."""
    return field == "feedback" and isinstance(synapse, FeedforwardFeedback) and synapse.is_identity


def _of_memories(model: Model | SpinModel, of_synapses: tuple[Numbers, ...]) -> Iterator[Numbers]:
    """Yield stored patterns that no synapse holds."""
    held = {numbers.array.digest for numbers in of_synapses}
    for memory in model.memories.values():
        if memory.patterns.digest not in held:
            yield Numbers(Symbol(memory.name), f"memory of layer {memory.layer}, a pattern a row", memory.patterns)
