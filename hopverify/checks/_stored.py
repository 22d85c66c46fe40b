"""What the checks of stored patterns are told: how many, with how many wrong signs; and patterns that they refuse."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.checks import ParameterError
from hopverify.networks import Memory, Model
from hopverify.obligations import StoredPatterns, amplitude
from hopverify.spec import ExactArray, Field, FieldKind

ERRORS = Field(
    "errors",
    FieldKind.INTEGER,
    "how many signs of each pattern the equilibrium may have wrong, where all entries are a or -a",
    default=0,
    minimum=Fraction(0),
)
SPREAD = "its patterns are known up to a spread only, which the theorem does not cover: give exact ones"


def at_least_field(what: str, kind: FieldKind = FieldKind.INTEGER) -> Field:
    """Return the field that asks for a number of patterns; copies count once."""
    return Field("at_least", kind, f"how many patterns {what}; all of them by default", None, minimum=Fraction(1))


def wanted(at_least: int | None, count: int, name: str) -> int:
    """Return how many patterns a spec requires."""
    if at_least is not None and at_least > count:
        raise ParameterError("at_least", f"{name} holds {count} patterns only")
    return count if at_least is None else at_least


def errors_of(values: Mapping[str, Any], patterns: ExactArray) -> int:
    """Return how many signs may be wrong; refuse them where signs say nothing."""
    if values["errors"] and amplitude(patterns) is None:
        raise ParameterError("errors", "counts wrong signs of patterns whose entries are all a or -a; leave it out")
    return int(values["errors"])


def stored_at_all(
    model: Model, memory: Memory, labels: tuple[str, ...], at_least: int, errors: int
) -> StoredPatterns | None:
    """Return the obligation that so many patterns of a memory are stored, if these are exact."""
    patterns = memory.patterns
    if patterns.spread is not None:
        return None
    return StoredPatterns(model, memory.name, memory.layer, patterns, labels, at_least, errors)


def labels_of(memory: Memory) -> tuple[str, ...]:
    """Return a name for each pattern of a memory, with its label if it has one."""
    names = memory.labels or ("",) * memory.patterns.shape[0]
    return tuple(f"{memory.name}[{k}]" + (f" ({name})" if name else "") for k, name in enumerate(names))
