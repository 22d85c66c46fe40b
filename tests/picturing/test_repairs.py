"""Original and repaired energies side by side: the same equilibria, flat on the left only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hopverify.networks import build_model
from hopverify.picturing.repairs import Repaired, repaired_of
from hopverify.pipeline import verify
from hopverify.spec import read_spec
from tests.picturing.certificates import CELLS, SHIFTED, SWITCH, certified

# The universal repair of the switch (T12): c = 3 > 2 = -λ_min(W), and P = W + cI.
REPAIR = """
hopverify: 1
name: switch-repaired
original: switch.yaml
layers: {y: {size: 2, lagrangian: identity}, x: {size: 2, lagrangian: relu, bias: 1, tau: 0}}
synapses:
  forth_and_back: {kind: feedforward_feedback, layers: [y, x], forward: [[3, -2], [-2, 3]], metric: [[3, -2], [-2, 3]]}
  inhibition_x: {kind: diagonal, layers: [x, x], weights: [-3, -3]}
checks: [altered_flatness]
"""


@pytest.fixture
def repaired(tmp_path: Path) -> Repaired:
    (tmp_path / "switch.yaml").write_text(SWITCH, encoding="utf-8")
    (tmp_path / "repaired.yaml").write_text(REPAIR, encoding="utf-8")
    spec = read_spec(tmp_path / "repaired.yaml")
    found = repaired_of(spec, build_model(spec), verify(spec))
    assert found is not None
    return found


def test_both_energies_with_the_same_equilibria(repaired: Repaired) -> None:
    left, right = repaired.original, repaired.altered
    assert (left.kind, right.kind) == ("E", "V")
    assert not repaired.drafted
    assert repaired.shown
    assert [(mark.label, mark.kind) for mark in left.view.marks] == [
        ("1", "stable"),
        ("2", "unstable"),
        ("3", "stable"),
    ]
    assert [(mark.label, mark.kind) for mark in right.view.marks] == [(m.label, m.kind) for m in left.view.marks]
    # y = g(x).
    for x, y in zip(left.view.marks, right.view.marks, strict=True):
        assert y.at == pytest.approx(tuple(max(value, 0.0) for value in x.at))
    assert set(left.flat) == {"+", "-", "|"}
    assert right.flat == {}


def test_the_repaired_energy_is_least_at_stable_equilibria_and_flat_nowhere(repaired: Repaired) -> None:
    right = repaired.altered
    down = np.hypot(*np.gradient(right.values, right.t, right.s))
    places = np.array([mark.at for mark in right.view.marks])
    S, T = np.meshgrid(right.s, right.t)
    away = np.min([np.hypot(S - s, T - t) for s, t in places], axis=0) > 0.1
    assert down[away].min() > 0.02
    row, column = np.unravel_index(np.argmin(right.values), right.values.shape)
    stable = places[[mark.kind == "stable" for mark in right.view.marks]]
    least = np.hypot(right.s[column] - stable[:, 0], right.t[row] - stable[:, 1]).min()
    assert least < 0.05


def test_an_original_alone_is_drawn_with_a_drafted_repair() -> None:
    found = repaired_of(*certified(SWITCH))
    assert found is not None
    assert found.drafted
    assert not found.shown
    assert [mark.kind for mark in found.altered.view.marks] == ["stable", "unstable", "stable"]


def test_a_shift_is_cured_too() -> None:
    found = repaired_of(*certified(SHIFTED))
    assert found is not None
    assert found.original.share("|") == 1
    assert found.altered.flat == {}
    assert len(found.altered.view.marks) == 3


def test_where_the_usual_slice_is_hardly_flat_a_dead_neuron_makes_another() -> None:
    found = repaired_of(*certified("relu-five-equilibria"))
    assert found is not None
    assert found.original.view.plane.kind == "neurons"
    assert found.original.share("+") > 0.05
    assert found.altered.view.plane.neurons == found.original.view.plane.neurons


@pytest.mark.parametrize(
    "text",
    [CELLS, SWITCH.replace("[-2, 0]]", "[1, 0]]"), SWITCH.replace("relu", "gelu")],
    ids=["nowhere flat", "not symmetrisable", "not convex"],
)
def test_without_anything_flat_to_repair_there_is_no_picture(text: str) -> None:
    assert repaired_of(*certified(text)) is None
