"""What is read from certificates, and what anyone may have written into one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hopverify.certificate import Certificate
from hopverify.networks import build_model
from hopverify.picturing import sampling
from hopverify.picturing.certified import (
    equilibria,
    mapping,
    number,
    numbers,
    obligations_of,
    pattern_state,
    stored_patterns,
)
from hopverify.picturing.landscape import landscape_of
from hopverify.picturing.portrait import portrait_of
from hopverify.picturing.radii import radii_of
from hopverify.picturing.spectra import spectra_of
from hopverify.spec import read_spec
from tests.picturing.certificates import CELLS, IMAGES, SHIFTED, SPECS, SWITCH, certified

ODD: list[Any] = [None, 7, "text", [], {}, [None], {"x": "1"}, ["1/0"], ["1e999999999"], [["0"]], [{"x": ["nan", "1"]}]]


def test_equilibria_are_numbered_as_listed() -> None:
    _, model, certificate = certified(SWITCH)
    found = equilibria(certificate, model)
    assert [(rest.number, rest.name, rest.stability, rest.state.tolist()) for rest in found] == [
        (1, "1", "stable", [-1.0, 1.0]),
        (2, "2", "unstable", pytest.approx([1 / 3, 1 / 3])),
        (3, "3", "stable", [1.0, -1.0]),
    ]


def test_equilibria_beside_patterns_are_the_centres_of_their_boxes() -> None:
    _, model, certificate = certified(SHIFTED)
    found = equilibria(certificate, model)
    assert [rest.stability for rest in found] == ["stable"] * 3
    assert np.allclose([rest.state[:3] for rest in found], np.eye(3), atol=0.05)
    assert all(rest.whole is None for rest in found)


def test_numbers_are_exact_texts_only() -> None:
    assert number("-3/4") == -0.75
    assert number(["1/2", "1"]) == 0.75
    assert numbers(["1", ["0", "1"]], 2) is not None
    odd: tuple[Any, ...] = ("1e999999999", "inf", "nan", "", "1.5.2", "1/-2", [], None)
    for wrong in odd:
        with pytest.raises((ValueError, ZeroDivisionError)):
            number(wrong)
    assert numbers(["1"], 2) is None
    assert numbers("12", 2) is None
    assert numbers(["1", "1/0"], 2) is None
    # Too large for a double.
    assert numbers(["1", "1" + "0" * 400], 2) is None


def test_patterns_become_states_with_the_other_layers_where_they_are_driven() -> None:
    _, model, _ = certified(SHIFTED)
    first, *others = stored_patterns(model, range(3))
    assert first.name == "seen[0]"
    assert first.state.tolist() == [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    assert len(others) == 2
    assert [each.name for each in stored_patterns(model, [2, 9])] == ["seen[2]"]
    alone = build_model(read_spec(SPECS / "hard-tanh-memory.yaml"))
    assert pattern_state(alone, "x", np.ones(8)).tolist() == [1.0] * 8


def with_rows(certificate: Certificate, key: str, value: Any) -> Certificate:
    """Return the certificate with other data or evidence in every row, or another key in it."""
    results = []
    for entry in certificate.results:
        rows = [{**row, key: value} for row in obligations_of(entry)]
        results.append({**entry, "obligations": rows})
    return replace(certificate, results=tuple(results))


@pytest.mark.parametrize("odd", [*ODD[:2], *(pytest.param(odd, marks=pytest.mark.long) for odd in ODD[2:])], ids=repr)
@pytest.mark.parametrize("text", [SWITCH, CELLS, IMAGES, SHIFTED], ids=["switch", "cells", "images", "shifted"])
def test_what_has_another_form_is_left_out(text: str, odd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "GRIDS", (7, 7, 7))
    _, model, certificate = certified(text)
    keys = {key for entry in certificate.results for row in obligations_of(entry) for key in mapping(row.get("data"))}
    changed = [with_rows(certificate, key, odd) for key in ("data", "evidence")]
    changed += [with_rows(certificate, "data", {**dict.fromkeys(keys, odd)})]
    changed += [with_rows(certificate, "data", {key: [odd] for key in keys})]
    changed += [replace(certificate, results=tuple({**entry, "obligations": odd} for entry in certificate.results))]
    for each in changed:
        for picture in (landscape_of, portrait_of, spectra_of, radii_of):
            picture(model, each)
