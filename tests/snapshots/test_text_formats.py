"""Reports as text, word for word: what a change of wording or layout does to them is seen in the change of these files.

`UPDATE_SNAPSHOTS=1 pytest tests/snapshots` writes them anew. Models and checks are chosen so that everything in them is
exact: no search, library or machine has a part in what is compared.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from hopverify.pipeline import verify
from hopverify.reporting.composing import compose
from hopverify.reporting.document import Document
from hopverify.reporting.formats import FORMATS
from hopverify.reporting.material import gather
from hopverify.reporting.report import Report, report_of
from hopverify.spec import parse_spec
from tests.reporting.documents import FLAT_PAIR, aged

TEXTS = Path(__file__).parent / "texts"

ASYMMETRIC = """\
hopverify: 1
name: asymmetric
layers:
  x: {size: 2, lagrangian: identity}
synapses:
  w: {kind: dense, layers: [x, x], weights: [[0, 0.5], [0.25, 0]]}
checks: [weight_symmetry, lagrangian_convexity]
expect: {lagrangian_convexity: fail}
"""

UNFINISHED = """\
hopverify: 1
name: unfinished
layers:
  x: {size: 2, lagrangian: tanh}
synapses:
  w: {kind: dense, layers: [x, x], weights: [[0, 0.5], [0.5, 0]]}
checks: [lagrangian_convexity, energy_descent, memory_retrieval]
"""

SPECS = {"flat-pair": (FLAT_PAIR, 60.0), "asymmetric": (ASYMMETRIC, 60.0), "unfinished": (UNFINISHED, 1e-9)}


@cache
def reported(name: str) -> tuple[Document, Report]:
    """Return what the formats are written from."""
    text, seconds = SPECS[name]
    spec = parse_spec(text, file=f"specs/{name}.yaml")
    certificate = aged(verify(spec, timeout=seconds))
    report = report_of(spec, certificate)
    return compose(gather(certificate, f"certificates/{name}.certificate.json", spec, figures=False), report), report


@pytest.mark.parametrize("name", list(SPECS))
@pytest.mark.parametrize("form", ["markdown", "junit", "latex", "json"])
def test_a_report_is_the_one_that_is_kept(name: str, form: str) -> None:
    document, report = reported(name)
    shown = FORMATS[form].render(document, report, None).content.decode("utf-8")
    kept = TEXTS / f"{name}{FORMATS[form].suffix}"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        kept.write_text(shown, encoding="utf-8", newline="\n")
    assert shown == kept.read_text(encoding="utf-8")


def test_nothing_is_kept_that_is_not_compared() -> None:
    kept = {path.name for path in TEXTS.iterdir()}
    assert kept == {
        f"{name}{FORMATS[form].suffix}" for name in SPECS for form in ("markdown", "junit", "latex", "json")
    }
