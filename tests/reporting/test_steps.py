"""Steps: what a bar is told of a run, in obligations, specs, and parts of a long search."""

from __future__ import annotations

from typing import Any

from hopverify.execution.events import Event
from hopverify.pipeline import verify
from hopverify.reporting.progress import Bar
from hopverify.reporting.steps import Steps
from tests.cli.commands import RELU_PAIR


class Told(Bar):
    """A bar that only remembers."""

    def __init__(self) -> None:
        super().__init__(1)
        self.shown: list[tuple[float, str]] = []

    def show(self, done: float, description: str) -> None:
        self.shown.append((done, description))


def steps(*events: tuple[str, dict[str, Any]], specs: int = 1) -> list[tuple[float, str]]:
    bar = Told()
    watching = Steps(bar, specs)
    for kind, values in events:
        watching.see(Event(kind, values))
    return bar.shown


A, B = {"spec": "in/a.yaml"}, {"spec": "in/b.yaml"}
CLAIM = {"check": "equilibria", "subject": "net"}


def test_obligations_are_counted() -> None:
    shown = steps(
        ("spec_read", A | {"obligations": 4}),
        ("claim_started", A | CLAIM),
        ("obligation_finished", A | CLAIM | {"done": 1, "total": 4}),
    )
    assert shown == [
        (0.0, "equilibria [net] · 0 of 4"),
        (0.25, "equilibria [net] · 1 of 4"),
    ]


def test_several_specs_are_counted_and_may_be_under_way_together() -> None:
    shown = steps(
        ("spec_failed", {"spec": "in/wrong.yaml", "message": "…"}),
        ("spec_read", A | {"obligations": 4}),
        ("spec_read", B | {"obligations": 2}),
        ("obligation_finished", A | CLAIM | {"done": 3, "total": 4}),
        ("obligation_finished", B | CLAIM | {"done": 1, "total": 2}),
        ("spec_finished", A | {"verdict": "pass", "seconds": 1.0}),
        ("obligation_finished", B | CLAIM | {"done": 2, "total": 2}),
        specs=4,
    )
    assert [done for done, _ in shown] == [1.75, 2.25, 3.0]
    assert shown[1][1].endswith(" · 1 of 4 specs · a.yaml: 3 of 4 · b.yaml: 1 of 2")
    assert shown[2][1].endswith(" · 2 of 4 specs · b.yaml: 2 of 2")


def test_a_long_search_tells_how_far_it_is() -> None:
    begun = ("spec_read", A | {"obligations": 1})
    known = steps(begun, ("searching", A | CLAIM | {"done": 7, "total": 10, "unit": "states"}))
    unknown = steps(begun, ("searching", A | CLAIM | {"done": 7, "total": None, "unit": "boxes"}))
    assert known[0][1].startswith("equilibria [net]: 7 of 10 states")
    assert unknown[0][1].startswith("equilibria [net]: 7 boxes")


def test_a_run_moves_the_bar_to_its_end() -> None:
    bar = Told()
    watching = Steps(bar, 1)
    verify(RELU_PAIR, samples=20, watch=watching.see)
    counts = [done for done, _ in bar.shown]
    assert counts == sorted(counts)
    assert counts[-1] == 1.0
