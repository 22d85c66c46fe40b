"""Lists of regions with an equilibrium on an end, or so near to one that no double tells on which side it is."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from hopverify.networks import linear_network
from hopverify.obligations import Search
from hopverify.pipeline import verify
from hopverify.provers import Budget
from hopverify.provers._lists import kernel_list
from hopverify.spec import parse_spec
from tests.checker.models import dense
from tests.numerics.models import model_of

# x - tanh(x)/2 at x = 1, to 60 digits.
AT_ONE = "0.619202922022117555940270858697603204793615701371031724201594"
SIGMOID = "size: 1, lagrangian: {tanh: {beta: 2}}"


def entry(layer: str, weights: Any, lower: Any, upper: Any, check: str = "equilibria") -> Mapping[str, Any]:
    asked = f"checks: [{{{check}: {{lower: {lower}, upper: {upper}}}}}]\n"
    return verify(parse_spec(f"hopverify: 1\nname: region\n{dense(weights, layer)}{asked}"), samples=20).results[0]


def listed(found: Mapping[str, Any]) -> Any:
    return found["obligations"][0]["data"]["equilibria"]


@pytest.mark.parametrize("check", ["equilibria", "equilibrium_stability"])
@pytest.mark.parametrize(
    ("bias", "count"), [("0.61920292202211755595", 0), ("0.61920292202211755593", 1)], ids=["above", "below"]
)
def test_what_lies_beside_an_end_by_less_than_doubles_tell_is_decided(check: str, bias: str, count: int) -> None:
    """At 1 ± 10⁻²⁰, where one equilibrium attracts everything."""
    found = entry(f"size: 1, lagrangian: tanh, bias: '{bias}'", "[['1/2']]", -1, 1, check)
    assert (found["verdict"], len(listed(found))) == ("pass", count)


# The equilibrium x = tanh 2x of more than 0, between these.
BELOW, ABOVE = "0.95750402407726874067", "0.95750402407726874068"


def test_of_several_equilibria_those_in_the_region_are_listed() -> None:
    for upper, count in ((BELOW, 1), (ABOVE, 2), ("2", 2)):
        found = entry(SIGMOID, "[[1]]", "'-0.5'", f"'{upper}'")
        assert (found["verdict"], len(listed(found))) == ("pass", count)
        assert all(Fraction(end) <= Fraction(upper) for row in listed(found) for end in row["x"][0])


def test_an_equilibrium_on_the_end_is_in_the_region() -> None:
    """0 = tanh(0) exactly, however narrow an enclosure is."""
    for lower, upper, count in ((0, 3, 2), (-3, 0, 2), (0, 0, 1)):
        found = entry(SIGMOID, "[[1]]", lower, upper)
        assert (found["verdict"], len(listed(found))) == ("pass", count)
        assert ["0"] in [row["x"] for row in listed(found)]
    found = entry("size: 2, lagrangian: tanh", "[['1/2', 0], ['1/2', 0]]", 0, 1)
    assert (found["verdict"], len(listed(found))) == ("pass", 1)


def test_what_is_nearer_than_balls_tell_is_left_open() -> None:
    """No exact arithmetic knows tanh(1), and no enclosure of 128 bits 10⁻⁶⁰."""
    model = model_of(f"{{size: 1, lagrangian: tanh, bias: '{AT_ONE}'}}", "[['1/2']]")
    network = linear_network(model)
    assert network is not None
    found = kernel_list(Search(model, network, ((Fraction(-1), Fraction(1)),)), Budget())
    assert found is not None
    assert found[0] == {"claim": "some equilibria", "equilibria": []}
