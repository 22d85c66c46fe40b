"""Drawn states fit the model; dead states share every activation exactly on the whole segment; regions are regions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopverify.expr.exact import EXACT
from hopverify.lagrangians import LAGRANGIANS
from hopverify.networks import Model, build_model
from hopverify.spec import parse_spec
from hopverify.strategies import FlatSegment, dead_states, lagrangians, models, regions, states
from hopverify.strategies.spelling import written

from .drawing import examples, some

DEAD = sorted(entry.name for entry in LAGRANGIANS if entry.facts.dead)


def model_of(lagrangian: str, size: int = 3) -> Model:
    text = f"{{hopverify: 1, name: one, layers: {{x: {{size: {size}, lagrangian: {lagrangian}, bias: 1/3}}}}}}"
    return build_model(parse_spec(text))


@some
@given(st.data())
def test_states_have_a_vector_for_each_free_layer(data: st.DataObject) -> None:
    model = data.draw(models())
    state = data.draw(states(model, min_value="-1/2", max_value=3))
    assert {name: values.shape for name, values in state.items()} == {
        layer.name: (layer.size,) for layer in model.dynamic
    }
    assert all(Fraction(-1, 2) <= entry <= 3 for values in state.values() for entry in values.fractions())


def test_states_lie_on_kinks_and_with_doubles_only_on_such_as_doubles_hold() -> None:
    model = model_of("{clipped_linear: {low: -7/9, high: 0.75}}", size=1)
    found = {state["x"].fractions()[0] for state in examples(states(model), 200)}
    assert {Fraction(-7, 9), Fraction(3, 4)} <= found
    dyadic = examples(states(model, dyadic=True), 200)
    assert all(state["x"].is_dyadic for state in dyadic)
    assert Fraction(3, 4) in {state["x"].fractions()[0] for state in dyadic}


def on_segment(pair: FlatSegment, share: Fraction) -> dict[str, Any]:
    first, second = ({name: values.fractions() for name, values in end.items()} for end in pair)
    return {name: first[name] + share * (second[name] - first[name]) for name in first}


@some
@given(models(lagrangians=lagrangians(dead=True), max_layers=2), st.data())
def test_dead_states_are_dead_exactly(model: Model, data: st.DataObject) -> None:
    pair = data.draw(dead_states(model))
    assert pair.dead
    inside = [on_segment(pair, Fraction(k, 7)) for k in range(8)]
    for name, neurons in pair.dead.items():
        function = model.layers[name].function
        # One neuron at a time: others of the layer may sit where an activation has no exact value.
        for i in neurons:
            alone = [state[name][i : i + 1] for state in inside]
            found = [function.activate(x, EXACT)[0] for x in alone]
            slopes = [function.hessian_times(x, np.array([Fraction(1)]), EXACT)[0] for x in alone]
            assert all(value == found[0] for value in found), (name, i)
            assert all(slope == 0 for slope in slopes), (name, i)
    for name, values in pair.first.items():
        same = [i for i in range(len(values.values)) if i not in pair.dead.get(name, ())]
        assert [values.fractions()[i] for i in same] == [pair.second[name].fractions()[i] for i in same]


@pytest.mark.parametrize("name", DEAD)
def test_every_dead_lagrangian_has_dead_states(name: str) -> None:
    model = model_of(name, size=2)
    assert {"x": (0, 1)} in [pair.dead for pair in examples(dead_states(model), 20)]


@some
@given(st.sampled_from(["relu", "hard_tanh", "relu6", "clipped_linear"]), st.data())
def test_the_energy_is_the_same_at_both_ends(name: str, data: st.DataObject) -> None:
    model = model_of(name)
    first, second = data.draw(dead_states(model))
    ends = [{layer: values.fractions() for layer, values in end.items()} for end in (first, second)]
    assert model.energy(ends[0], EXACT) == model.energy(ends[1], EXACT)
    assert bool((model.flow(ends[0], EXACT)["x"] != model.flow(ends[1], EXACT)["x"]).any())


def test_dead_states_with_doubles() -> None:
    for pair in examples(dead_states(model_of("relu"), dyadic=True)):
        assert all(values.is_dyadic for end in pair for values in end.values())


def test_regions_have_no_lower_end_above_the_upper_one() -> None:
    found = examples(regions(size=2, min_value=-1, max_value="7/2"), 150)
    forms = {(isinstance(region["lower"], list), isinstance(region["upper"], list)) for region in found}
    assert forms == {(False, False), (True, True)}
    for region in found:
        ends = [value if isinstance(value, list) else [value] for value in (region["lower"], region["upper"])]
        for low, high in zip(*ends, strict=True):
            assert -1 <= Fraction(low) <= Fraction(high) <= Fraction(7, 2)
        text = "{{hopverify: 1, name: one, layers: {{x: {{size: 2, lagrangian: relu}}}}, checks: [{{equilibria: {}}}]}}"
        assert parse_spec(text.format(written(region))).checks
