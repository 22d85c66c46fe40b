"""Weights, radii and numbers at the ends of what doubles hold, where a bound that forgets underflow proves too much.

Each of these once got a false verdict, or a crash, from code that was right for all ordinary numbers.
"""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.checker.payload import rational, text_of
from hopverify.errors import CertificateRejected, EvidenceRejected
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec

SMALLEST = Fraction(1, 2**1074)


def spec_of(layers: str, synapse: str, check: str) -> ModelSpec:
    text = f"hopverify: 1\nname: ends\nlayers: {{{layers}}}\nsynapses: {{w: {{{synapse}}}}}\nchecks: [{check}]\n"
    return parse_spec(text)


def result_of(spec: ModelSpec) -> dict[str, Any]:
    (result,) = verify(spec).results
    return dict(result)


@pytest.mark.parametrize(("leak", "verdict"), [(SMALLEST, "unknown"), (Fraction(1), "pass")])
def test_weights_that_underflow_with_their_prefactor_still_couple(leak: Fraction, verdict: str) -> None:
    """Four relu neurons with weights 2⁻¹⁰⁷⁵ and leak 2⁻¹⁰⁷⁴ run away; the product with the prefactor rounds to 0."""
    W = [[str(2 * SMALLEST)] * 4] * 4
    synapse = f"kind: dense, layers: [x, x], weights: {W}, drive: gradient, prefactor: 1/8"
    spec = spec_of(f"x: {{size: 4, lagrangian: relu, leak: {leak}}}", synapse, "boundedness")
    assert result_of(spec)["verdict"] in (verdict, "fail" if verdict == "unknown" else verdict)


def test_a_subnormal_prefactor_is_not_taken_for_its_nearest_double() -> None:
    """p = 1e-320 is a third of a thousandth from the nearest double, which is as much as the drive exceeds -bias."""
    bias = -Fraction(10003, 20000) / 10**12
    layers = (
        f"x: {{size: 1, lagrangian: sigmoid, leak: false, bias: {bias}}}, "
        "y: {size: 1, lagrangian: {clipped_linear: {low: 1/2, high: 1}}}"
    )
    synapse = f"kind: dense, layers: [x, y], weights: [[1e308]], drive: gradient, prefactor: {Fraction(1, 10**320)}"
    assert result_of(spec_of(layers, synapse, "boundedness"))["verdict"] != "fail"


def test_no_list_leaves_out_what_a_weight_that_underflows_passes_on() -> None:
    """x₁ = 2¹⁰⁰⁰ passes 2⁻⁸⁰ on to x₂, by a weight that no double but 0 is near; the bias takes half of it away."""
    W = [["0", "0"], [str(Fraction(1, 2**1080)), "0"]]
    layers = f"x: {{size: 2, lagrangian: relu, bias: ['{2**1000}', '{-Fraction(1, 2**81)}']}}"
    found = result_of(spec_of(layers, f"kind: dense, layers: [x, x], weights: {W}", "equilibria"))
    rows = found["obligations"][0].get("data", {}).get("equilibria", [])
    assert found["verdict"] == "unknown" or [Fraction(row["x"][1]) for row in rows] == [Fraction(1, 2**81)]


def test_weights_beyond_doubles_do_not_crash() -> None:
    layers = "x: {size: 2, lagrangian: relu, bias: 1}"
    spec = spec_of(layers, "kind: dense, layers: [x, x], weights: [[0, 1e400], [1e400, 0]]", "equilibria")
    assert result_of(spec)["verdict"] != "fail"


def test_a_radius_that_becomes_nothing_in_the_scale_of_the_patterns_is_refused() -> None:
    """Halved, the smallest double is 0, which stands for a pattern without a ball, of which nothing is asked."""
    layers = "v: {size: 2, lagrangian: identity}, h: {size: 3, lagrangian: {softmax: {beta: 100}}, tau: 0}"
    synapse = "kind: dense, layers: [h, v], weights: [[1, 0.5], [1.25, 0.5], [0.75, -1]]"
    spec = spec_of(layers, synapse, "memory_retrieval")
    body = json.loads(verify(spec).to_json())
    (row,) = body["results"][0]["obligations"]
    sheet, tiny = row["evidence"]["sheets"][0], str(SMALLEST)
    sheet["radii"] = sheet["distances"] = [tiny] * 3
    for memory in row["data"]["memories"]:
        memory |= {"radius": tiny, "distance": tiny}
    row["data"] |= {"radius": dict.fromkeys(("smallest", "median", "largest"), tiny), "distance_at_most": tiny}
    with pytest.raises(CertificateRejected, match="too small beside the patterns"):
        check_certificate(spec, parse_certificate(json.dumps(body)))


@pytest.mark.long
def test_equilibria_of_thousands_of_digits_are_told_by_the_doubles_around_them() -> None:
    generator = np.random.default_rng(0)
    W = generator.normal(size=(20, 20)) * 0.02 * 10.0 ** -generator.integers(0, 300, size=(20, 20))
    W = np.triu(W) + np.triu(W, 1).T
    layers = f"x: {{size: 20, lagrangian: relu, bias: {np.abs(generator.normal(size=20)).tolist()}}}"
    result = result_of(spec_of(layers, f"kind: dense, layers: [x, x], weights: {W.tolist()}", "equilibria"))
    assert result["verdict"] == "pass"
    ((*_, (low, high)),) = (row["x"] for row in result["obligations"][0]["data"]["equilibria"])
    # What is told has few digits: ends beside the state, at a distance of 2⁻⁴⁴ of it.
    assert 0 <= Fraction(high) - Fraction(low) < Fraction(1, 10**12)
    assert len(high) < 40


def test_numbers_longer_than_python_reads_are_refused() -> None:
    assert rational("9" * 4000) == 10**4000 - 1
    for text in ("9" * 4001, "1/" + "9" * 4400, "1/00", "١", "1_0", " 1"):
        with pytest.raises(EvidenceRejected):
            rational(text)
    with pytest.raises(EvidenceRejected, match="digits"):
        text_of(Fraction(1, 10**5000))
