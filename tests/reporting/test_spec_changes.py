"""Which keys of a spec changed, with exact numbers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from hopverify.errors import SpecError
from hopverify.reporting.spec_changes import spec_changes, tree_changes
from hopverify.spec.digest import spec_digest


def changed(old: Any, new: Any) -> list[tuple[str, str | None, str | None]]:
    return [(change.path, change.before, change.after) for change in tree_changes(old, new)]


def numbers(*rows: list[int]) -> list[list[Fraction]]:
    return [[Fraction(value) for value in row] for row in rows]


def test_keys_come_go_and_change() -> None:
    old = {"layers": {"x": {"size": Fraction(2), "tau": Fraction(1)}}, "name": "a"}
    new = {"layers": {"x": {"size": Fraction(2), "leak": Fraction(1, 3)}, "y": {"size": Fraction(1)}}, "name": "b"}
    assert changed(old, new) == [
        ("layers.x.leak", None, "1/3"),
        ("layers.x.tau", "1", None),
        ("layers.y", None, "{size: 1}"),
        ("name", "'a'", "'b'"),
    ]


def test_exact_numbers_and_the_order_of_keys() -> None:
    assert not changed({"a": Fraction(1, 10), "b": "x"}, {"b": "x", "a": Fraction("0.1")})
    assert changed({"a": Fraction(1, 10)}, {"a": Fraction(0.1)}) != []
    assert changed({"a": True}, {"a": Fraction(1)}) == [("a", "true", "1")]
    assert changed({"a": None}, {"a": "nothing"}) == [("a", "nothing", "'nothing'")]


@pytest.mark.parametrize("value", [Fraction(1, 2), "1/2", "0.5", True, None, [Fraction(1)], {"a": "x"}])
@pytest.mark.parametrize("other", [Fraction(1, 2), "1/2", "0.5", True, None, [Fraction(1)], {"a": "x"}])
def test_there_is_a_change_where_the_digest_sees_one(value: Any, other: Any) -> None:
    same = spec_digest({"a": value}, {}) == spec_digest({"a": other}, {})
    assert (not changed({"a": value}, {"a": other})) is same


def test_entries_of_arrays() -> None:
    assert changed({"w": numbers([0, 1], [1, 0])}, {"w": numbers([0, 1], [2, 0])}) == [
        ("w", "[1][0] = 1", "[1][0] = 2")
    ]
    first, second = (", ".join(f"[0][{place}] = {value}" for place in range(3)) for value in (0, 1))
    more = ", … 5 of 6 entries differ"
    assert changed(numbers([0] * 6), numbers([1] * 5 + [0])) == [("", first + more, second + more)]
    assert changed({"w": numbers([0, 1])}, {"w": numbers([0])}) == [("w", "[[0, 1]]", "[[0]]")]
    assert changed({"w": numbers([0] * 99)}, {"w": Fraction(0)}) == [("w", "1 × 99 numbers", "0")]


def test_lists_of_other_things() -> None:
    old = {"checks": ["a", {"b": {"c": Fraction(1)}}]}
    assert changed(old, {"checks": ["a", {"b": {"c": Fraction(2)}}]}) == [("checks[1].b.c", "1", "2")]
    assert changed(old, {"checks": ["a"]}) == [("checks", "['a', {b: {c: 1}}]", "['a']")]


def test_hostile_keys_are_shown_as_they_may_be() -> None:
    ((path, _, _),) = changed({}, {"a\x1b[2J": Fraction(1)})
    assert path == "a\\x1b[2J"


def test_the_order_of_layers_is_told(tmp_path: Path) -> None:
    texts = [
        f"hopverify: 1\nname: a\nlayers: {{{order}}}\n" for order in ("x: {}, y: {}, z: {}", "z: {}, y: {}, w: {}")
    ]
    for place, text in enumerate(texts):
        (tmp_path / f"{place}.yaml").write_text(text, encoding="utf-8")
    found = spec_changes(tmp_path / "0.yaml", tmp_path / "1.yaml")
    assert [change.path for change in found] == ["layers.w", "layers.x", "layers"]
    assert (found[-1].before, found[-1].after) == ("in the order y, z", "in the order z, y")


def test_files_of_any_format(tmp_path: Path) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.json"
    old.write_text("# a comment\nname: a\nhopverify: 1\nlayers: {x: {size: 2, bias: 0.5}}\n", encoding="utf-8")
    new.write_text('{"hopverify": 1, "name": "a", "layers": {"x": {"bias": 0.25, "size": 2}}}', encoding="utf-8")
    (change,) = spec_changes(old, new)
    assert (change.path, change.before, change.after) == ("layers.x.bias", "0.5", "0.25")
    with pytest.raises(SpecError):
        spec_changes(old, tmp_path / "none.yaml")
