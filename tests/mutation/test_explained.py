"""What explains a surviving mutant is about code that is still there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.mutation.explained import reasons

CHECKER = Path(__file__).parents[2] / "hopverify" / "checker"


def lines_of(file: str) -> dict[str, set[str]]:
    """Return the lines of each function of a file; methods of the same name together."""
    source = (CHECKER / file).read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            own = source.splitlines()[node.lineno - 1 : node.end_lineno]
            found.setdefault(node.name, set()).update(line.strip() for line in own)
    return found


def test_each_explanation_speaks_of_a_line_that_exists() -> None:
    lines = {file: lines_of(file) for file, _, _, _ in reasons().single}
    for file, function, line, change in reasons().single:
        assert line in lines[file][function], (file, function, line)
        assert " → " in change


def test_each_rule_names_files_that_exist_and_says_why() -> None:
    for rule in reasons().rules:
        assert any(CHECKER.rglob(rule.get("file", "*.py").rpartition("/")[2])), rule
        assert "in" in rule or "change" in rule
        assert all(re.compile(rule.get(key, "")) for key in ("in", "change"))
        assert len(rule["reason"]) > 10


def test_a_change_that_nobody_explained_has_no_reason() -> None:
    mutant = {"file": "hopverify/checker/linear_algebra.py", "function": "_has_factor", "change": "1 → 2"}
    assert reasons().of(mutant | {"within": "if not lowest > 0:"}) is not None
    assert reasons().of(mutant | {"within": "return bool(all(diagonal > 0))"}) is None
    assert reasons().of(mutant | {"within": "if not lowest > 0:", "function": "inertia"}) is None
