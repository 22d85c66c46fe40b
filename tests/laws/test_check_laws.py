"""The law of every check: what it says of a model does not depend on how the model is written.

A spec is rewritten without loss: neurons in another order, other signs, other units, other names, rotated layers, a
synapse in two parts. No claim that passes may then fail, and none that fails may pass; an unknown may be decided, and
may take the place of a verdict, where a search had more luck. The models are the small specs of the project, and drawn
ones; a new check is asked about with those that ask for all checks, or for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hopverify.checks import CHECKS
from hopverify.networks import any_model
from hopverify.spec import ModelSpec, parse_spec
from hopverify.strategies import specs
from tests.laws.rewriting.all import REWRITINGS
from tests.laws.rewriting.judging import Said, assert_follows, contradictions, decided_in_both, rewritten, said_of
from tests.laws.rewriting.tree import Rewritten, copied, explicit, spec_of, text_of
from tests.profiles import by_profile, long, profile
from tests.specs import SPECS, spec_at
from tests.strategies.drawing import FAST

HUNT = profile() == "hunt"
SEEDS = 5 if HUNT else 1

# Of how many neurons a spec is verified again and again; more where it lists the checks that it asks for.
SMALL, SMALL_IF_LISTED = (12, 24) if HUNT else (5, 16)
DEAR = () if HUNT else (
    "negative-mish", "negative-layernorm", "negative-silu", "layernorm", "sparsemax-equilibria", "gelu-memory",
    "equilibrium-propagation-hard", "negative-one-unit-in-the-last-place", "sparsemax-equilibria-altered",
    "sparsemax-memory", "krotov-hopfield-c-slow-universal", "gelu-memory-altered", "negative-gelu",
    "hopfield-1984-tolerance", "hard-tanh-memory-altered",
)  # fmt: skip

# Not by default, nor what was repaired: others with the same checks are quicker.
SLOW = {
    "equilibrium-propagation", "predictive-coding", "n-ary",
    "global-lure", "hamux-convention", "hamux/hamux-memories", "hopfield-1984", "krotov-hopfield-hard-tanh",
    "layernorm-equilibria", "negative-energy-transformer", "negative-equilibrium-propagation", "negative-missing-half",
    "negative-self-excitation", "relu-dead-coordinate", "negative-two-time-constants",
    "negative-vector-layernorm", "relu-biactive", "relu-five-equilibria", "relu-two-neurons", "softmax-equilibria",
    "softmax-memory",
}  # fmt: skip


def is_small(spec: ModelSpec) -> bool:
    size = sum(layer.size for layer in (*spec.layers.values(), *spec.spins.values()))
    return size <= (SMALL if spec.checks is None else SMALL_IF_LISTED)


PATHS = sorted(path for path in SPECS.rglob("*.yaml") if path.stem not in DEAR)
POOL = {str(path.relative_to(SPECS).with_suffix("")): spec for path in PATHS if is_small(spec := spec_at(path))}
KEEPING = tuple(name for name, rewriting in REWRITINGS.items() if rewriting.keeps_structure)
OTHERS = tuple(name for name in REWRITINGS if name not in KEEPING)


@dataclass(frozen=True)
class Compared:
    """What is said of a model before and after a rewriting, or several in turn; ``names`` are the new names."""

    before: Said
    after: Said
    names: Mapping[str, str]
    how: tuple[str, ...]

    @property
    def contradictions(self) -> list[str]:
        """What the two say that cannot both be true."""
        keeps = all(REWRITINGS[name].keeps_structure for name in self.how)
        return contradictions(self.before, self.after, self.names, keeps_structure=keeps)


def compared(spec: ModelSpec, groups: Sequence[tuple[str, ...]], seed: object) -> list[Compared]:
    """Return comparisons of a spec with its rewritings by the methods of each group, one upon the other."""
    tree, found = explicit(spec), []
    with TemporaryDirectory() as folder:
        written = spec_of(tree, Path(folder))
        before = said_of(written)
        for group in groups:
            made, now = tree, written
            names: dict[str, str] = {}
            done: list[str] = []
            for name in group:
                how = rewritten(made, name, now, Path(folder), Random(f"{seed}{name}"))
                if how is not None:
                    made, now, done = how[0].tree, how[1], [*done, name]
                    names |= how[0].names
            if done:
                found.append(Compared(before, said_of(now), names, tuple(done)))
    return found


@cache
def comparisons_of(name: str) -> tuple[Compared, ...]:
    """Return all rewritings that keep the structure at once, and others one by one: in a short run one of them."""
    turn = list(POOL).index(name)
    others = OTHERS if HUNT else (OTHERS[turn % len(OTHERS)],)
    groups = [KEEPING, *((other,) for other in others), *(((keeping,) for keeping in KEEPING) if HUNT else ())]
    return tuple(one for seed in range(SEEDS) for one in compared(POOL[name], groups, f"{name}{seed}"))


@pytest.mark.parametrize(
    "name",
    [long(name) if name.startswith("repaired/") or name in SLOW else name for name in POOL],
)
def test_what_is_said_of_a_model_does_not_depend_on_how_it_is_written(name: str) -> None:
    for one in comparisons_of(name):
        assert not one.contradictions, f"{', '.join(one.how)}: {one.contradictions}"


@pytest.mark.long
def test_every_check_is_decided_in_both_writings_of_some_model() -> None:
    """A check without such a model has no law: a small spec under ``specs/`` that it decides gives it one."""
    missing = set(CHECKS.entries)
    for name in POOL:
        for one in comparisons_of(name):
            missing -= decided_in_both(one.before, one.after)
        if not missing:
            break
    assert not missing, missing


@pytest.mark.long
def test_every_rewriting_concerns_some_model() -> None:
    missing = set(REWRITINGS)
    for name in POOL:
        missing -= {how for one in comparisons_of(name) for how in one.how}
    assert not missing


drawn = settings(
    max_examples=by_profile(2, 4, 1500), deadline=None, phases=FAST, suppress_health_check=list(HealthCheck)
)


@drawn
@given(specs(max_size=2, max_layers=2), st.sampled_from(sorted(REWRITINGS)), st.integers(0, 9))
def test_nor_does_what_is_said_of_a_drawn_model(spec: ModelSpec, name: str, seed: int) -> None:
    for one in compared(spec, [(name,)], seed):
        assert not one.contradictions, one.contradictions


@drawn
@given(specs(near_critical=True, max_size=2), st.sampled_from(sorted(REWRITINGS)), st.integers(0, 9))
def test_nor_at_the_edge(spec: ModelSpec, name: str, seed: int) -> None:
    for one in compared(spec, [(name,)], seed):
        assert not one.contradictions, one.contradictions


# The law can fail: what a check that looks at names, or at units, would say is noticed.


def test_a_check_that_looks_at_names_is_noticed() -> None:
    (one,) = compared(POOL["relu-pair"], [("other names",)], 0)
    claims = {
        check: [replace(spoken, verdict="pass" if spoken.verdict == "fail" else spoken.verdict) for spoken in said]
        for check, said in one.after.claims.items()
    }
    bribed = replace(one, after=replace(one.after, claims=claims))
    assert not one.contradictions
    assert bribed.contradictions


def test_a_rewriting_that_changes_the_model_is_noticed() -> None:
    tree = explicit(POOL["relu-pair"])
    changed = copied(tree)
    changed["synapses"]["w"]["weights"] *= 2
    old, new = (any_model(parse_spec(text_of(one))) for one in (tree, changed))
    assert_follows(old, old, Rewritten(tree))
    with pytest.raises(AssertionError):
        assert_follows(old, new, Rewritten(changed))
