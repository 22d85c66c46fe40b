"""What no repair, or not every repair, fits: refusals with exact witnesses, beside networks that are accepted."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify.repairs import REPAIRS, Proposal, Refusal, outcomes
from hopverify.repairs.finding import rank_factors
from hopverify.repairs.subject import Subject
from hopverify.spec.numbers import exact_number
from tests.rationals import exact
from tests.repairs.subjects import network, of_file, proposed, refused, subject, system_of, text

SPECS = Path(__file__).parents[2] / "specs"
CYCLE = [[0, 2, "1/2"], ["1/2", 0, 2], [2, "1/2", 0]]


def test_a_cycle_whose_products_disagree_is_named_with_both() -> None:
    for name in ("symmetrised", "altered", "universal"):
        said = refused(network(CYCLE, lagrangian="tanh"), name)
        around = re.search(r"around (\S+(?: → \S+)+) the products of weights are (\S+) one way and (\S+) the", said)
        assert around, said
        way = [int(step[2]) for step in around[1].split(" → ")]
        W, forth, back = exact(CYCLE), Fraction(1), Fraction(1)
        for i, j in pairwise(way):
            forth, back = forth * W[i, j], back * W[j, i]
        assert (way[0], forth, back) == (way[-1], exact_number(around[2]), exact_number(around[3]))
        assert forth != back


def test_uncertain_weights_are_not_repaired() -> None:
    layers = "layers: {x: {size: 1, lagrangian: relu}}\n"
    near = subject(layers + "synapses: {w: {kind: dense, layers: [x, x], weights: {values: [[1]], tolerance: 1}}}\n")
    assert "the weights of synapse w are uncertain" in refused(near, "universal")


def test_signs_that_disagree_are_a_cycle_of_two() -> None:
    said = refused(network([[0, 3], ["-1/4", 0]]), "symmetrised")
    assert "W[x[0], x[1]] = 3 and W[x[1], x[0]] = -0.25 have not the same sign" in said


def test_weights_that_can_be_symmetrised_are() -> None:
    found = network([[0, 4, 0], [1, 0, 6], [0, 2, 0]], lagrangian="tanh", bias=[1, 0, 2])
    text = proposed(found, "symmetrised").text
    assert "tau: [1, 4, 12]" in text
    assert "leak: [1, 4, 12]" in text
    assert "bias: [1, 0, 24]" in text
    assert "weights: [[0, 4, 0], [4, 0, 24], [0, 24, 0]]" in text
    assert "already" in refused(network([[0, 1], [1, 0]]), "symmetrised")


def test_a_layer_that_is_not_elementwise_has_one_factor() -> None:
    layers = "layers: {v: {size: 2, lagrangian: tanh}, h: {size: 2, lagrangian: softmax}}\n"
    synapse = "{{kind: feedforward_feedback, layers: [v, h], forward: {}, feedback: {}}}"
    one = "synapses: {s: " + synapse.format("[[1, 0], [0, 2]]", "[[2, 0], [0, 4]]") + "}\n"
    assert proposed(subject(layers + one), "symmetrised")
    two = "synapses: {s: " + synapse.format("[[1, 1], [1, 2]]", "[[2, 3], [2, 6]]") + "}\n"
    said = refused(subject(layers + two), "symmetrised")
    assert "d is one number within a layer that is not elementwise" in said
    assert proposed(subject(layers.replace("softmax", "tanh") + two), "symmetrised")


def test_a_direction_of_negative_curvature_is_exact() -> None:
    W = [[1, 2], [2, 3]]
    said = refused(network(W), "altered")
    value, entries = re.search(r"zᵀWz = (\S+) < 0 for z: (.*) \(T11\)", said).groups()  # type: ignore[union-attr]
    z = np.array([Fraction(0)] * 2, dtype=object)
    for name, number in re.findall(r"x\[(\d)\] = ([^,]+)", entries):
        z[int(name)] = exact_number(number)
    assert z @ exact(W) @ z == exact_number(value) < 0
    assert isinstance(proposed(network([[1, 2], [2, 4]]), "altered"), Proposal)


@pytest.mark.parametrize("seed", range(30))
def test_rank_factorisations_reproduce_the_matrix_or_show_a_direction(seed: int) -> None:
    generator = np.random.default_rng(seed)
    n = int(generator.integers(1, 6))
    F = exact(generator.integers(-3, 4, size=(n, int(generator.integers(1, n + 1)))).tolist())
    W = F @ F.T
    if seed % 2:
        W[n - 1, n - 1] -= Fraction(1, 10**6)
    found = rank_factors(W)
    if isinstance(found, tuple):
        J, B = found
        assert (W[:, J] @ B == W).all()
        assert not seed % 2 or np.linalg.eigvalsh(W.astype(float))[0] > 0
    else:
        assert seed % 2
        assert found @ W @ found < 0


def test_an_off_diagonal_weight_beside_zero_diagonals_is_a_direction() -> None:
    found = rank_factors(exact([[4, 2, 2], [2, 1, 2], [2, 2, 1]]))
    assert not isinstance(found, tuple)
    assert found @ exact([[4, 2, 2], [2, 1, 2], [2, 2, 1]]) @ found < 0


def test_gelu_has_an_altered_energy_where_w_is_semidefinite_and_only_there() -> None:
    gelu = network([[2, 1], [1, 2]], lagrangian="gelu")
    assert "expect: {lagrangian_convexity: fail}" in proposed(gelu, "altered").text
    assert "negative semidefinite" not in refused(gelu, "universal")
    assert "not convex" in refused(gelu, "universal")
    assert "zᵀWz = -2 < 0" in refused(network([[0, 1], [1, 0]], lagrangian="gelu"), "altered")


def test_gelu_without_its_diagonal_would_inhibit_itself() -> None:
    entry = "{kind: hebbian, layers: [x], patterns: [[1, 1]], zero_diagonal: %s}"
    body = "layers: {x: {size: 2, lagrangian: %s}}\nsynapses: {w: " + entry + "}\n"
    assert "self-inhibition of layer x, whose Lagrangian is not convex" in refused(
        subject(body % ("gelu", "true")), "altered"
    )
    assert proposed(subject(body % ("gelu", "false")), "altered")
    assert proposed(subject(body % ("relu", "true")), "altered")


BARE = "layers: {x: {size: 2, activation: {expression: 'tanh(x)'}}}\n"
CLAIMED = "layers: {x: {size: 2, lagrangian: tanh}}\nenergy: 'dot(x, x)'\n"
CUBIC = "layers: {x: {size: 2, lagrangian: tanh}}\nsynapses: {s: {kind: expression, layers: [x], energy: sum(x^3)}}\n"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("layers: {x: {size: 2, lagrangian: tanh, leak: false}}\n", "has no leak"),
        ("layers: {x: {size: 2, lagrangian: {spherical: {epsilon: 0}}}}\n", "jumps"),
        ("layers: {x: {size: 2, lagrangian: {layernorm: {epsilon: 0}}}}\n", "jumps"),
        ("layers: {x: {size: 2, lagrangian: {expression: 'abs(x) + x^2/2', of: neuron}}}\n", "jumps"),
        (BARE, "no Lagrangian"),
        (CLAIMED, "claims an energy of its own"),
        (CUBIC, "the drive of synapse s is not linear"),
    ],
)
def test_what_every_repair_refuses(body: str, said: str) -> None:
    found = list(outcomes(subject(body)))
    assert [type(outcome) for outcome in found] == [Refusal] * len(REPAIRS)
    assert all(isinstance(outcome, Refusal) and said in outcome.reason for outcome in found)


def test_networks_with_nothing_to_repair() -> None:
    assert "all layers are linear" in refused(network([[0, 1], [1, 0]], lagrangian="identity"), "altered")
    assert "W = 0" in refused(network([[0, 0], [0, 0]]), "altered")
    assert "W = 0" in refused(network([[0, 0], [0, 0]]), "universal")


def test_linear_layers_that_run_away_alone() -> None:
    body = (
        "layers: {{v: {{size: 1, lagrangian: identity}}, h: {{size: 1, lagrangian: relu}}}}\n"
        "synapses:\n"
        "  own: {{kind: dense, layers: [v, v], weights: [[{}]]}}\n"
        "  xi: {{kind: dense, layers: [h, v], weights: [[1]]}}\n"
    )
    assert "do not come to rest" in refused(subject(body.format(2)), "altered")
    assert proposed(subject(body.format("1/2")), "altered")


def forth_and_back(A: Any, B: Any) -> Subject:
    synapse = f"{{kind: feedforward_feedback, layers: [y, x], forward: {text(A)}, feedback: {text(B)}}}"
    layers = "{y: {size: 2, lagrangian: identity}, x: {size: 2, lagrangian: relu, tau: 0}}"
    return subject(f"layers: {layers}\nsynapses: {{s: {synapse}}}\n")


def test_a_and_b_without_a_metric() -> None:
    one = [[1, 0], [0, 1]]
    assert proposed(forth_and_back([[2, 1], [1, 2]], one), "altered")
    said = refused(forth_and_back([[2, 1], [-1, 2]], one), "altered")
    assert "(AB)[x[0], x[1]] = 1, but (AB)[x[1], x[0]] = -1" in said
    assert "zᵀABz = -1 < 0 for z: x[0] = 1" in refused(forth_and_back([[-1, 0], [0, 1]], one), "altered")


@pytest.mark.parametrize(("A", "B"), [([[1, 1], [1, 1]], [[1, 0], [0, 1]]), ([[1, 0], [0, 1]], [[1, 0], [0, 0]])])
def test_a_and_b_without_a_metric_are_replaced_where_their_product_has_one(A: Any, B: Any) -> None:
    system = system_of(proposed(forth_and_back(A, B), "altered"))
    assert system.synapse.forward.shape == (2, 1)
    assert (system.synapse.forward.fractions() @ system.synapse.feedback.fractions() == exact(A) @ exact(B)).all()


def test_the_zoo_is_refused_with_reasons_or_repaired() -> None:
    for name in ("negative-gelu", "negative-not-symmetrisable", "no-leak-runaway", "own-expressions"):
        assert all(isinstance(outcome, Refusal) for outcome in outcomes(of_file(SPECS / f"{name}.yaml"))), name
    assert any(isinstance(outcome, Proposal) for outcome in outcomes(of_file(SPECS / "relu-pair.yaml")))


def test_too_large_for_rationals() -> None:
    body = "layers: {v: {size: 3, lagrangian: identity}, h: {size: 70, lagrangian: softmax, tau: 1}}\n"
    assert "70 neurons" not in (said := refused(subject(body), "altered"))
    assert "73 neurons" in said
