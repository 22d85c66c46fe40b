"""Models, layers and networks for tests of the checker, from a few words of a spec."""

from __future__ import annotations

from hopverify.networks import Layer, LinearNetwork, Model, build_model, linear_network
from hopverify.networks.structured import StructuredNetwork, structured_network
from hopverify.spec import parse_spec


def model(body: str) -> Model:
    return build_model(parse_spec(f"hopverify: 1\nname: edges\n{body}"))


def layer(text: str, size: int = 2) -> Layer:
    return model(f"layers: {{x: {{size: {size}, {text}}}}}\n").layers["x"]


def dense(weights: str, text: str) -> str:
    return f"layers: {{x: {{{text}}}}}\nsynapses: {{w: {{kind: dense, layers: [x, x], weights: {weights}}}}}\n"


def network(body: str) -> LinearNetwork:
    found = linear_network(model(body))
    assert found is not None
    return found


def structured(body: str) -> StructuredNetwork:
    found = structured_network(model(body))
    assert found is not None
    return found
