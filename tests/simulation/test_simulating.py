"""simulate(spec): the step and what it rests on, limits, the equilibria that are reached, and patterns nearby."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.errors import HopverifyError
from hopverify.simulation import Choice, Simulation, Wishes, simulate, simulating
from hopverify.spec import ModelSpec, parse_spec, read_spec
from tests.cli.commands import ROOT
from tests.numerics.models import ALTERED

# Two equilibria on the axes and one between them: x = b + Wγ with inhibition 2.
BISTABLE = """\
hopverify: 1
name: bistable
layers:
  x: {size: 2, lagrangian: relu, bias: 1EXTRA}
synapses:
  w: {kind: dense, layers: [x, x], weights: [[0, -2], [-2, 0]]}
memories:
  p: {layer: x, patterns: [[1, -1], [-1, 1]], labels: [left, right]}
"""


def spec(extra: str = "") -> ModelSpec:
    return parse_spec(BISTABLE.replace("EXTRA", extra))


def zoo(name: str) -> ModelSpec:
    return read_spec(ROOT / "specs" / f"{name}.yaml")


def run(model: ModelSpec, *starts: str, **wishes: Any) -> Simulation:
    return simulate(model, Wishes(starts=starts or ("random",), **wishes))


def test_each_trajectory_reaches_its_equilibrium() -> None:
    found = run(spec(), "memory:p[0]", "0,3", "1,1")
    # λ_min(W) = -2: steps up to 2/(1 + 2) are certified.
    assert found.step is not None
    assert (found.step.longest, found.step.size, found.step.choice) == (Fraction(2, 3), Fraction(1, 3), Choice.HALF)
    assert (found.energy, found.neurons, found.variables, found.listing) == ("E", 2, ("x[0]", "x[1]"), None)
    left, right, between = found.trajectories
    assert [each.ending for each in found.trajectories] == ["rest"] * 3
    assert left.states[-1] == pytest.approx((1, -1), abs=1e-8)
    assert right.states[-1] == pytest.approx((-1, 1), abs=1e-8)
    # From the diagonal it stays on it, and ends at the saddle.
    assert between.states[-1] == pytest.approx((1 / 3, 1 / 3), abs=1e-8)
    reached = [each.equilibrium for each in found.trajectories if each.equilibrium is not None]
    assert len(reached) == len({each.number for each in reached}) == 3
    assert [each.stability for each in reached] == ["stable", "stable", "unstable"]
    assert all(each.reached and each.count == 3 for each in reached)
    assert all(each.rises == 0 for each in found.trajectories)
    assert (right.dead, left.dead) != (None, None)
    assert right.dead is not None
    assert (right.dead[0], right.dead[-1]) == (1, 1)


def test_the_nearest_pattern_is_that_of_the_end() -> None:
    (found,) = run(spec(), "3,-0.5").trajectories
    assert found.nearest is not None
    assert found.nearest.pattern == "p[0] (left)"
    assert found.nearest.at_start == pytest.approx((4 + 0.25) ** 0.5)
    assert found.nearest.at_end == pytest.approx(0, abs=1e-7)
    assert found.distance is not None
    assert len(found.distance) == len(found.times) == len(found.states)
    assert found.distance[-1] == found.nearest.at_end


@pytest.mark.parametrize(("step", "certified"), [("2/3", True), ("0.67", False)])
def test_a_step_of_ones_own_is_compared_exactly(step: str, certified: bool) -> None:
    found = run(spec(), "zero", step=Fraction(step)).step
    assert found is not None
    assert (found.choice, found.certified) == (Choice.ASKED, certified)
    assert (found.size, found.longest) == (Fraction(step), Fraction(2, 3))


@pytest.mark.parametrize(
    ("name", "choice", "size", "certified"),
    [
        # Attention: a whole update, though twice as long a step is certified.
        ("modern-hopfield", Choice.UPDATE, 1, True),
        ("no-leak-runaway", Choice.TAU, 1, True),
        ("negative-gelu", Choice.SHORT, Fraction(1, 100), False),
    ],
)
def test_the_step_is_certified_where_it_can_be(name: str, choice: Choice, size: Fraction, certified: bool) -> None:
    found = run(zoo(name), time=Fraction(1)).step
    assert found is not None
    assert (found.choice, found.size, found.certified) == (choice, size, certified)


def test_an_altered_system_is_followed_with_its_own_energy() -> None:
    text = ALTERED.replace("METRIC", "metric: [[1, 0.5], [0.5, 1]]")
    found = run(parse_spec(text), "3,-2")
    assert found.energy == "V"
    assert found.step is not None
    assert found.step.certified
    (trajectory,) = found.trajectories
    assert (trajectory.ending, trajectory.rises) == ("rest", 0)
    # The list speaks of all neurons, the fast ones included, and the rest state is on it.
    assert trajectory.equilibrium is not None
    assert trajectory.equilibrium.reached


def test_without_rest_no_equilibria_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: ModelSpec) -> Any:
        raise AssertionError("listed for nothing")

    monkeypatch.setattr(simulating, "listed_equilibria", refuse)
    found = run(spec(), "1,2", time=Fraction(1, 2))
    assert (found.trajectories[0].ending, found.trajectories[0].equilibrium) == ("time", None)
    with pytest.raises(AssertionError, match="listed for nothing"):
        run(spec(), "1,2")


def test_a_large_model_is_not_listed() -> None:
    found = run(parse_spec("hopverify: 1\nname: m\nlayers:\n  x: {size: 13, lagrangian: relu}\n"), "random")
    assert found.trajectories[0].ending == "rest"
    assert found.trajectories[0].equilibrium is None
    assert "at most 12 neurons" in str(found.listing)


def test_a_solver_knows_no_step() -> None:
    found = run(spec(), "2,1", method="LSODA")
    assert found.step is None
    assert found.trajectories[0].equilibrium is not None
    assert found.trajectories[0].equilibrium.stability == "stable"


def test_time_in_too_many_steps_is_refused() -> None:
    with pytest.raises(HopverifyError, match=r"more than 10,000,000 steps of 0\.1: give a shorter --time"):
        run(spec(), step=Fraction(1, 10), time=Fraction(1_000_001))
    assert run(spec(), "zero", step=Fraction(1, 10), time=Fraction(1_000_000)).time == 1_000_000


def test_a_slow_neuron_has_its_time() -> None:
    assert run(spec(), "zero").time == 100
    assert run(spec(", tau: [1, 30]"), "zero").time == 3000


def test_what_cannot_be_done_is_told_with_the_start() -> None:
    steep = parse_spec("hopverify: 1\nname: m\nlayers:\n  x: {size: 1, lagrangian: exp}\n")
    with pytest.raises(HopverifyError, match="900: velocity or energy are no finite numbers"):
        run(steep, "900")
    with pytest.raises(HopverifyError, match="no method is called 'euleer'; did you mean 'euler'"):
        run(spec(), method="euleer")


def test_progress_counts_trajectories() -> None:
    told: list[tuple[float, str]] = []
    simulate(spec(), Wishes(("1,2", "zero")), watch=lambda share, what: told.append((share, what)))
    assert [share for share, _ in told] == sorted(share for share, _ in told)
    assert [what for _, what in told] == [
        "looking for a certified step",
        "trajectory 1: 1,2",
        "trajectory 2: zero",
        "listing the equilibria",
    ]
