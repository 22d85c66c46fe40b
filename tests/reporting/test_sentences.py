"""Sentences about claims: one wording, in which the place that has everything is the one at hand."""

from __future__ import annotations

from dataclasses import replace

from hopverify.reporting.sentences import because, conclusion, details, findings, grounds, outcome_in_words
from hopverify.verdict import Verdict
from tests.reporting.test_junit import row
from tests.reporting.test_terminal import report

PREMISES = tuple(
    {"statement": f"premise {k}", "role": "premise", "outcome": "open" if k else "refuted", "data": {}}
    for k in range(6)
)
EQUILIBRIA = {"equilibria": [{"x": [str(k)], "stability": "stable", "alive": [0]} for k in range(12)]}
GHOST = {"alive": [], "activation": ["0"], "target": ["1"], "wakes_up": ["x[0]"]}


def test_the_place_that_has_everything_is_named() -> None:
    listed = replace(row(Verdict.PASS), check="equilibria", data=EQUILIBRIA)
    assert list(findings(listed))[-1] == "and 4 more: --json shows all"
    assert list(findings(listed, shows="the certificate has"))[-1] == "and 4 more: the certificate has all"
    ghosts = {"count": 30, "ghosts": [GHOST] * 30}
    found = replace(row(Verdict.FAIL), witness=ghosts, method=("kernel (ghost regions, by pieces)",))
    assert list(grounds(found))[-1] == "and 22 more: --json shows all"
    assert list(grounds(found, shows="the certificate has"))[-1] == "and 22 more: the certificate has all"


def test_an_unknown_tells_what_is_missing() -> None:
    left = replace(row(Verdict.UNKNOWN), obligations=PREMISES)
    assert list(details(left, lists="the table lists")) == [
        "unknown: no prover found a proof",
        "does not hold: premise 0",
        "not shown: premise 1",
        "not shown: premise 2",
        "not shown: premise 3",
        "and 2 more premises not shown: the table lists all",
    ]
    assert list(grounds(left))[-1].endswith("-v lists all")


def test_what_a_rule_gives_as_its_reason_stands_in_parentheses() -> None:
    assert because({"data": {"because": "one time constant"}}) == " (one time constant)"
    where = {"layer": "x", "index": 2, "activations": {"x": ["0", "0", "1"]}, "apart": "1/2"}
    said = "(at the activations x = (0, 0, 1), the two differ by 0.5 or more at neuron 2 of layer x)"
    assert because({"data": where}) == f" {said}"
    assert because({}) == ""
    assert outcome_in_words({"outcome": "proved", "evidence": {"rule": "sign"}}) == "proved by sign"
    assert outcome_in_words({"outcome": "open"}) == "open"


def test_a_report_is_summed_up_in_a_sentence() -> None:
    assert conclusion(report()) == "as expected: the spec names no checks"
    assert conclusion(report(row(Verdict.PASS))) == "as expected: 1 proved"
    rows = [row(Verdict.PASS), row(Verdict.FAIL, Verdict.FAIL), row(Verdict.FAIL, None), row(Verdict.NOT_APPLICABLE)]
    said = "as expected: 1 proved, 2 refuted (1 as the spec expects, 1 not required), 1 not applicable"
    assert conclusion(report(*rows)) == said
    assert conclusion(report(*rows[:2])) == "as expected: 1 proved, 1 refuted (as the spec expects)"
    failed = report(row(Verdict.FAIL, met=False), verdict=Verdict.FAIL)
    assert conclusion(failed) == "fail: not as the spec expects: energy_flatness"
