"""The numbers of a model: its arrays whole or in short, and flow and energy written out with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify.derivation import arrays_of, derive, with_numbers, written_out
from hopverify.derivation.crosscheck import valued
from hopverify.derivation.formula import Formula, Node, Symbol
from hopverify.expr.balls import BALLS
from hopverify.expr.floats import FLOATS
from hopverify.networks import Model, any_model
from hopverify.spec import read_spec
from tests.derivation.models import model

SPECS = Path(__file__).parents[2] / "specs"
ONE = """
layers:
  x: {size: 2, lagrangian: identity, bias: [1, "1/3"], tau: [1, 2]}
synapses:
  w: {kind: dense, layers: [x, x], weights: [[0, -2], [-2, 0.25]]}
"""
# An array of the spec has the letter that the formulas give to the weights of the only synapse.
SAME_LETTER = """
layers:
  x: {size: 2, lagrangian: identity}
  y: {size: 2, lagrangian: identity}
arrays: {W_b: [[3, 0], [0, 3]]}
synapses:
  a: {kind: expression, layers: [x, y], energy: "-dot(x, W_b@y)"}
  b: {kind: dense, layers: [x, y], weights: [[1, 2], [3, 4]]}
"""


def read(name: str) -> Model:
    found = any_model(read_spec(SPECS / f"{name}.yaml"))
    assert isinstance(found, Model)
    return found


def test_small_arrays_are_printed_whole() -> None:
    small = model(ONE)
    printed = with_numbers(derive(small), small)
    for expected in (
        "b = (1, 1/3)        biases of layer x",
        "τ = (1, 2)          time constants of layer x",
        "W = [  0    -2 ]    weights of synapse w, within x",
        "    [ -2  0.25 ]",
        "  ẋ_1 = 1 - 2·g_2 - x_1",
        "2·ẋ_2 = g_2/4 + 1/3 - 2·g_1 - x_2",
    ):
        assert expected in printed.to_text(), printed.to_text()
    assert r"W &= \begin{pmatrix} 0 & -2 \\ -2 & 0.25 \end{pmatrix}" in printed.to_latex()
    assert printed.to_latex().isascii()


def test_large_arrays_are_told_in_short() -> None:
    (weights,) = arrays_of(any_model(read_spec(SPECS / "digits.yaml")))
    assert not weights.is_small
    told = weights.in_short.in_text
    for part in ("1,797 × 64", "Frobenius norm ≈42.391", "5,391 of 115,008 are 0", "first entries 0, ≈-0.0096449"):
        assert part in told
    assert weights.in_short.in_latex.isascii()


def test_a_large_square_matrix_is_told_to_be_symmetric_or_not() -> None:
    text = "layers: {{x: {{size: 9, lagrangian: identity}}}}\n"
    text += "synapses: {{w: {{kind: dense, layers: [x, x], weights: {}}}}}\n"
    even = [[1 + (i + j) % 2 for j in range(9)] for i in range(9)]
    odd = [[2 * i + j for j in range(9)] for i in range(9)]
    told = [arrays_of(model(text.format(rows)))[0].in_short.in_text for rows in (even, odd)]
    assert "; symmetric; " in told[0]
    assert "; not symmetric; " in told[1]


@pytest.mark.parametrize(
    "name", ["hopfield-1984", "dense-associative-unbounded", "negative-clipped-softmax", "softmax-equilibria"]
)
def test_the_flow_written_out_is_the_flow_of_the_model(name: str) -> None:
    written, rng = read(name), np.random.default_rng(1)
    state = {layer.name: rng.normal(size=layer.size) for layer in written.dynamic}
    flow = np.concatenate(list(written.flow(state, FLOATS).values()))
    told = _sums(written_out(written, arrays_of(written))[0].lines, _entries(written, state))
    assert np.allclose(flow, told, rtol=1e-12, atol=1e-12)


def test_the_energy_written_out_is_the_energy_of_the_model() -> None:
    written, rng = read("softmax-equilibria"), np.random.default_rng(1)
    state = {layer.name: rng.normal(size=layer.size) for layer in written.dynamic}
    ((name, layer),) = written.layers.items()
    values = _entries(written, state)
    lines = written_out(written, arrays_of(written))[1].lines
    values["L"] = layer.function.lagrangian(BALLS.array(state[name]), BALLS)
    (told,) = _sums(lines, values)
    assert told == pytest.approx(float(written.energy(state, FLOATS)))


def _entries(written: Model, state: dict[str, Any]) -> dict[str, Any]:
    """Return the numbers of x and g of every layer."""
    found: dict[str, Any] = {}
    for letter, vectors in zip("xg", written.complete(state, FLOATS), strict=True):
        for name, vector in vectors.items():
            found[letter if len(vectors) == 1 else f"{letter}_{name}"] = BALLS.array(np.array(vector))
    return found


def _sums(lines: Any, values: dict[str, Any]) -> list[float]:
    """Add up the lines of each left side; L stands for its value at the state."""
    sums: list[float] = []
    for line in lines:
        sums += [0.0] if line.left is not None else []
        sums[-1] += float(valued(_with(line.right), values))
    return sums


def _with(value: Formula) -> Formula:
    if not isinstance(value, Node):
        return value
    return Symbol("L") if value.head == "L" else Node(value.head, tuple(map(_with, value.parts)))


def test_large_models_and_letters_of_two_arrays_are_not_written_out() -> None:
    digits, twice = read("digits"), model(SAME_LETTER)
    assert written_out(digits, arrays_of(digits)) == ()
    assert {str(each.symbol) for each in arrays_of(model(SAME_LETTER))} == {"W_b"}
    assert written_out(twice, arrays_of(twice)) == ()
