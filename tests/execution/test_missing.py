"""What stands in the way of a theorem is named, and a command that helps: for the reader, and the same in every run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hopverify.checker.deciding import roles_of
from hopverify.checks import claims_of
from hopverify.execution.missing import ONE_FOR_EACH, in_the_way
from hopverify.networks import any_model
from hopverify.networks.linear import linear_network, obstacles
from hopverify.pipeline import verify
from hopverify.reporting.report import Report, report_of
from hopverify.reporting.sentences import advised, grounds
from hopverify.spec import ModelSpec, parse_spec
from tests.cli.commands import run

LAYER = "x: {size: 2, lagrangian: tanh}"
DENSE = "w: {kind: dense, layers: [x, x], weights: [[0, 0.5], [0.25, 0]]}"
STRONG = "w: {kind: dense, layers: [x, x], weights: [[0, 1], [1, 0]]}"
CURVED = "e: {kind: expression, layers: [x], energy: 'sum(x^4)'}"


def spec_of(layer: str = LAYER, synapse: str = DENSE, *, checks: str = "all", more: str = "") -> ModelSpec:
    text = f"hopverify: 1\nname: model\nlayers: {{{layer}}}\nsynapses: {{{synapse}}}\nchecks: {checks}\n{more}"
    return parse_spec(text, file="a b.yaml")


def reported(spec: ModelSpec) -> Report:
    return report_of(spec, verify(spec, samples=50))


def said(report: Report, check: str) -> list[str]:
    (row,) = (row for row in report.rows if row.check == check)
    return [*grounds(row), *advised(row)]


def test_asymmetric_weights_are_shown_with_the_command_that_mends_them() -> None:
    report = reported(spec_of(checks="[weight_symmetry, energy_descent, step_size]"))
    mended = "next: hopverify repair 'a b.yaml': writes a model with symmetric weights (symmetrised): the same flow, "
    mended += "with an energy"
    assert mended in said(report, "weight_symmetry")
    assert said(report, "energy_descent")[-1].startswith("next: hopverify repair 'a b.yaml': looks for")
    assert "in the way: W is not symmetric: w[0,1] = 0.5, w[1,0] = 0.25" in said(report, "step_size")


@pytest.mark.parametrize(
    ("layer", "synapse", "check", "way"),
    [
        ("x: {size: 2, lagrangian: gelu}", STRONG, "boundedness", "the activation of layer x is not known to be non-"),
        ("x: {size: 2, lagrangian: gelu}", DENSE, "energy_bounded_below", "the Lagrangian of layer x is not evidently"),
        (
            "x: {size: 1, lagrangian: relu}",
            "w: {kind: dense, layers: [x, x], weights: [[1]]}",
            "boundedness",
            "diag(ρ/s)",
        ),
        (
            "x: {size: 1, lagrangian: identity, leak: false}",
            "e: {kind: expression, layers: [x], energy: sum(x^3)}",
            "boundedness",
            "S of synapse e is not shown to be bounded below",
        ),
        ("x: {size: 2, lagrangian: exp}", STRONG, "energy_bounded_below", "the activation of layer x is not"),
        ("x: {size: 2, lagrangian: identity}", CURVED, "global_stability", "the drive of synapse e is not linear"),
    ],
)
def test_the_premise_that_fails_is_named(layer: str, synapse: str, check: str, way: str) -> None:
    lines = said(reported(spec_of(layer, synapse, checks=f"[{check}]")), check)
    assert lines[0] == "unknown: no theorem that the check uses covers this model"
    assert any(line.startswith(f"in the way: {way}") for line in lines)
    assert lines[-1].startswith(f"next: hopverify explain {check}: ")


@pytest.mark.parametrize(
    ("layer", "synapse", "obstacle"),
    [
        (
            "x: {size: 401, lagrangian: tanh}",
            f"w: {{kind: diagonal, layers: [x, x], weights: {[0] * 401}}}",
            "there are",
        ),
        (
            "x: {size: 65, lagrangian: softmax}",
            f"w: {{kind: diagonal, layers: [x, x], weights: {[0] * 65}}}",
            "there are 65 neurons, and the limit is 64, since layer x is not elementwise",
        ),
        (
            "x: {size: 2, activation: {expression: 'sqrt(relu(x))', of: neuron}}",
            DENSE,
            "the activation of layer x is not",
        ),
    ],
)
def test_a_model_that_is_no_linear_network_is_told_why(layer: str, synapse: str, obstacle: str) -> None:
    spec = spec_of(layer, synapse, checks="[equilibria]")
    model = any_model(spec)
    assert linear_network(model) is None  # type: ignore[arg-type]
    assert obstacles(model)[0].startswith(obstacle)  # type: ignore[arg-type]
    ((_, claim),) = claims_of(spec, model)
    assert (claim.inapplicable or "").startswith(obstacle)


@pytest.mark.parametrize(
    ("layer", "synapse", "obstacle"),
    [
        (LAYER, CURVED, "the drive of synapse e is not linear in the activations"),
        ("x: {size: 2, lagrangian: tanh, leak: false}", DENSE, "layer x has no leak"),
    ],
)
def test_what_else_keeps_a_search_from_all_states_is_told(layer: str, synapse: str, obstacle: str) -> None:
    spec = spec_of(layer, synapse, checks="[equilibria]")
    model = any_model(spec)
    assert linear_network(model) is None  # type: ignore[arg-type]
    ((_, claim),) = claims_of(spec, model)
    assert [said for each, _ in roles_of(claim) for said in in_the_way(each)] == [obstacle]


def test_a_linear_network_has_no_obstacles() -> None:
    model = any_model(spec_of())
    assert linear_network(model) is not None  # type: ignore[arg-type]
    assert obstacles(model) == []  # type: ignore[arg-type]


def test_a_check_that_the_spec_names_says_why_it_does_not_apply(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    text = f"hopverify: 1\nname: model\nlayers: {{{LAYER}}}\nsynapses: {{{DENSE}}}\nchecks: [memory_retrieval]\n"
    path.write_text(text, encoding="utf-8")
    shown = run("verify", path).stdout
    assert "not applicable: memory_retrieval: " in shown
    path.write_text(text.partition("checks")[0], encoding="utf-8")
    shown = run("verify", path, "--samples", "10").stdout
    assert "memory_retrieval, basin_cells\n" in shown


def test_of_weights_within_a_tolerance_no_list_is_sought() -> None:
    spec = spec_of(synapse=DENSE.replace("[[0, 0.5], [0.25, 0]]", "{values: [[0, 0.5], [0.5, 0]], tolerance: 0.1}"))
    ((_, claim),) = ((check, each) for check, each in claims_of(spec, any_model(spec)) if check.name == "equilibria")
    assert [said for each, _ in roles_of(claim) for said in in_the_way(each)] == [ONE_FOR_EACH]


@pytest.mark.parametrize(
    ("size", "layer", "way"),
    [
        (30, "tanh", ["the search grows with each neuron: 30 are too many, if weights are dense"]),
        (2, "tanh", []),
        (
            30,
            "relu",
            [
                "diag(ρ/s) - W is not shown to be positive where activations are unbounded, 30 of them on one side "
                "(up to 14 are decided exactly): W may be too large"
            ],
        ),
    ],
)
def test_a_search_for_all_equilibria_ends_without_a_box_or_at_too_many_neurons(
    size: int, layer: str, way: list[str]
) -> None:
    spec = spec_of(
        f"x: {{size: {size}, lagrangian: {layer}}}",
        f"w: {{kind: dense, layers: [x, x], weights: {np.full((size, size), 2).tolist()}}}",
        checks="[equilibria]",
    )
    ((_, claim),) = claims_of(spec, any_model(spec))
    found = [said for obligation, _ in roles_of(claim) for said in in_the_way(obligation)]
    assert found == way


@pytest.mark.parametrize(
    ("layer", "check", "way"),
    [
        (
            "x: {size: 61, lagrangian: {expression: 'dot(x, x)/2 + (x[0] + x[1])^2/2 - x[2]*x[3]/4', of: layer}}",
            "energy_descent",
            [
                "layer x acts on 61 neurons together, and forms are decided up to 60",
                "there are 61 neurons; states at which E may rise are drawn, and improved up to 60 only",
            ],
        ),
        (
            "x: {size: 9, activation: {expression: 'x/(1 + dot(x, x))', of: layer}}",
            "activation_is_gradient",
            ["layer x has 9 neurons, and partial derivatives are compared up to 8"],
        ),
        (
            "x: {size: 2, lagrangian: {repu: {n: 3}}}",
            "step_size",
            ["layer x: no bound of the slope of an activation is known"],
        ),
        (
            "x: {size: 2, lagrangian: tanh}, h: {size: 1, lagrangian: gelu, tau: 0}",
            "step_size",
            ["the Lagrangian of layer h, which is instantaneous, is not evidently convex"],
        ),
        (
            "x: {size: 401, lagrangian: tanh}",
            "step_size",
            ["the network has more than 400 neurons, up to which M(h) is decided"],
        ),
        (
            "x: {size: 2, lagrangian: tanh}",
            "{step_size: {step: 3}}",
            ["M(h) is positive up to about h = 1, and h = 3 is asked"],
        ),
        ("x: {size: 2, lagrangian: tanh}", "step_size", []),
    ],
)
def test_sizes_layers_and_lengths_are_named(layer: str, check: str, way: list[str]) -> None:
    text = f"hopverify: 1\nname: m\nlayers: {{{layer}}}\nsynapses: {{}}\nchecks: [{check}]\n"
    spec = parse_spec(text)
    ((_, claim),) = claims_of(spec, any_model(spec))
    assert [said for each, _ in roles_of(claim) for said in in_the_way(each)] == way
