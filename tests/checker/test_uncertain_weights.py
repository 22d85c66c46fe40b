"""Weights known up to a spread: what is proved of them holds at every corner of it, by exact rules and minors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from hopverify.certificate import Certificate, parse_certificate
from hopverify.checker import check_certificate
from hopverify.checker.deciding import SURVIVES, decide, family_of, roles_of
from hopverify.checker.midpoints import spreads
from hopverify.checker.rules import RULES, Reach, judge
from hopverify.checks import claims_of
from hopverify.errors import CertificateRejected, EvidenceRejected
from hopverify.networks import build_model
from hopverify.networks.structured import structured_network
from hopverify.obligations import Outcome
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec
from tests.checker import multipliers
from tests.checks.networks import listed
from tests.profiles import by_profile
from tests.soundness.oracles.matrices import identity, is_definite, is_semidefinite, less, scaled

Rows = list[list[Fraction]]


def network(W: Rows, check: str, *, near: str = "", function: str = "tanh", more: str = "") -> ModelSpec:
    """Return a spec of one layer; ``near`` is a tolerance or a dtype, as a spec says it."""
    weights = f"{{values: {listed(W)}, {near}}}" if near else listed(W)
    return parse_spec(
        f"hopverify: 1\nname: net\nlayers:\n  x: {{size: {len(W)}, lagrangian: {function}}}\n"
        f"synapses:\n  w: {{kind: dense, layers: [x, x], weights: {weights}}}\n{more}checks: [{check}]\n"
    )


def entry_of(spec: ModelSpec) -> tuple[Certificate, Mapping[str, Any]]:
    certificate = verify(spec, samples=50)
    check_certificate(spec, parse_certificate(certificate.to_json()))
    return certificate, certificate.results[0]


def corners(W: Rows, t: Fraction) -> Iterator[Rows]:
    """Yield the symmetric matrices at the corners of the tolerance."""
    n = len(W)
    places = [(i, j) for i in range(n) for j in range(i + 1)]
    for signs in product((-1, 1), repeat=len(places)):
        corner = [list(row) for row in W]
        for (i, j), sign in zip(places, signs, strict=True):
            corner[i][j] = corner[j][i] = W[i][j] + sign * t
        yield corner


def drawn(seed: int, n: int, scale: float) -> Rows:
    generator = np.random.default_rng(seed)
    A = generator.normal(size=(n, n)) * scale
    return [[Fraction(round(float(v) * 64), 64) for v in row] for row in (A + A.T) / 2]


@pytest.mark.parametrize("seed", range(by_profile(2, 12, 12)))
@pytest.mark.parametrize("n", [1, 2, 3])
def test_global_stability_holds_at_every_corner(seed: int, n: int) -> None:
    W, t = drawn(seed, n, 0.3), Fraction(1 + seed % 4, 16)
    _, entry = entry_of(network(W, "global_stability", near=f"tolerance: {t}"))
    stable = all(is_definite(less(identity(n), corner)) for corner in corners(W, t))
    if entry["verdict"] == "pass":
        assert stable
        factor = Fraction(entry["obligations"][0]["data"].get(SURVIVES, "1"))
        assert all(is_definite(less(identity(n), corner)) for corner in corners(W, t * factor))
    elif entry["verdict"] == "fail":
        assert not is_definite(less(identity(n), W))


def test_the_edge_of_a_tolerance() -> None:
    half = Fraction(1, 2)
    assert entry_of(network([[half]], "global_stability", near="tolerance: 0.5"))[1]["verdict"] == "unknown"
    assert entry_of(network([[half]], "global_stability", near="tolerance: 0.499999"))[1]["verdict"] == "pass"
    # Around 0 the row sum of the spread is its norm at the corner of equal signs.
    zero = [[Fraction(0)] * 4] * 4
    assert entry_of(network(zero, "global_stability", near="tolerance: 0.25"))[1]["verdict"] == "unknown"
    assert entry_of(network(zero, "global_stability", near="tolerance: 0.249999"))[1]["verdict"] == "pass"
    # What rounding does to 0.75 in bfloat16 is 0.75/256 at most.
    assert entry_of(network([[Fraction(3, 4)]], "global_stability", near="dtype: bfloat16"))[1]["verdict"] == "pass"
    edge = Fraction(256, 257)
    assert entry_of(network([[edge]], "global_stability", near="dtype: bfloat16"))[1]["verdict"] == "unknown"
    inside = edge - Fraction(1, 10**6)
    assert entry_of(network([[inside]], "global_stability", near="dtype: bfloat16"))[1]["verdict"] == "pass"


def test_asymmetric_weights_need_multipliers_for_all_of_them() -> None:
    W = [[Fraction(0), Fraction(3, 2)], [Fraction(-3, 2), Fraction(0)]]
    _, entry = entry_of(network(W, "global_stability", near="tolerance: 0.49"))
    assert entry["verdict"] == "pass"
    assert "any of the matrices within" in entry["assumptions"][-1]
    assert entry_of(network(W, "global_stability", near="tolerance: 0.51"))[1]["verdict"] != "pass"


MEMORIES = "memories:\n  m: {layer: x, patterns: [[2, 2, 2], [2, -2, 2], [-2, 2, 2]]}\n"


@pytest.mark.parametrize("seed", range(by_profile(1, 6, 6)))
@pytest.mark.parametrize("flips", [0, 1])
def test_cells_are_cells_at_every_corner(seed: int, flips: int) -> None:
    W, t = drawn(seed, 3, 0.1), Fraction(1, 40)
    for i in range(3):
        W[i][i] += 3
    check = f"{{basin_cells: {{at_least: 1, flips: {flips}}}}}"
    spec = network(W, check, near=f"tolerance: {t}", more=MEMORIES)
    _, entry = entry_of(spec)
    assert entry["verdict"] == "pass" or flips
    evidence = {k: v for k, v in entry["obligations"][0]["evidence"].items() if k != SURVIVES}
    certified = entry["obligations"][0]["data"]["certified"]
    for corner in corners(W, t):
        exact = network(corner, check, more=MEMORIES)
        ((_, claim),) = claims_of(exact, build_model(exact))
        ((obligation, _),) = roles_of(claim)
        assert judge(obligation, evidence).data["certified"] == certified


@pytest.mark.parametrize("hidden", ["softmax: {beta: 4}", "ghostmax: {}", "sparsemax: {}", "entmax: {alpha: 3/2}"])
@pytest.mark.parametrize("seed", range(by_profile(1, 3, 3)))
def test_retrieval_holds_at_corners(hidden: str, seed: int) -> None:
    generator, t = np.random.default_rng(seed), Fraction(1, 100)
    Xi = [[Fraction(round(float(v) * 4), 2) for v in row] for row in generator.normal(size=(4, 3))]

    def spec(rows: Rows, near: str) -> ModelSpec:
        weights = f"{{values: {listed(rows)}, {near}}}" if near else listed(rows)
        return parse_spec(
            f"hopverify: 1\nname: net\nlayers:\n  v: {{size: 3, lagrangian: identity}}\n"
            f"  h: {{size: 4, lagrangian: {{{hidden}}}, tau: 0}}\n"
            f"synapses:\n  xi: {{kind: dense, layers: [h, v], weights: {weights}}}\n"
            "memories: {m: {layer: v, patterns: {same_as: xi}}}\nchecks: [{memory_retrieval: {at_least: 1}}]\n"
        )

    _, entry = entry_of(spec(Xi, f"tolerance: {t}"))
    evidence = {k: v for k, v in entry["obligations"][0]["evidence"].items() if k != SURVIVES}
    if entry["verdict"] != "pass":
        pytest.skip("no pattern of this draw has a ball")
    for _ in range(20):
        signs = generator.choice([-1, 1], size=(4, 3)).tolist()
        corner = [[v + s * t for v, s in zip(*rows, strict=True)] for rows in zip(Xi, signs, strict=True)]
        exact = spec(corner, "")
        ((_, claim),) = claims_of(exact, build_model(exact))
        ((obligation, _),) = roles_of(claim)
        assert judge(obligation, evidence).outcome is Outcome.PROVED


@pytest.mark.parametrize("seed", range(by_profile(2, 8, 8)))
def test_steps_are_safe_at_every_corner(seed: int) -> None:
    W, t = drawn(seed, 3, 0.8), Fraction(1, 20)
    _, entry = entry_of(network(W, "step_size", near=f"tolerance: {t}"))
    assert entry["verdict"] == "pass"
    (form,) = [row for row in entry["obligations"] if "up_to" in row.get("data", {})]
    h = Fraction(form["data"]["up_to"])
    diagonal = scaled(identity(3), 2 * (1 / h - 1) + 1)
    for corner in corners(W, t):
        assert h <= 1
        assert is_semidefinite(less(diagonal, scaled(corner, Fraction(-1))))


@pytest.mark.parametrize("seed", range(by_profile(2, 6, 6)))
def test_boxes_hold_at_every_corner(seed: int) -> None:
    W, t = drawn(seed, 3, 1.0), Fraction(1, 8)
    _, entry = entry_of(network(W, "boundedness", near=f"tolerance: {t}"))
    assert entry["verdict"] == "pass"
    box = entry["obligations"][0]["data"]["box"]["x"]
    for corner in corners(W, t):
        for row, (low, high) in zip(corner, box, strict=True):
            reach = sum(map(abs, row))
            assert Fraction(low) <= -reach
            assert reach <= Fraction(high)


def test_what_holds_for_the_given_weights_only_is_unknown() -> None:
    W = [[Fraction(0), Fraction(1, 2)], [Fraction(1, 2), Fraction(0)]]
    exact = entry_of(network(W, "equilibria", function="relu"))[1]
    near = entry_of(network(W, "equilibria", function="relu", near="tolerance: 1e-9"))[1]
    assert exact["verdict"] == "pass"
    assert near["verdict"] == "unknown"
    assert near["reason"]["code"] == "uncertain_weights"
    assert near["statement"] == f"for all weights within their tolerance: {exact['statement']}"
    assert "symmetric matrices within 1/1000000000 of the given one" in near["assumptions"][-1]


def test_a_witness_at_the_given_weights_refutes() -> None:
    W = [[Fraction(2)]]
    assert entry_of(network(W, "global_stability", near="tolerance: 1/2"))[1]["verdict"] == "fail"


def test_every_rule_says_of_which_weights_it_speaks() -> None:
    reckoning = {rule.name for rule in RULES if rule.reach is Reach.NEAR}
    assert reckoning == {
        "basin_cells",
        "lure",
        "one_step_retrieval",
        "retrieval",
    }, "a rule that reckons with spreads needs a test at corners, here"


def test_multipliers_are_those_of_all_weights_that_are_meant() -> None:
    spec = network([[Fraction(0)]], "global_stability", near="tolerance: 1")
    ((_, claim),) = claims_of(spec, build_model(spec))
    ((obligation, role),) = roles_of(claim)
    with pytest.raises(EvidenceRejected, match="for weights within the spread"):
        decide(obligation, role, multipliers.stable(build_model(spec), ["1"]), family_of(claim, 0))


@pytest.mark.parametrize(
    ("survives", "message"),
    [
        ("8", "expected a factor and evidence"),
        ({"factor": "8"}, "expected a factor and evidence"),
        ({"factor": "1/2", "evidence": None}, "a factor between 1"),
        ({"factor": "1" + 20 * "0", "evidence": None}, "a factor between 1"),
        ({"factor": "2", "evidence": {"rule": "none"}}, "no rule of the checker"),
        (
            {"factor": "8", "evidence": {"rule": "lure", "multipliers": ["1"], "definiteness": {"method": "exact"}}},
            "not positive definite",
        ),
    ],
)
def test_how_far_evidence_reaches_is_judged(survives: Any, message: str) -> None:
    spec = network([[Fraction(0)]], "global_stability", near="tolerance: 1/4")
    _, entry = entry_of(spec)
    told = entry["obligations"][0]
    assert Fraction(told["data"][SURVIVES]) > 3
    ((_, claim),) = claims_of(spec, build_model(spec))
    ((obligation, role),) = roles_of(claim)
    with pytest.raises(EvidenceRejected, match=message):
        decide(obligation, role, {**told["evidence"], SURVIVES: survives}, family_of(claim, 0))


def test_a_proof_that_reaches_further_may_cite_what_stands_before_it() -> None:
    spec = network([[Fraction(1)]], "energy_descent, {step_size: {step: 1/8}}", near="tolerance: 1/100")
    certificate = parse_certificate(verify(spec, samples=50).to_json())
    rows = [row for result in certificate.results for row in result["obligations"]]
    (step,) = [row for row in rows if SURVIVES in row.get("data", {})]
    assert all("proof" not in premise for premise in step["evidence"]["proof"]["premises"])
    check_certificate(spec, certificate)


def test_evidence_for_exact_weights_cannot_say_how_far_it_reaches() -> None:
    spec = network([[Fraction(0)]], "global_stability")
    certificate, _ = entry_of(spec)
    text = certificate.to_json().replace('"rule":"kernel"', '"rule":"kernel","survives":{"evidence":null,"factor":"2"}')
    with pytest.raises(CertificateRejected, match="unexpected or missing keys: survives"):
        check_certificate(spec, parse_certificate(text))


def test_spreads_are_upper_bounds_of_each_block() -> None:
    text = (
        "hopverify: 1\nname: net\nlayers:\n  x: {size: 2, lagrangian: tanh}\n  y: {size: 1, lagrangian: tanh}\n"
        "synapses:\n"
        "  a: {kind: dense, layers: [x, x], weights: {values: [[1, 2], [2, -3]], tolerance: 1/3}, drive: gradient}\n"
        "  b: {kind: dense, layers: [x, x], weights: {values: [[0, 0.1], [0.1, 0]], dtype: float16}}\n"
        "  c: {kind: dense, layers: [x, y], weights: {values: [[4], [5]], tolerance: 1/7}}\n"
        "  d: {kind: diagonal, layers: [y, y], weights: [1]}\n"
    )
    network = structured_network(build_model(parse_spec(text)))
    assert network is not None
    assert network.is_uncertain
    U = spreads(network, 0, 3)
    assert U is not None
    tenth = Fraction(1, 10) / 2048 + Fraction(1, 2**25)
    wanted = [
        [Fraction(1, 3) + Fraction(1, 2**25), Fraction(1, 3) + tenth, Fraction(1, 7)],
        [Fraction(1, 3) + tenth, Fraction(1, 3) + Fraction(1, 2**25), Fraction(1, 7)],
        [Fraction(1, 7), Fraction(1, 7), Fraction(0)],
    ]
    for found, least in zip(U.ravel().tolist(), [entry for row in wanted for entry in row], strict=True):
        assert least <= Fraction(found) <= least * (1 + Fraction(1, 10**9))
