"""Energies in the ways of published code: einsum, broadcasting, indexing, windows, buffers, hooks. Needs torch."""

from __future__ import annotations

import functools
import math
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from tests.interop.energies import Energy, plain, seeded, state

RNG = torch.Generator().manual_seed(7)


def array(*shape: int) -> Any:
    # float32 in both types, so that the numbers are the same.
    return torch.randn(*shape, generator=RNG).double()


W46, A33, T333, MU = array(4, 6), array(3, 3), array(3, 3, 3), array(3, 2)
KERNEL, SIGMA, COUPLINGS = array(2, 1, 3, 3), array(6).exp().float(), array(6, 6)
PAIRS = torch.triu_indices(4, 4, 1)


class EnergyTransformer(nn.Module):
    """Attention between tokens and a memory of each, of tokens that are normed (arXiv:2302.07253)."""

    def __init__(self) -> None:
        super().__init__()
        self.Wq, self.Wk = nn.Parameter(torch.randn(2, 3, 4) / 3), nn.Parameter(torch.randn(2, 3, 4) / 3)
        self.xi, self.gamma, self.delta = nn.Parameter(torch.randn(5, 4)), nn.Parameter(torch.ones(())), torch.ones(4)

    def forward(self, x: Any) -> Any:
        centred = x - x.mean(-1, keepdim=True)
        g = self.gamma * centred / torch.sqrt((centred**2).mean(-1, keepdim=True) + 1e-5) + self.delta.to(x)
        keys, queries = (torch.einsum("td,hzd->thz", g, W) for W in (self.Wk, self.Wq))
        scores = torch.einsum("qhz,khz->hqk", queries, keys)
        memories = F.relu(torch.einsum("td,md->tm", g, self.xi))
        return -2 * torch.logsumexp(scores / 2, -1).sum() - (memories**2).sum() / 2


class Biased(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.q, self.k = nn.Linear(4, 3), nn.Linear(4, 3)

    def forward(self, x: Any) -> Any:
        return (x**2).sum() / 2 - torch.logsumexp(self.q(x) @ self.k(x).T / 3**0.5, -1).sum()


class Conditioned(nn.Module):
    """A convolution by groups with a circular edge, a transposed one, and a mean over windows."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv1d(2, 4, 3, padding=1, groups=2, padding_mode="circular")
        self.second = nn.ConvTranspose1d(4, 2, 3, stride=2, padding=1, output_padding=1)
        self.third = nn.Conv1d(2, 2, 2, dilation=3)

    def forward(self, x: Any) -> Any:
        wide = self.third(self.second(torch.tanh(self.first(x))))
        return (x**2).sum() / 2 - F.softplus(F.avg_pool1d(wide, 3)).sum()


class Normalised(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.W = nn.Linear(3, 3, bias=False)
        nn.utils.parametrizations.orthogonal(self.W)

    def forward(self, x: Any) -> Any:
        return x @ x / 2 - F.softplus(self.W(x)).sum()


class Hooked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.W = nn.Linear(3, 4)
        self.W.register_forward_hook(lambda module, given, result: 2 * result)

    def forward(self, x: Any) -> Any:
        return (self.W(x) ** 2).sum() / 2


class Cached(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.W, self.symmetric = nn.Parameter(torch.randn(3, 3)), None

    def forward(self, x: Any) -> Any:
        if self.symmetric is None:
            self.symmetric = self.W + self.W.T
        return x @ self.symmetric @ x


def boltzmann_by_hand(v: Any) -> Any:
    scores = F.linear(v / SIGMA.to(v), W46.to(v))
    return (((v - 1) / SIGMA.to(v)) ** 2).sum() / 2 - scores.exp().add(1).log().sum()


def in_place_on_views(x: Any) -> Any:
    y = x.clone().reshape(2, 3)
    y[0].mul_(2)
    y[:, 1:] += 1
    y[y > 2] = 2
    return (y**2).sum()


def mixture(x: Any) -> Any:
    differences = x - MU.to(x)
    shapes = torch.einsum("ki,kij,kj->k", differences, T333[:, :2, :2].to(x), differences)
    return torch.logsumexp(shapes, 0)


def lennard_jones(x: Any) -> Any:
    squares = ((x[PAIRS[0]] - x[PAIRS[1]]) ** 2).sum(-1) + 1
    return (squares**-6 - squares**-3).sum()


def lattice(x: Any) -> Any:
    around = sum(torch.roll(x, shift, axis) for shift in (1, -1) for axis in (0, 1)) - 4 * x
    return (around**2).sum() + ((x**2 - 1) ** 2).sum() + (x * x.flip(0)).sum()


def windows(x: Any) -> Any:
    means = F.adaptive_avg_pool2d(x, 2) + F.avg_pool2d(x, 2)
    padded = F.pad(x, (1, 1, 0, 1), value=1.0) ** 3
    return (means**2).sum() + padded.sum() + (F.interpolate(x, scale_factor=2) ** 2).sum()


def entropies(x: Any) -> Any:
    p = torch.sigmoid(x)
    return (torch.xlogy(p, p) + torch.special.xlog1py(1 - p, -p)).sum() - torch.special.entr(p).sum()


def attention_to_others(x: Any) -> Any:
    scores = (x @ x.T).masked_fill(torch.eye(3, dtype=torch.bool), float("-inf"))
    return (x**2).sum() - torch.logsumexp(scores, -1).sum()


def log_cosh(x: Any) -> Any:
    size = (W46.to(x) @ x).abs()
    return x @ x / 2 - (size + F.softplus(-2 * size) - math.log(2)).sum()


def cases(x: Any) -> Any:
    inner, z = (x > -1) & (x < 1), A33.to(x) @ x
    powers = torch.where(z > 0, z**3, torch.zeros_like(z)).sum()
    return torch.where(inner, x**2, 2 * x.abs() - 1).sum() + torch.where(~(x > 0), x**2, -x).sum() + powers


PUBLISHED = {
    "energy transformer": Energy(seeded(EnergyTransformer), state(3, 4), ("x: {size: 12", "log(")),
    "boltzmann by hand": Energy(plain(boltzmann_by_hand), state(6), ("sigmoid, tau: 0", "leak: "), ("v",), 1e-5),
    "kuramoto": Energy(
        plain(lambda t: -(COUPLINGS.to(t) * torch.cos(t[:, None] - t)).sum()), state(6), ("cos(",), ("t",)
    ),
    "an array of three axes": Energy(
        plain(lambda x: torch.einsum("ijk,i,j,k->", T333.to(x), x, x, torch.tanh(x))), state(3), ("tanh(x)",)
    ),
    "a mixture with covariances": Energy(plain(mixture), state(2), ("logsumexp(",)),
    "pairs of particles": Energy(plain(lennard_jones), state(4, 3), ("x: {size: 12",)),
    "distances of all pairs": Energy(plain(lambda x: torch.cdist(x, x).pow(2).sum()), state(4, 3), ("kind: dense",)),
    "a lattice": Energy(plain(lattice), state(4, 4), ("kind: dense",)),
    "windows": Energy(plain(windows), state(1, 1, 4, 4), ()),
    "convolutions": Energy(seeded(Conditioned), state(1, 2, 6), ("leak: 1",)),
    "experts on patches": Energy(
        plain(lambda x: torch.log1p(F.conv2d(x, KERNEL.to(x)) ** 2 / 2).sum()), state(1, 1, 4, 4), ("log(",)
    ),
    "in place on views": Energy(plain(in_place_on_views), state(6), ()),
    "cases": Energy(plain(cases), state(3), ("relu(",)),
    "entropies": Energy(plain(entropies), state(3), ("log(",)),
    "several axes": Energy(
        plain(lambda x: torch.logsumexp(x, (0, 1)) + torch.logsumexp(x, -1).logsumexp(0)), state(3, 2), ()
    ),
    "attention with biases": Energy(seeded(Biased), state(3, 4), ("logsumexp(",), ("x_1", "x_2", "x_3")),
    "attention to others": Energy(plain(attention_to_others), state(3, 4), ("log(",)),
    "attention to the past": Energy(
        plain(lambda x: (x * F.scaled_dot_product_attention(x[None], x[None], x[None], is_causal=True)[0]).sum()),
        state(3, 2),
        ("exp(",),
    ),
    "cumulated": Energy(plain(lambda x: (x.cumsum(0) ** 2).sum()), state(4), ()),
    "powers of a number": Energy(plain(lambda x: (2**x + torch.exp2(-x) + torch.log2(1 + x**2)).sum()), state(3), ()),
    "parametrised": Energy(seeded(Normalised), state(3), ("sigmoid, tau: 0",)),
    "hooked": Energy(seeded(Hooked), state(3), ("kind: dense",)),
    "cached": Energy(seeded(Cached), state(3), ("kind: dense",)),
    "statistics of training": Energy(
        seeded(lambda: nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)).eval()),
        state(1, 3),
        ("tanh(",),
        ("input",),
    ),
    "a partial": Energy(plain(functools.partial(lambda b, x: b * (x**4).sum(), 3.0)), state(3), (), ("x",)),
    "a gradient within": Energy(
        plain(lambda x: (torch.func.grad(lambda y: torch.logsumexp(W46.to(y) @ y, 0))(x) ** 2).sum()), state(6), ()
    ),
    "a trace of second derivatives": Energy(
        plain(lambda x: torch.func.hessian(lambda y: (y**4).sum() * y[0])(x).diagonal().sum()), state(3), ()
    ),
    "log cosh by hand": Energy(plain(log_cosh), state(6), ("logcosh(z)",)),
}


class Doubled(nn.Module):
    """A gradient that a hook changes."""

    def __init__(self) -> None:
        super().__init__()
        self.W = nn.Linear(3, 3)
        self.W.register_full_backward_hook(lambda module, before, after: (2 * before[0],))

    def forward(self, x: Any) -> Any:
        return (self.W(x) ** 2).sum()


class Replaced(nn.Module):
    """A buffer that holds the last state."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("last", torch.zeros(3))

    def forward(self, x: Any) -> Any:
        energy = (x * x).sum() + self.last.sum()
        self.last = x.detach()
        return energy


def into_another(x: Any) -> Any:
    result = torch.empty_like(x)
    torch.mul(x, 2, out=result)
    return result.sum()


def deep(count: int) -> Any:
    layers = [part for _ in range(count) for part in (nn.Linear(3, 3), nn.SiLU())]
    return nn.Sequential(*layers, nn.Linear(3, 1))


MASK = torch.tensor([True, False, True])
NOT_READ = {
    "a gradient changed by a hook": (Doubled, state(3), "differ in their gradient"),
    "a buffer replaced": (Replaced, state(3), "'last' in place"),
    "a state rounded": (
        plain(lambda x: (x.double() * 2).float().sum()),
        state(3),
        "a state of float64 is rounded to float32",
    ),
    "written into another": (plain(into_another), state(3), "PyTorch computes no gradient of it"),
    "a dictionary": (plain(lambda x: {"energy": x.sum()}), state(3), "it returns dict"),
    "a number of Python": (plain(lambda x: 3.0), state(3), "it returns float"),
    "chosen by a mask": (plain(lambda x: (x[MASK] ** 2).sum()), state(3), "index by places"),
    "a logarithm outside its domain": (
        plain(lambda x: torch.where(x > 0, torch.log(x), torch.zeros_like(x)).sum()),
        state(3),
        "not defined at a state",
    ),
    "a distribution that looks": (
        plain(lambda x: -torch.distributions.Normal(0.0, 1.0, validate_args=True).log_prob(x).sum()),
        state(3),
        "validate_args=False",
    ),
    "solved for the state": (plain(lambda x: x @ torch.linalg.solve(torch.eye(3), x)), state(3), "torch.linalg.inv"),
    "too deep": (lambda: deep(8), state(3), "more than 400 operations"),
    "windows of several sizes": (plain(lambda x: F.adaptive_avg_pool2d(x, 2).sum()), state(1, 1, 3, 3), "divide"),
    "a call that fails": (plain(lambda x: x @ torch.ones(4)), state(3), "a call on the example fails"),
}
