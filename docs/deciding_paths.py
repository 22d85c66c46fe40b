"""Say which path decides each question: the kernel, or rules of the checker.

``python docs/deciding_paths.py`` prints the table of ``docs/trust.md``; with ``--write`` it is put there. Which
obligations a question has is seen on all specs of the project, and in the file of its check; what decides an
obligation are the rules of the checker that take it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from hopverify.checker.deciding import roles_of
from hopverify.checker.questions import question
from hopverify.checker.rules import RULES
from hopverify.checks import CHECKS, claims_of
from hopverify.errors import EvidenceRejected
from hopverify.networks import any_model
from hopverify.obligations import Obligation
from hopverify.spec import read_spec

SHARED = {"BasinCells", "Bounded", "GloballyStable", "Retrieval"}
"""Obligations of which the kernel takes some kinds of evidence, and rules others: no kind is taken by both."""

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "trust.md"
BEGIN, END = "<!-- deciding paths: begin -->", "<!-- deciding paths: end -->"


def seen() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return the obligations of each check in the project's specs, and the claims of the kernel of each obligation."""
    of_checks: dict[str, set[str]] = {name: set() for name in CHECKS.entries}
    of_obligations: dict[str, set[str]] = {}
    for path in sorted((ROOT / "specs").rglob("*.yaml")):
        spec = read_spec(path)
        for check, claim in claims_of(spec, any_model(spec)):
            for obligation, _ in roles_of(claim):
                name = type(obligation).__name__
                of_checks[check.name].add(name)
                if name in by_kernel() and not of_obligations.get(name):
                    of_obligations[name] = set(asked(obligation))
    return of_checks, of_obligations


def asked(obligation: Obligation) -> Iterator[str]:
    """Yield the claims that prove and refute an obligation; none of one that the kernel is not asked."""
    try:
        found = question(obligation)
    except EvidenceRejected:
        return
    for each in (found.proves, found.refutes):
        if each is not None:
            yield str(each["name"])


def rules() -> dict[str, list[str]]:
    """Return the rules that take each obligation."""
    found: dict[str, list[str]] = {}
    for name in RULES.entries:
        for kind in RULES[name].obligations:
            found.setdefault(kind.__name__, []).append(name)
    return found


def by_kernel() -> set[str]:
    """Return the obligations of which the kernel takes evidence; rules take some, too, of those that are shared."""
    found = {kind for kind, names in rules().items() if "kernel" in names}
    mixed = {kind for kind in found if rules()[kind] != ["kernel"]}
    if mixed != SHARED:
        raise SystemExit(f"two paths decide {', '.join(sorted(mixed ^ SHARED))}, or one does")
    return found


def others(kinds: set[str]) -> list[str]:
    """Return the rules beside the kernel that decide some of the obligations."""
    return sorted({rule for kind in kinds & set(rules()) for rule in rules()[kind] if rule != "kernel"})


def named_in(check: str) -> set[str]:
    """Return the obligations that the file of a check imports."""
    tree = ast.parse((ROOT / "hopverify" / "checks" / f"{check}.py").read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names = {each.name for node in imports if str(node.module).startswith("hopverify.oblig") for each in node.names}
    return names & set(rules())


def table() -> str:
    """Return the table in Markdown."""
    of_checks, of_obligations = seen()
    rows = []
    for check in sorted(of_checks):
        kinds = of_checks[check] | named_in(check)
        claims = sorted({claim for kind in kinds & by_kernel() for claim in of_obligations.get(kind, ())})
        left = others(kinds)
        path = "kernel" if not left else "rules; premises by the kernel" if claims else "rules"
        if kinds & SHARED:
            path = "kernel or rules, by the kind of evidence"
        rows.append((path, check, ", ".join(f"`{each}`" for each in claims), ", ".join(f"`{each}`" for each in left)))
    lines = [f"| `{check}` | {path} | {claims} | {others} |" for path, check, claims, others in sorted(rows)]
    head = ["| question | decided by | claims that the kernel accepts | rules of the checker |", "|---|---|---|---|"]
    return "\n".join([*head, *lines])


def main() -> None:
    """Print the table, or put it into the page."""
    if "--write" not in sys.argv[1:]:
        print(table())
        return
    text = PAGE.read_text(encoding="utf-8")
    before, mark, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise SystemExit(f"{PAGE}: the marks of the table are missing")
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
