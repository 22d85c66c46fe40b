from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hopverify.checker import check_certificate
from hopverify.errors import CertificateRejected
from hopverify.pipeline import verify
from hopverify.spec import parse_spec

from .examples import RELU_PAIR, spoiled

DIGEST = parse_spec(RELU_PAIR).digest


@pytest.mark.parametrize(
    "text",
    [
        "# a comment\n" + RELU_PAIR,
        spoiled("hopverify: 1\nname: relu-pair", "name: relu-pair\nhopverify: 1"),
        spoiled("0.5, -1", "5e-1, -1.0"),
        spoiled("0.5, -1", "1/2, -1"),
        spoiled("0.5, -1", '"1/2", -1'),
        spoiled("lagrangian: relu", '"lagrangian": "relu"'),
        spoiled("[0.5, -1], tau: 1", "\n      - 0.5\n      - -1\n      , tau: 1").replace(
            "{size: 2, lagrangian: relu, bias: \n      - 0.5\n      - -1\n      , tau: 1}",
            "\n    size: 2\n    lagrangian: relu\n    bias:\n      - 0.5\n      - -1\n    tau: 1",
        ),
    ],
)
def test_how_it_is_written_does_not_matter(text: str) -> None:
    assert parse_spec(text).digest == DIGEST


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("relu-pair", "relu-trio"),
        ("0.5, -1", "0.5, -1.0000000000000000000001"),
        ("energy_flatness: fail", "energy_flatness: unknown"),
        ("checks: all\n", ""),
        ("[0, 0.5]", "[0, 0.25]"),
        ("13866", "13867"),
        ("size: 2", "size: 2, leak: true"),
    ],
)
def test_what_it_says_does(old: str, new: str) -> None:
    assert parse_spec(spoiled(old, new)).digest != DIGEST


def test_the_numbers_in_a_file_are_part_of_the_digest(tmp_path: Path) -> None:
    text = spoiled("[[0, 0.5], [0.5, 0]]", "{file: w.npy}")
    np.save(tmp_path / "w.npy", np.array([[0, 0.5], [0.5, 0]]))
    before = parse_spec(text, folder=tmp_path)
    np.save(tmp_path / "w.npy", np.array([[0, 0.5], [0.5, 0]], dtype=np.float32))
    same = parse_spec(text, folder=tmp_path)
    np.save(tmp_path / "w.npy", np.array([[0, 0.5], [np.nextafter(0.5, 1), 0]]))
    other = parse_spec(text, folder=tmp_path)
    assert before.digest == same.digest != other.digest
    assert list(before.array_digests) == ["synapses.w.weights"]
    weights = before.array(before.synapses["w"].values["weights"], "synapses.w.weights")
    assert before.array_digests["synapses.w.weights"] == weights.digest


def test_the_order_of_layers_counts_and_that_of_other_keys_does_not() -> None:
    """A region goes by the order of the layers: it holds the equilibrium of one spec, and none of the other."""
    layers = ("  a: {size: 1, lagrangian: tanh, bias: 0.5}\n", "  b: {size: 1, lagrangian: tanh, bias: -0.5}\n")
    rest = (
        "synapses: {w: {kind: dense, layers: [a, b], weights: [[2]]}}\n",
        "checks: [{equilibria: {lower: [0, -5], upper: [5, 0]}}]\n",
    )
    head = "hopverify: 1\nname: d\n"
    one, other = ("".join([head, "layers:\n", *order, *rest]) for order in (layers, layers[::-1]))
    assert parse_spec(one).digest != parse_spec(other).digest
    assert parse_spec("".join([rest[1], head, rest[0], "layers:\n", *layers])).digest == parse_spec(one).digest
    certificate = verify(parse_spec(one))
    assert certificate.verdict == "pass"
    with pytest.raises(CertificateRejected, match="digest"):
        check_certificate(parse_spec(other), certificate)


def test_a_check_called_file_is_no_array() -> None:
    text = spoiled("expect: {", "expect: {file: pass, ")
    assert parse_spec(text).array_digests == {}
