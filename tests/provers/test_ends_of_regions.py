"""Lists within regions: what lies inside, outside, and near an end."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from hopverify.pipeline import verify
from hopverify.spec import parse_spec
from tests.checker.models import dense

LISTS = ("equilibria", "state_recovery", "equilibrium_stability", "flat_region_stability")


def entry(layer: str, weights: Any, lower: Any, upper: Any, check: str = "equilibria") -> Mapping[str, Any]:
    body = dense(weights, layer)
    asked = f"checks: [{{{check}: {{lower: {lower}, upper: {upper}}}}}]\n"
    return verify(parse_spec(f"hopverify: 1\nname: region\n{body}{asked}"), samples=20).results[0]


def listed(found: Mapping[str, Any]) -> Any:
    data = found["obligations"][0]["data"]
    return data["equilibria"]


@pytest.mark.parametrize("check", LISTS)
@pytest.mark.parametrize(
    ("bias", "weight", "count"),
    [
        # Krawczyk's wider box reaches over the end, and the equilibria at 1.0000001 and 1.0001 with it.
        ("0.619202981028", "1/2", 0),
        ("0.276562478906836", "0.95", 0),
        ("0.619202863015", "1/2", 1),
    ],
)
def test_only_what_lies_in_the_region_is_listed(check: str, bias: str, weight: str, count: int) -> None:
    found = entry(f"size: 1, lagrangian: tanh, bias: '{bias}'", f"[['{weight}']]", -1, 1, check)
    assert (found["verdict"], len(listed(found))) == ("pass", count)


def test_whole_layers_have_ends_too() -> None:
    """softmax of (0, 0) is (1/2, 1/2): the equilibrium (1/4, 1/4) lies on the end of the region."""
    layer, weights = "size: 2, lagrangian: softmax", "[['1/2', 0], [0, '1/2']]"
    for lower, upper, count in (("-1", "1/4", 1), ("1/4", "1", 1), ("-1", "0.2499", 0), ("0.2501", "1", 0)):
        found = entry(layer, weights, f"'{lower}'", f"'{upper}'")
        assert (found["verdict"], len(listed(found))) == ("pass", count)


def test_a_face_is_listed_where_it_meets_the_region() -> None:
    """relu(x) = x for every x ≥ 0: no point of the face is the face."""
    for lower, upper, count in ((10, 20, 1), (0.25, 0.5, 1), (-3, -1, 0)):
        found = entry("size: 1, lagrangian: relu", "[[1]]", lower, upper)
        assert (found["verdict"], len(listed(found))) == ("pass", count)
        assert all("dimension" in row and lower <= Fraction(row["x"][0]) <= upper for row in listed(found))
