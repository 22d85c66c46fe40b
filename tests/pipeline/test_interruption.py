"""A run that ends early, for whatever reason, ends in a certificate that says what is proved and what is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hopverify import pipeline
from hopverify.certificate import Evidence, parse_certificate
from hopverify.checker import check_certificate
from hopverify.execution import discharging
from hopverify.obligations import CompatibleTimes
from hopverify.provers import Budget, Prover, accepting
from hopverify.spec import read_spec

SPEC = Path(__file__).parents[2] / "specs" / "hopfield-1984.yaml"


def test_an_interrupted_run_keeps_what_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(obligation: Any, budget: Budget) -> Iterator[Evidence]:
        raise KeyboardInterrupt
        yield {}

    def provers(obligation: Any) -> Iterator[Prover]:
        if isinstance(obligation, CompatibleTimes):
            return iter([Prover("pressed", "Ctrl-C", interrupted)])
        return accepting(obligation)

    monkeypatch.setattr(discharging, "accepting", provers)
    spec = read_spec(SPEC)
    certificate = pipeline.verify(spec)
    verdicts = {result["check"]: result["verdict"] for result in certificate.results}
    assert verdicts["lagrangian_convexity"] == verdicts["weight_symmetry"] == "pass"
    assert verdicts["time_constants"] == verdicts["equilibria"] == "unknown"
    assert pipeline.was_interrupted(certificate)
    check_certificate(spec, parse_certificate(certificate.to_json()))


@pytest.mark.parametrize("limits", [{"boxes": 1}, {"timeout": 1e-9}])
def test_a_spent_budget_is_unknown(limits: dict[str, Any]) -> None:
    spec = read_spec(SPEC)
    certificate = pipeline.verify(spec, **limits)
    (equilibria,) = (result for result in certificate.results if result["check"] == "equilibria")
    assert equilibria["verdict"] == "unknown"
    assert not pipeline.was_interrupted(certificate)
    check_certificate(spec, parse_certificate(certificate.to_json()))
