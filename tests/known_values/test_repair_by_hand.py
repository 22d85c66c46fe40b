"""The repair that docs/dead-neurons.md follows by hand: its equilibria, V at the ghost, and the way out of it."""

from __future__ import annotations

import io
from fractions import Fraction
from math import exp, log
from pathlib import Path

import numpy as np
import pytest

from hopverify.expr.dual import Dual, Duals, along
from hopverify.expr.exact import EXACT
from hopverify.expr.floats import FLOATS
from hopverify.networks import AlteredSystem, altered_system, build_model
from hopverify.pipeline import verify
from hopverify.reporting.report import report_of
from hopverify.reporting.terminal import console_for, show
from hopverify.spec import ExactArray, parse_spec
from tests.rationals import vector
from tests.reporting.test_terminal import without_seconds

SPECS = Path(__file__).parents[2] / "specs"
PAGE = (SPECS.parent / "docs" / "dead-neurons.md").read_text(encoding="utf-8")
P = np.array([[3, -2], [-2, 3]], dtype=object)
TEXT = PAGE.split("```yaml\n")[2].split("```")[0]
SPEC = parse_spec(f"hopverify: 1\nname: relu-two-neurons-repaired\n{TEXT}", folder=SPECS)


@pytest.fixture
def system() -> AlteredSystem:
    found = altered_system(build_model(SPEC))
    assert isinstance(found, AlteredSystem)
    return found


@pytest.mark.parametrize(
    ("y", "x", "V"),
    [
        (("1", "0"), ["1", "-1"], "-1/2"),
        (("0", "1"), ["-1", "1"], "-1/2"),
        (("1/3", "1/3"), ["1/3", "1/3"], "-1/3"),
    ],
)
def test_the_table_of_equilibria(system: AlteredSystem, y: tuple[str, str], x: list[str], V: str) -> None:
    at = vector(*y)
    assert system.model.flow({"y": at}, EXACT)["y"].tolist() == [0, 0]
    assert [str(value) for value in system.model.complete({"y": at}, EXACT)[0]["x"]] == x
    assert system.energy(at, ExactArray.of(P), EXACT) == Fraction(V)


def test_v_falls_at_the_ghost(system: AlteredSystem) -> None:
    at = vector("0", "0")
    flow = system.model.flow({"y": at}, EXACT)["y"]
    assert flow.tolist() == [Fraction(1, 4)] * 2
    energy = system.energy(along(at, flow), ExactArray.of(P), Duals(EXACT))
    assert isinstance(energy, Dual)
    assert (energy.value, energy.slope) == (Fraction(-1, 4), Fraction(-1, 8))


def test_the_way_out(system: AlteredSystem) -> None:
    """u = Py + 1 in closed form satisfies u̇ = Pẏ, before neuron 0 wakes and after, until neuron 1 does."""
    inverse = np.linalg.inv(P.astype(float))

    def rate(u: np.ndarray) -> np.ndarray:
        return np.asarray(P.astype(float) @ system.model.flow({"y": inverse @ (u - 1)}, FLOATS)["y"])

    for t in np.linspace(0, log(2) - 1e-6, 7):
        u = np.array([1 - 2 * exp(-t), 1 - 3 * exp(-t)])
        assert np.allclose(rate(u), [2 * exp(-t), 3 * exp(-t)], atol=1e-12)
        V = system.energy(inverse @ (u - 1), ExactArray.of(P), FLOATS)
        assert abs(V - 6.3 * exp(-2 * t)) < 1e-12
    woken = 0
    for s in np.linspace(1e-6, 4 / 3 * log(13 / 4), 40):
        u = np.array([4 - 4 * exp(-s / 4), -1 + 8 / 3 * exp(-s / 4) - 13 / 6 * exp(-s)])
        if u[1] > 0:
            woken += 1
            continue
        assert np.allclose(rate(u), [exp(-s / 4), -2 / 3 * exp(-s / 4) + 13 / 6 * exp(-s)], atol=1e-12)
    assert woken
    assert u[1] == pytest.approx(0.35, abs=0.005)


def test_it_ends_where_the_original_does(system: AlteredSystem) -> None:
    y = np.array([-12 / 5, -13 / 5])
    for _ in range(20_000):
        y = y + 0.01 * system.model.flow({"y": y}, FLOATS)["y"]
    assert np.allclose(y, [1, 0], atol=1e-6)


def test_the_page_shows_what_is_printed() -> None:
    shown = PAGE.partition("## The repair")[2].split("```text\n")[1].partition("```")[0].splitlines()
    stream = io.StringIO()
    show(report_of(SPEC, verify(SPEC)), console_for(stream, colour=False))
    printed = without_seconds(stream.getvalue())
    assert len(shown) > 7
    for line in shown:
        assert any(row.startswith(" ".join(line.split())) for row in printed), line
