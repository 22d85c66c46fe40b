"""Models for the tests of the derivation, from short specs."""

from __future__ import annotations

from hopverify.networks import Layer, Model, build_model
from hopverify.spec import parse_spec


def model(text: str) -> Model:
    return build_model(parse_spec(f"hopverify: 1\nname: test\n{text}"))


def layer(function: str, *, size: int = 4, key: str = "lagrangian") -> Layer:
    return model(f"layers:\n  x: {{size: {size}, {key}: {function}}}\n").layers["x"]
