"""Which keys of a spec changed: the trees of two texts compared, with exact numbers.

Two texts that say the same have no changes, whatever the format, the comments and the order of keys; this agrees with
:mod:`hopverify.spec.digest`, for which the order of layers counts. Where nested lists of numbers have one shape in
both, the entries that differ are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

from hopverify.spec.digest import order_of_layers
from hopverify.spec.document import child
from hopverify.spec.numbers import shown
from hopverify.spec.reader import read_file

SHOWN_ENTRIES = 3
LONGEST_TEXT, LONGEST_ARRAY = 60, 16


@dataclass(frozen=True)
class SpecChange:
    """A key that is new (``before`` None), gone (``after`` None), or has another value now; both as text."""

    path: str
    before: str | None
    after: str | None


def spec_changes(old: Path, new: Path) -> tuple[SpecChange, ...]:
    """Return what differs between the texts of two specs; raise ``SpecError`` for one that cannot be read."""
    before, after = read_file(old).root.value(), read_file(new).root.value()
    return (*tree_changes(before, after), *_order_change(before, after))


def _order_change(old: Any, new: Any) -> Iterator[SpecChange]:
    """Say that layers stand in another order: vectors over all neurons then mean something else."""
    orders = [order_of_layers(tree) if isinstance(tree, dict) else [] for tree in (old, new)]
    before, after = ([name for name in order if all(name in each for each in orders)] for order in orders)
    if before != after:
        yield SpecChange("layers", f"in the order {', '.join(before)}", f"in the order {', '.join(after)}")


def tree_changes(old: Any, new: Any, path: str = "") -> Iterator[SpecChange]:
    """Yield what differs between two neutral trees.

    >>> [change.path for change in tree_changes({"a": {"b": Fraction(1), "c": "x"}}, {"a": {"b": Fraction(2)}})]
    ['a.b', 'a.c']
    """
    if _same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*new, *old]):
            below = child(path, key)
            if key not in old or key not in new:
                yield SpecChange(below, *(_text(tree[key]) if key in tree else None for tree in (old, new)))
            else:
                yield from tree_changes(old[key], new[key], below)
    elif _shape(old) and _shape(old) == _shape(new):
        yield _entries(old, new, path)
    elif (
        isinstance(old, list) and isinstance(new, list) and len(old) == len(new) and None in (_shape(old), _shape(new))
    ):
        for place, (first, second) in enumerate(zip(old, new, strict=True)):
            yield from tree_changes(first, second, child(path, place))
    else:
        yield SpecChange(path, _text(old), _text(new))


def _same(old: Any, new: Any) -> bool:
    """Return whether two trees say the same, as the digest has it: a number says what its text says."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_same, old, new))
    return bool(_leaf(old) == _leaf(new))


def _leaf(value: Any) -> Any:
    return str(value) if isinstance(value, Fraction) else value


def _shape(value: Any) -> tuple[int, ...] | None:
    """Return the shape of nested lists of numbers, () for a number, None for anything else."""
    if isinstance(value, Fraction):
        return ()
    if not isinstance(value, list):
        return None
    shapes = {_shape(item) for item in value}
    inner = shapes.pop() if len(shapes) == 1 else None
    return None if inner is None else (len(value), *inner)


def _entries(old: list[Any], new: list[Any], path: str) -> SpecChange:
    """Say which entries of two arrays of one shape differ, the first few of them."""
    before, after = dict(_flat(old, "")), dict(_flat(new, ""))
    places = [place for place in before if before[place] != after[place]]
    head = places[:SHOWN_ENTRIES]
    more = f", … {len(places):,} of {len(before):,} entries differ" if len(places) > len(head) else ""
    texts = (", ".join(f"{place} = {shown(values[place])}" for place in head) for values in (before, after))
    first, second = texts
    return SpecChange(path, f"{first}{more}", f"{second}{more}")


def _flat(value: Any, place: str) -> Iterator[tuple[str, Fraction]]:
    if isinstance(value, Fraction):
        yield place, value
        return
    for index, item in enumerate(value):
        yield from _flat(item, f"{place}[{index}]")


def _text(value: Any) -> str:
    """Return a value as a spec spells it, a long one by its size."""
    if isinstance(value, Mapping):
        text = "{" + ", ".join(f"{key}: {_text(item)}" for key, item in value.items()) + "}"
        return text if len(text) <= LONGEST_TEXT else f"a mapping with {', '.join(map(str, list(value)[:8]))}"
    if isinstance(value, list):
        shape = _shape(value)
        if shape and prod(shape) > LONGEST_ARRAY:
            return f"{' × '.join(map(str, shape))} numbers"
        text = "[" + ", ".join(map(_text, value)) + "]"
        return text if len(text) <= LONGEST_TEXT else f"a list of {len(value):,}"
    return shown(value)
