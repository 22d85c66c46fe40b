"""Solvers that crash or return nonsense: an unknown at worst, with its reason; never another verdict, never a crash."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify.certificate import Certificate, Evidence, parse_certificate
from hopverify.checker import check_certificate
from hopverify.execution.events import Event
from hopverify.numerics.semidefinite import solve
from hopverify.pipeline import verify
from hopverify.provers import CHEAP, DEAR, PROVERS
from hopverify.spec import ModelSpec, parse_spec, read_spec
from tests.cli.commands import ROOT, run
from tests.faults.solvers import WAYS, misbehaving

FREE_METRIC = """
{hopverify: 1, name: free-metric, layers: {y: {size: 2, lagrangian: identity}, x: {size: 1, lagrangian: tanh, tau: 0}},
 synapses: {w: {kind: feedforward_feedback, layers: [y, x], forward: [[1, 2]], feedback: [[1], [2]]}},
 checks: [altered_energy_descent, altered_flatness]}
"""
FACE = """
{hopverify: 1, name: face, layers: {x: {size: 2, lagrangian: relu}},
 synapses: {w: {kind: dense, layers: [x, x], weights: [[1, 0], [0, 1]]}}, checks: [equilibria, equilibrium_stability]}
"""
TURNING = """
{hopverify: 1, name: turning, layers: {x: {size: 2, lagrangian: tanh}},
 synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 3], [-1, 0]]}}, checks: [equilibria, equilibrium_stability]}
"""
# What asks whom.
ASKING: dict[str, tuple[str, ...]] = {
    "cvxpy": ("global-lure", "relu-runaway", "relu-dead-coordinate", "free-metric"),
    "scipy.optimize": ("face", "hamux-convention", "negative-two-time-constants"),
    "scipy.linalg": ("turning",),
    "numpy.linalg": (
        "global-lure",
        "relu-runaway",
        "relu-biactive",
        "hopfield-1984",
        "hebbian-cells",
        "softmax-equilibria",
    ),
}
FEW = {"samples": 20, "boxes": 300}


@cache
def spec_of(name: str) -> ModelSpec:
    own = {"free-metric": FREE_METRIC, "face": FACE, "turning": TURNING}
    return parse_spec(own[name]) if name in own else read_spec(ROOT / "specs" / f"{name}.yaml")


def verdicts(certificate: Certificate) -> list[tuple[str, str, str]]:
    return [(entry["check"], entry["subject"], entry["verdict"]) for entry in certificate.results]


@cache
def sound(name: str) -> Certificate:
    return verify(spec_of(name), **FEW)


CASES = [*((place, way) for place in ASKING for way in WAYS), ("cvxpy", "panics")]
QUICK = {("scipy.linalg", "gives NaN"), ("numpy.linalg", "gives NaN")}
"""Of linear algebra, which most specs ask for much, by default one way each; the others are for the long tests."""


def with_marks(case: tuple[str, str]) -> Any:
    """Return a case as a parameter, marked long if it takes long."""
    long = case[0].endswith(".linalg") and case not in QUICK
    return pytest.param(*case, marks=pytest.mark.long if long else ())


@pytest.mark.parametrize(("place", "way"), [with_marks(case) for case in CASES])
def test_no_verdict_rests_on_a_solver(place: str, way: str) -> None:
    """Each claim has the verdict it has with sound solvers, or is unknown."""
    asked: list[str] = []
    for name in ASKING[place]:
        right = verdicts(sound(name))
        with misbehaving(place, way, asked), np.errstate(all="ignore"):
            certificate = verify(spec_of(name), **FEW)
            if place == "numpy.linalg":
                # The checker's enclosures rest on no solver, but how narrow they are does.
                check_certificate(spec_of(name), parse_certificate(certificate.to_json()))
        for expected, found in zip(right, verdicts(certificate), strict=True):
            assert found == expected or "unknown" in (found[2], expected[2]), (name, expected, found)
        if place != "numpy.linalg":
            check_certificate(spec_of(name), parse_certificate(certificate.to_json()))
    assert asked, "a solver that nobody asks shows nothing"


def test_what_a_search_broke_off_with_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    spec = ROOT / "specs" / "global-lure.yaml"

    def broken(*_: object) -> None:
        raise ValueError("no such \x1b[31mmatrix")

    monkeypatch.setattr("hopverify.provers.lure_multipliers._program", broken)
    result = run("verify", "-q", spec, "--out", tmp_path)
    assert result.exit_code == 3
    assert "the search lure_multipliers broke off with ValueError: no such" in result.stderr
    assert "\x1b" not in result.stderr
    body = (tmp_path / "global-lure.certificate.json").read_text(encoding="utf-8")
    assert '"code":"search_failed"' in body
    monkeypatch.undo()
    again = run("verify", "-q", spec, "--out", tmp_path, "--resume")
    assert (again.exit_code, again.stderr) == (0, "")


def test_a_search_that_breaks_off_keeps_no_other_from_deciding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(obligation: object, budget: object) -> Iterator[Evidence]:
        raise MemoryError("no room")
        yield {}

    right = verdicts(sound("hopfield-1984"))
    monkeypatch.setitem(PROVERS.imported, "a", replace(PROVERS["structure"], name="a", search=broken))
    for table in (CHEAP, DEAR):
        for kind, names in table.items():
            monkeypatch.setitem(table, kind, ("a", *names))
    events: list[Event] = []
    assert verdicts(verify(spec_of("hopfield-1984"), **FEW, watch=events.append)) == right
    told = [event.values["message"] for event in events if event.kind == "search_failed"]
    assert told
    assert set(told) == {"the search a broke off with MemoryError: no room"}


def test_a_solver_gets_the_time_that_is_left() -> None:
    import cvxpy

    x = cvxpy.Variable()
    given = []

    class Problem:
        def solve(self, **named: object) -> None:
            given.append(named)

    assert solve(Problem(), [x], seconds=5.0) is None
    assert solve(Problem(), [x]) is None
    assert given == [
        {"solver": "CLARABEL", "time_limit": 5.0},
        {"solver": "SCS", "time_limit_secs": 5.0},
        {"solver": "CLARABEL"},
        {"solver": "SCS"},
    ]


# Stands in the way of cvxpy in worker processes: loads the real one, and lets its solvers end in a bad way.
STAND_IN = """
import os, signal, sys, time
sys.path.remove(os.path.dirname(os.path.dirname(__file__)))
del sys.modules["cvxpy"]
import cvxpy
def solve(self, *arguments, **named):
    {end}
cvxpy.Problem.solve = solve
"""


def stand_in(folder: Path, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "cvxpy").mkdir()
    (folder / "cvxpy" / "__init__.py").write_text(STAND_IN.format(end=end), encoding="utf-8")
    monkeypatch.syspath_prepend(folder)


@pytest.mark.parametrize(
    ("end", "jobs", "timeout", "code"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", 2, 300.0, "worker_lost"),
        pytest.param("time.sleep(600)", 2, 3.0, "budget_exhausted", marks=pytest.mark.long),
        ("time.sleep(600)", 1, 3.0, "budget_exhausted"),
    ],
    ids=["segfault", "hang", "hang-serial"],
)
def test_a_solver_that_takes_its_process_along_costs_its_own_claim_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, jobs: int, timeout: float, code: str
) -> None:
    right = {entry["check"]: entry["verdict"] for entry in sound("relu-dead-coordinate").results}
    stand_in(tmp_path, end, monkeypatch)
    spec = spec_of("relu-dead-coordinate")
    certificate = verify(spec, **FEW, jobs=jobs, timeout=timeout)
    reasons = {entry["check"]: (entry.get("reason") or {}).get("code") for entry in certificate.results}
    assert code in reasons.values()
    # What had been found before is kept.
    assert certificate.results[0]["verdict"] == right[certificate.results[0]["check"]]
    for entry in certificate.results:
        assert entry["verdict"] in (right[entry["check"]], "unknown"), entry["check"]
    assert not multiprocessing.active_children()
    check_certificate(spec, parse_certificate(certificate.to_json()))
