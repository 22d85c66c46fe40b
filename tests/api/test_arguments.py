"""What the public functions take for a spec, and what they say of everything else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import hopverify
from hopverify import Layer, Synapse, model, parse_spec, verify
from hopverify.api.given import certificate_of, spec_of
from hopverify.errors import ArgumentError, HopverifyError, SpecError
from hopverify.networks import build_model

TEXT = """\
hopverify: 1
name: tiny
layers: {x: {size: 2, lagrangian: relu, bias: [0.5, -1]}}
checks: [energy_flatness]
"""
TREE = {
    "name": "tiny",
    "layers": {"x": {"size": 2, "lagrangian": "relu", "bias": [0.5, -1]}},
    "checks": ["energy_flatness"],
}


def test_a_spec_is_the_same_however_it_is_handed_over(tmp_path: Path) -> None:
    file = tmp_path / "tiny.yaml"
    file.write_text(TEXT)
    built = model({"x": Layer(2, "relu", bias=np.array([0.5, -1]))}, name="tiny", checks=["energy_flatness"])
    in_one_line = f"{{{', '.join(TEXT.splitlines())}}}"
    forms = (parse_spec(TEXT), file, str(file), TEXT, in_one_line, TREE, built)
    assert len({spec_of(form).digest for form in forms}) == 1


WRONG: dict[str, tuple[Any, str]] = {
    "number": (3, "a spec is taken .* got a int"),
    "nothing": (None, "got a NoneType"),
    "array": (np.eye(3), r"got an array of shape \(3, 3\): hopfield, dense_memory and model make"),
    "module": (SimpleNamespace(state_dict=1), "a module of PyTorch: hopverify.interop.torch"),
    "model": (build_model(parse_spec(TEXT)), "hand over the spec that it was built from"),
    "folder": (Path(), "is a folder: take its specs one by one"),
    "key": ({1: 2}, "a key must be text, got 1"),
    "value": (TREE | {"layers": {"x": {"size": {2}}}}, "layers.x.size: a spec holds no set"),
    "function": (TREE | {"layers": {"x": {"size": 2, "lagrangian": np.tanh}}}, 'by its name, as in "tanh"'),
}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "verify": verify,
    "check": lambda given: hopverify.check(given, "{}"),
    "simulate": hopverify.simulate,
    "repair": hopverify.repair,
    "build_model": hopverify.build_model,
    "report": lambda given: hopverify.report(given, "x.md"),
    "evaluate": lambda given: hopverify.evaluate(given, [1, 2]),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_no_spec_is_told_what_is(kind: str) -> None:
    given, said = WRONG[kind]
    for name, function in FUNCTIONS.items():
        if (name, kind) != ("evaluate", "model"):
            with pytest.raises(ArgumentError, match=said):
                function(given)


ODD: tuple[Any, ...] = (
    3,
    2.5,
    {"a": 1},
    {1: 2},
    [],
    (1, 2),
    np.eye(2),
    b"x",
    object(),
    Layer(2, "relu"),
    {1},
    True,
    len,
)
LAYERS, PATTERNS = {"x": Layer(2, "relu")}, [[1, -1], [1, 1]]
DOORS: dict[str, Callable[[Any], Any]] = {
    "read_spec": hopverify.read_spec,
    "parse_spec": parse_spec,
    "read_certificate": hopverify.read_certificate,
    "check": lambda odd: hopverify.check(TEXT, odd),
    "report": lambda odd: hopverify.report(TEXT, odd),
    "format": lambda odd: hopverify.report(TEXT, "x.md", format=odd),
    "only": lambda odd: hopverify.repair(TEXT, only=odd),
    "method": lambda odd: hopverify.simulate(TEXT, method=odd),
    "starts": lambda odd: hopverify.simulate(TEXT, {"x": odd}),
    "state": lambda odd: hopverify.evaluate(TEXT, {"y": odd}),
    "layers": lambda odd: model({"x": [odd]}),  # type: ignore[dict-item]
    "lagrangian": lambda odd: model({"x": Layer(2, [odd])}),  # type: ignore[arg-type]
    "bias": lambda odd: model({"x": Layer(2, "relu", bias={"b": odd})}),
    "synapse": lambda odd: model(LAYERS, [odd]),
    "kind": lambda odd: model(LAYERS, [Synapse(odd, ["x", "x"], weights=1)]),
    "name": lambda odd: model(LAYERS, [Synapse("dense", ["x", "x"], weights=1, name=odd)]),
    "rule": lambda odd: hopverify.hopfield(PATTERNS, odd),
    "activation": lambda odd: hopverify.hopfield(PATTERNS, activation=odd),
    "spins": lambda odd: hopverify.hopfield(PATTERNS, spins=[odd]),  # type: ignore[arg-type]
    "beta": lambda odd: hopverify.dense_memory(PATTERNS, [odd]),
    "dtype": lambda odd: hopverify.dense_memory(PATTERNS, 1, dtype=odd),
}


@pytest.mark.parametrize("door", DOORS)
def test_whatever_is_handed_over_is_answered_by_a_sentence(door: str) -> None:
    for odd in ODD:
        with pytest.raises(HopverifyError) as caught:
            DOORS[door](odd)
        assert len(str(caught.value)) > 10


def test_a_wrong_argument_is_a_type_error_and_a_value_error() -> None:
    for kind in (TypeError, ValueError, HopverifyError):
        with pytest.raises(kind):
            verify(3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"samples": -1}, "samples: a whole number from 0 is taken, got -1"),
        ({"samples": 2.5}, "samples: a whole number from 0"),
        ({"boxes": 0}, "boxes: a whole number from 1"),
        ({"seed": True}, "seed: a whole number from 0"),
        ({"timeout": 0}, "timeout: a number of seconds greater than 0"),
        ({"timeout": float("nan")}, "timeout: "),
        ({"jobs": 0}, "jobs: a whole number from 1"),
    ],
)
def test_numbers_out_of_range_are_refused(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        verify(TEXT, **arguments)


def test_what_is_no_certificate_is_told_what_is() -> None:
    for given in (3, None, parse_spec(TEXT)):
        with pytest.raises(ArgumentError, match="a certificate is taken"):
            certificate_of(given)  # type: ignore[arg-type]
    with pytest.raises(HopverifyError, match="not a hopverify certificate"):
        certificate_of("{}")


def test_a_wrong_network_is_told_in_the_words_of_a_wrong_spec() -> None:
    with pytest.raises(SpecError, match=r"^m: layers\.x\.bias: must be one number or 2, the size of the layer, got 3$"):
        model({"x": Layer(2, "relu", bias=[1, 2, 3])}, name="m")
    with pytest.raises(SpecError, match="did you mean 'relu'"):
        model({"x": Layer(2, "rellu")})
    with pytest.raises(SpecError, match=r"synapses\.w"):
        model({"x": Layer(2, "relu")}, [Synapse("dense", ["x", "x"], weights=np.eye(3))])
    with pytest.raises(ArgumentError, match="the text of a spec and not its path: parse_spec reads it"):
        hopverify.read_spec(TEXT)
    with pytest.raises(SpecError, match="unknown key"):
        verify({"layer": {"x": {"size": 2}}})
    for layers, synapses, said in (
        ([Layer(2, "relu")], (), "layers: a mapping such as"),
        ({"x": 2}, (), "layers.x: a Layer is taken, or a mapping"),
        ({"x": Layer(2, "relu")}, [{"kind": "dense"}], r"synapses\[0\]: a Synapse is taken"),
        ({"x": Layer(2, "relu")}, 3, "synapses: a list of Synapse"),
    ):
        with pytest.raises(ArgumentError, match=said):
            model(layers, synapses)  # type: ignore[arg-type]


def test_the_public_names_are_there_and_sorted() -> None:
    assert hopverify.__all__ == sorted(hopverify.__all__)
    for name in hopverify.__all__:
        assert getattr(hopverify, name) is not None
