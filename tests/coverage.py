"""Coverage of the trusted half by branch: ``python -m tests.coverage``, which fails below 100 %.

What is measured, and the bar, stand in ``pyproject.toml``; here stand the tests that aim at it. They take some ten
minutes on one core. A path as argument measures the tests under it alone, which is how to see what one file reaches.
"""

from __future__ import annotations

import subprocess
import sys

TRUSTED = (
    "activations",
    "certificate.py",
    "checker",
    "checks",
    "core",
    "errors.py",
    "expr",
    "kernel",
    "lagrangians",
    "networks",
    "obligations",
    "registry.py",
    "spec",
    "synapses",
    "verdict.py",
)
TESTS = ("api", "checker", "checks", "core", "expr", "kernel", "known_values", "laws", "networks", "spec", "synapses")
AIMED = (*(f"tests/{name}" for name in TESTS), *(f"hopverify/{name}" for name in TRUSTED))


def measure(paths: tuple[str, ...]) -> int:
    """Run the tests under coverage, and report what no test reached."""
    python = [sys.executable, "-m", "coverage"]
    tests = subprocess.call([*python, "run", "-m", "pytest", "-q", "-m", "long or not long", *paths])
    return subprocess.call([*python, "report"]) or tests


if __name__ == "__main__":
    sys.exit(measure(tuple(sys.argv[1:]) or AIMED))
