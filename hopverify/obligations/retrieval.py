"""Obligations about the retrieval of stored patterns."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from hopverify.spec import ExactArray


@dataclass(frozen=True)
class Patterns:
    """What the obligations of retrieval share; abstract.

    The rows ξ_μ of ``patterns`` are the weights between a hidden layer with bias ``bias`` and the layer in which they
    are retrieved; at least ``at_least`` of them are to have a ball.
    """

    subject: str
    patterns: ExactArray
    beta: Fraction
    bias: ExactArray
    labels: tuple[str, ...]
    at_least: int
    noun: ClassVar[str] = "patterns"

    @property
    def share(self) -> str:
        """How many patterns of which memory, in words."""
        count = len(self.labels)
        some = f"each of the {count}" if self.at_least == count else f"at least {self.at_least} of the {count}"
        return f"{some} {self.noun} of {self.subject}"


@dataclass(frozen=True)
class Retrieval(Patterns):
    """Patterns have a certified retrieval ball under a softmax layer of inverse temperature ``beta`` (T15).

    With a ``ghost`` it is ghostmax: one more logit, always 0. ``instead_of`` is the model's own inverse temperature
    where the claim is about another one; ``together`` are those that share one pass over all pairs of patterns.
    """

    ghost: bool = False
    instead_of: Fraction | None = None
    together: tuple[Fraction, ...] = ()

    @property
    def search(self) -> tuple[Fraction, ...] | None:
        """What the obligations of one check share: they are best discharged one after another in one process."""
        return self.together or None

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        altered = f"with beta = {self.beta} in place of {self.instead_of}, " if self.instead_of is not None else ""
        return (
            f"{altered}{self.share} has a ball around it that the flow and the update keep, that holds "
            "exactly one equilibrium, and that this equilibrium attracts"
        )


@dataclass(frozen=True)
class OneStepRetrieval(Patterns):
    """Patterns are retrieved exactly in one step from a ball, under a layer that is one-hot beyond a margin (T15).

    The layer gives all its weight to a neuron that leads every other by ``margin``; ``beta`` multiplies its input.
    """

    margin: Fraction = Fraction(1)

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return (
            f"{self.share} has a ball around it that the update sends to the pattern itself, exactly and in one step, "
            "and that the flow keeps and contracts to the pattern"
        )


@dataclass(frozen=True)
class MixtureRetrieval(Patterns):
    """States, the rows of ``states``, have a certified ball under a softmax layer, whatever mixtures they are (T15).

    ``labels`` are those of the states, ``keys`` those of the patterns.
    """

    states: ExactArray
    keys: tuple[str, ...]
    noun = "states"

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return (
            f"{self.share} has a ball around it that the flow and the update keep, that holds exactly one equilibrium, "
            "and that this equilibrium attracts; there are bounds of the softmax weights at it"
        )
