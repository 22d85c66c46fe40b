"""Derivations of models of spins: the update, and the energy S - b·s."""

from __future__ import annotations

import pytest

from hopverify.derivation import derive
from hopverify.derivation.synaptic import _KINDS
from hopverify.networks import any_model
from hopverify.spec import parse_spec
from hopverify.synapses.expression import ByExpression

ONE = """
hopverify: 1
name: one
layers:
  s: {{size: 2, states: spins{more}}}
synapses:
  w: {{kind: dense, layers: [s, s], weights: [[0, 1], [1, 0]]}}
update: {update}
"""


def derived(text: str) -> tuple[str, str]:
    derivation = derive(any_model(parse_spec(text)))
    return derivation.to_text(), derivation.to_latex()


def test_the_energy_of_1982() -> None:
    text, latex = derived(ONE.format(more=", bias: 1", update="asynchronous"))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "f_i = Σ_j W_ij·g_j synapse w" in lines
    assert "new s_i = sign(f_i)" in lines
    assert "E = -Σ_ij W_ij·g_i·g_j/2 synapse w" in lines
    assert "- Σ_i b_i·g_i bias of layer s" in lines
    assert "one neuron is set at a time, in any order" in lines
    assert r"\text{new } {s}_{i} &= \operatorname{sign}" in latex


def test_a_bias_out_of_the_energy_and_the_energy_rule() -> None:
    text, _ = derived(ONE.format(more=", bias: 1, bias_in_energy: false", update="synchronous"))
    assert "bias of layer" not in text
    assert "bias" in text.split("Energy")[0]
    assert "all neurons are set at once" in text
    text, _ = derived(ONE.format(more="", update="{order: asynchronous, rule: energy}"))
    assert "new s_i = the sign with the lower E" in text
    assert "f_i" not in text


def test_several_layers_and_a_synapse_without_a_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(_KINDS, ByExpression)
    text, latex = derived(
        "hopverify: 1\nname: two\nlayers: {a_1: {size: 1, states: spins}, b: {size: 1, states: spins}}\nsynapses:\n"
        "  w: {kind: dense, layers: [a_1, b], weights: [[1]]}\n"
        "  own: {kind: expression, layers: [a_1], energy: sum(a_1^3)}\n"
        "update: asynchronous\n"
    )
    assert "new s_a_1,i" in text
    assert "synapse own has no formula here" in text
    assert r"\text{new } s_{b,i} &= \operatorname{sign}" in latex
