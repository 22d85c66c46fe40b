"""No certified Euler step ever raises the energy, from ten thousand random states of all specs and of random networks.

A step of a random length up to the certified one is taken in floating point. What looks like a rise there is judged in
balls, and must not certainly be one.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify.checker.citing import known_of, whole
from hopverify.checker.rules import judge
from hopverify.checks import claims_of
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.floats import FLOATS
from hopverify.networks import build_model
from hopverify.networks.network import split
from hopverify.obligations import Outcome, StepForm
from hopverify.obligations.steps import OfSteps
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec
from tests.profiles import by_profile

ROOT = Path(__file__).parents[2]
STATES, LARGE, FEW = 200, 40, 8


def certified(spec: ModelSpec) -> tuple[OfSteps, Fraction | None] | None:
    """Return the obligation and the certified step (None: any), or None where nothing is certified."""
    (entry,) = verify(spec, samples=0).results
    if entry["verdict"] != "pass":
        return None
    ((_, claim),) = claims_of(spec, build_model(spec))
    obligation = claim.premises[-1]
    assert isinstance(obligation, StepForm)
    step = entry["obligations"][-2]["data"]["up_to"]
    return obligation, None if step is None else Fraction(step)


def rises(obligation: OfSteps, step: Fraction | None, generator: np.random.Generator, count: int) -> list[Any]:
    """Return the random states from which a random step, up to the certified one, certainly raises the energy."""
    found, longest = [], 100.0 if step is None else float(step)
    for k in range(count):
        size = obligation.model.size
        x = generator.normal(size=size) * generator.choice([0.02, 0.3, 1.0, 4.0, 30.0])
        if k % 2:
            x = np.where(generator.random(size) < 0.5, x, 0.1 * x)
        h = longest * (1.0 if k % 2 else generator.uniform(0, 1))
        state = split(obligation.model, x)
        before = float(obligation.energy(state, FLOATS))
        after = float(obligation.energy(obligation.after(state, h, FLOATS), FLOATS))
        if after <= before:
            continue
        exact = Fraction(h) if step is None else min(Fraction(h), step)
        with precision():
            balls = {name: BALLS.array(values) for name, values in state.items()}
            reached = obligation.after(balls, BALLS.number(exact), BALLS)
            if obligation.energy(reached, BALLS) > obligation.energy(balls, BALLS):
                found.append((x, h))
    return found


def zoo() -> list[str]:
    return sorted(path.name for path in (ROOT / "specs").glob("*.yaml"))


@pytest.mark.long
def test_no_certified_step_raises_the_energy_of_the_zoo() -> None:
    checked = 0
    for name in zoo():
        head = (ROOT / "specs" / name).read_text(encoding="utf-8").partition("\nchecks:")[0]
        found = certified(parse_spec(f"{head}\nchecks: [step_size]\n", folder=ROOT / "specs", file=name))
        if found is not None:
            count = STATES if found[0].model.size <= LARGE else FEW
            assert not rises(*found, np.random.default_rng(len(name)), count), name
            checked += count
    assert checked > 6000


def test_longer_steps_would_be_seen_to_raise_it() -> None:
    """What the tests here look for is found where it is: at 3/2 of the certified step."""
    seen = 0
    for seed in range(8):
        found = certified(random_altered(seed))
        assert found is not None
        assert found[1] is not None
        seen += bool(rises(found[0], found[1] * Fraction(3, 2), np.random.default_rng(seed), STATES // 2))
    assert seen >= 4


FUNCTIONS = (
    "tanh",
    "{tanh: {beta: 3}}",
    "relu",
    "hard_tanh",
    "{leaky_relu: {slope: 0.25}}",
    "{leaky_relu: {slope: 3}}",
    "sigmoid",
    "softplus",
    "identity",
    "{softmax: {beta: 2}}",
    "{layernorm: {epsilon: 1/4}}",
    "sparsemax",
)


def random_network(seed: int) -> ModelSpec:
    """One or two slow layers with symmetric weights within and between, and a fast one, which may inhibit itself."""
    g = np.random.default_rng(seed)
    sizes = g.integers(1, 4, size=3)
    a, b, c = (FUNCTIONS[int(k)] for k in g.integers(0, len(FUNCTIONS), size=3))
    whole = [any(name in text for name in ("softmax", "layernorm", "sparsemax")) for text in (a, b, c)]
    taus = [str(g.integers(1, 5, size=1 if w else n).tolist()) for w, n in zip(whole, sizes, strict=True)]
    taus = [tau.strip("[]") if "," not in tau and w else tau for tau, w in zip(taus, whole, strict=True)]
    leak = ["true", "1/2", "2", "false"][int(g.integers(0, 4))]
    lines = ["hopverify: 1", "name: net", "layers:"]
    biases = [np.round(g.normal(size=n), 2).tolist() for n in sizes]
    lines += [
        f"  a: {{size: {sizes[0]}, lagrangian: {a}, tau: {taus[0]}, leak: {leak}, bias: {biases[0]}}}",
        f"  b: {{size: {sizes[1]}, lagrangian: {b}, tau: {taus[1]}, bias: {biases[1]}}}",
        f"  c: {{size: {sizes[2]}, lagrangian: {c}, tau: 0, bias: {biases[2]}}}",
        "synapses:",
    ]
    for layer, n in (("a", sizes[0]), ("b", sizes[1])):
        W = np.round(g.normal(size=(n, n)) * g.choice([0.3, 2.0]), 1)
        lines.append(f"  w{layer}: {{kind: dense, layers: [{layer}, {layer}], weights: {(W + W.T).tolist()}}}")
    for one, other, m, n in (("a", "b", *sizes[:2]), ("a", "c", sizes[0], sizes[2]), ("b", "c", *sizes[1:])):
        V = np.round(g.normal(size=(m, n)), 1)
        lines.append(f"  {one}{other}: {{kind: dense, layers: [{one}, {other}], weights: {V.tolist()}}}")
    if seed % 2:
        lines.append(
            f"  own: {{kind: diagonal, layers: [c, c], weights: {[-float(g.integers(0, 3))] * int(sizes[2])}}}"
        )
    return parse_spec("\n".join([*lines, "checks: [step_size]", ""]))


def random_altered(seed: int) -> ModelSpec:
    """An altered system with a random metric, activations of every kind, and sometimes a residual."""
    g = np.random.default_rng(1000 + seed)
    m, n = 3, 2
    root = np.round(g.normal(size=(m, m)), 1)
    P, B = root @ root.T + np.eye(m), np.round(g.normal(size=(m, n)), 1)
    exact = [[sum(Fraction(str(r)) * Fraction(str(s)) for r, s in zip(p, q, strict=True)) for q in root] for p in root]
    P = np.array([[exact[i][j] + (i == j) for j in range(m)] for i in range(m)], dtype=object)
    exact_B = np.array([[Fraction(str(v)) for v in row] for row in B], dtype=object)
    A = (P @ exact_B).T
    fast = ("relu", "tanh", "gelu", "silu", "{softmax: {beta: 2}}", "softplus")[seed % 6]
    rows = (
        [[str(v) for v in row] for row in A],
        [[str(v) for v in row] for row in exact_B],
        [[str(v) for v in r] for r in P],
    )
    tau = ["2", "[1, 2, 1]"][int(g.integers(0, 2))]
    more = ""
    if tau == "2" and seed % 4 == 0:
        residual = np.cross(*exact_B.T)
        more = f"\n    residual: {[[str(v)] for v in residual]}\n    potential: z^4 + z^2"
    text = f"""
hopverify: 1
name: altered
layers:
  y: {{size: {m}, lagrangian: identity, tau: {tau}, leak: 3/2, bias: [0.5, 0, -1]}}
  x: {{size: {n}, lagrangian: {fast}, tau: 0, leak: 1/2, bias: [1, -0.5]}}
synapses:
  both:
    kind: feedforward_feedback
    layers: [y, x]
    forward: {rows[0]}
    feedback: {rows[1]}
    metric: {rows[2]}{more}
checks: [step_size]
"""
    return parse_spec(text.replace("'", ""))


@pytest.mark.parametrize("make", [random_network, random_altered])
def test_no_certified_step_raises_the_energy_of_random_networks(make: Any) -> None:
    checked = 0
    for seed in range(by_profile(8, 24, 240)):
        found = certified(make(seed))
        if found is not None:
            assert not rises(*found, np.random.default_rng(seed), STATES // 2), seed
            checked += STATES // 2
    assert checked > by_profile(600, 2000, 2000)


@pytest.mark.parametrize("seed", range(6))
def test_tampered_steps_are_refused(seed: int) -> None:
    """Twice the certified step under the same evidence, and a rise claimed of a certified step."""
    found = certified(random_altered(seed))
    assert found is not None
    obligation, step = found
    assert step is not None
    (entry,) = verify(random_altered(seed), samples=0).results
    rows = [row for row in entry["obligations"] if "evidence" in row]
    evidence = whole(rows[-1]["evidence"], known_of(row["evidence"] for row in rows[:-1]))
    assert judge(obligation, evidence).outcome is Outcome.PROVED  # type: ignore[arg-type]
    twice = {
        "up_to": str(2 * step),
        "alpha": {"y": [str(2 * Fraction(each)) for each in evidence["claim"]["alpha"]["y"]]},
    }
    with pytest.raises(EvidenceRejected):
        judge(obligation, evidence | {"claim": evidence["claim"] | twice})  # type: ignore[arg-type]
    longer = {"state": {"y": ["1", "-2", "3"]}, "step": str(step * Fraction(1001, 1000)), "rise": "1"}
    with pytest.raises(EvidenceRejected):
        judge(obligation, evidence | {"claim": evidence["claim"] | {"longer": longer}})  # type: ignore[arg-type]
