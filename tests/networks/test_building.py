"""What a spec may not ask of a model, beside what it may; and the ends of what models can do."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify.errors import HopverifyError, SpecError
from hopverify.expr.dual import Duals, along, slopes_of
from hopverify.expr.exact import EXACT
from hopverify.expr.floats import FLOATS
from hopverify.expr.rational import NORMAL_FORMS
from hopverify.lagrangians import LAGRANGIANS
from hopverify.networks import Model, build_model, resolvent
from hopverify.networks.segments import segments
from hopverify.networks.structured import DiagonalBlock, structured_network
from hopverify.registry import Registry, did_you_mean
from hopverify.spec import ExactArray, parse_spec


def model(body: str) -> Model:
    return build_model(parse_spec(f"hopverify: 1\nname: built\n{body}"))


def layer(text: str, more: str = "") -> Model:
    return model(f"layers: {{x: {{size: 2, {text}}}}}\n{more}")


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("lagrangian: tanh, leak: [1, 2]", "lagrangian: softmax, leak: [1, 2]", "needs an elementwise Lagrangian"),
        ("lagrangian: tanh", "lagrangian: tnah", "did you mean 'tanh'"),
        (
            "activation: clipped_softmax",
            "lagrangian: clipped_softmax",
            "'clipped_softmax' has no Lagrangian; write `activation: clipped_softmax`",
        ),
        ("activation: tanh", "activation: tnah", "did you mean 'tanh'"),
        (
            "activation: {clipped_softmax: {gamma: 0, zeta: 2}}",
            "activation: {clipped_softmax: {gamma: 0, zeta: 1}}",
            "the parameters must satisfy .* > 0",
        ),
        (
            "lagrangian: {expression: x^2, of: neuron}",
            "lagrangian: {expression: y^2, of: neuron}",
            "the state is called x, but the expression uses y",
        ),
        (
            "lagrangian: {expression: 'x[0]^2', of: layer}",
            "lagrangian: {expression: x^2, of: layer}",
            "the Lagrangian of a whole layer must be one number",
        ),
        (
            "activation: {expression: ['x[1]', 'x[0]']}",
            "activation: {expression: 'x[1]'}",
            "give one expression per neuron: expected 2, got 1",
        ),
        (
            "activation: {expression: ['x[1]', 'x[0]']}",
            "activation: {expression: ['x[1]', 'x']}",
            "each neuron's activation must be one number",
        ),
        (
            "activation: {expression: 'x - mean(x)'}",
            "activation: {expression: 'x - mean(x)', of: neuron}",
            "mean needs a vector",
        ),
    ],
)
def test_layers(right: str, wrong: str, message: str) -> None:
    layer(right)
    with pytest.raises(SpecError, match=message):
        layer(wrong)


def test_layers_that_move_at_once_have_a_leak() -> None:
    two = "layers: {{x: {{size: 1, lagrangian: tanh}}, y: {{size: 1, lagrangian: tanh, tau: 0, leak: {}}}}}\n"
    model(two.format(2))
    with pytest.raises(SpecError, match=r"an instantaneous layer \(tau: 0\) needs a leak"):
        model(two.format(0))


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        (
            "kind: dense, layers: [x, x], weights: [[1, 2], [2, 1]]",
            "kind: dnese, layers: [x, x]",
            "did you mean 'dense'",
        ),
        (
            "kind: diagonal, layers: [y, y], weights: [-1, -2]",
            "kind: dense, layers: [y, y], weights: [[1, 2], [2, 1]]",
            "joins instantaneous layers",
        ),
        (
            "kind: diagonal, layers: [y, y], weights: [-1, -2]",
            "kind: diagonal, layers: [y, y], weights: [1, -2]",
            "joins instantaneous layers",
        ),
    ],
)
def test_synapses(right: str, wrong: str, message: str) -> None:
    layers = "layers: {{x: {{size: 2, lagrangian: tanh}}, y: {{size: 2, lagrangian: tanh, tau: 0}}}}\n"
    body = f"{layers}synapses: {{{{w: {{{{{{}}}}}}}}}}\n"
    model(body.format(right))
    with pytest.raises(SpecError, match=message):
        model(body.format(wrong))


def test_inhibition_needs_a_continuous_activation() -> None:
    body = (
        "layers: {{x: {{size: 1, lagrangian: tanh}}, y: {{size: 1, lagrangian: {}, tau: 0}}}}\n"
        "synapses: {{w: {{kind: diagonal, layers: [y, y], weights: [-1]}}}}\n"
    )
    assert model(body.format("relu")).inhibition
    with pytest.raises(SpecError, match="its activation is not evidently continuous"):
        model(body.format("abs"))


def test_a_model_that_never_moves() -> None:
    with pytest.raises(SpecError, match=r"every layer is instantaneous \(tau: 0\), so nothing moves"):
        layer("lagrangian: tanh, tau: 0")


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("-sum(g_x^2)", "-g_x", "the energy must be one number"),
        ("sum(x*g_x)", "sum(z)", "no variable is called 'z'"),
        ("dot(b, x)", "dot(c, x)", "array c .*"),
    ],
)
def test_claimed_energies(right: str, wrong: str, message: str) -> None:
    layer("lagrangian: tanh", f"arrays: {{b: [1, 2]}}\nenergy: '{right}'\n")
    arrays = "arrays: {b: [1, 2], c: {values: [1, 2], tolerance: 1/10}}\n"
    with pytest.raises(SpecError, match=message):
        layer("lagrangian: tanh", f"{arrays}energy: '{wrong}'\n")


def test_spins_are_no_flow() -> None:
    spins = parse_spec("hopverify: 1\nname: s\nlayers: {s: {size: 2, states: spins}}\nupdate: asynchronous\n")
    with pytest.raises(SpecError, match="this needs a model whose states follow a flow"):
        build_model(spins)


# ------------------------------------------------------------------ what models can do


def test_segments_are_of_piecewise_linear_activations() -> None:
    def ends(text: str) -> list[tuple[Fraction | None, Fraction | None, Fraction]] | None:
        found = segments(layer(f"activation: {{expression: '{text}', of: neuron}}").layers["x"].function)
        return None if found is None else [(part.lower, part.upper, part.slope) for part in found]

    assert ends("relu(x) - relu(x - 1)") == [(None, 0, 0), (0, 1, 1), (1, None, 0)]
    # A kink that is none joins its neighbours.
    assert ends("relu(x) - relu(-x)") == [(None, None, 1)]
    for text in ("x^2", "relu(x^2 - 2)", "tanh(x)", "sign(x)", "relu(exp(x))"):
        assert ends(text) is None


def test_blocks_that_are_transposes_and_what_they_are() -> None:
    w = ExactArray.of([1, -2])
    block = DiagonalBlock(w, Fraction(2))
    assert block.fractions().tolist() == [[2, 0], [0, -4]]
    assert block.is_transpose_of(DiagonalBlock(w, Fraction(2)))
    assert not block.is_transpose_of(DiagonalBlock(w))
    network = structured_network(
        layer("lagrangian: tanh", "synapses: {w: {kind: hebbian, layers: [x], patterns: [[1, 2]]}}\n")
    )
    assert network is not None
    hebbian = network.placed[0].block
    assert hebbian.is_transpose_of(hebbian)
    assert not hebbian.is_transpose_of(block)
    assert hebbian.fractions().tolist() == [[Fraction(1, 2), 1], [1, 2]]


def test_resolvents_are_followed_where_their_derivative_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = layer("lagrangian: softmax").layers["x"].function
    u, rates = np.zeros(2), (Fraction(1), Fraction(1))
    start = resolvent.resolvent(whole, u, rates, rates, FLOATS)
    assert np.allclose(start, -0.5)
    # Along 1 the activation does not change, so that x follows u.
    moved = resolvent.resolvent(whole, along(u, np.ones(2)), rates, rates, Duals(FLOATS))
    assert np.allclose(slopes_of(moved).astype(float), 1)
    exact = np.full(2, Fraction(0), dtype=object)
    with pytest.raises(NotImplementedError, match="of a whole layer is not known in Exact"):
        resolvent._slope(whole, exact, exact + 1, exact + 1, exact + 1, EXACT)
    with pytest.raises(NotImplementedError, match="the resolvent is not known in NormalForms"):
        resolvent.resolvent(whole, exact, rates, rates, NORMAL_FORMS)
    # A single step of Newton's method comes near; what it returns is a guess that nothing rests on.
    tanh = layer("lagrangian: tanh").layers["x"].function
    known = resolvent.resolvent(tanh, np.array([3.0, -3.0]), rates, rates, FLOATS)
    assert np.allclose(known + np.tanh(known), [3, -3])
    monkeypatch.setattr(resolvent, "STEPS", 1)
    assert np.allclose(resolvent.resolvent(tanh, np.array([3.0, -3.0]), rates, rates, FLOATS), known, atol=0.5)


# ------------------------------------------------------------------ registries


def test_registries_tell_what_there_is() -> None:
    assert "tanh" in LAGRANGIANS
    assert len(LAGRANGIANS) == len(list(LAGRANGIANS)) == len(LAGRANGIANS.entries)
    assert LAGRANGIANS["tanh"].elementwise
    assert not LAGRANGIANS["softmax"].elementwise
    with pytest.raises(HopverifyError, match="no Lagrangian is called 'tnah'; did you mean 'tanh'"):
        LAGRANGIANS["tnah"]
    assert did_you_mean("z", ["relu", "tanh"]) == "; known: relu, tanh"
    assert did_you_mean("z", []) == "; there is none"


def test_an_entry_is_imported_when_it_is_asked_for_and_has_the_name_of_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "lazy"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "one.py").write_text("class Entry:\n    name = 'one'\nENTRY = Entry()\n")
    (folder / "two.py").write_text("from lazy.one import ENTRY\n")
    (folder / "_private.py").write_text("raise AssertionError\n")
    monkeypatch.syspath_prepend(tmp_path)
    registry: Registry[Any] = Registry("lazy", "ENTRY", noun="entry")
    assert registry.names == ["one", "two"]
    assert "_private" not in registry
    assert "lazy.one" not in sys.modules
    assert registry["one"].name == "one"
    with pytest.raises(HopverifyError, match=r"lazy.two holds the entry 'one': give both one name"):
        registry["two"]
    with pytest.raises(HopverifyError, match="no entry is called '_private'"):
        registry["_private"]
