"""Evidence is sought with room for other processors, and what an earlier run left is judged as it stands."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.checker.floats import ROOM, roomy
from hopverify.checks import claims_of
from hopverify.execution import discharging
from hopverify.execution.units import Offer, Place
from hopverify.networks import any_model
from hopverify.pipeline import verify
from hopverify.provers import Budget
from hopverify.spec import parse_spec

SPEC = parse_spec("""hopverify: 1
name: roomy
layers:
  x: {size: 2, lagrangian: {tanh: {beta: 2}}}
synapses:
  w: {kind: dense, layers: [x, x], weights: [[0, 1], [1, 0]]}
checks: [equilibria]
""")


def test_what_is_found_is_judged_with_room(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, decide = [], discharging.decide

    def watched(*given: Any) -> Any:
        seen.append(roomy())
        return decide(*given)

    monkeypatch.setattr(discharging, "decide", watched)
    (entry,) = verify(SPEC).results
    assert entry["verdict"] == "pass"
    assert set(seen) == {ROOM}
    assert roomy() == 1


def test_what_an_earlier_run_left_is_judged_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    (entry,) = verify(SPEC).results
    evidence = entry["obligations"][0]["evidence"]
    seen, decide = [], discharging.decide
    monkeypatch.setattr(discharging, "decide", lambda *given: (seen.append(roomy()), decide(*given))[1])
    claims = claims_of(SPEC, any_model(SPEC))
    found = discharging.finding_of(Place(0, 0), claims, Budget(), Offer("", evidence, None))
    assert found.kept
    assert found.judgement.data == entry["obligations"][0]["data"]
    assert seen == [1]
