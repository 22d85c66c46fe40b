"""Differentiation at general size, and null spaces read off the structure of H."""

from __future__ import annotations

import pytest
import sympy

from hopverify.derivation.calculus import SIZE, STATE, Calculus, I, J, K, collapsed
from hopverify.derivation.whole import whole_forms
from tests.derivation.models import layer

DELTA = sympy.KroneckerDelta(I, J)


def test_softmax_of_size_n() -> None:
    forms = whole_forms(layer("{softmax: {beta: 4}}").function)
    (p,) = (named.base for named in forms.calculus.vectors.values())
    (beta,) = forms.parameters.values
    assert forms.activation == p[I]
    assert sympy.expand(forms.hessian - beta * (DELTA * p[I] - p[I] * p[J])) == 0
    assert forms.kernel.exact
    assert forms.kernel.vectors == (1,)


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
    kernel = whole_forms(layer(function).function).kernel
    assert ([str(vector) for vector in kernel.vectors], kernel.exact) == expected


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
