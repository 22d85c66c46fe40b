"""The library proofs/: its files, their list of axioms, the table of its README and the marks of docs/theory.md agree.

Coq itself is not needed here: `make -C proofs check` builds the library and writes the axioms anew.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hopverify.checker import RULES

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "proofs"
FILES = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.v"))}
CODE = {name: re.sub(r"\(\*.*?\*\)", "", text, flags=re.DOTALL) for name, text in FILES.items()}
REALS = {
    "ClassicalDedekindReals.sig_forall_dec",
    "ClassicalDedekindReals.sig_not_dec",
    "FunctionalExtensionality.functional_extensionality_dep",
    "Classical_Prop.classic",
}


def theorem_of(name: str) -> str | None:
    """Return the theorem after which a file is named: T2 for T02_descent.v, None for what theorems share."""
    found = re.match(r"([TMD])0*(\d+)_", name)
    return f"{found[1]}{found[2]}" if found else None


def of_theorems() -> set[tuple[str, str]]:
    return {(theorem, name) for name in FILES if (theorem := theorem_of(name))}


def test_every_file_is_built() -> None:
    listed = re.findall(r"^(\w+\.v)$", (FOLDER / "_CoqProject").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == list(FILES)


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_left_open(name: str) -> None:
    assert not re.search(r"\b(Admitted|admit|give_up|Axioms?|Parameters?|Conjecture|bypass_check)\b", CODE[name])


def test_the_axioms_of_every_theorem_are_kept_and_are_those_of_the_reals() -> None:
    kept = dict(line.split(":") for line in (FOLDER / "assumptions.txt").read_text(encoding="utf-8").splitlines())
    stated = {
        f"{name.removesuffix('.v')}.{theorem}"
        for name, text in FILES.items()
        for theorem in re.findall(r"^(?:Theorem|Corollary) (\w+)", text, re.MULTILINE)
    }
    assert set(kept) == stated
    for theorem, axioms in kept.items():
        assert axioms == " no axiom" or set(axioms.split()) <= REALS, theorem


def test_the_theory_marks_what_coq_checks() -> None:
    marked = set()
    for section in re.split(r"^## ", (ROOT / "docs/theory.md").read_text(encoding="utf-8"), flags=re.MULTILINE):
        for mark in re.findall(r"^Checked by Coq: (.*?)\.$", section, re.MULTILINE | re.DOTALL):
            marked |= {(section.partition(":")[0], name) for name in re.findall(r"`proofs/(\w+\.v)`", mark)}
    assert marked == of_theorems()


def test_the_table_names_theorems_files_and_rules() -> None:
    rows = re.findall(
        r"^\| (\w+) \| `(\w+\.v)` \|.*\|(.*)\|$", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {(theorem, name) for theorem, name, _ in rows} == of_theorems()
    for _, name, rules in rows:
        assert set(re.findall(r"`(\w+)`", rules)) <= set(RULES.entries), name
