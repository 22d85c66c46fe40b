"""Speed of the main paths. Run with ``pytest tests/benchmarks --benchmark-enable --benchmark-only``.

Numbers in the documentation come from here, as ratios within one run.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify.checker import check_certificate
from hopverify.checker.rules import retrieval as rule
from hopverify.pipeline import verify
from hopverify.provers import retrieval_radii
from hopverify.spec import read_spec

pytestmark = pytest.mark.long
SPECS = Path(__file__).parents[2] / "specs"


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "hopverify", *arguments], check=True, capture_output=True)


def _forget() -> None:
    """Let go of what one round would spare the next."""
    retrieval_radii.forget()
    rule.verify.cache_clear()


@pytest.mark.benchmark(group="start")
def test_help(benchmark: Any) -> None:
    benchmark(_run, "--help")


@pytest.mark.benchmark(group="start")
def test_bare_python(benchmark: Any) -> None:
    benchmark(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True))


@pytest.mark.benchmark(group="start")
def test_relu_pair_whole(benchmark: Any) -> None:
    benchmark(_run, "verify", str(SPECS / "relu-pair.yaml"))


@pytest.mark.benchmark(group="digits")
def test_digits_whole(benchmark: Any) -> None:
    benchmark.pedantic(_run, args=("verify", str(SPECS / "digits.yaml")), rounds=3)


@pytest.mark.benchmark(group="digits")
def test_digits_verify(benchmark: Any) -> None:
    benchmark.pedantic(lambda: verify(SPECS / "digits.yaml"), setup=_forget, rounds=9)


@pytest.mark.benchmark(group="digits")
def test_digits_check(benchmark: Any) -> None:
    spec = read_spec(SPECS / "digits.yaml")
    certificate = verify(spec)
    benchmark.pedantic(lambda: check_certificate(spec, certificate), setup=_forget, rounds=9)


@pytest.mark.benchmark(group="digits")
def test_digits_bare_gram_and_exponential(benchmark: Any) -> None:
    """What the check is compared with: one Gram product and one exponential pass, no bounds and no proof."""
    patterns = np.load(SPECS / "data" / "digits.npy")
    benchmark.pedantic(lambda: np.exp(100 * (patterns @ patterns.T - 1)).sum(axis=1), rounds=9)
