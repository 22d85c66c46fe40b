"""What is claimed of flat regions, on small models whose flat regions are known by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.pipeline import verify
from hopverify.reporting.equilibria import equilibria_in_words
from hopverify.spec import parse_spec


def entries(layer: str, weights: str, checks: str, more: str = "") -> dict[str, Any]:
    """Return the entries of a layer x with dense weights, by check; the certificate must be accepted."""
    spec = parse_spec(
        f"hopverify: 1\nname: flat\nlayers: {{x: {{{layer}}}}}\n"
        f"synapses: {{w: {{kind: dense, layers: [x, x], weights: {weights}}}}}\nchecks: [{checks}]\n{more}"
    )
    certificate = verify(spec, samples=50)
    check_certificate(spec, parse_certificate(certificate.to_json()))
    return {entry["check"]: entry for entry in certificate.results}


def own(text: str, more: str, size: int = 2) -> str:
    return f'size: {size}, lagrangian: {{expression: "{text}", of: layer}}, {more}'


def words(entry: dict[str, Any]) -> str:
    return "; ".join(equilibria_in_words(entry["check"], entry["obligations"][0]["data"]))


# ------------------------------------------------------------------ ghosts of whole layers


def test_an_offset_that_depends_on_the_state_makes_a_ghost() -> None:
    """On {(s, s): s < 0} g = 0 and ∇E = 0, while the flow is (3 - s, 3 - s): ker H is not R·1 there."""
    varying = own("norm(x - mean(x), 1 + relu(sum(x))^2)", "bias: [3, 3]")
    constant = own("norm(x - mean(x), 1)", "bias: [3, 3]")
    assert entries(varying, "[[0, 0], [0, 0]]", "ghost_regions")["ghost_regions"]["verdict"] == "fail"
    assert entries(constant, "[[0, 0], [0, 0]]", "ghost_regions")["ghost_regions"]["verdict"] == "pass"


# ------------------------------------------------------------------ T8 for whole layers

BOTH = "{state_recovery: {lower: -%s, upper: %s}}, {flat_region_stability: {lower: -%s, upper: %s}}"
# The half-plane x0 + x1 ≤ 0, and lines on which the sum is one number.
RAMP = "relu(sum(x))^2/2"
# F(0) is that half-plane and the other one, x0 + x1 ≥ 2.
HAT = "relu(sum(x))^2/2 - relu(sum(x) - 1)^2 + relu(sum(x) - 2)^2/2"
TWO = "[[2, 2], [2, 2]]"


@pytest.mark.parametrize(
    ("layer", "weights", "half_width", "verdict"),
    [
        # From x⋆ + 10·(1, 1) the flow ends at another equilibrium.
        (own("logcosh(x[0] - x[1])", "bias: [0.1, 0], tau: [1, 10]"), "[[1.5, -1.5], [-1.5, 1.5]]", 9, "unknown"),
        (own("logcosh(x[0] - x[1])", "bias: [0.1, 0]"), "[[1.5, -1.5], [-1.5, 1.5]]", 9, "pass"),
        # A state of F(γ⋆) runs away.
        (own(RAMP, "bias: [-1, -1], tau: [1, 10]"), TWO, 50, "unknown"),
        (own(RAMP, "bias: [-1, -1]"), TWO, 50, "pass"),
        # (5, 5) has the activation of (-1/2, -1/2), and ends at (5/6, 5/6).
        (own(HAT, "bias: [-1/2, -1/2]"), TWO, 10, "unknown"),
    ],
)
def test_regions_without_a_closed_form_need_one_time_and_a_convex_lagrangian(
    layer: str, weights: str, half_width: int, verdict: str
) -> None:
    found = entries(layer, weights, BOTH % ((half_width,) * 4))
    assert found["flat_region_stability"]["verdict"] == verdict
    assert "a point" not in words(found["flat_region_stability"])
    assert ("x: its flat region, all of it in the basin" in words(found["flat_region_stability"])) == (
        verdict == "pass"
    )
    assert found["state_recovery"]["verdict"] == "pass"
    assert "determines every coordinate" not in words(found["state_recovery"])
    assert "whether it leaves x open is not settled" in words(found["state_recovery"])


@pytest.mark.parametrize("text", ["norm(x, 1)", "dot(x, x)/2 + logcosh(x[0] - x[1])", "dot(x, x)/2 + relu(sum(x))^2/2"])
def test_the_flat_region_of_a_curved_layer_is_a_point(text: str) -> None:
    """Strictly convex by structure, or convex with H ≻ 0 at the equilibrium: time constants do not matter."""
    found = entries(own(text, "bias: [1, 0], tau: [1, 10]"), "[[0, 0.1], [0.1, 0]]", BOTH % (9, 9, 9, 9))
    assert words(found["flat_region_stability"]) == "a point, no flat region: the equilibrium"
    assert words(found["state_recovery"]) == "the energy determines every coordinate of the equilibrium"


def test_a_layer_that_is_flat_along_ones_and_elsewhere_is_not_said_to_be_a_line() -> None:
    """Of x - mean x only what is positive counts, so F(γ) is wider than x + R·1."""
    layer = own("sum(relu(x - mean(x))^2)/2", "bias: [2, 0, -2]", size=3)
    found = entries(layer, "[[0, 0, 0], [0, 0, 0], [0, 0, 0]]", BOTH % (9, 9, 9, 9))
    assert "R·1" not in words(found["flat_region_stability"])
    assert words(found["state_recovery"]).startswith("x = (2, 0, -2)") or "the mean of x" in words(
        found["state_recovery"]
    )


def test_regions_of_elementwise_layers_are_connected_pieces() -> None:
    """g is a hat, 0 outside (0, 2): 3 has the activation of -1, and the flow from there ends at 19/11."""
    layer = 'size: 1, lagrangian: {expression: "(relu(x)^2 - 2*relu(x-1)^2 + relu(x-2)^2)/2"}, bias: [-1]'
    found = entries(layer, "[[10]]", "flat_region_stability, state_recovery, ghost_regions")
    listed = found["flat_region_stability"]["obligations"][0]["data"]["equilibria"]
    assert {row["x"][0]: row["region"] for row in listed} == {"-1": {"x[0]": ["-∞", "0"]}, "1/9": {}, "19/11": {}}
    assert found["flat_region_stability"]["verdict"] == "pass"
    assert found["ghost_regions"]["obligations"][0]["data"]["count"] == 1


# ------------------------------------------------------------------ dead zones of smooth functions


@pytest.mark.parametrize(
    "function",
    [
        "squared_relu",
        "{repu: {n: 3}}",
        "rexp",
        '{expression: "relu(x)^3/3", of: neuron}',
        '{expression: "relu(x) - arctan(relu(x))", of: neuron}',
        '{expression: "relu(x + 1/2)^4 + relu(-1/2 - x)^3*0", of: neuron}',
    ],
)
def test_dead_zones_of_smooth_functions_are_open(function: str) -> None:
    checks = "energy_flatness, " + BOTH % (3, 3, 3, 3)
    found = entries(f"size: 2, lagrangian: {function}, bias: [-1, 0.1]", "[[0, 0.2], [0.2, 0]]", checks)
    end = "-1/2" if "1/2" in function else "0"
    regions = found["flat_region_stability"]["obligations"][0]["data"]["equilibria"]
    recovered = found["state_recovery"]["obligations"][0]["data"]["equilibria"]
    asleep = [Fraction(row["x"][0][1]) < Fraction(end) for row in regions]
    assert any(asleep)
    assert [row["region"] for row in regions] == [{"x[0]": ["-∞", end]} if dead else {} for dead in asleep]
    assert [list(row["undetermined"]) for row in recovered] == [["x[0]"] if dead else [] for dead in asleep]
    assert not any("layers" in row or "unsettled" in row for row in regions + recovered)
    assert found["energy_flatness"]["obligations"][0]["data"]["kind"] == "dead"


def test_a_state_beside_the_end_of_a_dead_zone_is_not_settled() -> None:
    """At bias 0 the state is 0, the end of the zone; its enclosure reaches beyond. T8 holds of it all the same."""
    found = entries("size: 1, lagrangian: squared_relu, bias: [0]", "[[0]]", BOTH % (1, 2, 1, 2))
    assert "x[0]: its flat region, all of it in the basin" in words(found["flat_region_stability"])
    assert "whether it leaves x[0] open is not settled" in words(found["state_recovery"])
    assert found["flat_region_stability"]["verdict"] == "pass"


def test_instantaneous_neurons_have_no_region_of_their_own() -> None:
    layers = "a: {size: 1, lagrangian: tanh}, b: {size: 1, lagrangian: relu, bias: [-1], tau: 0}"
    spec = parse_spec(
        f"hopverify: 1\nname: flat\nlayers: {{{layers}}}\n"
        "synapses: {w: {kind: dense, layers: [a, b], weights: [[0.1]]}}\nchecks: [flat_region_stability]\n"
    )
    (entry,) = verify(spec, samples=50).results
    assert words(entry) == "a point, no flat region: the equilibrium"


# ------------------------------------------------------------------ whose energy it is


@pytest.mark.parametrize("energy", ["1", "relu(sum(x))^2"])
def test_claimed_energies_are_not_spoken_of(energy: str) -> None:
    """The first is flat and critical everywhere, the second on a half-plane; there is one equilibrium."""
    checks = ("ghost_regions", "energy_flatness", "state_recovery")
    layer = "size: 2, lagrangian: tanh, bias: [0.5, 0.2]"
    found = entries(layer, "[[0, 0.5], [0.5, 0]]", ", ".join(checks), f'energy: "{energy}"\n')
    for check in checks:
        assert found[check]["verdict"] == "not-applicable"
        assert "claims an energy of its own" in found[check]["reason"]["text"]
    derived = entries(layer, "[[0, 0.5], [0.5, 0]]", ", ".join(checks))
    assert {derived[check]["verdict"] for check in checks} == {"pass"}


def test_ghosts_are_those_of_drives_with_an_energy() -> None:
    """W = I + A, A antisymmetric: E is 0 everywhere, and only 0 rests."""
    found = entries("size: 2, lagrangian: identity", "[[1, 1], [-1, 1]]", "ghost_regions")
    assert found["ghost_regions"]["verdict"] == "unknown"
