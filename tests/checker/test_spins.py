"""The numbers behind checks of spins: each way of deciding against brute force, or against another way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest

from hopverify.checker.spins import low_rank_of, memory_of, quadratic_form, values_of
from hopverify.checker.spins.fixed_points import Search, TooManyStates, fixed_points, linear_search
from hopverify.checker.spins.low_rank import LowRankValues
from hopverify.checker.spins.margins import certified, certified_low_rank
from hopverify.checker.spins.one_by_one import OneByOne
from hopverify.checker.spins.overlap_search import overlap_search
from hopverify.checker.spins.overlaps import LARGEST, OverlapValues, flips_set_right
from hopverify.checker.spins.quadratic import MOST, QuadraticValues
from hopverify.checker.spins.reading import energy_text
from hopverify.checker.spins.structure import is_concave, is_concave_by_neuron, is_gradient, is_row_by_row
from hopverify.checker.spins.values import UNDECIDED, all_states, decided
from hopverify.errors import EvidenceRejected
from hopverify.networks import SpinModel, any_model
from hopverify.networks.spins import LARGE
from hopverify.spec import parse_spec
from tests.soundness.oracles.spins import around, quadratic


def model(synapses: dict[str, Any], size: int = 4, update: Any = "asynchronous", **layer: Any) -> SpinModel:
    document = {
        "hopverify": 1,
        "name": "spins",
        "layers": {"s": {"size": size, "states": "spins", **layer}},
        "synapses": synapses,
        "update": update,
        "arrays": {"xi": [[1, -1, 1, 1], [1, 1, -1, 1]]},
    }
    found = any_model(parse_spec(json.dumps(document), format="json"))
    assert isinstance(found, SpinModel)
    return found


def one(kind: str, **fields: Any) -> dict[str, Any]:
    return {"w": {"kind": kind, "layers": ["s"] if kind in ("associative", "hebbian") else ["s", "s"], **fields}}


UPDATES = [{"order": "asynchronous", "rule": rule} for rule in ("drive", "energy")]


@pytest.mark.parametrize("update", UPDATES, ids=lambda update: update["rule"])
@pytest.mark.parametrize("zero_diagonal", [True, False])
@pytest.mark.parametrize("scale", ["1/4", "-2/3", 0])
@pytest.mark.parametrize("bias", [[0, 0, 0, 0], ["1/3", -1, 0, 2]])
def test_low_rank_and_matrices_agree(update: Any, zero_diagonal: bool, scale: Any, bias: list[Any]) -> None:
    patterns = [[1, -1, 1, 1], ["1/2", 1, -1, 0], [1, 1, 1, -1]]
    hebbian = one("hebbian", patterns=patterns, zero_diagonal=zero_diagonal, scale=scale)
    made, states = model(hebbian, update=update, bias=bias), all_states(4)
    Xi = [[Fraction(v) for v in row] for row in patterns]
    W = [
        [0 if zero_diagonal and i == j else Fraction(scale) * sum(row[i] * row[j] for row in Xi) for j in range(4)]
        for i in range(4)
    ]
    weights = [[str(w) for w in row] for row in W]
    form, low = quadratic_form(model(one("dense", weights=weights), update=update, bias=bias)), low_rank_of(made)
    own = quadratic_form(made)
    assert form is not None
    assert low is not None
    assert own is not None
    assert (QuadraticValues(own).keeping(states) == QuadraticValues(form).keeping(states)).all()
    assert certified(own.update, states) == certified(form.update, states)
    dense, thin = QuadraticValues(form), LowRankValues(low)
    assert (dense.keeping(states) == thin.keeping(states)).all()
    pairs = np.repeat(states, 16, axis=0), np.tile(states, (16, 1))
    assert (dense.rising(*pairs) == thin.rising(*pairs)).all()
    assert (dense.rising(*pairs) == QuadraticValues(own).rising(*pairs)).all()
    assert (OneByOne(made).keeping(states) == dense.keeping(states)).all()
    exact, bounded = certified(form.update, states), certified_low_rank(low, states)
    assert all(low <= high for low, high in zip(bounded, exact, strict=True))
    assert [k >= 0 for k in bounded] == [k >= 0 for k in exact]


def test_certified_flips_are_all_that_one_step_allows() -> None:
    random = Random(7)
    for _ in range(40):
        n = random.randint(1, 5)
        W = [[Fraction(random.randint(-3, 3)) for _ in range(n)] for _ in range(n)]
        b = [Fraction(random.randint(-2, 2)) for _ in range(n)]
        made = model(
            one("dense", weights=[[int(w) for w in row] for row in W]), n, "synchronous", bias=[int(v) for v in b]
        )
        form = quadratic_form(made)
        assert form is not None
        oracle = quadratic(
            W, b, prefactor=Fraction(1, 2), gradient=False, counted=True, synchronous=True, by_energy=False
        )
        for pattern in all_states(n):
            target = tuple(int(v) for v in pattern)
            (k,) = certified(form.update, pattern[None, :])
            right = [all((oracle.next[s] or [s])[0] == target for s in around(target, flips)) for flips in range(n + 1)]
            assert right == [flips <= k for flips in range(n + 1)]


def test_one_pattern_at_low_rank_is_restored_from_nearly_half_of_its_flips() -> None:
    low = low_rank_of(model(one("hebbian", patterns=[[1] * 9], zero_diagonal=True), 9))
    assert low is not None
    # Eight others: with four of them flipped a tie keeps what is right, but a flipped neuron is not set right.
    assert certified_low_rank(low, np.ones((1, 9), dtype=np.int64)) == [4]


def test_patterns_too_large_for_exact_products_are_refused() -> None:
    low = low_rank_of(model(one("hebbian", patterns=[[2**20, 2**20, 1, 1]], scale=1)))
    assert low is not None
    certified_low_rank(low, all_states(4))
    assert low_rank_of(model(one("hebbian", patterns=[[2**30, 1, 1, 1]], scale=1))) is None
    assert low_rank_of(model(one("hebbian", patterns=[[2**26, 2**26]], scale=1), 2)) is not None


def test_the_energy_of_a_bias_that_is_left_out_is_not_computed_at_low_rank() -> None:
    made = model(one("hebbian", patterns=[[1, 1, 1, 1]]), bias=1, bias_in_energy=False)
    low = low_rank_of(made)
    assert low is not None
    with pytest.raises(EvidenceRejected, match="left out"):
        LowRankValues(low).rising(all_states(4), all_states(4))


def test_what_is_no_low_rank_model() -> None:
    assert low_rank_of(model(one("dense", weights=[[0] * 4] * 4))) is None
    both = one("hebbian", patterns=[[1, 1, 1, 1]]) | {"v": one("hebbian", patterns=[[1, 1, 1, 1]])["w"]}
    assert low_rank_of(model(both)) is None


@pytest.mark.parametrize("update", UPDATES, ids=lambda update: update["rule"])
@pytest.mark.parametrize("function", ["z^3", "relu(z)^2/2", "exp(z)", "exp(-z/3)", "z^4 - exp(z)"])
@pytest.mark.parametrize("bias", [0, [0, "1/7", -40, 0]])
def test_tables_and_evaluation_agree(update: Any, function: str, bias: Any) -> None:
    Xi = [[1, -1, 1, 1], [1, 1, -1, 1], [-1, -1, 1, 1]]
    made, states = model(one("associative", patterns=Xi, function=function), update=update, bias=bias), all_states(4)
    memory = memory_of(made)
    assert memory is not None
    tables, plain = OverlapValues(memory), OneByOne(made)
    pairs = np.repeat(states, 16, axis=0), np.tile(states, (16, 1))
    for fast, slow in ((tables.keeping(states), plain.keeping(states)), (tables.rising(*pairs), plain.rising(*pairs))):
        # Balls do not see that equal terms cancel; tables count them.
        assert ((fast == slow) | (slow == UNDECIDED)).all()
        assert not (fast == UNDECIDED).any()
    rests = decided(tables.keeping(states)).min(axis=1) >= 0
    found, _ = fixed_points(overlap_search(memory), [2, 0, 3, 1])
    assert {tuple(s) for s in found} == {tuple(s) for s in states[rests]}
    for pattern, resting in zip(states, rests, strict=True):
        k = flips_set_right(memory, pattern)
        assert (k >= 0) == resting
        near = states[(states != pattern).sum(axis=1) <= k]
        assert (np.where(tables.flips(near), -near, near) == pattern).all()


def test_large_values_are_python_integers() -> None:
    made = model(one("associative", patterns=[[1] * 4], function="exp(30*z)"), update=UPDATES[1])
    memory = memory_of(made)
    assert memory is not None
    assert memory.function.low.dtype == object
    # e^-60 - e^-120 > 0 would set right three flips as well; it is below what the table resolves.
    assert flips_set_right(memory, np.ones(4, dtype=np.int64)) == 2


@pytest.mark.parametrize(
    ("size", "patterns", "function"),
    [(2, [[1, "1/2"]], "z^2"), (2, [[1, 1]], "1/z"), (2, [[1, 1]], "log(z)"), (2, [[1, 1]], "abs(z)/z")],
)
def test_what_has_no_tables(size: int, patterns: Any, function: str) -> None:
    assert memory_of(model(one("associative", patterns=patterns, function=function), size)) is None


def test_tables_are_for_one_associative_synapse() -> None:
    assert memory_of(model(one("dense", weights=[[0] * 4] * 4))) is None
    large = model(one("associative", patterns=[[1] * (LARGEST + 1)], function="z"), LARGEST + 1)
    assert memory_of(large) is None


def test_expressions_are_decided_state_by_state() -> None:
    made = model(one("expression", energy="-sum(exp(matmul(xi, s)))"))
    assert isinstance(values_of(made), OneByOne)
    same = model(one("associative", patterns=[[1, -1, 1, 1], [1, 1, -1, 1]], function="exp(z)"))
    states = all_states(4)
    ours, theirs = values_of(made).keeping(states), values_of(same).keeping(states)
    assert ((ours == theirs) | (ours == UNDECIDED)).all()
    assert (ours == theirs).sum() > 40
    undefined = model(one("expression", energy="log(sum(s) - 8)"), update=UPDATES[1])
    with pytest.raises(EvidenceRejected, match="cannot be decided"):
        values_of(undefined).flips(states)


def test_energies_are_remembered_within_limits() -> None:
    made = model(one("expression", energy="-sum(s^3)"), update=UPDATES[1])
    values = OneByOne(made, {(bytes([k % 256, k // 256]), 0): 0 for k in range(2**14 + 1)})
    assert (values.keeping(all_states(4)) == all_states(4)).all()
    assert len(values._energies) <= 2**14


@dataclass(frozen=True)
class Everything(Search):
    mirrored: bool = False
    most = 20

    def allowed(self, partial: Any) -> Any:
        return np.ones(partial.shape, dtype=bool), np.ones(partial.shape, dtype=bool)

    def resting(self, states: Any) -> Any:
        return np.ones(len(states), dtype=bool)


def test_a_search_stops_at_its_limit() -> None:
    found, nodes = fixed_points(Everything(), [0, 1, 2])
    assert (len(found), nodes) == (8, 15)
    with pytest.raises(TooManyStates):
        fixed_points(Everything(), [0, 1, 2, 3])


def test_rounded_numbers_drop_nothing() -> None:
    random = Random(3)
    for _ in range(30):
        n = random.randint(2, 6)
        W = [
            [str(Fraction(random.randint(-3, 3)) + Fraction(random.randint(-1, 1), 10**60)) for _ in range(n)]
            for _ in range(n)
        ]
        form = quadratic_form(model(one("dense", weights=W), n))
        assert form is not None
        assert form.update.matrix.dtype == object
        states = all_states(n)
        rests = (states * form.update.at(states) >= 0).all(axis=1)
        found, _ = fixed_points(linear_search(form.update), list(range(n)))
        assert {tuple(s) for s in found} == {tuple(s) for s in states[rests]}


def between(*, first: Any = "dense", **fields: Any) -> SpinModel:
    document = {
        "hopverify": 1,
        "name": "two",
        "layers": {"a": {"size": 2, "states": "spins"}, "b": {"size": 2, "states": "spins"}},
        "synapses": {"w": {"kind": first, "layers": ["a", "b"], **fields}},
        "update": "asynchronous",
    }
    found = any_model(parse_spec(json.dumps(document), format="json"))
    assert isinstance(found, SpinModel)
    return found


@pytest.mark.parametrize(
    ("made", "by_neuron", "whole"),
    [
        (between(weights=[[1, 2], [3, 4]]), True, False),
        (between(first="diagonal", weights=[1, 2]), True, False),
        (model(one("diagonal", weights=[1, 0, 0, 2])), True, True),
        (model(one("diagonal", weights=[1, 0, -1, 2])), False, False),
        (model(one("dense", weights=[[1, 2], [2, 4]]), 2), True, True),
        (model(one("dense", weights=[[1, 2], [2, 3]], drive="gradient", prefactor=1), 2), True, False),
        (model(one("hebbian", patterns=[[1, 1, 1, 1]])), True, True),
        (model(one("hebbian", patterns=[[1, 1, 1, 1]], zero_diagonal=True)), True, False),
        (model(one("hebbian", patterns=[[1, 1, 1, 1]], scale=-1)), False, False),
        (model(one("associative", patterns=[[1, 1, 1, 1]], function="exp(z)")), True, True),
        (model(one("associative", patterns=[[1, 1, 1, 1]], function="z^3")), False, False),
        (model(one("expression", energy="-sum(s^4)")), True, True),
        (model(one("expression", energy="sum(s^4)")), False, False),
        (between(weights=[[0, 0], [0, 0]]), True, True),
    ],
)
def test_concavity_by_structure(made: SpinModel, by_neuron: bool, whole: bool) -> None:
    assert is_gradient(made)
    assert is_concave_by_neuron(made) is by_neuron
    assert is_concave(made) is whole


def test_a_missing_half_does_no_harm_without_a_bias() -> None:
    weights = [[0, 1], [1, 0]]
    for bias, fits in ((0, True), ([1, 0], False)):
        form = quadratic_form(model(one("dense", weights=weights, prefactor=1), 2, bias=bias))
        assert form is not None
        assert is_row_by_row(form) is fits
    negative = quadratic_form(model(one("dense", weights=[[-1, 1], [1, 0]]), 2))
    assert negative is not None
    assert not is_row_by_row(negative)


def test_large_hebbian_models_are_kept_at_low_rank() -> None:
    made = model(one("hebbian", patterns=[[1] * (LARGE + 1)]), LARGE + 1)
    assert quadratic_form(made) is None
    assert isinstance(values_of(made), LowRankValues)
    # No energy of so many neurons is told, as it would be computed in rationals.
    assert energy_text(made, np.ones(LARGE + 1, dtype=np.int64)) == ""


def test_one_pattern_beyond_exact_products_is_refused() -> None:
    low = low_rank_of(model(one("hebbian", patterns=[[2**27]], scale=1), 1))
    assert low is not None
    with pytest.raises(EvidenceRejected, match="too large for exact products"):
        certified_low_rank(low, np.ones((1, 1), dtype=np.int64))


def test_equal_terms_of_a_drive_cancel() -> None:
    made = model(one("associative", patterns=[[1, 1, 1], [1, -1, -1]], function="exp(z)"), 3)
    signs = values_of(made).keeping(np.array([[1, 1, -1]]))
    assert signs.tolist() == [[1, 0, 0]]


def test_energies_of_two_layers_with_factors_of_their_own() -> None:
    for kind, weights in (("dense", [[1, -2], [3, 1]]), ("diagonal", [3, -1])):
        made = between(first=kind, weights=weights, prefactor="1/3")
        states = all_states(4)
        pairs = np.repeat(states, 16, axis=0), np.tile(states, (16, 1))
        assert isinstance(values_of(made), QuadraticValues)
        assert (values_of(made).rising(*pairs) == OneByOne(made).rising(*pairs)).all()


def test_other_linear_drives() -> None:
    # The drives are no gradient, and S is known by its value only.
    altered = between(first="feedforward_feedback", forward=[[1, 2], [0, 1]], feedback=[[0, 1], [1, 0]])
    assert isinstance(values_of(altered), OneByOne)
    assert not is_gradient(altered)
    assert is_concave_by_neuron(altered)
    assert not is_concave(altered)
    both = model(one("dense", weights=[[0, 1], [1, 0]]) | {"v": one("expression", energy="sum(s^4)")["w"]}, 2)
    assert not is_concave(both)
    mixed = model(one("dense", weights=[[1, 1], [1, 1]]) | {"v": one("expression", energy="-sum(s^4)")["w"]}, 2)
    assert is_concave(mixed)
    assert is_concave_by_neuron(mixed)


def test_a_drive_of_an_unknown_diagonal_is_not_taken_for_concave(monkeypatch: pytest.MonkeyPatch) -> None:
    made = between(first="feedforward_feedback", forward=[[1, 2], [0, 1]])
    assert is_concave_by_neuron(made)
    monkeypatch.setattr(type(made.synapses["w"]), "blocks", lambda self: None)
    assert not is_concave_by_neuron(made)
    assert not is_concave(made)


def test_a_neuron_without_inputs_is_a_multiple_of_anything() -> None:
    # The first neuron is never flipped; the second sees half of what it is held with in the energy's view of both.
    form = quadratic_form(model(one("dense", weights=[[0, 0], [1, 0]]), 2))
    assert form is not None
    assert is_row_by_row(form)
    alone = quadratic_form(model(one("dense", weights=[[1, 0], [0, 0]]), 2))
    assert alone is not None
    assert is_row_by_row(alone)


def test_rows_of_low_rank_are_rows_of_the_matrix() -> None:
    made = model(one("hebbian", patterns=[[1, 2, 0, -1], [1, 1, 1, 1]], scale=1))
    form, low = quadratic_form(made), low_rank_of(made)
    assert form is not None
    assert low is not None
    assert [low.row(i).tolist() for i in range(4)] == [form.update.row(i).tolist() for i in range(4)]
    assert low.row(1).tolist() == [3, 5, 1, -1]


def test_no_matrix_of_rationals_is_made_for_many_neurons() -> None:
    assert quadratic_form(model(one("diagonal", weights=[1] * (MOST + 1)), MOST + 1)) is None


def test_a_tie_with_the_one_rational_value_of_an_exponential() -> None:
    made = model(one("associative", patterns=[[-1, 1]], function="exp(z)"), 2, bias=[0, -1])
    assert values_of(made).keeping(np.array([[1, 1]])).tolist() == [[-1, 0]]


def test_equal_terms_cancel_where_their_values_are_only_enclosed() -> None:
    """Patterns (1, 1) and (1, -1): whatever F is, only a bias tells the second neuron what to be."""
    for bias, sign in (([0, 0], 0), ([0, "1/7"], 1), ([0, f"-1/{10**30}"], -1)):
        exponential = one("associative", patterns=[[1, 1], [1, -1]], function="exp(z)")
        memory = memory_of(model(exponential, 2, UPDATES[1], bias=bias))
        assert memory is not None
        assert not memory.exact
        states = all_states(2)
        values = OverlapValues(memory)
        assert (values.keeping(states)[:, 1] == sign * states[:, 1]).all()
        flipped = states * np.array([1, -1])
        # From s to its mirror image the energy changes by 2b·s: it rises if the bias wanted s.
        assert (values.rising(states, flipped) == sign * states[:, 1]).all()
