"""Specs as text: exact numbers, arrays inline and in files, closed forms of envelopes; and large networks."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from hopverify.networks import AlteredSystem, altered_system, build_model
from hopverify.repairs import Proposal, UnfitError
from hopverify.repairs.envelopes import closed_form
from hopverify.repairs.subject import Subject
from hopverify.repairs.writing import flow, literal
from hopverify.spec import read_spec
from hopverify.spec.numbers import exact_number
from tests.repairs.subjects import network, of_file, proposed, refused, subject


@pytest.mark.parametrize("text", ["0", "-3", "0.5", "-0.125", "1/3", "-22/7", "0.000001", "1/10000000"])
def test_numbers_are_written_as_they_are_read(text: str) -> None:
    assert exact_number(literal(exact_number(text))) == exact_number(text)


def test_a_number_too_long_for_a_spec_is_a_refusal() -> None:
    with pytest.raises(UnfitError, match="400 digits"):
        literal(Fraction(10**400 + 1, 3))


@pytest.mark.parametrize("text", ["yes", "1e5", "a: b", "[x]", "", "x"])
def test_texts_that_could_be_read_otherwise_are_quoted(text: str) -> None:
    assert (flow(text) == text) == (text == "x")


@pytest.mark.parametrize(
    ("lagrangian", "c", "said"),
    [
        ("relu", "1/2", "0 for u ≤ 0; u/1.5 for u ≥ 0"),
        ("hard_tanh", "1/4", "-1 for u ≤ -1.25; u/1.25 for -1.25 ≤ u ≤ 1.25; 1 for u ≥ 1.25"),
        ("relu", "2/7", "0 for u ≤ 0; 7/9·u for u ≥ 0"),
        ("hard_sigmoid", "3", "0 for u ≤ -3; u/9 + 1/3 for -3 ≤ u ≤ 6; 1 for u ≥ 6"),
        ("tanh", "1/2", "g(x) at the one solution x of x + 0.5·g(x) = u (the resolvent)"),
    ],
)
def test_the_gradient_of_an_envelope_in_closed_form(lagrangian: str, c: str, said: str) -> None:
    layer = network([[1]], lagrangian=lagrangian).model.layers["x"]
    assert closed_form(layer, [Fraction(c)]) == f"layer x: ∇e(u) = {said}"


def test_inhibition_that_differs_has_no_single_closed_form() -> None:
    layer = network([[1, 0], [0, 1]]).model.layers["x"]
    assert "c∘g(x) = u" in closed_form(layer, [Fraction(1), Fraction(2)])


def saved(folder: Path, W: np.ndarray, more: str = "") -> Subject:  # type: ignore[type-arg]
    np.save(folder / "w.npy", W)
    path = folder / "large.yaml"
    layers = f"layers: {{x: {{size: {len(W)}, lagrangian: relu, bias: 1/3}}}}\n"
    synapses = "synapses: {w: {kind: dense, layers: [x, x], weights: {file: w.npy}}}\n"
    path.write_text(f"hopverify: 1\nname: large\n{layers}{synapses}{more}", encoding="utf-8")
    return of_file(path)


def written(folder: Path, proposal: Proposal) -> AlteredSystem:
    (folder / "out").mkdir()
    for name, content in proposal.files.items():
        (folder / "out" / name).write_bytes(content)
    (folder / "out" / "new.yaml").write_text(proposal.text, encoding="utf-8")
    system = altered_system(build_model(read_spec(folder / "out" / "new.yaml")))
    assert isinstance(system, AlteredSystem)
    return system


@pytest.mark.parametrize("size", [70, 410])
def test_large_weights_are_written_into_a_file_exactly(tmp_path: Path, size: int) -> None:
    W = np.round(np.random.default_rng(size).normal(size=(size, size)) * 2**10) / 2**12
    W = W + W.T
    proposal = proposed(saved(tmp_path, W), "universal")
    assert list(proposal.files) == ["large-universal-forward.npy"]
    A = np.load(BytesIO(proposal.files["large-universal-forward.npy"]), allow_pickle=False)
    system = written(tmp_path, proposal)
    (c,) = set(system.inhibition)
    assert (A - float(c) * np.eye(size) == W).all()
    assert np.linalg.eigvalsh(A)[0] > 0
    assert system.synapse.metric == system.synapse.forward


def test_beyond_rationals_weights_have_to_be_symmetric_as_they_stand(tmp_path: Path) -> None:
    W = np.eye(410)
    W[0, 1] = 1.0
    assert "has to be symmetric as it stands" in refused(saved(tmp_path, W), "universal")


def test_a_hebbian_matrix_is_not_formed(tmp_path: Path) -> None:
    rows = np.sign(np.random.default_rng(1).normal(size=(3, 500)))
    np.save(tmp_path / "xi.npy", rows)
    path = tmp_path / "hebbian.yaml"
    path.write_text(
        "hopverify: 1\nname: hebbian\nlayers: {x: {size: 500, lagrangian: relu}}\n"
        "synapses: {w: {kind: hebbian, layers: [x], patterns: {file: xi.npy}, scale: 1/512, zero_diagonal: true}}\n",
        encoding="utf-8",
    )
    system = written(tmp_path, proposed(of_file(path), "altered"))
    assert system.slow.size == 3
    assert set(system.inhibition) == {Fraction(3, 512)}
    assert (system.synapse.feedback.floats() == rows).all()


def test_memories_labels_and_shapes_go_along() -> None:
    found = subject(
        "layers: {v: {size: 4, shape: [2, 2], lagrangian: identity}, h: {size: 2, lagrangian: softmax}}\n"
        "synapses: {xi: {kind: dense, layers: [h, v], weights: [[1, 0, 1, 0], [0, 1, 0, 1]]}}\n"
        "memories: {m: {layer: v, patterns: {same_as: xi}, labels: [one, 'two'], shape: [2, 2]}}\n"
    )
    text = proposed(found, "altered").text
    assert (
        "memories:\n  m: {layer: v, patterns: [[1, 0, 1, 0], [0, 1, 0, 1]], labels: [one, two], shape: [2, 2]}" in text
    )


def test_own_expressions_and_parameters_go_along() -> None:
    found = network([[2, 1], [1, 2]], lagrangian="{expression: 'log(cosh(2*x))/2', of: neuron}", more=", leak: [1, 2]")
    text = proposed(found, "altered").text
    assert 'lagrangian: {expression: "log(cosh(2*x))/2", of: neuron}' in text
    assert "leak: [1, 2]" in text
    assert (
        "{softmax: {beta: 4}}" in proposed(network([[2, 1], [1, 2]], lagrangian="{softmax: {beta: 4}}"), "altered").text
    )
