"""Differentiation at general size, and null spaces read off the structure of H."""

from __future__ import annotations

import pytest
import sympy

from hopverify.derivation.layer_forms import layer_forms
from hopverify.derivation.symbolic.calculus import SIZE, STATE, Calculus, J, K, collapsed
from hopverify.derivation.symbolic.own import layer_record
from tests.derivation.models import layer


def test_softmax_of_size_n() -> None:
    whole = layer_forms(layer("{softmax: {beta: 4}}")).whole
    assert whole is not None
    assert str(whole.activation) == "p[i]"
    assert str(whole.hessian) == "beta*(KroneckerDelta(i, j) - p[j])*p[i]"
    assert [str(name) for name, _ in whole.definitions] == ["Z", "p[k]"]
    assert (list(map(str, whole.kernel)), whole.exact) == (["1"], True)


# What the null space of H is spanned by, and whether that is all of it.
KERNELS = {
    "softmax": (["1"], True),
    "ghostmax": ([], True),
    "{layernorm: {epsilon: 0.01}}": (["1"], True),
    "{layernorm: {epsilon: 0, gamma: -2}}": (["1", "c[k]"], True),
    "spherical": (["x[k]"], True),
    "{spherical: {epsilon: 0.5, gamma: 3}}": ([], True),
    "entmax": (["1"], True),
    "sparsemax": (["1"], True),
    "{normmax: {gamma: 1.5}}": (["1"], True),
    '{expression: "variance(x)"}': (["1"], True),
    '{expression: "logsumexp(-x)/2"}': (["1"], True),
    '{expression: "exp(logsumexp(x))"}': ([], True),
    '{expression: "logsumexp(x) + x[0]"}': (["1"], True),
    '{expression: "sum(x^2)/2 + logsumexp(x)"}': ([], False),
    '{expression: "max(x[0], x[1])"}': (["1"], False),
}


@pytest.mark.parametrize(("function", "expected"), KERNELS.items())
def test_null_spaces(function: str, expected: tuple[list[str], bool]) -> None:
    whole = layer_forms(layer(function)).whole
    assert whole is not None
    assert (list(map(str, whole.kernel)), whole.exact) == expected


@pytest.mark.parametrize("function", ["softmax", "ghostmax", "spherical", "{normmax: {gamma: 1.5}}"])
def test_numbers_for_parameters_give_what_symbols_give(function: str) -> None:
    """The road of a user's own expression leads to the null space that is kept of the catalogue."""
    whole, own = layer_forms(layer(function)).whole, layer(function).function
    record = layer_record(own.potential, own.activation, own.slope, tuple(own.constants))
    assert whole is not None
    assert (list(map(str, whole.kernel)), whole.exact) == (record["kernel"], record["exact"])


def test_sums_that_are_known_need_no_new_name() -> None:
    calculus = Calculus()
    mean = calculus.total("m", STATE[K], scale=1 / SIZE)
    centred = calculus.vector("c", STATE[K] - mean)
    assert calculus.summed(centred) == 0
    assert calculus.summed(sympy.S.One) == SIZE
    assert calculus.summed(STATE[K] * sympy.KroneckerDelta(K, J)) == STATE[J]
    assert list(calculus.totals) == [mean]


def test_a_sum_over_a_delta_is_one_term() -> None:
    sum_over = sympy.Sum(sympy.KroneckerDelta(K, 2) * STATE[K] + STATE[K] ** 2, (K, 1, SIZE))
    assert collapsed(sum_over) == STATE[2] + sympy.Sum(STATE[K] ** 2, (K, 1, SIZE))
