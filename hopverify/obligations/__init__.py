"""Obligations: the small closed set of statements in which checks and proof methods meet.

A check turns a claim about a model into obligations; a prover searches evidence for one kind of obligation; a rule of
the checker decides whether the evidence proves or refutes it. An obligation holds the mathematical objects themselves
(rebuilt from the spec by the checker), never a copy of them from a certificate. ``statement`` is what a reader is told.
"""

from __future__ import annotations

from hopverify.obligations.altered import AlteredEnergy, SameEquilibria
from hopverify.obligations.basins import BasinCells
from hopverify.obligations.dynamics import Bounded, EnergyBoundedBelow, GloballyStable
from hopverify.obligations.energy import (
    CompatibleTimes,
    Convex,
    DerivedEnergy,
    Descent,
    GradientDrive,
    GradientOfL,
    NowhereFlat,
    Regular,
    RegularDrive,
    SymmetricJacobian,
    SymmetricWeights,
    premises_of_descent,
)
from hopverify.obligations.equilibria import (
    AllEquilibria,
    DecidedStability,
    FlatRegionsInBasins,
    NoGhosts,
    RecoveredStates,
    Search,
)
from hopverify.obligations.minima import BallMinima
from hopverify.obligations.outcome import Outcome
from hopverify.obligations.retrieval import MixtureRetrieval, OneStepRetrieval, Retrieval
from hopverify.obligations.spins import SpinConvergence, SpinCorrection, SpinDescent, SpinFixedPoints
from hopverify.obligations.steps import SafeSteps, StepForm
from hopverify.obligations.stored import StoredPatterns, amplitude, are_enough

Obligation = (
    Convex
    | Regular
    | RegularDrive
    | NowhereFlat
    | SymmetricJacobian
    | CompatibleTimes
    | GradientDrive
    | SymmetricWeights
    | DerivedEnergy
    | Descent
    | GradientOfL
    | Retrieval
    | MixtureRetrieval
    | OneStepRetrieval
    | Bounded
    | EnergyBoundedBelow
    | GloballyStable
    | AllEquilibria
    | StoredPatterns
    | NoGhosts
    | RecoveredStates
    | DecidedStability
    | FlatRegionsInBasins
    | BasinCells
    | BallMinima
    | StepForm
    | SafeSteps
    | AlteredEnergy
    | SameEquilibria
    | SpinDescent
    | SpinConvergence
    | SpinFixedPoints
    | SpinCorrection
)

__all__ = [
    "AllEquilibria",
    "AlteredEnergy",
    "BallMinima",
    "BasinCells",
    "Bounded",
    "CompatibleTimes",
    "Convex",
    "DecidedStability",
    "DerivedEnergy",
    "Descent",
    "EnergyBoundedBelow",
    "FlatRegionsInBasins",
    "GloballyStable",
    "GradientDrive",
    "GradientOfL",
    "MixtureRetrieval",
    "NoGhosts",
    "NowhereFlat",
    "Obligation",
    "OneStepRetrieval",
    "Outcome",
    "RecoveredStates",
    "Regular",
    "RegularDrive",
    "Retrieval",
    "SafeSteps",
    "SameEquilibria",
    "Search",
    "SpinConvergence",
    "SpinCorrection",
    "SpinDescent",
    "SpinFixedPoints",
    "StepForm",
    "StoredPatterns",
    "SymmetricJacobian",
    "SymmetricWeights",
    "amplitude",
    "are_enough",
    "premises_of_descent",
]
