"""What a replayed tree begins with and keeps, and stability in the range of a softmax, by hand."""

from __future__ import annotations

import json
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hopverify.checker import listing, stability
from hopverify.checker.contraction import _after
from hopverify.checker.equilibria import Enumeration, Equilibrium, Replay
from hopverify.checker.listing import Search, around, replayed, root
from hopverify.checker.stability import stability_of
from hopverify.errors import EvidenceRejected
from tests.checker.models import dense, model, network
from tests.rationals import vector

PAIR = dense("[[0, '1/2'], ['1/2', 0]]", "size: 2, lagrangian: tanh")


def search(region: Any = None) -> Search:
    return Search(model(PAIR), network(PAIR), region)


# ------------------------------------------------------------------ trees


def test_a_tree_without_a_box_begins_with_everything() -> None:
    found = root(search(), None)
    assert found.lower.tolist() == [[-np.inf, -np.inf]]
    assert found.upper.tolist() == [[np.inf, np.inf]]
    region = root(search(((Fraction(-1), Fraction(2)), (Fraction(0), Fraction(3)))), None)
    assert (region.lower.tolist(), region.upper.tolist()) == ([[-1, 0]], [[2, 3]])


def test_the_box_of_one_equilibrium_has_a_width() -> None:
    found = around(search(), ["-1", "-1", "1", "1"])
    assert (found.lower >= -1).all()
    assert (found.upper <= 1).all()
    assert found.lower.dtype == found.upper.dtype == np.float64
    for wrong in (["-1", "1", "1", "1"], ["-1", "2", "1", "1"]):
        with pytest.raises(EvidenceRejected, match="expected lower ends below upper ends"):
            around(search(), wrong)


def test_all_of_the_evidence_is_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_replayed", lambda search, text, factor: json.loads(text))
    payload = {key: [key] for key in ("box", "levels", "cuts", "faces", "multipliers", "definiteness")}
    found: Any = replayed(search(), payload | {"rule": "equilibrium_tree", "enclosures": []})
    assert found == payload


def test_a_face_stays_with_its_equilibrium() -> None:
    place = vector(1, 2)
    kept: list[Any] = []
    face: Any = SimpleNamespace(holds=lambda point: True)
    Replay._add_face(SimpleNamespace(_add=lambda *found: kept.append(found)), face, place, [face, face])  # type: ignore[arg-type]
    assert kept[0][1] is face
    replay: Any = SimpleNamespace(found=Enumeration())
    Replay._add(replay, place, face)
    Replay._add(replay, place + 1, None)
    assert [entry.face for entry in replay.found.equilibria] == [face, None]


def test_slopes_of_whole_layers_are_multiplied_as_matrices() -> None:
    A, h = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[2.0, 3.0], [5.0, 7.0]])
    assert _after(A, h).tolist() == [[[2, 6], [6, 12]], [[5, 14], [15, 28]]]
    H = np.array([[[0.0, 1.0], [1.0, 0.0]], [[1.0, 1.0], [0.0, 2.0]]])
    assert _after(A, H).tolist() == [[[2, 1], [4, 3]], [[1, 5], [3, 11]]]


# ------------------------------------------------------------------ the range of a softmax


def half_and_half(weight: int) -> Any:
    """Return what is said of x = (w/2, w/2), where H has the entries ±1/4, and λ_max(K - 1) is w/2 - 1."""
    body = dense(f"[[{weight}, 0], [0, {weight}]]", "size: 2, lagrangian: softmax")
    x = np.array([weight / 2] * 2)
    exact = vector(*[Fraction(weight, 2)] * 2)
    return stability_of(network(body), Equilibrium(exact, x, x))


def test_stability_in_the_range_of_a_softmax() -> None:
    stable = half_and_half(1)
    assert stable.verdict == "stable"
    assert list(stable.evidence) == ["lambda_max_at_most"]
    assert Fraction(1, 2) <= Fraction(stable.evidence["lambda_max_at_most"]) <= Fraction(33, 64)
    unstable = half_and_half(4)
    assert unstable.verdict == "unstable"
    assert list(unstable.evidence) == ["direction"]
    assert set(unstable.evidence["direction"]) == {"x[0]", "x[1]"}
    critical = half_and_half(2)
    assert (critical.verdict, list(critical.evidence)) == ("undecided", ["because"])


def test_a_hessian_of_which_the_kernel_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stability.RangeForm, "is_metric", lambda self: False)
    unknown = half_and_half(1)
    assert unknown.verdict == "undecided"
    assert unknown.evidence == {"because": "H is not certainly positive off its known null space"}
