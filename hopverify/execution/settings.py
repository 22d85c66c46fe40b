"""The settings of a run: what its searches may spend, and what its certificates say they were made with."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from time import monotonic

from hopverify.errors import ArgumentError
from hopverify.provers import Budget

LEAST_GRACE = 0.3


@dataclass(frozen=True)
class Settings:
    """``samples`` bounds each random search, ``boxes`` each enumeration, ``timeout`` (seconds) the run of one spec."""

    samples: int = 2000
    boxes: int = 400_000
    seed: int = 0
    timeout: float = float("inf")

    def __post_init__(self) -> None:
        for name, least in (("samples", 0), ("boxes", 1), ("seed", 0)):
            value = getattr(self, name)
            if type(value) is not int or value < least:
                raise ArgumentError(f"{name}: a whole number from {least} is taken, got {value!r}")
        if not isinstance(self.timeout, int | float) or not self.timeout > 0:
            raise ArgumentError(f"timeout: a number of seconds greater than 0 is taken, got {self.timeout!r}")

    def budget(self, since: float | None = None) -> Budget:
        """Return the budget of a run that began at a time of the monotonic clock, or begins now."""
        return Budget(self.samples, self.boxes, self.seed, (monotonic() if since is None else since) + self.timeout)

    @property
    def grace(self) -> float:
        """How many seconds after its time a search may take to notice; then its process is ended."""
        return max(LEAST_GRACE, self.timeout / 20)

    def made_with(self) -> dict[str, str]:
        """Return what a certificate records: versions, and all settings that the evidence depends on."""
        spent = {"seed": str(self.seed), "samples": str(self.samples), "boxes": str(self.boxes)}
        return versions() | spent | {"rounding": "to nearest"}


def versions() -> dict[str, str]:
    """Return the versions that evidence may depend on; the processes of one run have to agree on them."""
    packages = {name: _version(name) for name in ("hopverify", "numpy", "python-flint", "sympy", "scipy")}
    return packages | {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "platform": sys.platform,
    }


@cache
def _version(name: str) -> str:
    """Return the version of an installed package; files are read for it."""
    return version(name)
