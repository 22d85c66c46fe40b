"""The core of a spec is the network of the spec: both sides have the same activations, drives and energy, in balls."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify.core import array_files, core_of, readable
from hopverify.expr.balls import BALLS, precision
from hopverify.kernel import core
from hopverify.kernel.evaluate import Network
from hopverify.kernel.reading import loads
from hopverify.model import Model, any_model
from hopverify.model.spins import SpinModel
from hopverify.spec import parse_spec, read_spec
from tests.cli.commands import RELU_PAIR, run
from tests.golden.table import every_spec
from tests.profiles import long_but

LARGEST = 150
"""The number of neurons up to which functions are evaluated."""

# One of each kind of synapse, dynamics, time constant and layer.
QUICK = {
    *("relu-pair", "softmax-memory", "sparsemax-equilibria", "normmax-memory", "negative-clipped-softmax"),
    *("energy-transformer", "negative-transformer-attention", "hierarchical-convolution", "hierarchical-gated"),
    *(
        "hebbian-tanh",
        "epanechnikov",
        "input-driven-plasticity",
        "own-expressions",
        "hopfield-1982",
        "exponential-spins",
    ),
    "gelu-memory-altered",
}

States = dict[str, list[Any]]


def drawn(model: Model | SpinModel) -> tuple[States, States, States, Any]:
    """Return states, activations, drives and energy (None where there is none) of a model at a random state."""
    random = np.random.default_rng(7)
    if isinstance(model, SpinModel):
        s = BALLS.array(np.array([Fraction(int(v)) for v in random.choice([-1, 1], model.size)], dtype=object))
        bias = BALLS.array(model.biases())
        x = {name: list(s[place]) for name, place in model.places.items()}
        drive = model.drive(s, BALLS) - bias
        return x, x, {name: list(drive[place]) for name, place in model.places.items()}, model.energy(s, BALLS)
    state = {
        layer.name: BALLS.array(np.array([Fraction(int(v), 97) for v in random.integers(-150, 150, layer.size)]))
        for layer in model.dynamic
    }
    x, gamma = model.complete(state, BALLS)
    total: dict[str, Any] = {name: 0 * value for name, value in gamma.items()}
    for synapse in model.synapses.values():
        for name, part in synapse.drive(gamma, BALLS).items():
            total[name] = total[name] + part
    known = model.claimed is not None or all(each.function.potential is not None for each in model.layers.values())
    energy = model.energy(state, BALLS) if known else None
    return *({name: list(part) for name, part in each.items()} for each in (x, gamma, total)), energy  # type: ignore[return-value]


def same(ours: Any, theirs: Any) -> bool:
    return bool(ours.overlaps(theirs)) and max(float(ours.rad()), float(theirs.rad())) < 1e-9


@pytest.mark.parametrize("path", long_but(QUICK, every_spec()))
def test_a_core_reads_back_and_is_the_network_of_its_spec(path: Path, tmp_path: Path) -> None:
    model = any_model(read_spec(path))
    made = core_of(model)
    for name, content in array_files(made).items():
        (tmp_path / name).write_bytes(content)
    document = core.write(made)
    found = loads(readable(document), tmp_path)
    assert core.write(found) == document
    assert found.digest == made.digest
    if sum(layer.size for layer in found.layers) > LARGEST:
        return
    with precision(128):
        x, gamma, drives, energy = drawn(model)
        network = Network(found)
        for ours, theirs in ((network.activations(x), gamma), (network.drive(gamma), drives)):
            for name, vector in theirs.items():
                assert all(map(same, ours[name], vector)), name
        assert energy is None or same(network.energy(x, gamma), energy)


SPEC = """
hopverify: 1
name: one
layers:
  x: {size: 2, lagrangian: {expression: "x^2/2"}, bias: 0.5}
  y: {size: 2, lagrangian: tanh}
synapses:
  w: {kind: dense, layers: [x, x], weights: WEIGHTS}
  v: {kind: dense, layers: [x, y], weights: [[1, 2], [3, 4]]}
memories: {m: {layer: y, patterns: {same_as: v}}}
checks: [weight_symmetry]
"""
ROWS = "[[0, 0.5], [0.5, 0]]"


def test_the_quick_ones_are_specs() -> None:
    assert {path.stem for path in every_spec()} >= QUICK


def test_however_a_spec_is_written_its_core_is_one(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", np.array([[0, 0.5], [0.5, 0]], dtype=np.float32))
    texts = [
        SPEC.replace("WEIGHTS", ROWS),
        SPEC.replace("WEIGHTS", "[[0, 1/2], [5e-1, 0]]").replace("name: one", "name: two"),
        SPEC.replace("WEIGHTS", "{file: w.npy}").replace("bias: 0.5", "bias: [0.5, 1/2], tau: 1"),
        SPEC.replace("WEIGHTS", ROWS).replace("{same_as: v}", "[[1, 2], [3, 4]]"),
    ]
    assert len({core_of(any_model(parse_spec(text, folder=tmp_path))).digest for text in texts}) == 1
    others = [SPEC.replace("WEIGHTS", "[[0, 0.5], [0.25, 0]]"), texts[0].replace("bias: 0.5", "bias: 0.25")]
    digests = {core_of(any_model(parse_spec(text, folder=tmp_path))).digest for text in [*texts, *others]}
    assert len(digests) == 3


def test_arrays_within_a_tolerance() -> None:
    near = SPEC.replace("WEIGHTS", "{values: [[0, 0.5], [0.5, 0]], tolerance: 0.1}")
    near = near.replace("[[1, 2], [3, 4]]", "{values: [[1, 2], [3, 4]], dtype: float16}")
    document = core.write(core_of(any_model(parse_spec(near))))
    assert document["arrays"]["w"]["within"] == {"absolute": "1/10", "relative": "0", "symmetric": True}
    assert document["arrays"]["v"]["within"]["symmetric"] is False
    assert document["memories"][0]["patterns"] == ["array", "v"]


def test_the_command(tmp_path: Path) -> None:
    shown = run("core", RELU_PAIR, "--arrays", tmp_path)
    assert shown.exit_code == 0
    found = loads(shown.stdout, tmp_path)
    assert run("core", RELU_PAIR, "--digest").stdout == f"{found.digest}\n"
    assert max(map(len, shown.stdout.splitlines())) <= 120
