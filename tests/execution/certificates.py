"""Specs of this folder's tests, and certificates of runs, compared apart from timings."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from hopverify.certificate import Certificate
from hopverify.pipeline import verify

SPECS = Path(__file__).parents[2] / "specs"
# Several checks share one search for equilibria.
SHARING = SPECS / "relu-five-equilibria.yaml"
# One obligation takes most of the time.
SLOW = SPECS / "krotov-hopfield-a-slow.yaml"


def timeless(text: str) -> str:
    """Return a certificate's text without its timings."""
    lines = text.splitlines()
    kept = [line for line in lines if not line.startswith('"seconds":')]
    assert len(kept) == len(lines) - 1
    return "\n".join(kept)


def text_of(certificate: Certificate) -> str:
    return timeless(certificate.to_json())


@cache
def serial(spec: Path, **settings: Any) -> str:
    """Return the certificate of a serial run, without timings."""
    return text_of(verify(spec, **settings))
