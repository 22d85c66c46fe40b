"""Many states at once give what single states give, for every spec of the project."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hopverify.expr.floats import FLOATS
from hopverify.networks import build_model
from hopverify.networks.network import split
from hopverify.picturing.many import MANY, many
from hopverify.picturing.sampling import GRIDS, Sampler
from hopverify.spec import parse_spec
from tests.picturing.certificates import SPECS, SWITCH
from tests.specs import spec_at

EVERY = [
    path
    for path in sorted([*SPECS.glob("*.yaml"), *(SPECS / "repaired").glob("*.yaml")])
    if spec_at(path).update is None
]

# Their synapses reshape and transpose, which means something else for many states.
ONE_BY_ONE = {
    "energy-transformer",
    "energy-transformer-others",
    "energy-transformer-runaway",
    "epanechnikov",
    "hierarchical-convolution",
    "hierarchical-gated",
    "negative-energy-transformer",
    "negative-transformer-attention",
}


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.stem)
def test_all_states_at_once_are_single_states(path: Path) -> None:
    sampler = Sampler(build_model(spec_at(path)))
    observer = sampler.observer
    points = np.random.default_rng(5).normal(size=(sampler.model.size, 4))
    velocity = np.array([observer.velocity(x) for x in points.T.copy()]).T
    assert np.allclose(sampler.velocities(points), velocity, rtol=1e-6, atol=1e-8)
    assert sampler.dead(points).tolist() == [observer.dead(x) for x in points.T.copy()]
    if sampler.kind is not None:
        energies = [energy.value for x in points.T.copy() if (energy := observer.energy(x)) is not None]
        assert np.allclose(sampler.energies(points), energies, rtol=1e-6, atol=1e-8)
    assert sampler._is_quick() == (path.stem not in ONE_BY_ONE)


def test_formulas_that_do_not_fit_are_evaluated_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    sampler = Sampler(build_model(parse_spec(SWITCH)))
    points = np.array([[0.5, -1.0, 2.0, 3.0], [1.0, 1.0, -1.0, 0.0]])
    right = sampler.energies(points)
    # Wrong for all states together: found out by comparing, and not used.
    monkeypatch.setattr(sampler, "_energy", lambda state: np.full(points.shape[1], 7.0))
    assert not sampler._is_quick()
    assert np.allclose(sampler.energies(points), right)
    monkeypatch.setattr(sampler, "_energy", lambda state: np.zeros(points.shape[1] + 1))
    assert np.allclose(sampler.energies(points), right)


def test_slow_models_have_coarse_grids() -> None:
    assert Sampler(build_model(parse_spec(SWITCH))).grid == GRIDS[0]
    assert Sampler(build_model(spec_at(SPECS / "digits.yaml"))).grid == GRIDS[1]
    assert Sampler(build_model(spec_at(SPECS / "hierarchical-gated.yaml"))).grid == GRIDS[1]


def test_vectors_of_the_model_meet_states_as_columns() -> None:
    x = many([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert (np.array([10.0, 20.0]) * x).tolist() == [[10.0, 20.0, 30.0], [80.0, 100.0, 120.0]]
    assert x.sum().tolist() == [5.0, 7.0, 9.0]
    assert x.max().tolist() == [4.0, 5.0, 6.0]
    assert (np.array([[1.0, 1.0]]) @ x).tolist() == [[5.0, 7.0, 9.0]]
    assert np.append(x, 0.0).tolist() == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [0.0, 0.0, 0.0]]
    # As many states as neurons: a row must not be taken for a column.
    square = many([[1.0, 2.0], [3.0, 4.0]])
    assert (np.array([1.0, 10.0]) + square).tolist() == [[2.0, 3.0], [13.0, 14.0]]


def test_softmax_and_thresholds_of_many_states() -> None:
    from fractions import Fraction

    x = np.random.default_rng(1).normal(size=(4, 3))
    single = [FLOATS.softmax(column) for column in x.T]
    assert np.allclose(np.asarray(MANY.softmax(many(x))).T, single)
    exponent = Fraction(2)
    thresholds = [FLOATS.threshold(column, exponent) for column in x.T]
    assert np.allclose(np.asarray(MANY.threshold(many(x), exponent)), thresholds)


def test_slopes_are_exactly_zero_where_neurons_are_dead() -> None:
    sampler = Sampler(build_model(parse_spec(SWITCH)))
    assert sampler.slopes(np.array([[-1.0, 2.0], [0.5, -0.0]])).tolist() == [[0.0, 1.0], [1.0, 0.0]]
    assert split(sampler.model, np.zeros(2)).keys() == {"x"}
