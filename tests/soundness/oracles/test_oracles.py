"""The oracles share no code with what they judge, and know what is known."""

from __future__ import annotations

import ast
from fractions import Fraction
from pathlib import Path

import pytest

from tests.soundness.oracles.consistency import contradiction
from tests.soundness.oracles.copositivity import falling, is_strict, standing
from tests.soundness.oracles.matrices import (
    characteristic,
    determinant,
    identity,
    is_definite,
    is_hurwitz,
    is_semidefinite,
    kernel,
    matrix,
    rank,
    solve,
)
from tests.soundness.oracles.segments import ACTIVATIONS, branches, is_feasible

HORN = matrix([[1, -1, 1, 1, -1], [-1, 1, -1, 1, 1], [1, -1, 1, -1, 1], [1, 1, -1, 1, -1], [-1, 1, 1, -1, 1]])
F = Fraction


@pytest.mark.parametrize("path", sorted(Path(__file__).parent.glob("*.py")), ids=lambda path: path.name)
def test_oracles_import_nothing_of_the_package(path: Path) -> None:
    names = [
        alias.name if isinstance(node, ast.Import) else node.module or ""
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    ]
    assert names or path.name == "__init__.py"
    assert not [name for name in names if name.startswith(("hopverify", "flint", "sympy", "numpy", "scipy"))]


def test_definiteness_by_minors() -> None:
    assert is_definite(matrix([[2, 1], [1, 1]]))
    assert not is_definite(matrix([[1, 1], [1, 1]]))
    assert is_semidefinite(matrix([[1, 1], [1, 1]]))
    assert not is_semidefinite(matrix([[0, 0], [0, -1]]))
    assert not is_semidefinite(matrix([[0, 1], [1, 5]]))


def test_elimination() -> None:
    A = matrix([[1, 2, 3], [2, 4, 6], [1, 0, 1]])
    assert (rank(A), determinant(A), kernel(A)) == (2, 0, [[F(-1), F(-1), F(1)]])
    assert solve(A, [F(1)] * 3) is None
    assert solve(matrix([[2, 1], [1, 1]]), [F(3), F(2)]) == [F(1), F(1)]
    assert characteristic(matrix([[2, 1], [1, 2]])) == [1, -4, 3]


def test_stability_by_hurwitz() -> None:
    assert is_hurwitz(matrix([[-1, 5], [0, -2]]))
    assert not is_hurwitz(matrix([[0, 1], [-1, 0]]))
    assert not is_hurwitz(matrix([[-1, 2], [2, -1]]))
    assert not is_hurwitz(matrix([[0, 1, 0], [0, 0, 1], [-8, -4, -2]]))
    assert is_hurwitz(matrix([[0, 1, 0], [0, 0, 1], [-7, -4, -2]]))


def test_copositivity_of_horns_matrix() -> None:
    assert falling(HORN) is None
    assert standing(HORN) is not None
    lifted = [[v + F(i == j, 10**30) for j, v in enumerate(row)] for i, row in enumerate(HORN)]
    assert is_strict(lifted)
    lowered = [[v - F(i == j, 10**30) for j, v in enumerate(row)] for i, row in enumerate(HORN)]
    assert falling(lowered) is not None


def test_choices_of_segments() -> None:
    relu = ACTIVATIONS["relu"]
    found = list(branches(relu, matrix([[0, 2], [2, 0]]), [F(-1), F(-1)], [F(1), F(1)]))
    assert {branch.point for branch in found} == {(F(-1), F(-1)), (F(1), F(1))}
    (face,) = (branch for branch in branches(relu, identity(1), [F(0)], [F(1)]) if branch.singular)
    assert face.point is None
    assert not any(branch.singular for branch in branches(relu, identity(1), [F(1)], [F(1)]))
    line = [[F(1), F(-1)], [F(0), F(0)]]
    assert is_feasible(line, [F(0), F(0)], [(F(1), None), (None, F(1))])
    assert not is_feasible(line, [F(0), F(0)], [(F(1), None), (None, F(1, 2))])


def entry(check: str, verdict: str, rows: object = None, where: str = "anywhere") -> dict[str, object]:
    data = {} if rows is None else {"data": {"equilibria": rows}}
    return {"check": check, "verdict": verdict, "statement": f"the equilibria {where}", "obligations": [data]}


ONE = [{"x": ["0"], "stability": "stable"}]
OTHER = [{"x": ["1"], "stability": "unstable"}]
GLOBAL = entry("global_stability", "pass")


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([GLOBAL, entry("equilibria", "pass", ONE + OTHER)], "2 are listed"),
        ([GLOBAL, entry("equilibria", "unknown", ONE + OTHER)], "2 are listed"),
        ([GLOBAL, entry("equilibria", "pass", [ONE[0] | {"dimension": 1}])], "or a face"),
        ([GLOBAL, entry("equilibria", "pass", OTHER)], "it is unstable"),
        ([GLOBAL, entry("equilibria", "pass", [])], "there is no equilibrium"),
        ([entry("boundedness", "pass"), entry("equilibria", "pass", [])], "there is no equilibrium"),
        ([GLOBAL, entry("boundedness", "fail")], "runs away"),
        (
            [
                entry("equilibria", "pass", ONE),
                entry("equilibrium_stability", "pass", [ONE[0] | OTHER[0] | {"x": ["0"]}]),
            ],
            "is called stable, and unstable",
        ),
    ],
)
def test_verdicts_that_contradict_each_other(entries: list[dict[str, object]], said: str) -> None:
    assert said in str(contradiction(entries))


def test_verdicts_that_agree() -> None:
    """Nothing listed in a region, or nothing verified, is no contradiction."""
    for other in (
        entry("equilibria", "pass", ONE),
        entry("equilibria", "pass", [], "in the region of the spec"),
        entry("equilibria", "unknown", []),
        entry("boundedness", "pass"),
    ):
        assert contradiction([GLOBAL, other]) is None
    assert contradiction([entry("boundedness", "fail"), entry("equilibria", "pass", [])]) is None
