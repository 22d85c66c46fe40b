"""Keys as dense associative memories."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from hopverify import verify
from hopverify.errors import HopverifyError
from hopverify.interop.memories import Naming, dense_memory, inverse_temperature
from hopverify.spec import ExactArray
from tests.interop.reading import read_back

KEYS = ExactArray.of(np.array([[4, 0, 0.5], [0, 4, 0], [0, 0.25, 4]], dtype=np.float32))


def test_beta_is_the_float_that_attention_computes_with() -> None:
    assert inverse_temperature(64) == Fraction(1, 8)
    single, double = inverse_temperature(32), inverse_temperature(32, "float64")
    assert float(single) == np.float32(32**-0.5)
    assert double == Fraction(1 / math.sqrt(32))
    assert single != double


def test_the_spec_holds_the_keys_and_beta_exactly(tmp_path: Path) -> None:
    beta = inverse_temperature(3)
    spec = read_back(dense_memory(KEYS, beta, Naming("three/keys", "Of a test.", ["a", "[SEP]", "1"])), tmp_path)
    assert spec.memories["keys"].patterns == KEYS
    assert spec.memories["keys"].labels == ("a", "[SEP]", "1")
    assert spec.layers["h"].function.parameters == {"beta": beta}


def test_all_three_keys_are_retrieved(tmp_path: Path) -> None:
    spec = read_back(dense_memory(KEYS, Fraction(2), Naming("k", "Of a test.")), tmp_path)
    certificate = verify(spec)
    assert certificate.verdict == "pass"
    (retrieval,) = [entry for entry in certificate.results if entry["check"] == "memory_retrieval"]
    assert "3 of 3" in str(retrieval["obligations"]) or len(retrieval["obligations"][0]["data"]["memories"]) == 3


def test_a_type_makes_the_keys_uncertain(tmp_path: Path) -> None:
    spec = read_back(dense_memory(KEYS, Fraction(2), Naming("k", "Of a test."), dtype="bfloat16"), tmp_path)
    assert spec.memories["keys"].patterns.spread is not None
    assert verify(spec).verdict == "pass"


def test_keys_are_rows() -> None:
    with pytest.raises(HopverifyError, match="rows of a matrix"):
        dense_memory(ExactArray.of([1, 2]), Fraction(1), Naming("k", "Of a test."))
