"""Lists of equilibria of networks whose drives pass through few overlaps."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.core import core_of
from hopverify.kernel.core import Core
from hopverify.networks import Model, build_model
from hopverify.numerics.equilibrium_list import equilibrium_list
from hopverify.spec import parse_spec
from tests.kernel.accepting import accepted, rejected

PATTERNS = "[[1, 1, -1, 1, 1, -1], [1, -1, 1, -1, 1, 1]]"


def hebbian(bias: str = "0") -> Model:
    """Return six neurons with two patterns."""
    layer = f"x: {{size: 6, lagrangian: {{tanh: {{beta: 4}}}}, bias: {bias}}}"
    synapse = f"w: {{kind: hebbian, layers: [x, x], patterns: {PATTERNS}, zero_diagonal: true}}"
    return build_model(parse_spec(f"hopverify: 1\nname: few\nlayers: {{{layer}}}\nsynapses: {{{synapse}}}\n"))


def listed(model: Model) -> tuple[Core, dict[str, Any], dict[str, Any]]:
    """Return the core, the fields of the claim, and the keys of the proof that are found."""
    found = equilibrium_list(model, None, lambda boxes: boxes < 1000)
    assert found is not None
    claim, proof = found
    assert claim.pop("claim") == "equilibria"
    assert proof.pop("by") == "overlaps"
    return core_of(model), claim, proof


@pytest.mark.parametrize(("bias", "count"), [("0", 9), ("[1/8, 0, 0, 0, 1/8, 0]", 3)])
def test_lists_of_types_and_overlaps(bias: str, count: int) -> None:
    of, fields, proof = listed(hebbian(bias))
    assert len(fields["equilibria"]) == count
    assert accepted(of, "equilibria", "overlaps", fields, **proof)


OF, FIELDS, PROOF = listed(hebbian())
ENTRIES, BESIDE = FIELDS["equilibria"], PROOF["overlaps"]


def with_neuron(place: int, interval: Any) -> list[Any]:
    """Return the entries with another interval of a neuron in the first one."""
    x = ENTRIES[0]["x"]
    return [{"x": [*x[:place], interval, *x[place + 1 :]]}, *ENTRIES[1:]]


@pytest.mark.parametrize(
    ("fields", "proof", "why"),
    [
        ({"region": [["-9", "9"]] * 6}, {}, "the overlaps of a region"),
        ({"equilibria": with_neuron(4, ["1", "2"])}, {}, r"equilibria\[0\]: neurons of a type differ"),
        ({"equilibria": with_neuron(2, ENTRIES[0]["x"][1])}, {}, r"equilibria\[0\]: neurons of a type differ"),
        ({"equilibria": [*ENTRIES, ENTRIES[0]]}, {"overlaps": [*BESIDE, BESIDE[0]]}, "two entries may be the same"),
        ({}, {"overlaps": BESIDE[1:]}, "expected the overlaps of each entry"),
        ({}, {"overlaps": [BESIDE[1], *BESIDE[1:]]}, "Krawczyk's test does not hold"),
        ({"equilibria": ENTRIES[1:]}, {"overlaps": BESIDE[1:]}, "nodes"),
    ],
)
def test_other_lists_are_refused(fields: dict[str, Any], proof: dict[str, Any], why: str) -> None:
    rejected(OF, "equilibria", "overlaps", {**FIELDS, **fields}, why, **{**PROOF, **proof})
