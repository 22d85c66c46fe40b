"""A vector, and matrices of one row and one column: each is read as its field needs it, or refused with a reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from hopverify.core import core_of
from hopverify.errors import SpecError
from hopverify.networks.building import build_model
from hopverify.spec import parse_spec

FIELDS = """
hopverify: 1
name: m
layers:
  x: {{size: 3, lagrangian: tanh, bias: {bias}, tau: {bias}}}
  y: {{size: 1, lagrangian: tanh}}
  s: {{size: 3, lagrangian: tanh}}
  t: {{size: 3, lagrangian: tanh}}
synapses:
  down: {{kind: dense, layers: [x, y], weights: {down}}}
  up: {{kind: dense, layers: [y, x], weights: {up}}}
  d: {{kind: diagonal, layers: [x, x], weights: {bias}}}
  g: {{kind: gated, layers: [x, s, t], weights: {bias}}}
  a: {{kind: associative, layers: [x], patterns: {patterns}, function: z^2}}
  h: {{kind: hebbian, layers: [x, x], patterns: {patterns}}}
  e: {{kind: epanechnikov, layers: [x], patterns: {patterns}, beta: 1, epsilon: 1}}
memories:
  m: {{layer: x, patterns: {patterns}, labels: [one]}}
  n: {{layer: y, patterns: {column}, labels: {{file: w.mat, key: row}}}}
"""


def test_rows_and_columns_are_what_their_field_needs(tmp_path: Path) -> None:
    """MATLAB knows no vectors, a table of one column has one axis, NumPy keeps both: the model is the same one."""
    numbers = [1.0, 2.0, 0.5]
    savemat(tmp_path / "w.mat", {"row": [numbers], "column": np.array([numbers]).T})
    np.save(tmp_path / "column.npy", np.array([numbers]).T)
    np.save(tmp_path / "vector.npy", np.array(numbers))
    (tmp_path / "column.csv").write_text("1\n2\n0.5\n")
    (tmp_path / "row.csv").write_text("1,2,0.5\n")
    inline = {"bias": "[1, 2, 0.5]", "up": "[[1, 2, 0.5]]", "patterns": "[[1, 2, 0.5]]"}
    inline |= dict.fromkeys(("down", "column"), "[[1], [2], [0.5]]")
    plain = core_of(build_model(parse_spec(FIELDS.format(**inline), folder=tmp_path))).digest
    vector, column = "{file: vector.npy}", "{file: column.csv}"
    matlab = "{file: w.mat, key: column}"
    for bias in ("{file: w.mat, key: row}", "{file: row.csv}", "{file: column.npy}", column):
        for line in (vector, column, matlab):
            given = dict.fromkeys(("down", "up", "patterns", "column"), line) | {"bias": bias}
            spec = parse_spec(FIELDS.format(**given), folder=tmp_path)
            assert core_of(build_model(spec)).digest == plain


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("bias", "[[1, 2], [3, 4]]", r"must be one number or 3, the size of the layer, got an array of shape \(2, 2\)"),
        ("bias", "[[1, 2]]", "must be one number or 3, the size of the layer, got 2"),
        ("patterns", "{file: column.npy}", "a row has length 1, the layer 'x' has size 3; .*add `transpose: true`"),
        ("patterns", "[[1, 2]]", "a row has length 2, the layer 'x' has size 3$"),
        ("patterns", "[1, 2]", r"must be a matrix with one pattern in a row, got an array of shape \(2,\)"),
    ],
)  # fmt: skip
def test_what_does_not_fit_says_what_would(tmp_path: Path, field: str, value: str, said: str) -> None:
    np.save(tmp_path / "column.npy", np.ones((3, 1)))
    given = {"bias": "1", "patterns": "[[1, 2, 3]]"} | {field: value}
    text = "hopverify: 1\nname: m\nlayers: {{x: {{size: 3, lagrangian: tanh, bias: {bias}}}}}\n"
    with pytest.raises(SpecError, match=said):
        parse_spec((text + "memories: {{m: {{layer: x, patterns: {patterns}}}}}\n").format(**given), folder=tmp_path)
