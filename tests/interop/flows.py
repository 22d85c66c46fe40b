"""Flows and updates as people write them with PyTorch, and what they are in a spec. Needs torch."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

from tests.interop.energies import plain, seeded, state


class Network(nn.Module):
    """ẋ = -x + W tanh(x) + b, with W symmetric or not."""

    def __init__(self, *, symmetric: bool) -> None:
        super().__init__()
        W = torch.randn(4, 4)
        self.W, self.b = nn.Parameter(W + W.T if symmetric else W), nn.Parameter(torch.randn(4))

    def forward(self, x: Any) -> Any:
        return -x + torch.tanh(x) @ self.W.T + self.b


class Rates(nn.Module):
    def __init__(self, bent: nn.Module) -> None:
        super().__init__()
        self.inner, self.bent = nn.Linear(4, 4), bent

    def forward(self, r: Any) -> Any:
        return self.bent(self.inner(r))


class Retrieval(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.xi = nn.Parameter(torch.randn(5, 4))

    def forward(self, x: Any) -> Any:
        return self.xi.T @ torch.softmax(3 * (self.xi @ x), -1)


class Descent(nn.Module):
    """Minus the gradient of an energy, which the module takes itself."""

    def __init__(self) -> None:
        super().__init__()
        self.xi = nn.Parameter(torch.randn(5, 4))

    def forward(self, x: Any) -> Any:
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            energy = 0.5 * (x * x).sum() - torch.logsumexp(self.xi @ x, 0)
            return -torch.autograd.grad(energy, x, create_graph=True)[0]


class Layers(nn.Module):
    """Two layers, each driven by the other; ``back`` scales one of the ways."""

    def __init__(self, back: float) -> None:
        super().__init__()
        self.W, self.back = nn.Parameter(torch.randn(3, 2)), back

    def forward(self, v: Any, h: Any) -> Any:
        return -v + torch.tanh(h) @ self.W.T, -2 * h + self.back * torch.relu(v) @ self.W


def pair() -> Any:
    return torch.zeros(3), torch.zeros(2)


# name: the program, an example, what it returns, parts of the text that it becomes
class Hierarchy(nn.Module):
    """Two layers that drive each other, one of them with softmax."""

    def __init__(self) -> None:
        super().__init__()
        self.W = nn.Linear(4, 3, bias=False)

    def forward(self, x: Any, y: Any) -> Any:
        return torch.softmax(2 * y, -1) @ self.W.weight - x, self.W(torch.relu(x)) - y


FLOWS: dict[str, tuple[Any, Any, str, tuple[str, ...]]] = {
    "a network": (
        seeded(lambda: Network(symmetric=True)),
        state(4),
        "flow",
        ("lagrangian: tanh, leak: 1", "kind: dense"),
    ),
    "without symmetry": (
        seeded(lambda: Network(symmetric=False)),
        state(4),
        "flow",
        ("lagrangian: tanh", "kind: dense"),
    ),
    "a hierarchy": (
        seeded(Hierarchy),
        lambda: (torch.zeros(4), torch.zeros(3)),
        "flow",
        ("lagrangian: relu, leak: 1", "lagrangian: {softmax: {beta: 2}}, leak: 1", "layers: [x, y]"),
    ),
    "rates": (seeded(lambda: Rates(nn.Sigmoid())), state(4), "update", ("lagrangian: sigmoid", "feedforward_feedback")),
    "rates with silu": (seeded(lambda: Rates(nn.SiLU())), state(4), "update", ("lagrangian: silu",)),
    "retrieval": (seeded(Retrieval), state(4), "update", ("{softmax: {beta: 3}}", "layers: [h, x]")),
    "descent": (seeded(Descent), state(4), "flow", ("lagrangian: softmax", "xi:", "leak: 1")),
    "two layers": (seeded(lambda: Layers(1.0)), pair, "flow", ("v: {size: 3, lagrangian: relu", "kind: dense")),
    "two ways": (seeded(lambda: Layers(0.5)), pair, "flow", ("feedforward_feedback",)),
    "linear": (plain(lambda x: -2 * x + x @ torch.ones(3, 3) / 4), state(3), "flow", ("leak: 1.75", "kind: dense")),
    "cubic": (plain(lambda x: -(x**3)), state(3), "flow", ('activation: {expression: "x^3"', "leak: false")),
    "gated by gelu": (
        seeded(lambda: nn.Sequential(nn.GELU(), nn.Linear(3, 3))),
        state(3),
        "update",
        ("activation: {expression:",),
    ),
}

NO_FLOWS: dict[str, tuple[Any, Any, str, str]] = {
    "softmax and something else of one layer": (
        plain(lambda x: torch.softmax(x, 0) + torch.tanh(x) - x),
        state(3),
        "flow",
        "two activations",
    ),
    "softmax at two temperatures": (
        plain(lambda x: torch.softmax(x, 0) + torch.softmax(2 * x, 0) - x),
        state(3),
        "flow",
        "two activations",
    ),
    "states and their softmax": (
        plain(lambda x: torch.softmax(x, 0) + torch.ones(3, 3) @ x),
        state(3),
        "flow",
        "drives by its states and by softmax",
    ),
    "a gate": (plain(lambda x: -x + x * torch.sigmoid(x.sum())), state(3), "flow", "give the energy"),
    "a number": (plain(lambda x: x.sum()), state(3), "flow", "has the shapes (3,)"),
    "two activations": (
        plain(lambda x: torch.tanh(x) + torch.relu(x) @ torch.ones(3, 3)),
        state(3),
        "flow",
        "two activ",
    ),
    "an energy": (plain(lambda x: x.sum()), state(3), "force", "returns is one of"),
    "neighbours": (plain(lambda x: torch.tanh(x * torch.roll(x, 1))), state(3), "flow", ""),
}
