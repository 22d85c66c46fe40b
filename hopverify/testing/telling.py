"""What a failed test says: the mistake and what to change, the state, both values, and which other laws do not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hopverify.reporting.plain import plain
from hopverify.testing.diagnosing import Finding
from hopverify.testing.laws import Law, Violation
from hopverify.testing.subject import Floats, Subject

LONGEST = 12
CAVEAT = "States are sampled and compared in floating point: a test, not a proof."


@dataclass(frozen=True)
class Told:
    """The text, and the names of the mistakes and of the laws that it speaks of."""

    text: str
    mistakes: tuple[str, ...]
    laws: tuple[str, ...]


def told(subject: Subject, broken: Sequence[tuple[Law, Violation]], findings: Sequence[Finding]) -> Told:
    """Return what to say of laws that do not hold, and of what explains it."""
    suspects = [suspect for finding in findings for suspect in finding.suspects]
    names = list(dict.fromkeys(suspect.mistake for suspect in suspects))
    if any(law.name == "step" for law, _ in broken) and not any(law.compares for law, _ in broken):
        names.append("step too long")
    text = "\n".join(plain(line) for line in _lines(subject, broken, findings))
    return Told(text, tuple(names), tuple(law.name for law, _ in broken))


def _lines(subject: Subject, broken: Sequence[tuple[Law, Violation]], findings: Sequence[Finding]) -> Iterator[str]:
    (first, shown), *others = broken
    where = f" ({subject.spec.file})" if subject.spec.file else ""
    yield f"{subject.spec.name}{where}: {first.said}"
    for finding in findings:
        for suspect in finding.suspects:
            yield f"  mistake: {suspect.mistake}: {suspect.said}"
            yield f"  change:  {suspect.change}"
        if not finding.suspects:
            yield f"  {finding.series[0]} is off by less than a millionth of its terms: does a formula lose digits?"
            yield "  change:  compute it without cancellation, or state tolerance=…, or smaller states (largest=…)"
    compared = {law.name for law, _ in broken if law.compares}
    explained = {part.partition(" ")[0] for finding in findings for part in finding.series}
    left = sorted(compared - explained)
    if left:
        yield f"  none of the classical mistakes explains the {' and '.join(left)}; what is seen:"
    if not compared:
        yield from _sound_but(subject, broken)
    yield from _values(subject, shown)
    for law, violation in others:
        yield f"  also: {law.said}, at {_state(subject, violation.x)}: {_both(violation)}"
    yield f"  {CAVEAT}"


def _sound_but(subject: Subject, broken: Sequence[tuple[Law, Violation]]) -> Iterator[str]:
    """Yield what to say where the implementation agrees with the spec, and the laws do not hold all the same."""
    if all(law.name == "step" for law, _ in broken):
        length = "a whole update" if subject.step is None else f"h = {subject.step:g}"
        yield f"  mistake: step too long: the update is that of the spec, and {length} can raise the energy"
        certified = "the check `step_size` of a spec certifies a length"
        yield f"  change:  {_shorter(subject, broken[0][1].x)}; {certified}"
    else:
        yield "  what was compared agrees with the spec: it is the model itself whose energy does not fit its dynamics"
        yield "  change:  see what `hopverify verify` says of the spec, or state `expect: {energy_descent: fail}` there"


def _shorter(subject: Subject, x: Floats) -> str:
    """Return the advice of a step: the longest half, quarter … with which the energy does not rise at this state."""
    velocity, before = subject.derived.velocity(x), subject.energy(x)
    for k in range(1, 12):
        after = subject.energy(x + subject.steps * velocity / 2**k)
        if after <= before + subject.energy_tolerance(x):
            return f"take shorter steps: 1/{2**k} of it does not raise the energy here"
    return "take shorter steps"


def _values(subject: Subject, violation: Violation) -> Iterator[str]:
    yield f"  at the state {_state(subject, violation.x)}{f' ({violation.note})' if violation.note else ''}"
    width = max(map(len, violation.names))
    for name, value in zip(violation.names, (violation.yours, violation.wanted), strict=True):
        yield f"    {name + ':':<{width + 1}} {_number_or_vector(value)}"
    if not np.isfinite(np.asarray(violation.yours)).all():
        yield "    a number that is not finite: where does the formula overflow, or divide by 0?"


def _both(violation: Violation) -> str:
    (yours, wanted), names = (violation.yours, violation.wanted), violation.names
    return f"{names[0]} {_number_or_vector(yours)}, {names[1]} {_number_or_vector(wanted)}"


def _state(subject: Subject, x: Floats) -> str:
    parts, start = [], 0
    for layer in subject.derived.model.dynamic:
        parts.append(f"{layer.name} = {_number_or_vector(x[start : start + layer.size])}")
        start += layer.size
    return ", ".join(parts)


def _number_or_vector(value: Any) -> str:
    values = np.atleast_1d(np.asarray(value, dtype=np.float64)) + 0.0
    head = ", ".join(f"{entry:.6g}" for entry in values[:LONGEST])
    if np.ndim(value) == 0:
        return f"{float(values[0]):.10g}"
    other = np.flatnonzero(values)
    if len(values) > LONGEST and len(other) <= LONGEST / 2:
        return f"(0, but for {', '.join(f'[{i}] = {values[i]:.6g}' for i in other)})" if len(other) else "0"
    return f"({head})" if len(values) <= LONGEST else f"({head}, … {len(values)} in all)"
