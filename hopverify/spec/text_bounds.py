"""Bounds on a spec's text and on the tree that it unfolds to."""

from __future__ import annotations

from dataclasses import dataclass

from hopverify.errors import Problem, SpecError
from hopverify.spec.bounds import MAX_NESTING, MAX_NODES, MAX_TEXT

TOO_DEEP = f"lists and mappings are nested too deep; the limit is {MAX_NESTING}"


def check_text(text: str, file: str) -> None:
    """Refuse a text that is too long or that no file in UTF-8 can hold."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        column = error.start - text.rfind("\n", 0, error.start)
        raise SpecError(Problem(file, line, column, "", "the text holds a lone surrogate; save it as UTF-8")) from None
    if size > MAX_TEXT:
        raise SpecError(Problem(file, 1, 1, "", too_long(size)))


def too_long(size: int) -> str:
    """Return what is said of a text of that many bytes."""
    return f"the spec has {size} bytes; the limit is {MAX_TEXT}: keep arrays in .npy or .safetensors files"


@dataclass
class Budget:
    """Counts what has been read so far, aliases expanded, and refuses what exceeds the bounds."""

    file: str
    nodes: int = 0
    characters: int = 0

    def spend(self, place: tuple[int, int], *, nodes: int = 1, characters: int = 0) -> None:
        """Count some nodes and characters that begin at the place."""
        self.nodes += nodes
        self.characters += characters
        if self.nodes > MAX_NODES:
            message = f"the spec unfolds to at least {self.nodes} values; the limit is {MAX_NODES}"
            raise SpecError(Problem(self.file, *place, "", f"{message}: keep arrays in .npy or .safetensors files"))
        if self.characters > MAX_TEXT:
            message = f"the spec unfolds to at least {self.characters} characters of text; the limit is {MAX_TEXT}"
            raise SpecError(Problem(self.file, *place, "", message))

    def check_depth(self, place: tuple[int, int], depth: int) -> None:
        """Refuse mappings and lists too deep inside one another."""
        if depth > MAX_NESTING:
            message = f"lists and mappings are nested {depth} deep here; the limit is {MAX_NESTING}"
            raise SpecError(Problem(self.file, *place, "", message))
