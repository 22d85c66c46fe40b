"""Layers as they stand in specs."""

from __future__ import annotations

from hopverify.networks import Layer
from tests.checker.models import layer

__all__ = ["layer", "own"]


def own(expression: str, size: int = 2, of: str = "layer") -> Layer:
    return layer(f"lagrangian: {{expression: '{expression}', of: {of}}}", size)
