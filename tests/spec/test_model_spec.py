from __future__ import annotations

import dataclasses
import pickle

import pytest

from hopverify.spec import parse_spec

from .examples import RELU_PAIR, spoiled, with_layer


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("layers.x.bias[1]", (5, 46)),
        ("layers.x.bias[7]", (5, 40)),
        ("layers.x.bias.nothing", (5, 40)),
        ("layers.y.bias", (5, 3)),
        ("synapses.w.weights[1][0]", (7, 57)),
        ("nothing", (1, 1)),
        ("", (1, 1)),
    ],
)
def test_errors_point_at_the_path_or_its_nearest_ancestor(path: str, place: tuple[int, int]) -> None:
    (problem,) = parse_spec(RELU_PAIR, file="s").error(path, "is wrong").problems
    assert (problem.line, problem.column) == place
    assert str(problem).endswith(f"{path}: is wrong" if path else "is wrong")


EXPRESSION = "layers.x.lagrangian.expression"


@pytest.mark.parametrize(
    ("layer", "offset", "place"),
    [
        ("{size: 2, lagrangian: {expression: x^2 + y}}", 6, (5, 47)),
        ('{size: 2, lagrangian: {expression: "x^2 + y"}}', 7, (5, 48)),
        ("\n    size: 2\n    lagrangian:\n      expression: |\n        x^2 +\n        y", 6, (10, 9)),
        ("{size: 2, lagrangian: {expression: x^2 + y}}", 500, (5, 41)),
        ("{size: 2, lagrangian: {expression: 0}}", 0, (5, 41)),
    ],
)
def test_an_offset_moves_along_an_expression(layer: str, offset: int, place: tuple[int, int]) -> None:
    spec = parse_spec(with_layer(layer))
    (problem,) = spec.error(EXPRESSION, "is wrong", offset=offset).problems
    assert (problem.line, problem.column) == place
    assert spec.is_quoted(EXPRESSION) == ('"' in layer)


def test_a_spec_is_frozen_comparable_and_can_be_sent_to_other_processes() -> None:
    spec = parse_spec(RELU_PAIR)
    assert spec == parse_spec(RELU_PAIR)
    assert hash(spec) == hash(parse_spec(RELU_PAIR))
    assert spec != parse_spec(spoiled("relu-pair", "other"))
    assert pickle.loads(pickle.dumps(spec)) == spec
    with pytest.raises(dataclasses.FrozenInstanceError):
        spec.name = "other"  # type: ignore[misc]
