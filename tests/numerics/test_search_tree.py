"""Search trees: of one that is undecided, the ways to what was found are told, and nothing else."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.checker.listing import replayed, root
from hopverify.networks import build_model, linear_network
from hopverify.numerics.search_tree import Tree
from hopverify.obligations import Search as Region
from hopverify.provers import Budget
from hopverify.provers.equilibrium_tree import Search
from hopverify.spec import parse_spec


def cut(number: int) -> list[Any]:
    return [number, str(number)]


TREE = Tree(
    levels=["c", "cc", ".ccc", "k?ss.?"],
    cuts=[cut(k) for k in range(6)],
    faces={"0": ["1"], "1": ["2"]},
    fruitful=[False, True],
)


def test_ways_to_what_was_found_are_kept() -> None:
    assert TREE.evidence() == {
        "levels": ["c", "cc", ".cc?", "k??s"],
        "cuts": [cut(0), cut(1), cut(2), cut(3), cut(4)],
        "faces": {"0": ["2"]},
    }


def test_a_decided_tree_is_told_whole() -> None:
    whole = Tree(["c", ".s"], [cut(0)], {}, [False])
    assert whole.evidence() == {"levels": ["c", ".s"], "cuts": [cut(0)], "faces": {}}


def test_a_tree_in_which_nothing_was_found_is_one_box() -> None:
    assert Tree(["c", "c.", "??"], [cut(0), cut(1)]).evidence() == {"levels": ["?"], "cuts": [], "faces": {}}


@pytest.mark.parametrize("lagrangian", ["{tanh: {beta: 3}}", "hard_tanh"])
@pytest.mark.parametrize("boxes", [30, 100, 100_000])
def test_the_replay_finds_what_the_search_found(lagrangian: str, boxes: int) -> None:
    weights = [[((3 * i + 5 * j + 15 * (i == j)) % 7 - 2) / 4 for j in range(4)] for i in range(4)]
    model = build_model(
        parse_spec(
            "hopverify: 1\nname: n\n"
            f"layers: {{x: {{size: 4, bias: [0.1, -0.2, 0.3, 0.05], lagrangian: {lagrangian}}}}}\n"
            f"synapses: {{w: {{kind: dense, layers: [x, x], weights: {weights}}}}}\n"
        )
    )
    network = linear_network(model)
    assert network is not None
    everywhere = Region(model, network, tuple((Fraction(-9), Fraction(9)) for _ in range(4)))
    tree = Search(everywhere, Budget(boxes=boxes), root(everywhere, None)).run()
    found = replayed(everywhere, {"box": None, **tree.evidence()})
    codes = "".join(tree.levels)
    assert (found.undecided > 0) == ("?" in codes)
    assert found.boxes < len(codes) or "?" not in codes
    assert len(found.equilibria) + len(found.enclosed) == codes.count("k") + sum(tree.fruitful)


def test_no_box_is_looked_at_once_the_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, left = 0, 3

    def exhausted(_: Budget) -> bool:
        nonlocal asked
        asked += 1
        return asked > left

    monkeypatch.setattr(Budget, "exhausted", property(exhausted))
    spec = "hopverify: 1\nname: n\nlayers: {x: {size: 3, lagrangian: {tanh: {beta: 9}}}}\nsynapses: {w: "
    model = build_model(parse_spec(spec + "{kind: dense, layers: [x, x], weights: [[1, 1, 0], [1, 1, 1], [0, 1, 1]]}}"))
    network = linear_network(model)
    assert network is not None
    everywhere = Region(model, network, tuple((Fraction(-9), Fraction(9)) for _ in range(3)))
    tree = Search(everywhere, Budget(), root(everywhere, None)).run()
    assert len(tree.levels) == left + 1
    assert set(tree.levels[-1]) == {"?"}
