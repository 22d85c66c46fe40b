"""Certificates made by hand, for tests of what reads them without a spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopverify.certificate import Certificate

MADE_WITH = {"hopverify": "0.1.0", "seed": "0"}


def entry(
    check: str,
    verdict: str = "pass",
    *,
    subject: str = "x",
    expected: str = "pass",
    data: Mapping[str, Any] | None = None,
    **changed: Any,
) -> dict[str, Any]:
    """Return an entry with one obligation, or with those of ``changed``."""
    row: dict[str, Any] = {"statement": f"{check} of {subject}", "role": "necessary", "outcome": "proved"}
    whole = {
        "check": check,
        "subject": subject,
        "statement": f"{check} holds of {subject}",
        "theory": "T2",
        "assumptions": [],
        "verdict": verdict,
        "expected": expected,
        "method": ["sign"],
        "obligations": [row if data is None else row | {"data": dict(data)}],
    }
    if verdict == "unknown":
        whole["reason"] = {"code": "no_proof_found", "text": "no prover found a proof"}
    return whole | changed


def certificate(*entries: dict[str, Any], **changed: Any) -> Certificate:
    """Return a certificate of a spec called ``model``; ``changed`` replaces its parts."""
    parts: dict[str, Any] = {
        "spec": {"name": "model", "digest": "a" * 64},
        "core": "b" * 64,
        "arrays": {},
        "verdict": "pass",
        "results": entries,
        "made_with": MADE_WITH,
        "seconds": (0.0,) * len(entries),
    }
    return Certificate(**(parts | changed))
