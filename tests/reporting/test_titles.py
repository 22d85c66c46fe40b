"""Titles: what is so, whatever a spec expects. A refuted statement never stands as if it held."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from hopverify.checks import CHECKS
from hopverify.reporting.composing.verdicts import mark_of_report, sentence_of_report
from hopverify.reporting.document import Mark, Sign
from hopverify.reporting.report import Row
from hopverify.reporting.titles import title_of
from hopverify.verdict import Verdict
from tests.reporting.test_junit import row
from tests.reporting.test_terminal import report

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN


def claim(check: str, verdict: Verdict, expected: Verdict | None = PASS, **changed: Any) -> Row:
    met = expected is None or verdict is expected
    return replace(row(verdict, expected, met=met), check=check, **changed)


@pytest.mark.parametrize("check", list(CHECKS.entries))
def test_no_refuted_statement_is_told_as_if_it_held(check: str) -> None:
    title = CHECKS[check].title
    for expected in (PASS, FAIL, None):
        told = title_of(claim(check, FAIL, expected, witness={"count": 3}))
        assert told != title
        assert told == f"Not so: {title}" or title.lower() not in told.lower()
    assert title_of(claim(check, PASS)) == title
    assert title_of(claim(check, UNKNOWN)) == f"{title}?"
    # What nobody has checked is no statement either.
    assert title_of(claim(check, FAIL, checked=False)) == f"{title}?"


@pytest.mark.parametrize(
    ("check", "witness", "title"),
    [
        ("energy_descent", {}, "The energy rises"),
        ("energy_flatness", {}, "The energy has flat regions"),
        ("ghost_regions", {"count": 1}, "1 ghost region"),
        ("ghost_regions", {"count": 1234}, "1,234 ghost regions"),
        ("ghost_regions", {"segment": []}, "A ghost region"),
        ("global_stability", {"equilibria": [{}, {}]}, "Several equilibria"),
        ("global_stability", {}, "No equilibrium attracts everything"),
    ],
)
def test_the_true_form_is_told(check: str, witness: dict[str, Any], title: str) -> None:
    assert title_of(claim(check, FAIL, FAIL, witness=witness)) == title


@pytest.mark.parametrize("check", ["memory_retrieval", "basin_cells", "equilibria"])
def test_a_title_says_no_more_than_was_asked(check: str) -> None:
    """A spec may require some of the patterns, or the equilibria of a region, or beside patterns: not all of them."""
    assert re.search(r"as required|^Equilibria are known", title_of(claim(check, PASS)))
    assert title_of(claim(check, FAIL)).startswith("Fewer patterns are ")


def test_a_check_that_this_version_does_not_know_has_its_name() -> None:
    assert title_of(claim("news", FAIL)) == "news"


RISES, FALLS = claim("energy_descent", FAIL, FAIL), claim("energy_descent", PASS)
OTHER = claim("energy_flatness", FAIL, None)


@pytest.mark.parametrize(
    ("rows", "verdict", "mark", "sentence"),
    [
        ([FALLS], PASS, Mark(Sign.PROVED, "proved"), "All that the spec requires of this model is proved."),
        ([FALLS, OTHER], PASS, Mark(Sign.PROVED, "proved"), "All that the spec requires of this model is proved."),
        ([RISES, OTHER], PASS, Mark(Sign.REFUTED, "refuted", "as the spec expects"), "The energy rises."),
        (
            [replace(RISES, expected=PASS, met=False)],
            FAIL,
            Mark(Sign.UNMET, "not as the spec expects", unmet=True),
            "The energy rises.",
        ),
        (
            [claim("energy_descent", FAIL), claim("step_size", UNKNOWN)],
            FAIL,
            Mark(Sign.UNMET, "not as the spec expects", unmet=True),
            "The energy rises. Open: Steps do not raise the energy?",
        ),
        (
            [claim("energy_descent", UNKNOWN)],
            UNKNOWN,
            Mark(Sign.OPEN, "unknown", "not as the spec expects", True),
            "Energy never increases?",
        ),
        (
            [claim("energy_descent", UNKNOWN, UNKNOWN)],
            PASS,
            Mark(Sign.OPEN, "unknown", "as the spec expects"),
            "Energy never increases?",
        ),
        ([OTHER], PASS, Mark(Sign.ASIDE, "nothing is required"), "The spec requires nothing of this model."),
        ([], PASS, Mark(Sign.ASIDE, "nothing is required"), "The spec names no checks."),
    ],
)
def test_the_headline_says_what_is_known_and_what_the_spec_makes_of_it(
    rows: list[Row], verdict: Verdict, mark: Mark, sentence: str
) -> None:
    found = report(*rows, verdict=verdict)
    assert (mark_of_report(found), sentence_of_report(found)) == (mark, sentence)
