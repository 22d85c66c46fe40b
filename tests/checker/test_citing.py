"""Proofs stand once in a certificate, and come back when it is read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.checker.citing import Known, brief, is_entry, known_of, once_each, remember, whole
from hopverify.errors import CertificateRejected
from hopverify.pipeline import verify
from hopverify.spec import parse_spec
from hopverify.verdict import Verdict


def entry(name: str, *premises: Any) -> dict[str, Any]:
    proof: dict[str, Any] = {"by": f"of {name}"}
    return {"claim": {"claim": name}, "proof": proof | ({"premises": list(premises)} if premises else {})}


def row(name: str, *premises: Any) -> dict[str, Any]:
    return {"evidence": {"rule": "kernel", **entry(name, *premises)}}


A = entry("a")
B = entry("b", A)


def test_a_proof_stands_where_its_claim_is_shown_first() -> None:
    results = [
        {"obligations": [row("c", A), row("d", B), {"outcome": "open"}]},
        {"obligations": [row("e", B, A), row("f", entry("g", B))]},
        {"obligations": [row("h", entry("d", B), entry("i", A))]},
    ]
    c, d, none, e, f, h = [each for result in once_each(results) for each in result["obligations"]]
    cited = {name: {"claim": {"claim": name}} for name in "abd"}
    assert c == row("c", A)
    assert d == row("d", entry("b", cited["a"]))
    assert none == {"outcome": "open"}
    assert e == row("e", cited["b"], cited["a"])
    assert f == row("f", entry("g", cited["b"]))
    assert h == row("h", cited["d"], entry("i", cited["a"]))
    known: Known = {}
    for told, made in zip(
        (row for result in results for row in result["obligations"]), (c, d, none, e, f, h), strict=True
    ):
        if is_entry(made.get("evidence")):
            again = whole(made["evidence"], known)
            assert again == told["evidence"]
            remember(again, known)


@pytest.mark.parametrize(
    "evidence", [None, 3, [], {}, {"rule": "kernel"}, {"rule": "kernel", "claim": {}, "proof": []}, {"rule": "lure"}]
)
def test_what_is_no_entry(evidence: Any) -> None:
    assert not is_entry(evidence)
    assert known_of([evidence, {"rule": "kernel", **A}]) == known_of([{"rule": "kernel", **A}])


@pytest.mark.parametrize("premises", [None, 3, [3], [{}], [{"proof": {}}], [[]]])
def test_premises_that_are_none_are_left_to_the_kernel(premises: Any) -> None:
    odd = {"claim": {"claim": "a"}, "proof": {"by": "b", "premises": premises}}
    known: Known = {}
    assert whole(odd, known) == odd == brief(odd, known)
    remember(odd, known)
    assert list(known.values()) == [odd]


SPEC = """
hopverify: 1
name: cited
layers: {x: {size: 2, lagrangian: relu}}
synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 1/2], [1/2, 0]]}}
checks: [lagrangian_convexity, energy_descent]
"""


def test_what_is_cited_has_to_stand_before() -> None:
    spec = parse_spec(SPEC)
    document = json.loads(verify(spec).to_json())
    assert check_certificate(spec, parse_certificate(json.dumps(document))) is Verdict.PASS
    rows = [row for result in document["results"] for row in result["obligations"] if "evidence" in row]
    citing = next(row["evidence"] for row in rows if "premises" in row["evidence"]["proof"])
    assert all(set(premise) == {"claim"} for premise in citing["proof"]["premises"])
    rows[0]["evidence"]["proof"]["premises"] = [{"claim": citing["claim"]}]
    with pytest.raises(CertificateRejected):
        check_certificate(spec, parse_certificate(json.dumps(document)))
