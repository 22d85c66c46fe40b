"""Classical mistakes: one a file, found by name. Each proposes suspects, and a suspect predicts what would be seen.

A suspect says how energy, velocity or activation would come out if that mistake had been made; where it says nothing,
they are those of the spec. :mod:`hopverify.testing.diagnosing` compares that with what is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hopverify.registry import Registry
from hopverify.testing.subject import Subject

Floats = NDArray[np.float64]
FITTED = 1e6
"""How much looser the comparison is where a suspect has a number that was fitted to what is seen."""


@dataclass(frozen=True, eq=False)
class Suspect:
    """``said`` names the mistake in a sentence, ``change`` tells what to do about it.

    ``energy`` and ``velocity`` predict E(x) and ẋ, ``activation`` g of a layer at its own state. ``adds`` marks simple
    mistakes in the energy, of which two may come together.
    """

    mistake: str
    said: str
    change: str
    energy: Callable[[Floats], float] | None = None
    velocity: Callable[[Floats], Floats] | None = None
    activation: Mapping[str, Callable[[Floats], Floats]] = field(default_factory=dict)
    looseness: float = 1.0
    adds: bool = False


@dataclass(frozen=True)
class Mistake:
    """One mistake; ``order`` places the simpler explanations before the others. The states are those of the sample."""

    name: str
    order: int
    suspects: Callable[[Subject, list[Floats]], Iterator[Suspect]]


MISTAKES: Registry[Mistake] = Registry("hopverify.testing.mistakes", "MISTAKE", noun="mistake")
