"""Obligations about the retrieval of stored patterns, and about states that come to rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from hopverify.obligations.stored import StoredPatterns, its_own, share_of
from hopverify.spec import ExactArray


@dataclass(frozen=True)
class Patterns:
    """What the obligations of retrieval share; abstract.

    The rows ξ_μ of ``patterns`` are the weights between a hidden layer with bias ``bias`` and the layer in which they
    are retrieved; at least ``at_least`` of them are to be retrieved (M4), with up to ``errors`` wrong signs.
    """

    subject: str
    patterns: ExactArray
    beta: Fraction
    bias: ExactArray
    labels: tuple[str, ...]
    at_least: int
    errors: int = field(default=0, kw_only=True)

    @property
    def share(self) -> str:
        """How many patterns of which memory, in words."""
        return share_of(self.at_least, len(self.labels), f"patterns of {self.subject}")


@dataclass(frozen=True)
class Retrieval(Patterns):
    """Patterns are retrieved from a certified ball under a softmax layer of inverse temperature ``beta`` (T15).

    With a ``ghost`` it is ghostmax: one more logit, always 0. ``instead_of`` is the model's own inverse temperature
    where the claim is about another one; ``together`` are those that share one pass over all pairs of patterns.
    ``stored`` says that the patterns are stored at least, if they are a memory of the model: without that none is
    retrieved.
    """

    ghost: bool = False
    instead_of: Fraction | None = None
    together: tuple[Fraction, ...] = ()
    stored: StoredPatterns | None = field(default=None, kw_only=True, compare=False, repr=False)

    @property
    def search(self) -> tuple[Fraction, ...] | None:
        """What the obligations of one check share: they are best discharged one after another in one process."""
        return self.together or None

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        altered = f"with beta = {self.beta} in place of {self.instead_of}, " if self.instead_of is not None else ""
        return (
            f"{altered}{self.share} is retrieved: it has a ball around it that the flow and the update keep, that "
            f"holds exactly one equilibrium, and that this equilibrium attracts, {its_own(self.patterns, self.errors)}"
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
            f"{self.share} is retrieved: it is not 0, and it has a ball around it that the update sends to the pattern "
            "itself, exactly and in one step, and that the flow keeps and contracts to the pattern"
        )


@dataclass(frozen=True)
class MixtureRetrieval(Patterns):
    """States, the rows of ``states``, come to rest under a softmax layer, whatever mixtures they are (T15).

    ``labels`` are those of the states, ``keys`` those of the patterns.
    """

    states: ExactArray
    keys: tuple[str, ...]

    @property
    def statement(self) -> str:
        """The obligation as a sentence."""
        return (
            f"{share_of(self.at_least, len(self.labels), f'states of {self.subject}')} comes to rest: it has a ball "
            "around it that the flow and the update keep, that holds exactly one equilibrium, and that this "
            "equilibrium attracts; there are bounds of the softmax weights at it"
        )
