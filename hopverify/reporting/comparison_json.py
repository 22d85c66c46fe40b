"""Comparisons for programs: JSON in ASCII, described in ``docs/cli.md``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hopverify.reporting.comparison import Change, ClaimChange, Moved
from hopverify.reporting.comparison_words import Compared
from hopverify.reporting.report import Row

SCHEMA, VERSION = "hopverify-comparison", 1


def as_json(compared: Compared) -> str:
    """Return one comparison as one JSON object."""
    return _text(_object(compared))


def all_as_json(comparisons: Sequence[Compared], only: Mapping[str, Sequence[str]]) -> str:
    """Return the comparisons of two folders as one JSON object; ``only`` names the files without a partner."""
    value = {"schema": SCHEMA, "version": VERSION, "comparisons": [_object(each) for each in comparisons]}
    return _text(value | {f"only_{side}": list(files) for side, files in only.items()})


def _object(compared: Compared) -> dict[str, Any]:
    comparison, changes = compared.comparison, compared.spec_changes
    before, after = comparison.verdicts
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "files": list(compared.files),
        "names": list(comparison.names),
        "digests": list(comparison.digests),
        "same_spec": comparison.is_same_spec,
        "spec_changes": None
        if changes is None
        else [{"path": each.path, "before": each.before, "after": each.after} for each in changes],
        "arrays": [_moved(each) for each in comparison.arrays],
        "verdict": _pair(str(before), str(after), comparison.verdict_change),
        "worse": comparison.got_worse,
        "slower": comparison.got_slower,
        "different": comparison.is_different,
        "seconds": _pair(*comparison.seconds, comparison.pace),
        "claims": [_claim(each) for each in comparison.claims],
        "assumptions": [_moved(each) for each in comparison.assumptions],
        "made_with": [_moved(each) for each in comparison.made_with],
    }


def _claim(claim: ClaimChange) -> dict[str, Any]:
    return {
        "check": claim.check,
        "subject": claim.subject,
        "change": str(claim.whole),
        "verdict_change": str(claim.change),
        "before": _side(claim.before),
        "after": _side(claim.after),
        "contradiction": claim.is_contradiction,
        "pace": str(claim.pace),
        "numbers": [_moved(each) for each in claim.numbers],
        "lost": list(claim.lost),
        "won": list(claim.won),
    }


def _side(claim: Row | None) -> dict[str, Any] | None:
    if claim is None:
        return None
    return {
        "verdict": str(claim.verdict),
        "expected": "any" if claim.expected is None else str(claim.expected),
        "method": list(claim.method),
        "seconds": claim.seconds,
    }


def _moved(moved: Moved) -> dict[str, Any]:
    return {"name": moved.name} | _pair(moved.before, moved.after, moved.change)


def _pair(before: Any, after: Any, change: Change) -> dict[str, Any]:
    return {"before": before, "after": after, "change": str(change)}


def _text(value: dict[str, Any]) -> str:
    # ASCII, so that neither an encoding nor a control character of a certificate can get in the way.
    return json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False)
