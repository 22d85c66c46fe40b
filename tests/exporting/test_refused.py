"""What exported files do not cover is refused, with a reason; what stands beside it is accepted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hopverify.core import core_of
from hopverify.exporting import NotExported, claims_of, export
from hopverify.kernel.claims import Claim
from hopverify.kernel.core import Core
from hopverify.networks import any_model
from hopverify.spec import parse_spec, read_spec
from tests.exporting.reading import CoqText
from tests.exporting.test_statements import check_synapse

ROOT = Path(__file__).parents[2]
DESCENT = Claim("descent", {})
SPEC = """
hopverify: 1
name: small
layers:
  x: {{size: 2, lagrangian: {lagrangian}, bias: [0.5, -1]{layer}}}
synapses:
  w: {{kind: dense, layers: [x, x], weights: [[0, 0.5], [0.5, 0]]{synapse}}}
checks: [energy_descent]
{more}
"""


def small(lagrangian: str = "relu", layer: str = "", synapse: str = "", more: str = "") -> Core:
    text = SPEC.format(lagrangian=lagrangian, layer=layer, synapse=synapse, more=more)
    return core_of(any_model(parse_spec(text)))


def core_named(name: str) -> Core:
    return core_of(any_model(read_spec(ROOT / "specs" / f"{name}.yaml")))


def test_descent_of_a_plain_network_is_exported() -> None:
    (theorem,) = export(small(), [DESCENT]).theorems
    assert theorem.statement == "descends model"


@pytest.mark.parametrize(
    ("core", "claim", "why"),
    [
        (lambda: core_named("negative-bias-left-out"), DESCENT, "the bias of layer x is left out of the energy"),
        (lambda: core_named("modern-hopfield-without-half"), DESCENT, "claims an energy of its own"),
        (lambda: core_named("hopfield-1982"), DESCENT, "spins follow no flow"),
        (lambda: core_named("modern-hopfield"), DESCENT, "layer h is instantaneous"),
        (lambda: core_named("no-leak-runaway"), DESCENT, "the leak 0"),
        (lambda: core_named("softmax-equilibria"), DESCENT, "acts as a whole"),
        (lambda: core_named("dense-associative-polynomial"), DESCENT, "synapse xi is not one of those"),
        (lambda: small("squared_relu"), DESCENT, "no lemma on L and g of layer x with bounded slopes"),
        (lambda: small("gelu"), DESCENT, "the function erf has no statement"),
        (lambda: core_named("own-expressions"), Claim("convex", {"layer": "x"}), "the function log has no statement"),
        (
            lambda: core_named("hopfield-1984-tolerance"),
            Claim("symmetric", {"matrix": ["array", "w"]}),
            "stands for all arrays within a spread",
        ),
        (lambda: core_named("hebbian-spins"), Claim("gradient drive", {"synapse": "w"}), "2000 neurons"),
        (
            lambda: core_named("repaired/relu-pair-universal"),
            Claim("convex", {"layer": "original: x"}),
            "no layer of the network",
        ),
        (
            lambda: core_named("softmax-equilibria"),
            Claim("constant on a segment", {"layer": "x", "kind": "singular everywhere"}),
            "of the kind 'singular everywhere' have no theorem",
        ),
        (
            small,
            Claim("constant on a segment", {"layer": "x", "kind": "singular", "states": []}),
            "flat activations of the kind 'singular' have no theorem",
        ),
        (small, Claim("ascent", {"state": {}, "rate": "1"}), "no theorem for claims of the kind 'ascent'"),
    ],
)  # fmt: skip
def test_what_is_not_covered_is_refused(core: object, claim: Claim, why: str) -> None:
    with pytest.raises(NotExported, match=re.escape(why)):
        export(core(), [claim])  # type: ignore[operator]


def test_what_is_left_out_is_listed_beside_what_is_exported() -> None:
    file = export(small("squared_relu"), [DESCENT, Claim("convex", {"layer": "x"})])
    assert [theorem.name for theorem in file.theorems] == ["claim_convex_x"]
    assert [claim for claim, _ in file.refused] == [DESCENT]


def test_a_certificate_of_another_core_is_refused() -> None:
    with pytest.raises(NotExported, match="the kernel rejects the certificate: certificate: it is about another core"):
        claims_of(small(), '{"core": "0", "claims": []}')


def test_names_that_coq_would_read_as_one_are_refused() -> None:
    text = """
hopverify: 1
name: two
layers: {x-1: {size: 1, lagrangian: relu}, x_1: {size: 1, lagrangian: relu}}
synapses: {w: {kind: dense, layers: [x-1, x_1], weights: [[1]]}}
checks: [energy_descent]
"""
    core = core_of(any_model(parse_spec(text)))
    claims = [Claim("compatible times", {"layer": name, "because": "one time constant"}) for name in ("x-1", "x_1")]
    file = export(core, claims)
    assert ["would have one name" in reason for _, reason in file.refused] == [True]


def test_the_reader_of_these_tests_sees_another_factor_and_another_weight() -> None:
    core = small()
    text = export(core, [DESCENT]).text
    check_synapse(CoqText(text), core, "w")
    for old, new in (("(-1 # 2)", "(-1)"), ("[[0; 1 # 2]", "[[0; 1 # 3]"), ("Block 0 (1)", "Block 0 (2)")):
        assert old in text
        with pytest.raises(AssertionError):
            check_synapse(CoqText(text.replace(old, new)), core, "w")
