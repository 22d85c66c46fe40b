"""The figure of a simulation: panels, names, colours, and an alternative text. It needs matplotlib."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from hopverify.errors import HopverifyError
from hopverify.reporting import figures
from hopverify.reporting.figures import COLOURS, literal, style
from hopverify.reporting.figures.trajectory import NAMED, trajectory_figure
from hopverify.simulation import Simulation
from tests.cli.commands import modules_after
from tests.reporting.test_simulation import BARE, FALLING, TWO

needs_matplotlib = pytest.mark.skipif(
    figures.find_spec("matplotlib") is None, reason="pip install 'hopverify[figures]'"
)
SVG = "{http://www.w3.org/2000/svg}"


def drawn(simulation: Simulation) -> tuple[str, ElementTree.Element]:
    text = trajectory_figure(simulation)
    return text, ElementTree.fromstring(text)


def texts(root: ElementTree.Element) -> list[str]:
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


@needs_matplotlib
def test_three_panels_with_titles_names_and_units() -> None:
    _, root = drawn(TWO)
    said = texts(root)
    for part in (
        "m",
        "Energy E",
        "E (no unit)",
        "Dead neurons, of 2",
        "number of neurons",
        "Distance to the memory nearest to the end",
        "‖x - ξ‖ (unit of the state)",
        "time t (in the unit of tau)",
        "1: p[0], 1 flipped",
    ):
        assert part in said
    assert len(root.findall(f".//{SVG}g[@id='axes_3']")) == 1
    assert not root.findall(f".//{SVG}g[@id='axes_4']")


@needs_matplotlib
def test_the_alternative_text_tells_the_numbers() -> None:
    _, root = drawn(TWO)
    assert root.get("role") == "img"
    labels = str(root.get("aria-labelledby")).split()
    title, description = (root.find(f"{SVG}*[@id='{label}']") for label in labels)
    assert title is not None
    assert title.text == "Simulation of m"
    assert description is not None
    assert description.text == (
        "Three panels over time for 2 trajectories. Trajectory 1, from p[0], 1 flipped, to t = 1, energy E from 3 to "
        "-0.5, dead neurons from 1 to 0, distance to a memory from 2.5 to 0.125. Trajectory 2, from p[0], 1 flipped, "
        "to t = 1."
    )


@needs_matplotlib
def test_without_memories_the_states_are_drawn() -> None:
    alone = replace(TWO, trajectories=(replace(FALLING, distance=None, nearest=None),))
    said = texts(drawn(alone)[1])
    assert {"States", "x[0]", "x[1]"} <= set(said)
    wide = replace(FALLING, states=((0.0,) * 40,) * 3, distance=None)
    many = replace(TWO, variables=tuple(f"x[{k}]" for k in range(40)), trajectories=(wide,))
    said = texts(drawn(many)[1])
    assert {"States, 12 of 40", f"the first {NAMED} of 12 variables"} <= set(said)


@needs_matplotlib
def test_what_there_is_not_is_said_in_its_panel() -> None:
    said = texts(drawn(replace(TWO, energy=None, neurons=0, trajectories=(BARE,)))[1])
    assert {"no energy", "no neuron of this model can be dead", "Dead neurons"} <= set(said)


@needs_matplotlib
def test_the_same_simulation_gives_the_same_text() -> None:
    text, _ = drawn(TWO)
    assert text == trajectory_figure(TWO)
    assert not re.search(r"[ \t]\n", text)
    assert text != trajectory_figure(replace(TWO, trajectories=(FALLING,)))


@needs_matplotlib
def test_names_are_neither_mathematics_nor_markup() -> None:
    odd = replace(TWO, name="$\\alpha$ <b>&\x1b")
    text, root = drawn(odd)
    assert "$\\alpha$ <b>&" in texts(root)
    assert "<b>" not in text


@needs_matplotlib
def test_many_trajectories_name_the_first() -> None:
    text, root = drawn(replace(TWO, trajectories=(FALLING,) * 30))
    assert f"the first {NAMED} of 30 trajectories" in texts(root)
    assert "And 22 more." in text


def test_colours_are_told_apart_and_repeat_with_other_dashes() -> None:
    looks = {tuple(style(number).values()) for number in range(28)}
    assert len(looks) == 28
    assert style(0)["color"] == style(len(COLOURS))["color"] == "#0072B2"
    assert style(0)["linestyle"] != style(len(COLOURS))["linestyle"]
    assert literal("a$b\x1b") == r"a\$b"


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "find_spec", lambda _: None)
    with pytest.raises(HopverifyError, match=r"pip install 'hopverify\[figures\]', or give --no-figure"):
        trajectory_figure(TWO)


def test_matplotlib_is_loaded_by_drawing_only() -> None:
    assert "matplotlib" not in modules_after("import hopverify.reporting.figures.trajectory")
