"""Rules about spins: evidence that is refused, each beside the one that is taken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from hopverify.checker import judge
from hopverify.checker.spins.fixed_points import LinearSearch
from hopverify.checks import claims_of
from hopverify.errors import EvidenceRejected
from hopverify.networks import any_model
from hopverify.obligations import Obligation, Outcome
from hopverify.spec import parse_spec
from hopverify.verdict import Reason

RING = [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
FIVE = [[int(i != j) for j in range(5)] for i in range(5)]


def obligation(
    check: Any, weights: Any = None, *, update: Any = "asynchronous", synapse: Any = None, size: int = 0, **layer: Any
) -> Obligation:
    n = size or len(weights)
    document = {
        "hopverify": 1,
        "name": "spins",
        "layers": {"s": {"size": n, "states": "spins", **layer}},
        "synapses": {"w": synapse or {"kind": "dense", "layers": ["s", "s"], "weights": weights}},
        "memories": {"m": {"layer": "s", "patterns": [[1] * n, [1] * (n - 1) + [-1]]}},
        "update": update,
        "checks": [check],
    }
    spec = parse_spec(json.dumps(document), format="json")
    ((_, claim),) = claims_of(spec, any_model(spec))
    return claim.necessary[0]


def taken(asked: Obligation, rule: str, **payload: Any) -> Mapping[str, Any]:
    return judge(asked, {"rule": rule, **payload}).data


def refused(asked: Obligation, why: str, rule: str, **payload: Any) -> None:
    with pytest.raises(EvidenceRejected, match=why):
        judge(asked, {"rule": rule, **payload})


PAIR = [[0, -1], [-1, 0]]


def test_rises() -> None:
    one = obligation("spin_energy_descent", [[-2, 1], [1, 0]])
    assert taken(one, "spin_rise", state="++", neuron=0)["energy_after"] == "2"
    for state in ("+", "+x", 3, ["+", "+"]):
        refused(one, "2 signs", "spin_rise", state=state, neuron=0)
    refused(one, "whole number", "spin_rise", state="++", neuron=2)
    refused(one, "certainly raise", "spin_rise", state="++", neuron=1)
    refused(one, "asynchronous updates only", "spin_rise", state="++")
    both = obligation("spin_energy_descent", PAIR, update="synchronous", bias=["1/2", 0])
    assert taken(both, "spin_rise", state="++")["after"] == {"s": "--"}
    refused(both, "certainly raise", "spin_rise", state="--")
    refused(both, "asynchronous updates only", "spin_rise", state="++", neuron=0)


def test_a_rise_whose_update_is_undecided_is_none() -> None:
    # At s = (1, 1) the drive is the difference of two equal numbers, which balls cannot tell from 0.
    synapse = {"kind": "expression", "layers": ["s"], "energy": "-exp(s[0]) + exp(1)*s[0] + s[1]^2"}
    asked = obligation("spin_energy_descent", synapse=synapse, size=2, update="synchronous")
    refused(asked, "cannot be decided", "spin_rise", state="++")


def test_cycles_of_synchronous_updates() -> None:
    ring = obligation("spin_convergence", RING, update="synchronous")
    assert taken(ring, "spin_cycle", state="+--", length=3)["cycle"] == [{"s": "+--"}, {"s": "-+-"}, {"s": "--+"}]
    for length in (0, 1, 2, 4, 6):
        refused(ring, "do not return", "spin_cycle", state="+--", length=length)
    refused(ring, "do not return", "spin_cycle", state="+++", length=1)
    refused(ring, "whole number", "spin_cycle", state="+--", length=-1)
    refused(ring, "belongs to", "spin_cycle", state="+--", order=[0])
    refused(ring, "belongs to", "spin_cycle", state="+--")


def test_cycles_of_asynchronous_updates() -> None:
    asked = obligation("spin_convergence", [[0, 1], [-1, 0]])
    assert taken(asked, "spin_cycle", state="++", order=[1, 0, 1, 0])["updates"] == 4
    refused(asked, "lead back", "spin_cycle", state="++", order=[1, 0])
    refused(asked, "lead back", "spin_cycle", state="++", order=[])
    refused(asked, "not certainly flipped", "spin_cycle", state="++", order=[0])
    refused(asked, "whole number", "spin_cycle", state="++", order=[2])
    refused(asked, "list of at most", "spin_cycle", state="++", order="1010")
    refused(asked, "belongs to", "spin_cycle", state="++", order=[1], length=4)


def test_structure() -> None:
    descent = obligation("spin_energy_descent", [[0, 1], [1, 0]])
    assert "concave" in taken(descent, "spin_structure")["because"]
    refused(descent, "another one", "spin_structure", symmetriser=["1", "1"])
    halved = {"kind": "dense", "layers": ["s", "s"], "weights": [[0, 1], [1, 0]], "prefactor": 1}
    assert "multiple" in taken(obligation("spin_energy_descent", synapse=halved, size=2), "spin_structure")["because"]
    refused(obligation("spin_energy_descent", synapse=halved, size=2, bias=1), "no structure", "spin_structure")
    refused(obligation("spin_energy_descent", [[-1, 1], [1, 0]]), "no structure", "spin_structure")
    out = {"bias": 1, "bias_in_energy": False}
    refused(obligation("spin_energy_descent", [[0, 1], [1, 0]], **out), "no structure", "spin_structure")
    taken(obligation("spin_convergence", [[0, 1], [1, 0]], **out), "spin_structure")
    by_energy = {"order": "synchronous", "rule": "energy"}
    refused(obligation("spin_convergence", [[1, 0], [0, 1]], update=by_energy), "no structure", "spin_structure")
    taken(
        obligation("spin_convergence", [[0, 1], [3, 0]], update={"order": "asynchronous", "rule": "energy"}),
        "spin_structure",
    )


def test_symmetrisers() -> None:
    asked = obligation("spin_convergence", [[0, 1], [2, 0]])
    taken(asked, "spin_structure", symmetriser=["2", "1"])
    for wrong in (["1", "1"], ["-2", "-1"], ["0", "0"]):
        refused(asked, "not positive, or", "spin_structure", symmetriser=wrong)
    refused(
        obligation("spin_convergence", [[-1, 1], [2, 0]]), "negative diagonal", "spin_structure", symmetriser=["2", "1"]
    )
    together = obligation("spin_convergence", [[1, 1], [2, 2]], update="synchronous")
    taken(together, "spin_structure", symmetriser=["2", "1"])
    less = obligation("spin_convergence", [[1, 1], [2, 1]], update="synchronous")
    refused(less, "not positive semidefinite", "spin_structure", symmetriser=["2", "1"])
    energy = obligation("spin_convergence", [[0, 1], [2, 0]], update={"order": "synchronous", "rule": "energy"})
    refused(energy, "for the drive rule", "spin_structure", symmetriser=["2", "1"])
    cubic = {"kind": "associative", "layers": ["s"], "patterns": [[1, 1]], "function": "z^3"}
    refused(
        obligation("spin_convergence", synapse=cubic, size=2),
        "not positive, or",
        "spin_structure",
        symmetriser=["1", "1"],
    )


def test_all_states() -> None:
    for update, weights in (("asynchronous", [[-2, 1], [1, 0]]), ("synchronous", PAIR)):
        refused(obligation("spin_convergence", weights, update=update), "never comes to rest", "spin_states")
    refused(obligation("spin_energy_descent", [[-2, 1], [1, 0]]), "raises the energy", "spin_states")
    refused(obligation("spin_energy_descent", PAIR, update="synchronous", bias=["1/2", 0]), "raises", "spin_states")
    assert taken(obligation("spin_convergence", [[0, 1], [2, 0]]), "spin_states")["states"] == 4
    assert taken(obligation("spin_energy_descent", PAIR, update="synchronous"), "spin_states")["states"] == 4
    many = [[0] * 17 for _ in range(17)]
    refused(obligation("spin_convergence", many), "16 neurons only", "spin_states")


def test_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = obligation("spin_fixed_points", RING)
    found = taken(asked, "spin_search", order=[2, 0, 1])
    assert [point["state"]["s"] for point in found["fixed_points"]] == ["---", "+++"]
    assert taken(asked, "spin_search")["fixed_points"] == found["fixed_points"]
    refused(asked, "expected the 3 neurons", "spin_search", order=[0, 1])
    refused(asked, "expected the 3 neurons", "spin_search", order="012")
    refused(asked, "given twice", "spin_search", order=[0, 1, 1])
    refused(asked, "whole number", "spin_search", order=[0, 1, 3])
    nothing = [[0] * 24 for _ in range(24)]
    refused(obligation("spin_fixed_points", nothing), "16 neurons only", "spin_search")
    monkeypatch.setattr(LinearSearch, "most", 1000)
    refused(obligation("spin_fixed_points", nothing), "too many", "spin_search", order=list(range(24)))
    own = {"kind": "expression", "layers": ["s"], "energy": "-sum(s^3)"}
    other = obligation("spin_fixed_points", synapse=own, size=2)
    refused(other, "no bound over partial states", "spin_search", order=[0, 1])
    assert taken(other, "spin_search")["count"] == 1
    cubic = {"kind": "associative", "layers": ["s"], "patterns": [[1, 1]], "function": "z^3"}
    by_energy = {"order": "asynchronous", "rule": "energy"}
    memory = obligation("spin_fixed_points", synapse=cubic, size=2, update=by_energy)
    assert taken(memory, "spin_search", order=[1, 0])["fixed_points"] == taken(memory, "spin_search")["fixed_points"]


def correction(flips: int, weights: Any, *, update: Any = "asynchronous", at_least: int = 2, **more: Any) -> Obligation:
    return obligation({"spin_correction": {"flips": flips, "at_least": at_least}}, weights, update=update, **more)


def test_margins() -> None:
    one = correction(2, FIVE, at_least=1)
    judged = judge(one, {"rule": "spin_margins"})
    assert judged.outcome is Outcome.PROVED
    # The second pattern is no fixed point: four neurons pull the fifth.
    assert judged.data["patterns"] == [{"pattern": "0", "flips": 2}, {"pattern": "1", "fixed_point": "not certified"}]
    both = judge(correction(2, FIVE), {"rule": "spin_margins"})
    assert (both.outcome, both.reason) == (Outcome.OPEN, Reason.FLIPS_NOT_CERTIFIED)
    own = {"kind": "expression", "layers": ["s"], "energy": "-sum(s^3)"}
    refused(correction(0, None, synapse=own, size=2), "no bound over flips", "spin_margins")


def test_margins_at_low_rank() -> None:
    synapse = {"kind": "hebbian", "layers": ["s"], "patterns": [[1] * 1001], "zero_diagonal": True}
    data = taken(correction(500, None, synapse=synapse, size=1001, at_least=1), "spin_margins")
    assert data["patterns"][0] == {"pattern": "0", "flips": 500}


def test_escapes() -> None:
    left = [{"pattern": 1, "flips": []}]
    asked = correction(3, FIVE)
    assert taken(asked, "spin_escape", escapes=left)["escapes"] == [{"pattern": 1, "flips": [], "leaves": [4]}]
    refused(asked, "enough patterns", "spin_escape", escapes=[])
    refused(correction(3, FIVE, at_least=1), "enough patterns", "spin_escape", escapes=left)
    away = {"pattern": 0, "flips": [0, 1, 2], "order": [3, 4]}
    assert taken(asked, "spin_escape", escapes=[away])["escapes"][0]["ends"] == "another fixed point"
    taken(correction(3, FIVE, at_least=1), "spin_escape", escapes=[away, *left])
    refused(asked, "given twice", "spin_escape", escapes=[away, away])
    for wrong, why in (
        ({"flips": [0, 1, 2, 3]}, "at most 3 neurons"),
        ({"flips": "012"}, "at most 3 neurons"),
        ({"flips": [0, 1, 5]}, "whole number"),
        ({"pattern": 2}, "whole number"),
        ({"order": [3]}, "not at its end"),
        ({"order": [0]}, "not certainly flipped"),
        ({"steps": 1}, "unexpected keys"),
        ({"flips": [0], "order": [0]}, "ends in the pattern"),
    ):
        refused(asked, why, "spin_escape", escapes=[away | wrong])
    for wrong in ("no", [3], {}):
        refused(asked, "list of objects", "spin_escape", escapes=wrong)


def test_escapes_of_synchronous_updates() -> None:
    asked = correction(3, FIVE, update="synchronous")
    taken(asked, "spin_escape", escapes=[{"pattern": 0, "flips": [0, 1, 2], "steps": 1}])
    refused(asked, "ends in the pattern", "spin_escape", escapes=[{"pattern": 0, "flips": [0], "steps": 1}])
    ring = correction(1, RING, update="synchronous")
    refused(ring, "not at its end", "spin_escape", escapes=[{"pattern": 0, "flips": [0], "steps": 5}])
    swap = correction(1, [[0, 1], [1, 0]], update="synchronous")
    found = taken(swap, "spin_escape", escapes=[{"pattern": 0, "flips": [0], "steps": 0}])
    assert found["escapes"][0]["ends"] == "a cycle of two states"


def test_only_the_named_neuron_is_set() -> None:
    asked = obligation("spin_energy_descent", [[-2, 1, 0], [1, 0, 0], [0, 0, 0]])
    taken(asked, "spin_rise", state="+++", neuron=0)
    # The first neuron would be flipped, and raise the energy; the last one is not.
    refused(asked, "certainly raise", "spin_rise", state="+++", neuron=2)


def test_flips_of_a_negative_spin() -> None:
    asked = correction(1, PAIR)
    escape = {"pattern": 1, "flips": [1], "order": [0]}
    assert taken(asked, "spin_escape", escapes=[escape])["escapes"][0]["state"] == {"s": "-+"}


def test_a_cycle_of_two_states() -> None:
    asked = obligation("spin_convergence", PAIR, update="synchronous")
    assert taken(asked, "spin_cycle", state="++", length=2)["cycle"] == [{"s": "++"}, {"s": "--"}]


def test_each_state_of_one_neuron_is_gone_through() -> None:
    # Both signs are flipped: one of the two updates goes against the bias, whichever it is.
    for bias in (1, -1):
        refused(obligation("spin_energy_descent", [[-2]], bias=bias, size=1), "raises", "spin_states")
        taken(obligation("spin_convergence", [[0]], bias=bias, update="synchronous"), "spin_states")
    # What changes without a change of the energy does not raise it.
    asked = obligation("spin_energy_descent", [[0]], bias=1, bias_in_energy=False)
    assert taken(asked, "spin_states") == {"states": 2}


def test_synchronous_updates_need_a_concave_synapse() -> None:
    for check in ("spin_energy_descent", "spin_convergence"):
        refused(obligation(check, PAIR, update="synchronous"), "no structure", "spin_structure")
        concave = obligation(check, [[1, -1], [-1, 1]], update="synchronous")
        assert "S is concave, and" in taken(concave, "spin_structure")["because"]
