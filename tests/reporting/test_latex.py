"""LaTeX: whatever a spec says is text, formulas hold mathematics only, and braces and environments match."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hopverify.reporting.document import Document, Equation, Equations, Heading, Mark, Math, Paragraph, Sign, Table
from hopverify.reporting.formats._math_source import is_harmless
from hopverify.reporting.formats.latex import latex, text
from tests.reporting.documents import FLAT_PAIR, HIDDEN, HOSTILE, hostile_document, hostile_spec, reported, written

MARK = Mark(Sign.PROVED, "proved")
# What the escapes of a text are made of.
COMMANDS = r"textbackslash|textasciicircum|textasciitilde|textless|textgreater|textbar|textquotedbl|ensuremath"


def assert_matching(source: str) -> None:
    """Braces and environments match outside comments, and dollars do not occur."""
    body = "\n".join(line for line in source.splitlines() if not line.startswith("%"))
    depth = 0
    for mark in re.findall(r"\\.|[{}]", body, re.DOTALL):
        depth += (mark == "{") - (mark == "}")
        assert depth >= 0
    assert depth == 0
    opened: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+\*?)\}", body):
        if kind == "begin":
            opened.append(name)
        else:
            assert opened.pop() == name
    assert not opened
    assert not re.search(r"(?<!\\)\$", body)
    assert not re.search(r"(?<!\\)%", body)


@pytest.mark.parametrize("said", HOSTILE)
def test_hostile_text_is_text(said: str) -> None:
    shown = text(said)
    assert_matching(shown)
    # Nothing but escapes is left of what LaTeX would carry out.
    rest = re.sub(rf"\\(?:{COMMANDS})(?=\{{)|\\[&%$#_{{}}]", "", shown)
    assert "\\" not in rest
    assert not re.search(r"[&%$#_^~<>|\"]", rest)


@pytest.mark.parametrize("said", HOSTILE)
def test_hostile_text_is_text_wherever_it_stands(said: str) -> None:
    source = latex(hostile_document(said))
    assert_matching(source)
    # What stands in a comment ends with its line.
    lines = source.splitlines()
    assert [line for line in lines if line.startswith("%")] == lines[:3]
    assert r"\input" not in "\n".join(lines[3:])


@pytest.mark.parametrize(
    "formula",
    [
        r"\input{/etc/passwd}",
        "a & b",
        "#1",
        "x_",
        "x__y",
        r"\write18{ls}",
        "}",
        "{",
        "$x$",
        "^^5cinput x",
        "x % y",
        r"\def\a{}",
        r"\end{align*}",
    ],
)
def test_what_is_no_formula_gives_way_to_its_words(formula: str) -> None:
    assert not is_harmless(Math(formula, ""))
    lines = Equations((Equation(Math("x", "x"), "=", Math(formula, "in words")),))
    source = latex(Document("t", MARK, "s", opening=(Heading("h"), lines)))
    assert formula not in source.replace(r"\end{align*}", "", 1) or formula in "{}"
    assert r"x &= \text{in words}" in source


@pytest.mark.parametrize(
    "formula", [r"\frac{x^{2}}{2}", r"\begin{cases} 0 & x \\ 1 & y \end{cases}", r"\left(x\right)"]
)
def test_formulas_stay(formula: str) -> None:
    assert is_harmless(Math(formula, ""))


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("ẋ ≤ 0", r"\ensuremath{\dot{x}} \ensuremath{\leq} 0"),
        ("x⋆ ∈ F(γ)", r"x\ensuremath{\star} \ensuremath{\in} F(\ensuremath{\gamma})"),
        ("Λ ≻ 0", r"\ensuremath{\Lambda} \ensuremath{\succ} 0"),
        ("h\u0304", r"\ensuremath{\bar{h}}"),
        ("Grüße, 数", "Grüße, 数"),
    ],
)
def test_signs_of_mathematics_become_commands(said: str, shown: str) -> None:
    assert text(said) == shown


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed: LaTeX is not compiled")
def test_whatever_is_written_compiles(tmp_path: Path) -> None:
    documents = [hostile_document(said) for said in HOSTILE] + [reported(written(tmp_path, FLAT_PAIR))[0]]
    parts = [
        r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{amsmath,amssymb,booktabs}\begin{document}",
        *(latex(document) + r"\clearpage" for document in documents),
        r"\end{document}",
    ]
    (tmp_path / "all.tex").write_text("\n".join(parts), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=120)
    assert done.returncode == 0, done.stdout[-2000:]


def test_hidden_characters_are_left_out() -> None:
    source = latex(hostile_document(HIDDEN))
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", source)


def test_equations_and_the_table_are_there(tmp_path: Path) -> None:
    source = latex(reported(written(tmp_path, FLAT_PAIR))[0])
    assert_matching(source)
    assert source.count(r"\begin{table}") == 1
    assert r"\label{tab:hopverify-flat-pair}" in source
    assert r"E &= \sum_{i=1}^{n}" in source
    assert "refuted, as the spec expects" in source
    assert source.index(r"\begin{align*}") < source.index(r"\begin{table}")


def test_a_hostile_spec_shows_as_text(tmp_path: Path) -> None:
    assert_matching(latex(reported(hostile_spec(tmp_path))[0]))


def test_a_report_without_equations_has_its_table() -> None:
    table = Table(("claim",), ((("1",),),))
    source = latex(Document("t", MARK, "s", opening=(Paragraph(("no equations",)), table)))
    assert_matching(source)
    assert "no equations" not in source
    assert r"\begin{tabular}{l}" in source
