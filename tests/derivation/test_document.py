"""Derivations piece by piece: both sides of a line and the words of a note, in both notations."""

from __future__ import annotations

from pathlib import Path

import pytest

from hopverify.derivation import Derivation, derive
from hopverify.derivation.document import Mark
from hopverify.networks import build_model
from hopverify.spec import read_spec
from tests.profiles import by_profile

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pair() -> Derivation:
    return derive(build_model(read_spec(ROOT / "specs" / "relu-pair.yaml")))


def sides(derivation: Derivation, title: str) -> list[tuple[Mark, str, Mark]]:
    (section,) = (each for each in derivation.sections if each.title == title)
    return [line.sides() for line in section.lines]


def test_a_sum_has_one_left_side_and_signs_before_its_terms(pair: Derivation) -> None:
    found = sides(pair, "Energy, derived from the dynamics")
    assert [(left.in_text, sign) for left, sign, _ in found] == [("E", "="), ("", ""), ("", "")]
    assert [right.in_text for _, _, right in found[1:]] == ["- Σ_i b_i·g_i", "- Σ_ij W_ij·g_i·g_j/2"]
    assert all(right.in_latex.startswith("-") for _, _, right in found[1:])


def test_a_further_term_has_its_plus(pair: Derivation) -> None:
    _, bias, leak = sides(pair, "Vector field")
    assert bias == (Mark("", ""), "", Mark("+ b_i", "+ {b}_{i}"))
    assert leak[2].in_latex == "- {x}_{i}"


def test_another_form_has_a_sign_and_another_case_has_none(pair: Derivation) -> None:
    assert [sign for _, sign, _ in sides(pair, "Rate of the energy along the flow")] == ["=", "="]
    (layer,) = (each for each in pair.sections if each.title.startswith("Layer x"))
    first, second = (line.sides() for line in layer.lines[:2])
    assert (first[0].in_text, first[1]) == ("L(x)", "=")
    assert (second[0], second[1]) == (Mark("", ""), "")


def test_half_a_sum_is_half_times_the_sum(pair: Derivation) -> None:
    last = sides(pair, "Energy, derived from the dynamics")[-1][2]
    assert last.in_latex == r"- \frac{1}{2} \sum_{i=1}^{n} \sum_{j=1}^{n} {W}_{i,j} {g}_{i} {g}_{j}"


def test_notes_are_words_with_formulas_between_them(pair: Derivation) -> None:
    (symbols,) = (each for each in pair.sections if each.title == "Symbols")
    (first, second, third) = symbols.sentences()
    assert first == ("x states, g activations, L Lagrangians, H Hessians, b biases, n numbers of neurons",)
    assert second[0] == Mark("δ_ij", r"\delta_{i j}")
    assert third == ("L* convex conjugates: x*g - L as a function of y = g(x)",)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "specs").glob("*.yaml"))[:: by_profile(24, 6, 6)], ids=lambda path: path.stem
)
def test_reports_know_the_parts_of_a_derivation(path: Path) -> None:
    titles = [section.title for section in derive(build_model(read_spec(path))).sections]
    assert titles[0].startswith("Layer ")
    assert titles[-2:] == ["Symbols", "Origin of the formulas"]
