"""check_implementation: a user's energy and dynamics against what the spec derives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.networks import build_model
from hopverify.spec import ModelSpec, read_spec
from hopverify.testing.derived import Derived
from hopverify.testing.diagnosing import diagnose
from hopverify.testing.implementation import implementation_of
from hopverify.testing.laws import LAWS, Law, Violation
from hopverify.testing.states import sample, simplest
from hopverify.testing.subject import Subject, subject_of
from hopverify.testing.telling import Told, told

Floats = NDArray[np.float64]


class Disagreement(AssertionError):
    """An implementation that is not that of its spec, or whose energy and dynamics do not fit.

    ``mistakes`` names what explains it, ``laws`` what does not hold; the text tells all of it.

    >>> from hopverify import parse_spec
    >>> from hopverify.testing import Disagreement, check_implementation
    >>> spec = parse_spec("{hopverify: 1, name: tiny, layers: {x: {size: 2, lagrangian: identity}}}")
    >>> try:
    ...     check_implementation(spec, energy=lambda x: x @ x)
    ... except Disagreement as error:
    ...     print(error.mistakes)
    ('missing ½',)
    """

    def __init__(self, found: Told) -> None:
        self.mistakes, self.laws = found.mistakes, found.laws
        super().__init__(found.text)


def check_implementation(
    spec: ModelSpec | str | Path,
    *,
    energy: Callable[..., Any] | None = None,
    velocity: Callable[..., Any] | None = None,
    update: Callable[..., Any] | None = None,
    activation: Any = None,
    step: float | None = None,
    joined: bool = False,
    largest: float = 20.0,
    states: int = 40,
    examples: int = 40,
    seed: int = 0,
    tolerance: float | None = None,
) -> None:
    """Test energy and dynamics against those of a spec; raise :class:`Disagreement` if they do not agree.

    ``energy(x)`` returns E(x), known up to a constant; ``velocity(x)`` ẋ; ``update(x)`` the next state, which is x + hẋ
    for ``step`` h and the whole update x ← (drive + b)/ρ without; ``activation`` is g of a layer, or a mapping by
    layer. Functions get one array for each layer with τ > 0, in the order of the spec; all in one, if ``joined``.

    There are ``states`` fixed states, saturated and dead ones among them, with coordinates up to ``largest``, and
    ``examples`` more that Hypothesis draws, if it is installed. ``tolerance`` is relative to the size of the terms that
    a number is a sum of; unless given it is 8192 roundings of the type of number that the functions return.

    >>> from hopverify import parse_spec
    >>> from hopverify.testing import check_implementation
    >>> spec = parse_spec("{hopverify: 1, name: tiny, layers: {x: {size: 2, lagrangian: identity}}}")
    >>> check_implementation(spec, energy=lambda x: x @ x / 2, velocity=lambda x: -x)
    """
    parts = {"energy": energy, "velocity": velocity, "update": update, "activation": activation}
    check(
        parts,
        spec,
        step=step,
        joined=joined,
        largest=largest,
        states=states,
        examples=examples,
        seed=seed,
        tolerance=tolerance,
    )


def check(
    given: Any,
    spec: ModelSpec | str | Path,
    *,
    step: float | None = None,
    joined: bool = False,
    largest: float = 20.0,
    states: int = 40,
    examples: int = 40,
    seed: int = 0,
    tolerance: float | None = None,
) -> None:
    """Do what :func:`check_implementation` does, for a mapping, a module or an object that has the functions."""
    __tracebackhide__ = True  # pytest then shows the message, and no source of ours
    if not (np.isfinite(largest) and largest >= 1):
        raise HopverifyError(f"largest must be a number of at least 1, got {largest!r}")
    spec = spec if isinstance(spec, ModelSpec) else read_spec(spec)
    derived = Derived(build_model(spec))
    implementation = implementation_of(given, derived.model, joined=joined)
    fixed = sample(derived.model, count=states, largest=largest, seed=seed)
    subject = subject_of(spec, derived, implementation, fixed, step=step, tolerance=tolerance)
    broken = _broken(subject, fixed, largest, examples)
    if broken:
        raise Disagreement(told(subject, broken, diagnose(subject, fixed)))


def _broken(subject: Subject, fixed: list[Floats], largest: float, examples: int) -> list[tuple[Law, Violation]]:
    """Return the laws that do not hold, each with a state that is as simple as can be found in a moment."""
    laws = [law for law in sorted(LAWS, key=lambda law: law.order) if law.concerns(subject)]
    first_at = {law.name: next((x for x in fixed if law.violation(subject, x) is not None), None) for law in laws}
    known = {name: x for name, x in first_at.items() if x is not None}
    if not known and examples:
        hidden = simplest(
            subject.derived.model, lambda x: _any(laws, subject, x), None, largest=largest, tries=examples
        )
        if hidden is not None:
            known = {law.name: hidden for law in laws if law.violation(subject, hidden) is not None}
            fixed.append(hidden)
    found: list[tuple[Law, Violation]] = []
    for law in laws:
        if law.name in known:
            first = not found
            found.append((law, _shown(law, subject, known[law.name], largest, max(examples, 60) if first else 0)))
    return found


def _any(laws: list[Law], subject: Subject, x: Floats) -> bool:
    return any(law.violation(subject, x) is not None for law in laws)


def _shown(law: Law, subject: Subject, x: Floats, largest: float, tries: int) -> Violation:
    """Return the violation at a simple state; only the first of several laws is worth a search."""

    def holds_not(state: Floats) -> bool:
        return law.violation(subject, state) is not None

    found = simplest(subject.derived.model, holds_not, x, largest=largest, tries=tries) if tries else x
    violation = law.violation(subject, x if found is None else found)
    assert violation is not None
    return violation
