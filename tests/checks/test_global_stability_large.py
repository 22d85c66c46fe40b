"""Global stability of large networks: M in doubles with a proved slack, against the rational route and at the edge."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopverify.checker import check_certificate
from hopverify.checker.rules import judge
from hopverify.checks import DEFINITENESS, FACTORISATION
from hopverify.errors import EvidenceRejected
from hopverify.obligations import GloballyStable, Outcome
from hopverify.pipeline import verify
from hopverify.provers import Budget, lure_multipliers
from hopverify.provers.lure_multipliers import multipliers_for
from hopverify.spec import ModelSpec, parse_spec
from tests.checker import multipliers
from tests.checks.networks import evidence, model_of, network, random_weights

SIZE = 96


def large(weights: np.ndarray[Any, Any], function: str = "tanh", extra: str = "") -> ModelSpec:
    return network([[Fraction(v) for v in row] for row in weights], function, check="global_stability", extra=extra)


def symmetric(gain: float) -> np.ndarray[Any, Any]:
    W = np.random.default_rng(1).normal(size=(SIZE, SIZE))
    W = W + W.T
    return W * (gain / np.abs(np.linalg.eigvalsh(W)).max())


def proved(spec: ModelSpec, payload: dict[str, Any]) -> bool:
    try:
        return judge(GloballyStable(model_of(spec)), payload).outcome is Outcome.PROVED
    except EvidenceRejected:
        return False


def in_doubles(spec: ModelSpec) -> dict[str, Any]:
    """Return the evidence for networks that are too large for the kernel."""
    (found,) = multipliers_for(model_of(spec), Budget())
    assert proved(spec, found)
    return found


def test_below_one_it_passes_and_above_the_same_evidence_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lure_multipliers, "MAX_BY_KERNEL", SIZE - 1)
    spec = large(symmetric(0.8))
    certificate = verify(spec)
    assert certificate.results[0]["verdict"] == "pass"
    check_certificate(spec, certificate)
    good = evidence(certificate)
    assert good["definiteness"] == {"method": "cholesky"}
    assert FACTORISATION in certificate.results[0]["obligations"][0]["data"]["assumptions"]
    assert certificate.results[0]["assumptions"] == [DEFINITENESS]
    assert in_doubles(spec) == good
    assert proved(large(symmetric(0.999)), good)
    assert not proved(large(symmetric(1.001)), good)
    assert not proved(large(symmetric(0.8), "{tanh: {beta: 2}}"), good)
    assert not proved(large(symmetric(0.8), extra=", leak: false"), good)
    assert proved(large(symmetric(0.8), extra=", leak: 0.9"), good)
    assert not proved(large(symmetric(0.8), extra=", leak: 0.79"), good)


@pytest.mark.long
def test_at_the_edge_nothing_passes() -> None:
    """W = 11ᵀ/128 has norm 1 exactly; one unit in the last place is below what doubles show, a part in 10⁹ is not."""
    payload = {"rule": "lure", "multipliers": ["1"] * 128, "definiteness": {"method": "cholesky"}}
    W = np.full((128, 128), 1 / 128)
    assert not proved(large(W), payload)
    assert not proved(large(W * (1 - 2.0**-53)), payload)
    assert proved(large(W * (1 - 1e-9)), payload)
    exact = payload | {"definiteness": {"method": "exact"}}
    assert not proved(large(W, "hard_tanh"), exact)
    assert proved(large(W * (1 - 2.0**-53), "hard_tanh"), exact)


def test_hebbian_weights_are_not_formed() -> None:
    patterns = np.random.default_rng(2).choice([-1, 1], size=(3, SIZE)).tolist()
    text = (
        f"hopverify: 1\nname: h\nlayers:\n  x: {{size: {SIZE}, lagrangian: tanh, leak: LEAK}}\nsynapses:\n"
        f"  w: {{kind: hebbian, layers: [x], patterns: {patterns}, zero_diagonal: ZERO}}\nchecks: [global_stability]\n"
    )
    for zero, leak in (("true", "1.5"), ("false", "1.6")):
        spec = parse_spec(text.replace("LEAK", leak).replace("ZERO", zero))
        good = in_doubles(spec)
        assert good["definiteness"] == {"method": "low_rank", "complement": {"method": "exact"}}
        assert proved(spec, good)
        assert not proved(parse_spec(text.replace("LEAK", "0.9").replace("ZERO", zero)), good)


def test_multipliers_for_weights_that_are_not_symmetric() -> None:
    """Strong couplings one way between pairs of neurons: D = I fails, the comparison matrix gives multipliers."""
    W = np.diag(np.tile([3.0, 0.125], SIZE // 2)[:-1], -1)
    spec = large(W)
    good = in_doubles(spec)
    assert not proved(spec, good | {"multipliers": ["1"] * SIZE})
    W[0, 1] = 1.0
    assert not proved(large(W), good)


@pytest.mark.parametrize("wrong", ["0", "-1", f"1/{2**500}", "1.0"])
def test_multipliers_are_positive(wrong: str) -> None:
    spec = network([[0]], "tanh", check="global_stability")
    assert proved(spec, {"rule": "lure", "multipliers": ["1"], "definiteness": {"method": "exact"}})
    assert not proved(spec, {"rule": "lure", "multipliers": [wrong], "definiteness": {"method": "exact"}})


@given(st.integers(1, 5), st.integers(0, 2**32 - 1), st.booleans(), st.sampled_from(["tanh", "relu", "softplus"]))
def test_doubles_agree_with_rationals(n: int, seed: int, is_symmetric: bool, function: str) -> None:
    """Small networks: what is proved in doubles is proved in rationals; far from the edge the two are equal."""
    generator = np.random.default_rng(seed)
    W = random_weights(generator, n, scale=0.6, symmetric=is_symmetric)
    spec = network(W, function, check="global_stability")
    d = [str(Fraction(int(v), 4)) for v in generator.integers(1, 9, size=n)]
    rational = proved(spec, multipliers.stable(model_of(spec), d))
    for method in ("cholesky", "exact"):
        floating = proved(spec, {"rule": "lure", "multipliers": d, "definiteness": {"method": method}})
        assert rational or not floating
    spare = [[value * Fraction(99, 100) for value in row] for row in W]
    if rational:
        assert proved(
            network(spare, function, check="global_stability"),
            {"rule": "lure", "multipliers": d, "definiteness": {"method": "cholesky"}},
        )
