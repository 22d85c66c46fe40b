"""Drawn specs and Lagrangians: valid, of every kind, and what was asked for; new entries are drawn by themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from hopverify.activations import ACTIVATIONS
from hopverify.checker.linear_algebra import rank
from hopverify.expr.evaluate import Arithmetic, Value
from hopverify.expr.exact import EXACT
from hopverify.lagrangians import LAGRANGIANS, Facts, Lagrangian
from hopverify.networks import Model, build_model
from hopverify.networks.segments import segments
from hopverify.spec import ExactArray, Field, FieldKind, ModelSpec, parse_spec
from hopverify.strategies import lagrangians, models, specs
from hopverify.strategies.spelling import written
from hopverify.strategies.synapse import forms
from hopverify.synapses import SYNAPSES, Port, Synapse, SynapseError, SynapseKind, check_shape
from tests.profiles import by_profile

from .drawing import examples, simplest, some

ONE_LAYER = "{{hopverify: 1, name: one, layers: {{x: {{size: 3, lagrangian: {}}}}}}}"


def text_of(spec: ModelSpec) -> str:
    return spec.source.document.text


@some
@given(specs())
def test_a_drawn_spec_reads_and_builds(spec: ModelSpec) -> None:
    assert parse_spec(text_of(spec)) == spec
    assert list(build_model(spec).layers) == list(spec.layers)
    assert "\n" not in text_of(spec)


@some
@given(models(min_layers=2, max_layers=2, min_size=2, max_size=2, max_synapses=1, memories=True, checks=["equilibria"]))
def test_sizes_and_sections_are_as_asked_for(model: Model) -> None:
    assert [layer.size for layer in model.layers.values()] == [2, 2]
    assert len(model.synapses) <= 1
    assert list(model.memories) == ["m"]


def test_checks_stand_in_the_spec() -> None:
    asked = [{"equilibria": {"lower": 0, "upper": "1/2"}}, "energy_descent"]
    checks = simplest(specs(checks=asked)).checks
    assert checks is not None
    assert [(check.name, dict(check.parameters)) for check in checks] == [
        ("equilibria", {"lower": Fraction(0), "upper": Fraction(1, 2)}),
        ("energy_descent", {}),
    ]


def test_the_whole_catalogue_is_drawn() -> None:
    assert {name_of(fragment) for fragment in examples(lagrangians(), 400)} == set(LAGRANGIANS.entries)
    drawn = examples(specs(max_size=2), 400)
    functions = {layer.function.name for spec in drawn for layer in spec.layers.values()}
    assert len(functions & set(LAGRANGIANS.entries)) > len(LAGRANGIANS) / 2
    assert functions >= set(ACTIVATIONS.entries)
    kinds = {synapse.kind for spec in drawn for synapse in spec.synapses.values()}
    # Those that ask for several layers are rare; the next test shows each kind alone.
    assert len(kinds) >= len(SYNAPSES) - 2
    assert any(layer.instantaneous for spec in drawn for layer in build_model(spec).layers.values())


# Kinds that join several layers; others are content with one.
ENDS = defaultdict(lambda: 1, attention=2, convolution=2, feedforward_feedback=2, gated=3)


@pytest.mark.parametrize("kind", list(SYNAPSES), ids=lambda kind: kind.name)
def test_every_key_of_a_synapse_is_drawn_and_left_out(kind: SynapseKind) -> None:
    drawn = examples(specs(kinds=[kind.name], min_layers=ENDS[kind.name]), by_profile(50, 120, 120))
    synapses = [synapse for spec in drawn for synapse in spec.synapses.values()]
    assert {synapse.kind for synapse in synapses} == {kind.name}
    for field in kind.fields:
        given_to = [field.name in synapse.values for synapse in synapses]
        assert any(given_to), field.name
        assert field.required or not all(given_to), field.name


@pytest.mark.parametrize("entry", list(LAGRANGIANS), ids=lambda entry: entry.name)
def test_parameters_come_from_their_fields(entry: Lagrangian) -> None:
    drawn = examples(lagrangians(names=[entry.name], size=3), 30)
    for fragment in drawn:
        function = build_model(parse_spec(ONE_LAYER.format(written(fragment)))).layers["x"].function
        assert function.name == entry.name
    given_to = {name for fragment in drawn if isinstance(fragment, dict) for name in fragment[entry.name]}
    assert given_to == {field.name for field in entry.parameters}
    vectors = {
        name
        for fragment in drawn
        if isinstance(fragment, dict)
        for name, value in fragment[entry.name].items()
        if isinstance(value, list)
    }
    assert vectors == {field.name for field in entry.parameters if field.kind is FieldKind.NUMBERS}


def test_lagrangians_have_the_facts_asked_for() -> None:
    assert {LAGRANGIANS[name_of(f)].elementwise for f in examples(lagrangians(elementwise=False))} == {False}
    assert all(LAGRANGIANS[name_of(f)].facts.dead for f in examples(lagrangians(dead=True)))
    assert simplest(lagrangians(names=["leaky_relu"], convex=False)) == {"leaky_relu": {"slope": -1}}
    assert simplest(lagrangians(names=["leaky_relu"], dead=False)) == "leaky_relu"
    for fragment in examples(lagrangians(names=["leaky_relu", "polynomial"], convex=True), 100):
        parameters = next(iter(fragment.values())) if isinstance(fragment, dict) else {}
        assert Fraction(parameters.get("slope", 0)) >= 0
        assert parameters.get("n", 2) % 2 == 0


def name_of(fragment: Any) -> str:
    return fragment if isinstance(fragment, str) else next(iter(fragment))


@pytest.mark.parametrize("symmetric", [True, False])
def test_weights_within_a_layer_are_symmetric_as_asked_for(symmetric: bool) -> None:
    for spec in examples(specs(kinds=["dense"], max_layers=1, min_size=2, symmetric=symmetric), 30):
        for synapse in build_model(spec).synapses.values():
            assert synapse.weights is not None
            assert (synapse.weights == synapse.weights.transpose()) is symmetric


def test_dyadic_numbers_are_those_that_doubles_hold() -> None:
    def numbers(value: Any) -> list[Fraction]:
        if isinstance(value, Mapping):
            return [number for item in value.values() for number in numbers(item)]
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [number for item in value for number in numbers(item)]
        return [value] if isinstance(value, Fraction) else []

    drawn = examples(specs(dyadic=True), 40)
    found = [number for spec in drawn for number in numbers(spec.source.tree)]
    assert all(number == Fraction(float(number)) for number in found)
    assert any(number.denominator > 1 for number in found)
    others = [number for spec in examples(specs(), 20) for number in numbers(spec.source.tree)]
    assert any(number != Fraction(float(number)) for number in others)


def test_specs_at_the_edge_have_an_equilibrium_on_kinks_and_singular_systems() -> None:
    """The bias was computed from a drawn state x: that x is an equilibrium shows in the model alone."""
    kinked = singular = 0
    for spec in examples(specs(near_critical=True), 60):
        model = build_model(spec)
        (layer,) = model.layers.values()
        (synapse,) = model.synapses.values()
        parts = segments(layer.function)
        assert parts is not None
        weights = synapse.weights
        assert weights is not None
        assert weights == weights.transpose()
        W, n = weights.fractions(), layer.size
        systems = [W[:k, :k].copy() for k in range(1, n + 1)]
        for system in systems:
            for i in range(len(system)):
                system[i, i] -= 1
        singular += any(rank(system) < len(system) for system in systems)
        state = {"x": ExactArray.full(n, Fraction(0)).fractions()}
        # b = x - Wg(x) at x = 0 says b = -Wg(0): the most frequent draw, a kink of relu and its kind.
        kinked += bool(all(flow == 0 for flow in model.flow(state, EXACT)["x"])) and len(parts) > 1
    assert singular > 10
    assert kinked > 5


# ------------------------------------------------------------------ entries that no strategy has heard of


def test_a_new_lagrangian_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    offset = Field("offset", FieldKind.NUMBERS, "offset", minimum=Fraction(2), maximum=Fraction(3), strict=True)
    entry = Lagrangian("novel", "", "x^2/2 + offset*x", "x + offset", Facts(True, "none"), "x/x", (offset,))
    monkeypatch.setitem(LAGRANGIANS.imported, "novel", entry)
    assert simplest(lagrangians(names=["novel"], size=2)) == {"novel": {"offset": "2.5"}}
    assert "novel" in {name_of(fragment) for fragment in examples(lagrangians(), 300)}
    assert "novel" in {layer.function.name for spec in examples(specs(), 150) for layer in spec.layers.values()}


class Ring(Synapse):
    """A synapse of a kind that is made up here; it takes a tensor whose shape nothing but ``build`` knows."""

    def __init__(self, layers: tuple[str, ...]) -> None:
        self.layers = layers

    def energy(self, activations: Mapping[str, Value], a: Arithmetic) -> Value:
        return a.number(Fraction(0))

    def drive(self, activations: Mapping[str, Value], a: Arithmetic) -> dict[str, Value]:
        return {layer: activations[layer] * a.number(Fraction(0)) for layer in self.layers}

    def formula(self, name: str) -> str:
        return "0"


def _build(ports: Sequence[Port], values: Mapping[str, Any], arrays: Mapping[str, ExactArray]) -> Synapse:
    if len(ports) != 2 or ports[0].name == ports[1].name:
        raise SynapseError("layers", "a ring joins two layers")
    a, b = ports
    check_shape(values["tensor"], (b.size, a.size, b.size), field="tensor", meaning="b × a × b")
    if values["turns"] > 3:
        raise SynapseError("turns", "at most 3")
    return Ring((a.name, b.name))


def test_a_new_kind_of_synapse_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = (
        Field("tensor", FieldKind.ARRAY, "the tensor"),
        Field("turns", FieldKind.INTEGER, "how often", minimum=Fraction(2)),
        Field("rates", FieldKind.NUMBERS, "rates", default=(Fraction(1),), minimum=Fraction(0), strict=True),
    )
    monkeypatch.setitem(SYNAPSES.imported, "ring", SynapseKind("ring", "", fields, _build))
    assert forms("ring", (Port("x", 2), Port("x", 2))) == ()
    (form,) = forms("ring", (Port("x", 2), Port("y", 3)))
    assert form.contents == (("tensor", (3, 2, 3)),)
    drawn = examples(specs(kinds=["ring"]), 60)
    assert {synapse.kind for spec in drawn for synapse in spec.synapses.values()} == {"ring"}
