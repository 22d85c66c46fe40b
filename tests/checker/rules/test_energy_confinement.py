"""The box of the theorem, formula by formula as its proof states them, on activations of all kinds together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from hopverify.checker.rules import judge
from hopverify.checker.rules.energy_confinement import Confinement, _at_zero
from hopverify.errors import EvidenceRejected
from hopverify.networks import Model, build_model, linear_network
from hopverify.obligations import Bounded, Outcome
from hopverify.spec import parse_spec

# Activation; then σ, whether it is bounded on one side, s, t, a and g(0); the last is bounded on both.
KINDS: list[tuple[str, int, bool, Any, Any, int, int]] = [
    ("3*relu(x + 1)", 1, True, 3, 0, 3, 3),
    ("min(2*x, x + 1/2)", 1, False, 2, Fraction(1, 2), 0, 0),
    ("min(x, 1)", -1, True, 1, 0, 1, 0),
]
BOUNDED = "max(min(x, 2), -1)"
LEAKS = [Fraction(2), Fraction(1), Fraction(3), Fraction(1, 2)]
W = [[Fraction(v, 8) for v in row] for row in ((1, 2, -3, 4), (2, 0, 1, -5), (-3, 1, -1, 2), (4, -5, 2, 1))]


def model(bias: Sequence[Any], activations: Sequence[str], weights: Any = W, leaks: Any = LEAKS) -> Model:
    count = len(activations)
    layers = ", ".join(
        f"x{i}: {{size: 1, leak: {leaks[i]}, bias: {bias[i]}, activation: {{expression: '{text}', of: neuron}}}}"
        for i, text in enumerate(activations)
    )
    joined = ", ".join(
        f"w{i}{j}: {{kind: dense, layers: [x{i}, x{j}], weights: [[{weights[i][j]}]]}}"
        for i in range(count)
        for j in range(i, count)
    )
    return build_model(parse_spec(f"hopverify: 1\nname: confined\nlayers: {{{layers}}}\nsynapses: {{{joined}}}\n"))


def confined(asked: Model) -> Confinement:
    network = linear_network(asked)
    assert network is not None
    return Confinement(network)


ALL = [*(kind[0] for kind in KINDS), BOUNDED]


def test_the_form_is_that_of_unbounded_activations() -> None:
    found = confined(model([0, 0, 0, 0], ALL))
    assert (found.open, found.signed) == ([0, 1, 2], [True, False, True])
    assert [_at_zero(found.network, i) for i in range(4)] == [3, 0, 0, 0]
    told = [(r.orientation, r.signed, r.slope, r.offset, r.shift) for r in found.reaches]
    assert told == [kind[1:6] for kind in KINDS]
    Q = [[-W[i][j] * KINDS[i][1] * KINDS[j][1] for j in range(3)] for i in range(3)]
    for i in range(3):
        Q[i][i] += LEAKS[i] / KINDS[i][3]
    assert found.form.tolist() == Q


def _products(row: Sequence[Fraction], low: Sequence[Any], high: Sequence[Any]) -> tuple[Fraction, Fraction]:
    """Return the least and the largest Σ w γ for γ within bounds."""
    terms = [sorted((w * a, w * b)) for w, a, b in zip(row, low, high, strict=True)]
    return sum((t[0] for t in terms), Fraction(0)), sum((t[1] for t in terms), Fraction(0))


def _expected(bias: Sequence[Any], Q: Any, margin: Fraction) -> tuple[Fraction, list[Fraction], list[Fraction]]:
    """Return Ĉ and the box, as the theorem has them."""
    base, n = [Fraction(kind[6]) for kind in KINDS], range(3)
    c, a = [], [Fraction(kind[5]) for kind in KINDS]
    for i in n:
        least, most = _products(W[i], [*base, -1], [*base, 2])
        c.append(LEAKS[i] * KINDS[i][4] / KINDS[i][3] + max(abs(least + bias[i]), abs(most + bias[i])))
    Qa = [sum(Q[i][j] * a[j] for j in n) for i in n]
    C = sum(LEAKS[i] * a[i] ** 2 / KINDS[i][3] + c[i] * a[i] - a[i] * Qa[i] for i in n)
    R = sum(c[i] + 2 * abs(Qa[i]) for i in n) / margin + 1 + max(C, 0) / margin
    low, high = [Fraction(-1)] * 4, [Fraction(2)] * 4
    low[0], high[0] = base[0] - a[0], base[0] + R - a[0]
    low[1], high[1] = base[1] - R, base[1] + R
    low[2], high[2] = base[2] - (R - a[2]), base[2] + a[2]
    ends = [_products(row, low, high) for row in W]
    lower, upper = ([(end[k] + bias[i]) / LEAKS[i] for i, end in enumerate(ends)] for k in (0, 1))
    return C, lower, upper


@pytest.mark.parametrize("bias", [(0, 0, 0, 0), (3, -2, 1, 5), (-4, 3, -1, -7), (Fraction(-1, 3), 2, 5, 1)])
@pytest.mark.parametrize("margin", [Fraction(1, 4), Fraction(3)])
def test_the_box_is_that_of_the_theorem(bias: Sequence[Any], margin: Fraction) -> None:
    found = confined(model(bias, ALL))
    C, lower, upper = _expected(bias, found.form.tolist(), margin)
    assert C > 0
    assert [end.tolist() for end in found.box(margin)] == [lower, upper]


def test_a_constant_below_zero_does_not_shrink_the_box() -> None:
    """One neuron relu(x + 1) with W = -8: Q = 9, c = |-8 + 8| = 0, C = 1 - 9 < 0, and R = 18/ε + 1."""
    found = confined(model([8], ["relu(x + 1)"], [[Fraction(-8)]], [Fraction(1)]))
    (low,), (high,) = found.box(Fraction(9))
    # The activation lies in [0, 3], and x = 8 - 8γ.
    assert (low, high) == (8 - 8 * 3, 8)


# ------------------------------------------------------------------ judgements


def test_what_is_told_of_a_confined_network() -> None:
    """One relu with W = -1: Q = 2, c = 0, R = 1, and the state lies in [-1, 0]."""
    asked = model([0], ["relu(x)"], [[Fraction(-1)]], [Fraction(1)])
    found = judge(Bounded(asked), {"rule": "energy_confinement", "margin": "1"})
    assert found.outcome is Outcome.PROVED
    assert found.data == {
        "bounded": "every state; solutions converge to the equilibria, all of which lie in the box",
        "box": {"x0": [["-1", "0"]]},
        "form": "uᵀQu ≥ 1·|u|² on the cone of activations",
    }
    for margin in ("0", "-1", "2", "3"):
        with pytest.raises(EvidenceRejected):
            judge(Bounded(asked), {"rule": "energy_confinement", "margin": margin})


@pytest.mark.parametrize(
    ("activation", "message"),
    [
        ("max(min(x, 2), -1)", "every activation is bounded"),
        ("-relu(x)", "not evidently non-decreasing"),
        ("exp(x)", "no linear growth bound"),
    ],
)
def test_what_the_theorem_does_not_cover(activation: str, message: str) -> None:
    found = confined(model([0], ["relu(x)"], [[Fraction(-1)]], [Fraction(1, 2)]))
    with pytest.raises(EvidenceRejected, match=message):
        confined(model([0], [activation], [[Fraction(-1)]], [1]))
    # Networks have leaks; the theorem does not rely on that.
    with pytest.raises(EvidenceRejected, match="a leak is not positive"):
        Confinement(replace(found.network, leak=found.network.leak * 0))


def test_asymmetric_weights_are_not_covered() -> None:
    def network(last: int) -> Model:
        joined = f"w: {{kind: dense, layers: [x, x], weights: [[0, 1], [{last}, 0]]}}"
        body = f"layers: {{x: {{size: 2, lagrangian: relu}}}}\nsynapses: {{{joined}}}\n"
        return build_model(parse_spec(f"hopverify: 1\nname: skew\n{body}"))

    confined(network(1))
    with pytest.raises(EvidenceRejected, match="the weights are not symmetric"):
        confined(network(2))


def test_nonlinear_drives_are_not_covered() -> None:
    joined = "e: {kind: expression, layers: [x], energy: sum(x^4)}"
    body = f"layers: {{x: {{size: 1, lagrangian: relu}}}}\nsynapses: {{{joined}}}\n"
    asked = build_model(parse_spec(f"hopverify: 1\nname: quartic\n{body}"))
    with pytest.raises(EvidenceRejected, match="the drives are not linear"):
        judge(Bounded(asked), {"rule": "energy_confinement", "margin": "1"})
