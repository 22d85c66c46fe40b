"""Claims about the cores of small specs, offered to the kernel."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.core import core_of
from hopverify.kernel.check import accept
from hopverify.kernel.core import Core
from hopverify.kernel.numbers import Rejected
from hopverify.networks import build_model
from hopverify.spec import parse_spec


def core(body: str) -> Core:
    """Return the core of a spec without its first two lines."""
    return core_of(build_model(parse_spec(f"hopverify: 1\nname: tried\n{body}")))


def dense(weights: str, layer: str = "size: 2, lagrangian: relu") -> Core:
    """Return the core of one layer, x, with weights w."""
    synapse = f"w: {{kind: dense, layers: [x, x], weights: {weights}}}"
    return core(f"layers: {{x: {{{layer}}}}}\nsynapses: {{{synapse}}}\n")


def layer(text: str) -> Core:
    """Return the core of one layer, x."""
    return core(f"layers: {{x: {{{text}}}}}\n")


def accepted(of: Core, claim: str, by: str, fields: dict[str, Any], **proof: Any) -> str:
    """Return the sentence of a claim that the kernel accepts."""
    fact = accept(of, {"claim": {"claim": claim, **fields}, "proof": {"by": by, **proof}})
    assert fact.core is of or fact.core is of.original
    assert fact.claim.says(claim, **fields)
    return str(fact.claim)


def rejected(of: Core, claim: str, by: str, fields: dict[str, Any], why: str, **proof: Any) -> None:
    """Show that the kernel rejects a claim with its proof, for a reason."""
    with pytest.raises(Rejected, match=why):
        accepted(of, claim, by, fields, **proof)
