"""Repairs: new models from old ones, with the same equilibria and an energy that sees them (T11, T12, T13).

A repair reads a model and returns a :class:`Proposal`, the complete text of a new spec with what changed and what
stayed, or a :class:`Refusal`, a sentence with an exact witness. Nothing here is a verdict: the new spec names its
original and is verified as any other, by the checker, from its text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hopverify.errors import HopverifyError
from hopverify.registry import Registry

if TYPE_CHECKING:
    from hopverify.repairs.subject import Subject


class UnfitError(HopverifyError):
    """Raised where a repair turns out not to fit; the text is the sentence of the refusal."""


@dataclass(frozen=True)
class Proposal:
    """A new spec: its ``text``, and the array files that lie beside it, by name.

    ``map`` says how the equilibria of the two correspond, ``changed`` and ``stayed`` what became of the rest; ``notes``
    tell what a reader should know of how the numbers were found.
    """

    name: str
    title: str
    theory: str
    text: str
    files: Mapping[str, bytes]
    map: tuple[str, ...]
    changed: tuple[str, ...]
    stayed: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """Why a repair does not fit: one sentence, with the witness as exact numbers."""

    name: str
    title: str
    theory: str
    reason: str


@dataclass(frozen=True)
class Repair:
    """One kind of repair. ``propose`` returns the new spec, or raises :class:`UnfitError`.

    ``family`` returns several altered systems with different energies, where the metric leaves a choice.
    """

    name: str
    title: str
    theory: str
    order: int
    propose: Callable[[Subject], Proposal]
    family: Callable[[Subject, int], Sequence[Proposal]] | None = field(default=None)


REPAIRS: Registry[Repair] = Registry("hopverify.repairs.kinds", "REPAIR", noun="repair")


def outcomes(subject: Subject, *, only: str | None = None, family: int | None = None) -> Iterator[Proposal | Refusal]:
    """Yield what each repair comes to, in order: one outcome each, or with ``family`` the members of each family."""
    from hopverify.repairs.subject import obstacle

    chosen = [REPAIRS[only]] if only is not None else sorted(REPAIRS, key=lambda repair: repair.order)
    in_the_way = obstacle(subject)
    for repair in chosen:
        if family is not None and repair.family is None and only is None:
            continue
        try:
            if in_the_way is not None:
                raise UnfitError(in_the_way)
            yield from _of(repair, subject, family)
        except UnfitError as error:
            yield Refusal(repair.name, repair.title, repair.theory, str(error))


def _of(repair: Repair, subject: Subject, family: int | None) -> Sequence[Proposal]:
    if family is None:
        return [repair.propose(subject)]
    if repair.family is None:
        raise UnfitError("its energy is unique, so there is no family")
    return repair.family(subject, family)


__all__ = ["REPAIRS", "Proposal", "Refusal", "Repair", "UnfitError", "outcomes"]
