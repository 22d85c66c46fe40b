"""Provers: one proof method a file, found by name. They may use anything; they return evidence, never a verdict.

A prover says which obligations it accepts and yields candidates, best first; the pipeline hands each to the checker
until one stands. ``order`` puts cheap methods before dear ones and proofs before searches for witnesses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from hopverify.certificate import Evidence
from hopverify.numerics.limits import OutOfTimeError
from hopverify.obligations import Obligation
from hopverify.registry import Registry
from hopverify.verdict import Reason


def unheard(done: int, total: int | None, unit: str) -> None:
    """Report to nobody."""


@dataclass(frozen=True)
class Budget:
    """What a search may spend: ``samples`` per witness search, ``boxes`` per enumeration, time until a ``deadline``.

    ``seed`` is that of the random searches; the deadline is in seconds of the monotonic clock; ``ended`` is the reason
    given for what is left open after it. A long search calls ``report`` now and then: how many it has done, of how many
    (None if that is not known), and of what.
    """

    samples: int = 2000
    boxes: int = 400_000
    seed: int = 0
    deadline: float = field(default=float("inf"))
    ended: Reason = Reason.BUDGET_EXHAUSTED
    report: Callable[[int, int | None, str], None] = field(default=unheard, compare=False, repr=False)

    @property
    def exhausted(self) -> bool:
        """Whether the time is up."""
        return monotonic() > self.deadline

    def ask(self) -> None:
        """Raise :class:`OutOfTimeError` once the time is up: for what is deep inside a search."""
        if self.exhausted:
            raise OutOfTimeError

    @property
    def seconds(self) -> float:
        """How many seconds are left."""
        return max(self.deadline - monotonic(), 0.0)


class NothingToSearchError(Exception):
    """Raised by a search that cannot even begin, with a reason of its own in place of its prover's."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason.value)


@dataclass(frozen=True)
class Prover:
    """One method: what it accepts, how it searches, and the reason it leaves behind when it finds nothing.

    A search whose method cannot treat an obligation may raise :class:`NothingToSearchError` with a better reason. One
    that is ``exact`` refutes nothing, and proves for the weights that the spec gives only: where they are uncertain, it
    is not made.
    """

    name: str
    summary: str
    obligations: tuple[type, ...]
    search: Callable[[Any, Budget], Iterator[Evidence]]
    order: int = 50
    reason: Reason = Reason.NO_PROOF_FOUND
    exact: bool = False


DEAR = 50
"""From this order on, methods are searches that may take long."""

PROVERS: Registry[Prover] = Registry("hopverify.provers", "PROVER", noun="prover")


def accepting(obligation: Obligation) -> list[Prover]:
    """Return the provers that take an obligation, in the order in which they are tried."""
    return sorted(
        (prover for prover in PROVERS if isinstance(obligation, prover.obligations)), key=lambda p: (p.order, p.name)
    )
