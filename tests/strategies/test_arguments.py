"""What does not fit is an InvalidArgument that names the argument and shows its value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from hopverify import build_model, parse_spec
from hopverify.strategies import (
    __all__,
    certificates,
    dead_states,
    lagrangians,
    models,
    patterns,
    regions,
    specs,
    states,
    weights,
)

TANH = build_model(parse_spec("{hopverify: 1, name: smooth, layers: {x: {size: 2, lagrangian: tanh}}}"))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: specs(min_layers=2, max_layers=1), "Cannot have max_layers=1 < min_layers=2"),
        (lambda: specs(max_layers=True), r"Expected int but got max_layers=True \(type=bool\)"),
        (lambda: specs(max_layers=99), "Invalid max_layers=99: drawn specs have at most 6 layers"),
        (lambda: specs(min_size=0), "Invalid min_size=0: must be at least 1"),
        (lambda: specs(max_synapses=-1), "Invalid max_synapses=-1: must be at least 0"),
        (lambda: specs(kinds=["dens"]), r"kinds=\['dens'\].*did you mean 'dense'"),
        (lambda: specs(kinds="dense"), "Expected a collection of names but got kinds='dense'"),
        (lambda: specs(kinds=[]), "give at least one name, or None"),
        (lambda: specs(lagrangians="relu"), "Expected SearchStrategy but got lagrangians='relu'"),
        (lambda: specs(symmetric="yes"), "Expected bool or None but got symmetric='yes'"),
        (lambda: specs(checks=["energy_decent"]), "no check is called 'energy_decent'; did you mean"),
        (lambda: specs(checks="all"), "Expected a non-empty sequence of checks but got checks='all'"),
        (lambda: models(min_layers=3, max_layers=1), "Cannot have max_layers=1 < min_layers=3"),
        (lambda: lagrangians(names=["rellu"]), "no Lagrangian is called 'rellu'; did you mean 'relu'"),
        (lambda: lagrangians(convex=1), "Expected bool or None but got convex=1"),
        (lambda: lagrangians(size=0), "Invalid size=0"),
        (lambda: weights(size="2"), r"Expected int but got size='2' \(type=str\)"),
        (lambda: weights(min_size=3, max_size=2), "Cannot have max_size=2 < min_size=3"),
        (lambda: weights(symmetric=False, size=1), "symmetric=False with max_size=1"),
        (lambda: weights(symmetric=False, definite=True), "symmetric=False with definite=True"),
        (lambda: weights(symmetric=False, low_rank=0), "symmetric=False with low_rank=0"),
        (lambda: weights(definite=True, low_rank=1), "low_rank=1 with definite=True"),
        (lambda: weights(near_critical=True, low_rank=1), "near_critical=True with low_rank=1"),
        (lambda: weights(near_critical=None), "Expected bool but got near_critical=None"),
        (lambda: states("model"), "Expected Model but got model='model'"),
        (lambda: states(TANH, min_value=2, max_value=1), "Cannot have max_value=1 < min_value=2"),
        (lambda: states(TANH, min_value=float("nan")), "Invalid min_value=nan"),
        (lambda: states(TANH, max_value="one"), "Invalid max_value='one': must be a number"),
        (lambda: states(TANH, max_value=None), "Expected a number but got max_value=None"),
        (lambda: dead_states(TANH), r"No neuron of model='smooth' can be dead \(x: tanh\)"),
        (lambda: patterns(size=1, min_count=3), "Cannot have min_count=3 distinct patterns of size=1: there are 2"),
        (lambda: patterns(values=[]), r"Expected a non-empty sequence of numbers but got values=\[\]"),
        (lambda: patterns(min_count=2, max_count=1), "Cannot have max_count=1 < min_count=2"),
        (lambda: regions(min_value=1, max_value="1/2"), "Cannot have max_value='1/2' < min_value=1"),
        (lambda: regions(dyadic="no"), "Expected bool but got dyadic='no'"),
        (lambda: certificates(specs="x.yaml"), "Expected SearchStrategy but got specs='x.yaml'"),
        (lambda: certificates(samples=-1), "Invalid samples=-1"),
    ],
)
def test_wrong_arguments_are_told(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        call()


def test_arguments_are_given_by_name() -> None:
    for strategy in (specs, lagrangians, weights, patterns, regions, certificates):
        with pytest.raises(TypeError, match="positional"):
            strategy(2)  # type: ignore[misc]
    with pytest.raises(TypeError, match="positional"):
        states(TANH, 2)  # type: ignore[misc]


def test_a_choice_that_leaves_nothing_is_an_empty_strategy() -> None:
    assert lagrangians(names=["relu"], elementwise=False).is_empty
    assert not lagrangians(names=["relu"], elementwise=True).is_empty


def test_every_public_name_is_there_and_documented() -> None:
    import hopverify.strategies as package

    for name in __all__:
        assert ">>>" in (getattr(package, name).__doc__ or "") or name == "FlatSegment", name
    assert set(__all__) <= set(dir(package))
    assert isinstance(specs(), st.SearchStrategy)
    with pytest.raises(AttributeError, match="no attribute 'spects'"):
        _ = package.spects  # type: ignore[attr-defined]
