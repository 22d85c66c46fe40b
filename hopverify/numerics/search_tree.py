"""The tree of a search for all equilibria as it grows, and what of it is worth telling if it stays undecided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Tree:
    """A string of codes per level (see :mod:`hopverify.checker.equilibria`), the cuts in order, and points on faces.

    ``fruitful`` tells of each box that was solved whether there is a solution in it.
    """

    levels: list[str] = field(default_factory=list)
    cuts: list[list[Any]] = field(default_factory=list)
    faces: dict[str, list[str]] = field(default_factory=dict)
    fruitful: list[bool] = field(default_factory=list)

    def evidence(self) -> dict[str, Any]:
        """Return the tree as the rules read it.

        A tree that is not decided proves nothing: only the ways to what was found in it are told, which are replayed
        in a moment.
        """
        told = self.pruned() if any("?" in level for level in self.levels) else self
        return {"levels": told.levels, "cuts": told.cuts, "faces": told.faces}

    def pruned(self) -> Tree:
        """Return the tree without branches in which nothing was found; where they began it is undecided."""
        pruned = Tree()
        cuts, number, there = iter(self.cuts), 0, [True] * len(self.levels[0])
        for codes, fruits in zip(self.levels, self._fruits(), strict=True):
            told, below = [], list[bool]()
            for code, fruit, wanted in zip(codes, fruits, there, strict=True):
                cut = next(cuts) if code == "c" else None
                below += [wanted and fruit] * 2 if cut else []
                face = self.faces.get(str(number)) if code == "s" else None
                number += code == "s"
                if not wanted:
                    continue
                told.append(code if fruit or code == "." else "?")
                if fruit and cut:
                    pruned.cuts.append(cut)
                if fruit and face:
                    pruned.faces[str(len(pruned.fruitful))] = face
                pruned.fruitful += [True] if fruit and code == "s" else []
            pruned.levels += ["".join(told)] if told else []
            there = below
        return pruned

    def _fruits(self) -> list[Sequence[bool]]:
        """Return for each box of each level whether something was found in it or in its parts."""
        fruits: list[Sequence[bool]] = []
        solved, below = list(self.fruitful), list[bool]()
        for codes in reversed(self.levels):
            count = codes.count("s")
            own, solved = solved[len(solved) - count :], solved[: len(solved) - count]
            found = {"s": iter(own), "c": _either(below)}
            below = [code == "k" or (code in found and next(found[code])) for code in codes]
            fruits.insert(0, below)
        return fruits


def _either(below: Sequence[bool]) -> Iterator[bool]:
    """Yield for each box that is cut whether something was found in one of its parts."""
    yield from (one or other for one, other in zip(below[::2], below[1::2], strict=True))
