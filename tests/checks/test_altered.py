"""Altered systems: their energy, its critical points, and the equilibria they share with the original."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.checker.linear_algebra import is_positive_definite
from hopverify.errors import CertificateRejected
from hopverify.expr.floats import FLOATS
from hopverify.networks import AlteredSystem, altered_system, build_model
from hopverify.numerics.metric import best_metrics, metrics, product
from hopverify.pipeline import verify
from hopverify.spec import ExactArray, ModelSpec, parse_spec, read_spec
from tests.checks.networks import listed

Rows = Any


def altered(
    A: Rows,
    B: Rows | None = None,
    *,
    function: str = "relu",
    fields: str = "",
    y: str = "",
    x: str = ", tau: 0",
    inhibition: Any = None,
    checks: str = "altered_energy_descent, altered_flatness",
) -> ModelSpec:
    """Return an altered system as a spec; `fields` of the synapse, `y` and `x` of the layers are added as text."""
    n, m = np.shape(A)
    feedback = "" if B is None else f", feedback: {listed(B)}"
    text = (
        f"hopverify: 1\nname: altered\nlayers:\n  y: {{size: {m}, lagrangian: identity{y}}}\n"
        f"  x: {{size: {n}, lagrangian: {function}{x}}}\nsynapses:\n"
        f"  ab: {{kind: feedforward_feedback, layers: [y, x], forward: {listed(A)}{feedback}{fields}}}\n"
    )
    if inhibition is not None:
        weights = ", ".join(str(-Fraction(c)) for c in inhibition)
        text += f"  c: {{kind: diagonal, layers: [x, x], weights: [{weights}]}}\n"
    return parse_spec(text + f"checks: [{checks}]\n")


def verdicts(spec: ModelSpec) -> dict[str, str]:
    certificate = verify(spec)
    check_certificate(spec, parse_certificate(certificate.to_json()))
    return {f"{entry['check']}": entry["verdict"] for entry in certificate.results}


def metric_data(spec: ModelSpec) -> Mapping[str, Any]:
    entry = verify(spec).results[0]
    return next(row["data"] for row in entry["obligations"] if {"metric", "because"} & row.get("data", {}).keys())


BOTH_PASS = {"altered_energy_descent": "pass", "altered_flatness": "pass"}
A3, B3 = [[2, 0, 1], [1, 1, 0]], [[2, 1], [0, 1], [1, 0]]


@pytest.mark.parametrize("function", ["relu", "gelu", "tanh", "{softmax: {beta: 3}}", "hard_tanh", "silu"])
def test_the_transpose_back_always_has_a_metric_whatever_the_lagrangian(function: str) -> None:
    assert verdicts(altered(A3, B3, function=function)) == BOTH_PASS


def test_the_metric_that_is_found_is_shown_and_is_one() -> None:
    shown = metric_data(altered([[4, 0], [0, 1]], [[1, 0], [0, 1]]))
    assert shown["metric"] == [["4", "0"], ["0", "1"]]


@pytest.mark.parametrize(
    ("A", "B", "said"),
    [
        ([[0, 1], [2, 0]], [[1, 0], [0, 1]], "(AB)ij ≠ (AB)ji"),
        ([[1, 0], [0, -1]], [[1, 0], [0, 1]], "zᵀABz < 0"),
        ([[1, 0], [0, 0]], [[1, 0], [0, 1]], "zᵀABz = 0, and Bz ≠ 0"),
        ([[1], [1]], [[1, 0]], "(AB)ij ≠ (AB)ji"),
        ([[1, 0], [0, 1]], [[1, 0], [0, 0]], "Bz = 0, and Aᵀz ≠ 0"),
    ],
)
def test_a_system_without_a_metric_fails_with_what_excludes_it(A: Rows, B: Rows, said: str) -> None:
    spec = altered(A, B)
    assert verdicts(spec) == {"altered_energy_descent": "fail", "altered_flatness": "fail"}
    assert metric_data(spec)["because"] == said


@pytest.mark.parametrize(
    ("P", "said"),
    [
        ([[2, 1], [1, 2]], "(PB)ij ≠ Aji"),
        ([[2, 1], [0, 2]], "Pij ≠ Pji"),
    ],
)
def test_a_stated_metric_that_is_none_fails(P: Rows, said: str) -> None:
    spec = altered([[2, 0], [0, 2]], fields=f", metric: {listed(P)}")
    assert verdicts(spec)["altered_energy_descent"] == "fail"
    assert metric_data(spec)["because"] == said


@pytest.mark.parametrize("last", ["0", "-1", "-1/1000000000000000000000"])
def test_a_stated_metric_that_is_not_definite_fails_with_a_direction(last: str) -> None:
    spec = altered([[1, 0]], [[1], [0]], fields=f", metric: [[1, 0], [0, {last}]]")
    assert verdicts(spec)["altered_energy_descent"] == "fail"
    assert Fraction(metric_data(spec)["value"]) <= 0


def test_one_unit_in_the_last_place_off_symmetry_is_no_metric() -> None:
    off = Fraction(np.nextafter(0.5, 1))
    spec = altered([[1, "1/2"], [off, 1]])
    assert verdicts(spec)["altered_energy_descent"] == "fail"


def test_inhibition_needs_convexity() -> None:
    assert verdicts(altered([[1, 0], [0, 1]], inhibition=[1, 1])) == BOTH_PASS
    unknown = verdicts(altered([[1, 0], [0, 1]], function="gelu", inhibition=[1, 1]))
    assert unknown == {"altered_energy_descent": "unknown", "altered_flatness": "unknown"}


def test_different_time_constants_need_a_metric_that_bears_them() -> None:
    coupled = [[1, "9/10"], ["9/10", 1]]
    assert verdicts(altered(coupled, y=", tau: [1, 1]")) == BOTH_PASS
    far = verdicts(altered(coupled, y=", tau: [1, 100]"))
    assert far == {"altered_energy_descent": "unknown", "altered_flatness": "pass"}
    assert verdicts(altered(coupled, y=", tau: [1, 2]"))["altered_energy_descent"] == "pass"


RESIDUAL = ', residual: [[0], [1]], potential: "{}"'


@pytest.mark.parametrize(
    ("potential", "verdict"), [("z^4/4", "pass"), ("log(cosh(z))", "pass"), ("z^3/3", "unknown"), ("exp(z)", "unknown")]
)
def test_what_no_feedback_reaches_may_be_added_if_it_is_convex_with_its_minimum_at_zero(
    potential: str, verdict: str
) -> None:
    spec = altered([[1, 0]], [[1], [0]], fields=", metric: [[1, 0], [0, 1]]" + RESIDUAL.format(potential))
    assert verdicts(spec)["altered_energy_descent"] == verdict


def test_a_residual_that_feedback_reaches_proves_nothing() -> None:
    spec = altered([[1, 0]], [[1], [0]], fields=', metric: [[1, 0], [0, 1]], residual: [[1], [1]], potential: "z^2"')
    assert verdicts(spec)["altered_energy_descent"] == "unknown"


@pytest.mark.parametrize(
    ("y", "x", "said"),
    [
        ("", "", "at once"),
        (", leak: [1, 2]", ", tau: 0", "must be linear"),
        ("", ", tau: 0, bias_in_energy: false", "bias"),
    ],
)
def test_what_is_no_altered_system_is_told_apart(y: str, x: str, said: str) -> None:
    spec = altered([[1, 0], [0, 1]], y=y, x=x)
    entry = verify(spec).results[0]
    assert entry["verdict"] == "not-applicable"
    assert said in entry["reason"]["text"]


def test_a_synapse_between_the_layers_beside_the_two_ways_is_not_overlooked() -> None:
    text = (
        "hopverify: 1\nname: t\nlayers:\n  y: {size: 1, lagrangian: identity}\n"
        "  x: {size: 1, lagrangian: relu, tau: 0}\n"
        "synapses:\n  ab: {kind: feedforward_feedback, layers: [y, x], forward: [[1]]}\n"
        "  c: {kind: diagonal, layers: [x, x], weights: [-1]}\n"
        "  d: {kind: diagonal, layers: [x, y], weights: [5]}\nchecks: [altered_energy_descent]\n"
    )
    assert verdicts(parse_spec(text)) == {"altered_energy_descent": "not-applicable"}


def test_the_energy_falls_in_simulation_where_it_is_certified() -> None:
    generator = np.random.default_rng(0)
    for function in ("relu", "gelu", "{softmax: {beta: 3}}", "tanh"):
        B = generator.integers(-3, 4, size=(3, 2))
        spec = altered(B.T.tolist(), B.tolist(), function=function, x=", tau: 0, bias: [1/2, -1]")
        system = altered_system(build_model(spec))
        assert isinstance(system, AlteredSystem)
        P = ExactArray.of(np.eye(3))
        for y in generator.normal(size=(100, 3)) * 5:
            moved = y + 1e-3 * system.model.velocity({"y": y}, FLOATS)["y"]
            assert system.energy(moved, P, FLOATS) <= system.energy(y, P, FLOATS) + 1e-12


def test_the_metric_is_well_conditioned_and_exact_on_the_affine_set() -> None:
    generator = np.random.default_rng(1)
    for _ in range(20):
        m, n = 5, 2
        B = np.array([[Fraction(int(v)) for v in row] for row in generator.integers(-4, 5, size=(m, n))], dtype=object)
        C = np.array([[Fraction(int(v)) for v in row] for row in generator.integers(-2, 3, size=(m, m))], dtype=object)
        A = product(B.T, C @ C.T + np.diag([Fraction(1)] * m))
        family = metrics(A, B)
        assert family is not None
        found = list(best_metrics(family))
        for P, _ in found:
            assert (product(P, B) == A.T).all()
            assert is_positive_definite(P)
        conditions = [np.linalg.cond(np.array(P, dtype=float)) for P, _ in found]
        assert conditions[0] <= conditions[-1] * 1.01


ORIGINAL = """
hopverify: 1
name: original
layers:
  x: {size: 2, lagrangian: %s, bias: [1/2, -1]%s}
synapses:
  w: {kind: dense, layers: [x, x], weights: [[0, 1/2], [1/2, 0]]}
checks: [equilibria]
"""
REPAIRED = """
hopverify: 1
name: repaired
original: original.yaml
layers:
  y: {size: 2, lagrangian: identity, tau: 3}
  x: {size: 2, lagrangian: %s, bias: [1/2, %s], tau: 0}
synapses:
  ab: {kind: feedforward_feedback, layers: [y, x], forward: [[1, 1/2], [1/2, 1]]}
  c: {kind: diagonal, layers: [x, x], weights: [-1, %s]}
checks: [equilibria_preserved]
"""


def preserved(
    folder: Path, function: str = "relu", *, other: str | None = None, bias: str = "-1", c: str = "-1", extra: str = ""
) -> list[str]:
    (folder / "original.yaml").write_text(ORIGINAL % (function, extra), encoding="utf-8")
    path = folder / "repaired.yaml"
    path.write_text(REPAIRED % (other or function, bias, c), encoding="utf-8")
    spec = read_spec(path)
    certificate = verify(spec)
    check_certificate(spec, parse_certificate(certificate.to_json()))
    return [entry["verdict"] for entry in certificate.results]


def test_places_and_stability_are_those_of_the_original(tmp_path: Path) -> None:
    assert preserved(tmp_path) == ["pass", "pass"]
    assert preserved(tmp_path, "{softmax: {beta: 2}}") == ["pass", "pass"]


def test_any_difference_from_the_original_is_told_and_proves_nothing(tmp_path: Path) -> None:
    assert preserved(tmp_path, other="tanh") == ["unknown", "unknown"]
    assert preserved(tmp_path, bias="-1.0000000000000001") == ["unknown", "unknown"]
    assert preserved(tmp_path, c="-0.9999999999999999") == ["unknown", "unknown"]
    assert preserved(tmp_path, extra=", leak: 2") == ["unknown", "unknown"]


def test_stability_in_a_whole_layer_needs_one_time_constant(tmp_path: Path) -> None:
    assert preserved(tmp_path, "{softmax: {beta: 2}}", extra=", tau: [1, 2]") == ["pass", "unknown"]
    assert preserved(tmp_path, "relu", extra=", tau: [1, 2]") == ["pass", "pass"]


def test_a_certificate_does_not_outlive_its_original(tmp_path: Path) -> None:
    preserved(tmp_path)
    spec = read_spec(tmp_path / "repaired.yaml")
    certificate = verify(spec)
    changed = (tmp_path / "original.yaml").read_text(encoding="utf-8").replace("[1/2, -1]", "[1/2, -2]")
    (tmp_path / "original.yaml").write_text(changed, encoding="utf-8")
    with pytest.raises(CertificateRejected, match="another spec"):
        check_certificate(read_spec(tmp_path / "repaired.yaml"), certificate)


def test_the_same_flow_written_with_other_factors_has_the_same_equilibria(tmp_path: Path) -> None:
    (tmp_path / "original.yaml").write_text(
        ORIGINAL.replace("[[0, 1/2], [1/2, 0]]", "[[0, 1], [1/4, 0]]") % ("tanh", ""), encoding="utf-8"
    )
    text = (
        "hopverify: 1\nname: symmetrised\noriginal: original.yaml\nlayers:\n"
        "  x: {size: 2, lagrangian: tanh, bias: [1/2, -4], tau: [1, 4], leak: [1, 4]}\nsynapses:\n"
        "  w: {kind: dense, layers: [x, x], weights: [[0, 1], [1, 0]]}\n"
        "checks: [energy_descent, equilibria_preserved]\n"
    )
    (tmp_path / "symmetrised.yaml").write_text(text, encoding="utf-8")
    spec = read_spec(tmp_path / "symmetrised.yaml")
    certificate = verify(spec)
    assert [entry["verdict"] for entry in certificate.results] == ["pass", "pass"]
    assert certificate.results[1]["obligations"][0]["data"]["factors"] == ["1", "4"]


def test_another_energy_of_the_same_flow_needs_no_theory_of_stability(tmp_path: Path) -> None:
    text = (
        "hopverify: 1\nname: {}\n{}layers:\n  y: {{size: 2, lagrangian: identity, tau: {}}}\n"
        "  x: {{size: 1, lagrangian: gelu, bias: [1/2], tau: 0}}\nsynapses:\n"
        "  ab: {{kind: feedforward_feedback, layers: [y, x], forward: [[2, 1]], feedback: [[1], [0]]{}}}\n"
        "checks: [{}]\n"
    )
    (tmp_path / "one.yaml").write_text(text.format("one", "", "[1, 2]", "", "time_constants"), encoding="utf-8")

    def found(tau: str) -> list[str]:
        other = text.format("two", "original: one.yaml\n", tau, ", metric: [[2, 1], [1, 9]]", "equilibria_preserved")
        (tmp_path / "two.yaml").write_text(other, encoding="utf-8")
        return [entry["verdict"] for entry in verify(tmp_path / "two.yaml").results]

    assert found("[1, 2]") == ["pass", "pass"]
    assert found("[1, 3]") != ["pass", "pass"]
