"""Claims about one equilibrium that attracts everything, as statements with proofs."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from hopverify import verify
from hopverify.core import core_of
from hopverify.exporting import NotExported, attraction, claims_of, export
from hopverify.exporting.claims import Shown
from hopverify.exporting.definite import definite
from hopverify.kernel.claims import Claim
from hopverify.kernel.core import Core
from hopverify.networks import any_model
from hopverify.spec import parse_spec

SPEC = """
hopverify: 1
name: pair
layers: {{x: {{size: 2, lagrangian: {lagrangian}, bias: [1, {bias}]}}}}
synapses: {{w: {{kind: dense, layers: [x, x], weights: [[0, 1/2], [1/2, 0]]}}}}
checks: [global_stability]
"""


@cache
def core_with(lagrangian: str = "tanh", bias: str = "-1/4") -> Core:
    return core_of(any_model(parse_spec(SPEC.format(lagrangian=lagrangian, bias=bias))))


def by_t16(heights: str = "1", multipliers: tuple[str, str] = ("1", "2"), name: str = "global stability") -> Shown:
    return Shown(name, {}, {"by": "T16", "heights": {"x": heights}, "multipliers": {"x": list(multipliers)}})


def test_a_certificate_has_what_the_proof_needs() -> None:
    spec = parse_spec(SPEC.format(lagrangian="tanh", bias="-1/4"))
    claims = [each for each in claims_of(core_with(), verify(spec).to_json()) if each.name == "global stability"]
    (theorem,) = export(core_with(), claims).theorems
    assert theorem.statement == "globally_stable model"
    assert "attracts_by_T16" in theorem.proof


def test_the_form_has_the_numbers_of_the_core() -> None:
    """The factor shows that D(2 diag(rho/h) - W - W^T) is definite, as the arguments of the theorem say."""
    file = export(core_with(), [by_t16(), by_t16(name="at most one equilibrium")])
    assert [each.statement for each in file.theorems] == ["globally_stable model", "one_at_most model"]
    assert "Require Import Sums Functions Networks Exports Definite Attraction." in file.text
    found = {key: int(value) for key, value in re.findall(r"\((s|c|mu) := (\d+)%Z\)", file.theorems[0].proof)}
    written = file.theorems[0].proof.partition("(F := ")[2]
    rows = [[int(each) for each in row.split(";")] for row in re.findall(r"\[(-?\d+(?:; -?\d+)*)\]", written)]
    M = [[Fraction(2), Fraction(-3, 2)], [Fraction(-3, 2), Fraction(4)]]
    rest = [[found["s"] * M[i][j] - found["c"] * sum(a * b for a, b in zip(rows[i], rows[j], strict=False))
             for j in range(2)] for i in range(2)]  # fmt: skip
    assert all(rest[i][i] - abs(rest[i][1 - i]) >= found["mu"] > 0 for i in range(2))


def test_where_the_equilibrium_is_is_stated() -> None:
    (theorem,) = export(core_with(), [Shown("global stability", {"x": ["0", "0"]}, dict(by_t16().proof))]).theorems
    first, second = theorem.statement.split(" /\\\n  ", 1)
    assert (first, second.split()[:2]) == ("globally_stable model", ["rests_in", "model"])
    assert theorem.proof.startswith("split.\n{ apply attracts_by_T16")


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (Claim("global stability", {}), "multipliers of T16 alone"),
        (Shown("global stability", {}, {"by": "list"}), "multipliers of T16 alone"),
        (by_t16("0"), "constant activation"),
        (by_t16("2"), "semidefinite alone"),
        (by_t16("3"), "semidefinite alone"),
    ],
)
def test_what_is_not_covered_is_refused(claim: Claim, reason: str) -> None:
    with pytest.raises(NotExported, match=reason):
        export(core_with(), [claim])


def test_large_networks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attraction, "MAX_NEURONS", 1)
    with pytest.raises(NotExported, match="at most 1 neurons"):
        export(core_with(), [by_t16()])


def test_coarse_factors_are_enough() -> None:
    """Weights of eight bits need a factor of a few bits."""
    n = 12
    M: list[list[Any]] = [[Fraction((7 * i * j) % 11 - 5, 256) for j in range(n)] for i in range(n)]
    M = [[M[i][j] + M[j][i] + (3 if i == j else 0) for j in range(n)] for i in range(n)]
    found = definite(M)
    assert found is not None
    assert max(abs(entry) for row in found.factor for entry in row) < 2**8
    M[3][3] = Fraction(-1)
    assert definite(M) is None
