"""Energies as people write them with PyTorch, what they are in a spec, and programs that are refused. Needs torch."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

FILE = """
import torch

class Memory(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.xi = torch.nn.Parameter(4 * torch.randn(5, 8).sign())

    def forward(self, x):
        print("called")
        return 0.5 * (x * x).sum() - torch.logsumexp(self.xi @ x, 0)

energy = Memory()
"""


@dataclass(frozen=True)
class Energy:
    """A function or module, made anew, with an example of its argument, and parts of the text that it becomes."""

    function: Callable[[], Any]
    example: Callable[[], Any]
    parts: tuple[str, ...] = ()
    layers: tuple[str, ...] = ("x",)
    close: float = 1e-6


def seeded(kind: Callable[[], Any]) -> Callable[[], Any]:
    def build() -> Any:
        torch.manual_seed(1)
        return kind()

    return build


class ModernHopfield(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.xi, self.beta = nn.Parameter(torch.randn(4, 6)), 2.0

    def forward(self, x: Any) -> Any:
        return 0.5 * (x * x).sum() - torch.logsumexp(self.beta * (self.xi @ x), 0) / self.beta


class LearntTemperature(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.xi, self.beta = nn.Parameter(torch.randn(4, 6)), nn.Parameter(torch.tensor(0.3))

    def forward(self, x: Any) -> Any:
        return 0.5 * x @ x - 1 / self.beta * (self.beta * (self.xi @ x)).exp().sum().log()


class DenseMemory(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.xi = nn.Parameter(torch.randn(5, 4))

    def forward(self, x: Any) -> Any:
        return 0.5 * x.pow(2).sum() - nn.functional.relu(x @ self.xi.T).pow(3).sum() / 3


class Boltzmann(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.a = nn.Linear(4, 5), nn.Parameter(torch.randn(4))

    def forward(self, x: Any) -> Any:
        return 0.5 * ((x - self.a) ** 2).sum() - nn.functional.softplus(self.hidden(x)).sum()


class TwoLayers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.W, self.c = nn.Linear(4, 6), nn.Linear(6, 1)

    def forward(self, x: Any) -> Any:
        return 0.5 * x.square().sum() + self.c(nn.functional.relu(self.W(x))).sum()


class Perceptron(nn.Module):
    def __init__(self, *bent: nn.Module) -> None:
        super().__init__()
        first, second = bent
        self.net = nn.Sequential(nn.Linear(4, 6), first, nn.Linear(6, 5), second, nn.Linear(5, 1))

    def forward(self, x: Any) -> Any:
        return 0.5 * (x**2).sum() + self.net(x).squeeze()


class Hopfield1984(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.W, self.b = nn.Parameter(torch.randn(5, 5)), nn.Parameter(torch.randn(5))

    def forward(self, x: Any) -> Any:
        g, W = torch.tanh(x), (self.W + self.W.T) / 2
        return -0.5 * g @ W @ g - (self.b * g).sum() + (x * g - torch.log(torch.cosh(x))).sum()


class Mixture(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.mu = nn.Parameter(torch.randn(3, 2))
        self.register_buffer("weights", torch.randn(3).log_softmax(0))

    def forward(self, x: Any) -> Any:
        return -torch.logsumexp(self.weights - torch.cdist(x[None], self.mu)[0] ** 2, 0)


class Convolved(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Conv2d(1, 2, 3, padding=1, stride=2)

    def forward(self, x: Any) -> Any:
        return 0.5 * (x**2).sum() - nn.functional.softplus(self.c(x)).sum()


class Normed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.W = nn.LayerNorm(4), nn.Parameter(torch.randn(5, 4))

    def forward(self, x: Any) -> Any:
        return 0.5 * x @ x - torch.logsumexp(self.W @ self.norm(x), 0)


class Tokens(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.xi = nn.Parameter(torch.randn(4, 3))

    def forward(self, x: Any) -> Any:
        return (
            0.5 * (x * x).sum()
            - torch.logsumexp(x @ self.xi.T, -1).sum()
            - (nn.functional.relu(x @ self.xi.T) ** 2).sum() / 2
        )


class Attention(nn.Module):
    """Two heads of attention between tokens, and a memory of each token (arXiv:2302.07253)."""

    def __init__(self) -> None:
        super().__init__()
        self.Wq, self.Wk = nn.Parameter(torch.randn(2, 2, 3)), nn.Parameter(torch.randn(2, 2, 3))

    def forward(self, x: Any) -> Any:
        q, k = (torch.einsum("hdD,tD->htd", W, x) for W in (self.Wq, self.Wk))
        return 0.5 * (x * x).sum() - 2 * torch.logsumexp(0.5 * q @ k.transpose(1, 2), -1).sum()


class Inverse(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("A", torch.eye(3) * 2 + torch.ones(3, 3) / 8)

    def forward(self, x: Any) -> Any:
        return 0.5 * x @ torch.linalg.inv(self.A) @ x


class Shifted(nn.Module):
    """log Σ exp by hand, the largest entry taken off without a gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.xi = nn.Parameter(torch.randn(40, 3))

    def forward(self, x: Any) -> Any:
        scores = self.xi @ x
        with torch.no_grad():
            largest = scores.max()
        return 0.5 * x @ x - ((scores - largest).exp().sum().log() + largest)


def state(*shape: int) -> Callable[[], Any]:
    return lambda: torch.zeros(*shape)


def plain(function: Callable[..., Any]) -> Callable[[], Any]:
    return lambda: function


def rastrigin(x: Any) -> Any:
    return 10 * x.numel() + (x**2 - 10 * torch.cos(2 * torch.pi * x)).sum()


def in_place(x: Any) -> Any:
    y = x.clone()
    y.mul_(2)
    y[0] += 1
    return (y * y).sum()


ENERGIES = {
    "modern": Energy(seeded(ModernHopfield), state(6), ("{softmax: {beta: 2}}", "xi:")),
    "learnt temperature": Energy(seeded(LearntTemperature), state(6), ("softmax: {beta: ",)),
    "dense memory": Energy(seeded(DenseMemory), state(4), ("kind: associative", '"1/3*relu(z)^3"')),
    "boltzmann": Energy(seeded(Boltzmann), state(4), ("lagrangian: sigmoid, tau: 0", "leak: 1", "hidden_weight:")),
    "two layers": Energy(seeded(TwoLayers), state(4), ("relu(W_bias + W_weight@x)", "leak: 1")),
    "silu and gelu": Energy(seeded(lambda: Perceptron(nn.SiLU(), nn.GELU())), state(4), ("net_2_weight@(sigmoid(",)),
    "mish and gelu by tanh": Energy(
        seeded(lambda: Perceptron(nn.Mish(), nn.GELU("tanh"))), state(4), ("net_2_weight@",)
    ),
    "elu and softplus": Energy(seeded(lambda: Perceptron(nn.ELU(), nn.Softplus(beta=2))), state(4), ()),
    "leaky and hardtanh": Energy(seeded(lambda: Perceptron(nn.LeakyReLU(0.25), nn.Hardtanh())), state(4), ()),
    "norm within": Energy(seeded(lambda: Perceptron(nn.LayerNorm(6), nn.Tanh())), state(4), ()),
    "hopfield 1984": Energy(seeded(Hopfield1984), state(5), ("dot(x, tanh(x))", "leak: false")),
    "mixture": Energy(seeded(Mixture), state(2), ("lagrangian: softmax", "leak: 2", "bias:")),
    "convolved": Energy(seeded(Convolved), state(1, 1, 4, 4), ("lagrangian: sigmoid", "leak: 1")),
    "layer norm": Energy(seeded(Normed), state(4), ("-logsumexp(W@(x - sum(x)/4)",)),
    "tokens": Energy(seeded(Tokens), state(2, 3), ("x_2:", "softmax", "associative"), ("x_1", "x_2")),
    "attention": Energy(
        seeded(Attention),
        state(3, 3),
        ("kind: attention", "layers: [x_1, x_2, x_3]", "beta: 0.5"),
        ("x_1", "x_2", "x_3"),
    ),
    "inverse": Energy(seeded(Inverse), state(3), ("kind: dense", "leak: ")),
    "shifted": Energy(seeded(Shifted), state(3), ("lagrangian: softmax", "Taken for granted")),
    "rastrigin": Energy(plain(rastrigin), state(3), ("leak: 2", "cos(13176795/2097152*x)"), close=1e-4),
    "double well": Energy(plain(lambda x: ((x**2 - 1) ** 2).sum()), state(3), ("sum((x^2 - 1)^2)", "leak: false")),
    "huber": Energy(
        plain(lambda x: nn.functional.huber_loss(x, torch.zeros_like(x), reduction="sum")), state(3), ("abs(x)",)
    ),
    "erfc": Energy(plain(lambda x: 0.5 * x @ x + torch.erfc(x).sum()), state(3), ("erf(x)",)),
    "largest": Energy(plain(lambda x: 0.5 * x @ x - (2 * x + torch.arange(3.0)).amax()), state(3), ("max(max(",)),
    "in place on a copy": Energy(plain(in_place), state(3), ()),
    "batch of one": Energy(
        plain(lambda x: 0.5 * (x**2).sum(-1) - torch.logsumexp(3 * x, -1)), state(1, 3), ("softmax",)
    ),
    "dropout, evaluated": Energy(
        seeded(lambda: nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Tanh(), nn.Linear(4, 1)).eval()),
        state(3),
        (),
        ("input",),
    ),
    "one neuron": Energy(plain(lambda x: (x**4 - x**2).sum()), state(1), ()),
    "two arguments": Energy(
        plain(lambda v, h: 0.5 * v @ v + 0.5 * h @ h - v @ torch.ones(3, 2) @ h / 4),
        lambda: (torch.zeros(3), torch.zeros(2)),
        ("layers: [h, v]",),
        ("v", "h"),
    ),
}
UNTOUCHED = ("modern", "norm within")


class Counter(nn.Module):
    """Counts its calls in a buffer, on which the energy depends."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x: Any) -> Any:
        self.calls += 1
        return (x * self.calls).sum()


class Remembers(nn.Module):
    """Counts its calls in Python, where no graph shows it."""

    calls = 0

    def forward(self, x: Any) -> Any:
        self.calls += 1
        return (x * x).sum() * self.calls


class Straight(torch.autograd.Function):
    """The sign, with the derivative of the identity."""

    @staticmethod
    def forward(context: Any, x: Any) -> Any:
        return torch.tanh(10 * x)

    @staticmethod
    def backward(context: Any, slope: Any) -> Any:
        return slope


def changes_its_argument(x: Any) -> Any:
    x.mul_(2)
    return x.sum()


REFUSED: dict[str, tuple[Callable[[], Any], Callable[[], Any], str]] = {
    "dropout in training": (lambda: nn.Sequential(nn.Dropout(0.5), nn.Linear(3, 1)), state(3), "module.eval()"),
    "random numbers": (plain(lambda x: (x * torch.randn(3)).sum()), state(3), "random numbers"),
    "a branch by the state": (plain(lambda x: x.sum() if x.sum() > 0 else -x.sum()), state(3), "torch.where"),
    "a number of the state": (plain(lambda x: x.sum() * x.sum().item()), state(3), ""),
    "a counter": (Counter, state(3), "'calls' in place"),
    "batch norm in training": (lambda: nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 1)), state(1, 3), ""),
    "a counter in Python": (Remembers, state(3), "differ in their"),
    "its argument changed": (plain(changes_its_argument), state(3), "in place"),
    "a stopped gradient": (plain(lambda x: (x * x.detach()).sum()), state(3), "gradient is stopped"),
    "a rule that is no derivative": (
        plain(lambda x: (x * Straight.apply(x)).sum()),
        state(3),
        "differ in their gradient",
    ),
    "whole numbers": (plain(lambda x: (x // 1).sum()), state(3), "whole numbers"),
    "a cast to whole numbers": (plain(lambda x: x.int().float().sum()), state(3), "int32"),
    "half precision": (plain(lambda x: x.half().sum()), state(3), "float16"),
    "a count": (plain(lambda x: (x > 0).sum().float()), state(3), "int64"),
    "a place": (plain(lambda x: x[x.argmax()]), state(3), ""),
    "sorted": (plain(lambda x: x.sort().values[0]), state(3), "sort"),
    "a product": (plain(lambda x: x.prod()), state(3), "prod"),
    "several energies": (plain(lambda x: (x * x).sum(-1)), state(2, 3), "one number"),
    "another array every time": (
        plain(lambda x: (x * random.random()).sum()),
        state(3),
        "differ in their",
    ),
}
