"""Provers: one proof method a file, found by name. They may use anything; they return evidence, never a verdict.

A prover yields candidates, best first; the pipeline hands each to the checker until one stands. The tables below say
which methods are tried for an obligation, and in which order: cheap ones before dear ones, proofs before searches for
witnesses. They hold names, so that a method, and what it computes with, is imported when it is first tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from hopverify.certificate import Evidence
from hopverify.numerics.limits import OutOfTimeError
from hopverify.obligations import (
    AllEquilibria,
    AlteredEnergy,
    BallMinima,
    BasinCells,
    Bounded,
    CompatibleTimes,
    Convex,
    DecidedStability,
    DerivedEnergy,
    Descent,
    EnergyBoundedBelow,
    FlatRegionsInBasins,
    GloballyStable,
    GradientDrive,
    GradientOfL,
    MixtureRetrieval,
    NoGhosts,
    NowhereFlat,
    Obligation,
    OneStepRetrieval,
    RecoveredStates,
    Regular,
    RegularDrive,
    Retrieval,
    SafeSteps,
    SameEquilibria,
    SpinConvergence,
    SpinCorrection,
    SpinDescent,
    SpinFixedPoints,
    StepForm,
    StoredPatterns,
    SymmetricJacobian,
    SymmetricWeights,
)
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
    """One method: how it searches, and the reason it leaves behind when it finds nothing.

    A search whose method cannot treat an obligation may raise :class:`NothingToSearchError` with a better reason. One
    that is ``exact`` refutes nothing, and proves for the weights that the spec gives only: where they are uncertain, it
    is not made.
    """

    name: str
    summary: str
    search: Callable[[Any, Budget], Iterator[Evidence]]
    reason: Reason = Reason.NO_PROOF_FOUND
    exact: bool = False


PROVERS: Registry[Prover] = Registry("hopverify.provers", "PROVER", noun="prover")

CHEAP: Mapping[type, tuple[str, ...]] = {
    Convex: ("structure", "curvature_witness", "rewriting", "subdivision", "quadratic_witness"),
    Regular: ("structure",),
    RegularDrive: ("structure",),
    NowhereFlat: ("flatness", "equal_states"),
    SymmetricJacobian: ("structure", "jacobian_witness"),
    CompatibleTimes: ("structure", "curvature_witness"),
    GradientOfL: ("structure",),
    GradientDrive: ("structure", "drive_witness"),
    SymmetricWeights: ("symmetriser",),
    DerivedEnergy: ("structure", "claimed_energy"),
    Retrieval: ("few_equilibria", "retrieval_radii"),
    MixtureRetrieval: ("mixture_radii",),
    OneStepRetrieval: ("one_step_radii",),
    Bounded: ("growth_box", "energy_bounds", "lure_multipliers", "contraction", "falling_ray"),
    EnergyBoundedBelow: ("energy_bounds", "falling_ray"),
    GloballyStable: ("lure_multipliers", "contraction", "falling_ray", "two_equilibria", "no_attractor", "lasalle"),
    AlteredEnergy: ("altered_metric",),
    SameEquilibria: ("same_equilibria",),
    SpinDescent: ("spin_proofs", "spin_witnesses"),
    SpinConvergence: ("spin_proofs", "spin_witnesses"),
    SpinCorrection: ("spin_proofs", "spin_escapes"),
}
"""The methods for each obligation whose first method is quick."""

DEAR: Mapping[type, tuple[str, ...]] = {
    Descent: ("ascent_witness", "averaged_flow", "near_equilibrium"),
    AllEquilibria: ("equilibrium_tree",),
    StoredPatterns: ("stored_patterns", "few_equilibria"),
    NoGhosts: ("ghost_search",),
    RecoveredStates: ("equilibrium_tree",),
    DecidedStability: ("equilibrium_tree",),
    FlatRegionsInBasins: ("equilibrium_tree",),
    BasinCells: ("cell_growth", "flow_cells", "whole_space", "few_equilibria"),
    BallMinima: ("ball_minima",),
    StepForm: ("euler_steps",),
    SafeSteps: ("rising_steps",),
    SpinFixedPoints: ("spin_fixed_points",),
}
"""The methods for each obligation that begins with a search that may take long."""


def methods_for(obligation: Obligation) -> tuple[str, ...]:
    """Return the names of the provers that take an obligation, in the order in which they are tried."""
    kind = type(obligation)
    return CHEAP[kind] if kind in CHEAP else DEAR[kind]


def accepting(obligation: Obligation) -> Iterator[Prover]:
    """Yield the provers that take an obligation, each imported when its turn comes."""
    return (PROVERS[name] for name in methods_for(obligation))
