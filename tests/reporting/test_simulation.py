"""A simulation in words, as JSON, and as CSV."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from fractions import Fraction
from io import StringIO

import pytest

from hopverify.reporting.simulation import CAVEAT, rows, simulation_in_words
from hopverify.reporting.simulation_json import simulation_as_json
from hopverify.reporting.trajectory_table import trajectory_table
from hopverify.simulation import Choice, Equilibrium, Nearest, Simulation, Step, Trajectory

FALLING = Trajectory(
    start="p[0], 1 flipped",
    ending="rest",
    ending_said="at rest",
    steps=2,
    speed=1e-10,
    times=(0.0, 0.5, 1.0),
    states=((1.0, -2.0), (0.5, 0.1), (0.25, 1 / 3)),
    energy=(3.0, 1.0, -0.5),
    dead=(1, 0, 0),
    distance=(2.5, 1.0, 0.125),
    rises=0,
    rise=0.0,
    rise_step=0,
    rise_time=0.0,
    equilibrium=Equilibrium(2, 3, "stable", 1e-9, reached=True),
    nearest=Nearest("p[0]", 2.5, 0.125),
)
BARE = replace(FALLING, energy=None, dead=None, distance=None, nearest=None, equilibrium=None, steps=1)
TWO = Simulation(
    file="specs/m.yaml",
    name="m",
    digest="00",
    method="euler",
    step=Step(Fraction(1, 2), Choice.HALF, Fraction(1)),
    time=100.0,
    rest=1e-9,
    variables=("x[0]", "x[1]"),
    energy="E",
    without_energy=None,
    neurons=2,
    listing=None,
    trajectories=(FALLING, BARE),
)


def row(trajectory: Trajectory, title: str) -> str | None:
    return dict(rows(TWO, trajectory)).get(title)


def test_what_is_shared_stands_first_and_the_caveat_last() -> None:
    lines = simulation_in_words(TWO).splitlines()
    assert lines[:4] == [
        "m  specs/m.yaml",
        "x⁺ = x + hẋ with h = 1/2, until every |ẋ_i| ≤ 1e-9, or t = 100",
        "h is half the longest certified step: with the longest itself the energy need not fall",
        "certified: `step_size` shows that steps up to 1 never raise the energy",
    ]
    assert lines[-1] == CAVEAT
    assert "not a proof" in CAVEAT
    assert "1  from p[0], 1 flipped" in lines


def test_a_table_of_a_trajectory() -> None:
    assert dict(rows(TWO, FALLING)) == {
        "end": "after 2 steps, t = 1: at rest",
        "energy E": "3 → -0.5; never rose",
        "dead neurons": "1 at the start, 0 at the end, of 2",
        "speed ‖ẋ‖": "1e-10",
        "equilibrium": "reached 2 of 3, stable; ≈1e-9 away",
        "nearest memory": "p[0]: ‖x - ξ‖ 2.5 → 0.125",
        "state": "x = (0.25, 0.333333)",
    }
    assert [title for title, _ in rows(TWO, BARE)] == ["end", "speed ‖ẋ‖", "state"]
    assert row(BARE, "end") == "after 1 step, t = 1: at rest"


def test_roundings_are_no_rises_where_the_step_is_certified() -> None:
    rounded, more = (replace(FALLING, rises=3, rise=rise, rise_step=2) for rise in (1.5e-15, 1e-9))
    assert row(rounded, "energy E") == "3 → -0.5; never rose beyond rounding"
    assert "rose at 3 steps" in str(row(more, "energy E"))
    longer = replace(TWO, step=Step(Fraction(2), Choice.ASKED, Fraction(1)))
    assert "rose at 3 steps" in dict(rows(longer, rounded))["energy E"]


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "3 → -0.5; rose once, by 0.25 at step 7, t = 3.5"),
        (1200, "3 → -0.5; rose at 1,200 steps, most by 0.25 at step 7, t = 3.5"),
    ],
)
def test_rises_are_told_with_their_size_and_place(count: int, said: str) -> None:
    assert row(replace(FALLING, rises=count, rise=0.25, rise_step=7, rise_time=3.5), "energy E") == said


def test_an_end_beside_the_list_is_not_called_reached() -> None:
    beside = replace(FALLING, equilibrium=Equilibrium(1, 3, "unstable", 0.5, reached=False))
    assert row(beside, "equilibrium") == "none of the list; the nearest is 1 of 3, unstable, 0.5 away"


def test_long_states_are_shortened() -> None:
    assert row(replace(FALLING, states=((1.0,) * 9,)), "state") == "x = (1, 1, 1, 1, 1, 1, 1, 1, … 9 in all)"


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (Step(Fraction(1, 100), Choice.SHORT, None), "not certified: `step_size` shows of no step that it never"),
        (Step(Fraction(9), Choice.ASKED, "any"), "certified: `step_size` shows that steps of any length never raise"),
        (Step(Fraction(9), Choice.ASKED, Fraction(8)), "not certified: `step_size` shows that steps up to 8 never"),
        (Step(Fraction(8), Choice.ASKED, Fraction(8)), "certified: `step_size` shows that steps up to 8 never raise"),
        (None, "LSODA of SciPy, until every"),
    ],
)
def test_what_the_step_rests_on(step: Step | None, said: str) -> None:
    found = replace(TWO, step=step, method="euler" if step else "LSODA")
    assert any(line.startswith(said) for line in simulation_in_words(found).splitlines())


def test_what_there_is_not_is_explained() -> None:
    found = simulation_in_words(replace(TWO, energy=None, without_energy="layer h is bare", listing="not listed"))
    assert "no energy: layer h is bare\nnot listed\n" in found


def test_a_name_cannot_move_the_cursor() -> None:
    assert "\x1b" not in simulation_in_words(replace(TWO, name="a\x1b[2Jb"))


def test_json_for_programs() -> None:
    text = simulation_as_json(TWO, ["out/m-trajectory.csv"])
    found = json.loads(text)
    assert text.isascii()
    assert (found["schema"], found["version"]) == ("hopverify-simulation", 1)
    assert found["step"] == {"size": "1/2", "choice": "half", "certified": True, "longest_certified": "1"}
    first, second = found["trajectories"]
    assert first["energy"] == {"start": 3.0, "end": -0.5}
    assert first["rises"] == {"count": 0, "largest": 0.0, "step": 0, "time": 0.0}
    assert first["equilibrium"] == {"number": 2, "count": 3, "stability": "stable", "distance": 1e-9, "reached": True}
    assert first["state"] == [0.25, 1 / 3]
    assert (second["energy"], second["dead"], second["nearest_memory"]) == (None, None, None)
    assert (found["files"], found["note"]) == (["out/m-trajectory.csv"], CAVEAT)
    assert json.loads(simulation_as_json(replace(TWO, step=None)))["step"] is None


def test_csv_has_a_row_a_point_and_reads_back_exactly() -> None:
    head, *body = csv.reader(StringIO(trajectory_table(TWO)))
    assert head == ["trajectory", "t", "energy", "dead", "distance", "x[0]", "x[1]"]
    assert [line[0] for line in body] == ["1"] * 3 + ["2"] * 3
    assert body[0] == ["1", "0.0", "3.0", "1", "2.5", "1.0", "-2.0"]
    assert float(body[2][-1]) == 1 / 3
    assert body[3] == ["2", "0.0", "", "", "", "1.0", "-2.0"]
