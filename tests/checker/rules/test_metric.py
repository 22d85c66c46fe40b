"""Metrics of altered systems, entry by entry: one digit beside a metric is none, and one beside a refutation too."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker.rules import Judgement, judge, metric
from hopverify.checker.rules.metric import form_of_metric, is_metric_of, timed_form
from hopverify.errors import EvidenceRejected
from hopverify.networks import AlteredSystem, altered_system, build_model
from hopverify.obligations import AlteredMetric, Outcome
from hopverify.spec import ExactArray, parse_spec

Rows = Any
EXACT = {"method": "exact"}


def rows(matrix: Rows) -> str:
    return "[" + ", ".join("[" + ", ".join(map(str, row)) + "]" for row in matrix) + "]"


def system(A: Rows, B: Rows, metric: Rows = None, tau: str = "1") -> AlteredSystem:
    n, m = np.shape(A)
    more = "" if metric is None else f", metric: {rows(metric)}"
    found = altered_system(
        build_model(
            parse_spec(
                f"hopverify: 1\nname: altered\nlayers:\n  y: {{size: {m}, lagrangian: identity, tau: {tau}}}\n"
                f"  x: {{size: {n}, lagrangian: relu, tau: 0}}\nsynapses:\n  s: {{kind: feedforward_feedback, "
                f"layers: [y, x], forward: {rows(A)}, feedback: {rows(B)}{more}}}\n"
            )
        )
    )
    assert isinstance(found, AlteredSystem)
    return found


def judged(asked: AlteredSystem, payload: Mapping[str, Any], *, timed: bool = False) -> Judgement:
    return judge(AlteredMetric(asked, timed), {"rule": "metric", **payload})


def refused(asked: AlteredSystem, payload: Mapping[str, Any], message: str, *, timed: bool = False) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judged(asked, payload, timed=timed)


# A = (PB)ᵀ for P = (2 1; 1 3) and B = (1 0; 2 1): PB = (4 1; 7 3).
P, A, B = [[2, 1], [1, 3]], [[4, 7], [1, 3]], [[1, 0], [2, 1]]
TEXT = ["2", "1", "1", "3"]


def array(matrix: Rows) -> ExactArray:
    return ExactArray.of([[Fraction(entry) for entry in row] for row in matrix])


# ------------------------------------------------------------------ metrics


@pytest.mark.parametrize(
    ("forward", "feedback", "right", "wrong"),
    [
        (A, B, P, [[2, 1], [1, 4]]),
        # B = I, and a diagonal P, have ways of their own.
        ([[2, 1], [1, 3]], [[1, 0], [0, 1]], P, [[2, 1], [1, 4]]),
        ([[2, 4], [0, 3]], [[1, 0], [Fraction(4, 3), 1]], [[2, 0], [0, 3]], [[2, 0], [0, 4]]),
    ],
)
def test_products_are_compared_exactly(forward: Rows, feedback: Rows, right: Rows, wrong: Rows) -> None:
    asked = system(forward, feedback)
    assert is_metric_of(asked, array(right))
    assert not is_metric_of(asked, array(wrong))
    # The product agrees, the symmetry is missing.
    assert not is_metric_of(system([[2, 0], [1, 3]], [[1, 0], [0, 1]]), array([[2, 1], [0, 3]]))


def test_large_products_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = system(A, B)
    monkeypatch.setattr(metric, "MAX_PRODUCTS", 8)
    assert is_metric_of(asked, array(P))
    monkeypatch.setattr(metric, "MAX_PRODUCTS", 7)
    with pytest.raises(EvidenceRejected, match="too large for an exact product"):
        is_metric_of(asked, array(P))


def test_a_metric_is_given_where_the_spec_states_none() -> None:
    free, stated = system(A, B), system(A, B, P)
    given, none = {"metric": TEXT, "definiteness": EXACT}, {"definiteness": EXACT}
    assert judged(free, given).data == {"metric": [["2", "1"], ["1", "3"]]}
    assert judged(free, given).outcome is Outcome.PROVED
    assert judged(stated, none).data == {"metric": [["2", "1"], ["1", "3"]]}
    for asked, payload in ((free, none), (stated, given)):
        refused(asked, payload, "to be given where the spec states none")
    refused(free, {"metric": TEXT}, "definiteness: missing")
    refused(free, given | {"definiteness": {"method": "never"}}, "method")
    refused(free, given | {"metric": ["2", "1", "1", "4"]}, "P is not symmetric, or PB and Aᵀ differ")
    refused(free, given | {"metric": TEXT[:3]}, "expected a list of 4")
    refused(system(A, B, [[2, 1], [1, 4]]), none, "P is not symmetric, or PB and Aᵀ differ")


def test_a_metric_is_definite() -> None:
    """(1 2; 2 1) has PB = Aᵀ, and is indefinite."""
    refused(
        system([[1, 2], [2, 1]], [[1, 0], [0, 1]]), {"metric": ["1", "2", "2", "1"], "definiteness": EXACT}, "definite"
    )


def test_large_metrics_are_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"metric": TEXT, "definiteness": EXACT}
    for listed, told in ((2, True), (1, False)):
        monkeypatch.setattr(metric, "LISTED", listed)
        assert ("metric" in judged(system(A, B), given).data) is told


def test_forms_hold_what_they_are_of() -> None:
    for text in ("1/4", "1/3"):
        form = form_of_metric(array([[2, text], [text, 3]]))
        found = form.fractions()
        assert abs(found[0, 1] - Fraction(text)) < Fraction(1, 2**50)
        assert (text == "1/4") <= (found.tolist() == [[2, Fraction(text)], [Fraction(text), 3]])
    timed = timed_form(system(A, B, tau="[2, 3]"), array(P)).fractions()
    assert timed.tolist() == [[4, Fraction(5, 2)], [Fraction(5, 2), 9]]


def test_time_constants_that_differ_need_a_form_of_their_own() -> None:
    """sym(TP) = (1 (1+τ)/2; (1+τ)/2 2τ) for P = (1 1; 1 2): indefinite for large τ."""
    metric_, at = {"metric": ["1", "1", "1", "2"], "definiteness": EXACT}, ([[1, 1], [1, 2]], [[1, 0], [0, 1]])
    one, two, far = (system(*at, tau=tau) for tau in ("1", "[1, 2]", "[1, 100]"))
    timed = metric_ | {"timed": EXACT}
    assert judged(two, timed, timed=True).outcome is Outcome.PROVED
    refused(far, timed, "definite", timed=True)
    refused(two, metric_, "timed: to be given", timed=True)
    # Where they are the same, or nothing is asked of them, there is none.
    for asked, is_timed in ((one, True), (one, False), (two, False), (far, False)):
        assert judged(asked, metric_, timed=is_timed).outcome is Outcome.PROVED
        refused(asked, timed, "timed: to be given", timed=is_timed)


# ------------------------------------------------------------------ refutations


def test_a_refutation_is_alone() -> None:
    asked = system([[0, 1], [2, 0]], [[1, 0], [0, 1]])
    assert judged(asked, {"pair": [0, 1]}).outcome is Outcome.REFUTED
    for payload in (
        {"pair": [0, 1], "direction": ["1", "1"]},
        {"pair": [0, 1], "metric": TEXT},
        {"pair": [0, 1], "definiteness": EXACT},
        {"direction": ["1", "-1"], "metric": TEXT},
    ):
        refused(asked, payload, "a refutation is one pair or one direction")
    for pair in ([0], [0, 1, 1], {"i": 0, "j": 1}, "01"):
        refused(asked, {"pair": pair}, "pair: expected two numbers")


def pair_of(asked: AlteredSystem, *pair: int) -> tuple[list[str], str]:
    found = judged(asked, {"pair": list(pair)})
    assert found.outcome is Outcome.REFUTED
    return found.data["values"], found.data["said"]


def test_pairs_of_entries_differ() -> None:
    """AB = (1 2 5; 2 3 6; 7 8 9) by hand; a pair is one of its entries and the mirrored one."""
    product = system([[1, 2, 5], [2, 3, 6], [7, 8, 9]], [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
    assert pair_of(product, 0, 2) == (["5", "7"], "(AB)ij ≠ (AB)ji")
    assert pair_of(product, 2, 1) == (["8", "6"], "(AB)ij ≠ (AB)ji")
    refused(product, {"pair": [0, 1]}, "the two entries agree")
    refused(product, {"pair": [0, 3]}, "below 3")
    refused(product, {"pair": [3, 0]}, "below 3")


def test_pairs_of_products() -> None:
    """AB = (1·1 + 2·3, 1·2 + 2·5; 4·1 + 6·3, 4·2 + 6·5) = (7 12; 22 38), and A has more neurons than y where n > m."""
    asked = system([[1, 2], [4, 6]], [[1, 2], [3, 5]])
    assert pair_of(asked, 0, 1)[0] == ["12", "22"]
    tall = system([[1], [2], [3]], [[1, 4, 3]])
    assert pair_of(tall, 0, 1)[0] == ["4", "2"]
    assert pair_of(tall, 2, 1)[0] == ["12", "6"]
    refused(tall, {"pair": [0, 2]}, "the two entries agree")


def test_pairs_of_a_stated_metric() -> None:
    """P is asymmetric; or PB = (1 4; 2 5; 3 6)·(1 2)ᵀ is not Aᵀ, whose place (i, j) is of y and x."""
    skew = system([[2, 0], [0, 2]], [[1, 0], [0, 1]], [[2, 1], [5, 2]])
    assert pair_of(skew, 0, 1) == (["1", "5"], "Pij ≠ Pji")
    refused(skew, {"pair": [0, 0]}, "the two entries agree")
    refused(skew, {"pair": [0, 2]}, "below 2")
    refused(skew, {"pair": [2, 0]}, "below 2")
    # P = (1 1; 1 2), B = (1; 2), PB = (3; 5), and A = (3 4).
    other = system([[3, 4]], [[1], [2]], [[1, 1], [1, 2]])
    assert pair_of(other, 1, 0) == (["5", "4"], "(PB)ij ≠ Aji")
    refused(other, {"pair": [0, 0]}, "the two entries agree")
    refused(other, {"pair": [0, 1]}, "below 1")
    refused(other, {"pair": [2, 0]}, "below 2")


@pytest.mark.parametrize(
    ("direction", "value"),
    [(["1", "-2"], None), (["1", "-1"], "-1"), (["2", "-1"], "-2"), (["0", "0"], None), (["1", "0"], None)],
)
def test_directions_of_a_stated_metric(direction: list[str], value: str | None) -> None:
    """P = (1 2; 2 2): at (1, -1) it is 1 - 4 + 2 = -1, at (1, -2) 1 - 8 + 8 = 1, at (2, -1) 4 - 8 + 2 = -2."""
    asked = system([[1, 2], [2, 2]], [[1, 0], [0, 1]], [[1, 2], [2, 2]])
    if value is None:
        refused(asked, {"direction": direction}, "zᵀPz is positive")
    else:
        found = judged(asked, {"direction": direction})
        assert found.outcome is Outcome.REFUTED
        assert found.data == {"value": value, "said": "zᵀPz ≤ 0"}


def test_a_stated_metric_that_is_small_but_positive_is_not_refuted() -> None:
    small, none = (system([[p]], [[1]], [[p]]) for p in (Fraction(1, 2), 0))
    refused(small, {"direction": ["1"]}, "zᵀPz is positive")
    assert judged(none, {"direction": ["1"]}).data["value"] == "0"


@pytest.mark.parametrize(
    ("forward", "feedback", "z", "value", "said"),
    [
        ([[1, 0], [0, -2]], [[1, 0], [0, 1]], ["0", "1"], "-2", "zᵀABz < 0"),
        ([[1, 0], [0, 0]], [[1, 0], [0, 1]], ["0", "1"], "0", "zᵀABz = 0, and Bz ≠ 0"),
        ([[1, 0], [0, 1]], [[1, 0], [0, 0]], ["0", "1"], "0", "Bz = 0, and Aᵀz ≠ 0"),
        ([[1, 0], [0, "1/2"]], [[1, 0], [0, 1]], ["0", "1"], None, None),
        ([[1, 0], [0, 2]], [[1, 0], [0, 1]], ["0", "1"], None, None),
        ([[1, 0], [0, 1]], [[1, 0], [0, 1]], ["0", "0"], None, None),
        ([[1, 0], [0, 0]], [[1, 0], [0, 0]], ["0", "1"], None, None),
    ],
)
def test_directions_that_exclude_every_metric(
    forward: Rows, feedback: Rows, z: list[str], value: str | None, said: str | None
) -> None:
    asked = system(forward, feedback)
    if value is None:
        refused(asked, {"direction": z}, "it excludes no metric")
    else:
        found = judged(asked, {"direction": z})
        assert (found.outcome, found.data) == (Outcome.REFUTED, {"value": value, "said": said})
    refused(asked, {"direction": [*z, "0"]}, "expected a list of 2")
