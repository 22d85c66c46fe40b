"""Remarks about a spec: weights on one pair of layers that add up."""

from __future__ import annotations

import pytest

from hopverify.pipeline import verify
from hopverify.reporting.remarks import remarks
from hopverify.reporting.report import report_of
from hopverify.spec import parse_spec
from tests.reporting.documents import reported, written
from tests.reporting.test_composing import text_of
from tests.reporting.test_terminal import printed

BODY = """hopverify: 1
name: opposite
layers: {{a: {{size: 1, lagrangian: tanh}}, b: {{size: 1, lagrangian: tanh}}}}
synapses:
  ab: {{kind: dense, layers: [a, b], weights: [[-2]]}}
  other: {{kind: {kind}, layers: {layers}, {rest}}}
checks: [time_constants]
"""


@pytest.mark.parametrize(
    ("kind", "layers", "rest", "said"),
    [
        ("dense", "[b, a]", "weights: [[2]]", "synapses ab and other join layers a and b: their weights add up, since"),
        ("dense", "[a, b]", "weights: [[2]]", "synapses ab and other join layers a and b: their weights add up, since"),
        ("dense", "[a, a]", "weights: [[2]]", None),
        ("expression", "[a, b]", "energy: 'a[0]*b[0]'", None),
    ],
)
def test_synapses_on_one_pair(kind: str, layers: str, rest: str, said: str | None) -> None:
    found = remarks(parse_spec(BODY.format(kind=kind, layers=layers, rest=rest)))
    assert len(found) == (said is not None)
    assert said is None or found[0].startswith(said)


def test_of_one_layer_nothing_is_said_of_directions() -> None:
    text = BODY.format(kind="dense", layers="[a, a]", rest="weights: [[2]]").replace("[a, b]", "[a, a]")
    assert remarks(parse_spec(text)) == ("synapses ab and other join layer a with itself: their weights add up",)


def test_the_terminal_and_the_report_show_them(tmp_path_factory: pytest.TempPathFactory) -> None:
    text = BODY.format(kind="dense", layers="[b, a]", rest="weights: [[2]]")
    spec = parse_spec(text)
    (said,) = remarks(spec)
    assert f"note: {said}" in printed(report_of(spec, verify(spec)))
    document, *_ = reported(written(tmp_path_factory.mktemp("remarks"), text))
    assert f"{said[1:]}." in text_of(document)
