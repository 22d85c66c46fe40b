"""What the kernel's claims about stored patterns tell, for readers: patterns by their labels, and what each lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from hopverify.checker.stored import NO_SYNAPSES
from hopverify.kernel.claims import Claim


def told_of_patterns(claim: Claim, labels: Sequence[str], place: range) -> dict[str, Any]:
    """Return what a claim tells of the patterns with some labels, which are states of the neurons in a place."""
    if claim.name == "too few stored patterns":
        names = {"all_equilibria": "equilibria", "owned_at_most": "most", "asked": "at_least"}
        return {name: claim[field] for name, field in names.items()}
    retrieved = claim.name == "retrieved patterns"
    row = partial(_cell, place=place) if retrieved else _row
    pairs = zip(claim["patterns"], labels, strict=True)
    rows = [row(each, label, labels, claim["errors"]) for each, label in pairs]
    told = {"certified": sum(row["verdict"] == "pass" for row in rows), "patterns": len(rows)}
    if not retrieved:
        return told | {"memories": rows, "norm": "largest coordinate"}
    basin = {"basin": claim["basin"]} if "basin" in claim.fields else {}
    return told | {"neurons": len(place), "cells": rows} | basin


def _cell(row: Mapping[str, Any], label: str, labels: Sequence[str], errors: int, place: range) -> dict[str, Any]:
    told: dict[str, Any] = {"name": label, "verdict": "pass" if row["retrieved"] else "unknown"}
    if "x" not in row:
        return told | {"why": "none"}
    if "distance" in row:
        told["distance_at_most"] = row["distance"]
    if "cell" in row:
        told["flips"] = row.get("flips", {"neurons": 0})["neurons"]
        told["half_infinite"] = sum(None in ends for ends in row["cell"][place.start : place.stop])
    if "nearest_end" in row:
        told["nearest_end"] = row["nearest_end"]
    return (
        told
        if row["retrieved"]
        else told | _missing(row, labels, errors, "flips" if "nearest_end" in row else "outside")
    )


def _row(row: Mapping[str, Any], label: str, labels: Sequence[str], errors: int) -> dict[str, Any]:
    told: dict[str, Any] = {"name": label, "verdict": "pass" if row["stored"] else "unknown"}
    if "x" not in row:
        return told | {"why": "none"}
    told["stability"] = row["stability"]
    if "distance" in row:
        told["distance_at_most"] = row["distance"]
    if "flat" in row:
        told["flat_region"] = dict(row["flat"].get("layers", {}))
    return told if row["stored"] else told | _missing(row, labels, errors, "stability")


def _missing(row: Mapping[str, Any], labels: Sequence[str], errors: int, otherwise: str) -> dict[str, Any]:
    """Return why a pattern is not shown to be stored, though an equilibrium is known."""
    limit = row.get("limit")
    if "apart" not in row or limit is None or not Fraction(row["apart"]) < Fraction(limit[0]):
        told = {"why": "far", "distance": row.get("apart", "inf")}
        rival = row.get("rival")
        half = {} if limit is None else {"limit": limit[0], "rival": NO_SYNAPSES if rival is None else labels[rival]}
        return told | half
    if row.get("wrong", 0) > errors:
        return {"why": "signs", "wrong": row["wrong"]}
    return {"why": otherwise}
