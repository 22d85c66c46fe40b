"""Specs of small models: every Lagrangian and every kind of synapse, on one line of text that reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import permutations, product
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from hopverify.checks import CHECKS
from hopverify.errors import SpecError
from hopverify.networks import build_model
from hopverify.spec import ModelSpec, parse_spec
from hopverify.strategies.arguments import check_flag, check_sizes, check_strategy, check_whole, names_among
from hopverify.strategies.edge import edge_trees
from hopverify.strategies.lagrangian import Fragment
from hopverify.strategies.layer import SELDOM, layers
from hopverify.strategies.pattern import patterns
from hopverify.strategies.spelling import spelled, written
from hopverify.strategies.synapse import Ports, forms, synapses
from hopverify.synapses import SYNAPSES, Port

#: Layers by name; z is the name of a number in some expressions.
NAMES = ("x", "y", "v", "u", "s", "r")
#: Layers that one synapse joins at most.
ENDS = 3
#: Tried first, so that draws shrink to it.
SIMPLEST = "dense"


def specs(
    *,
    min_layers: int = 1,
    max_layers: int = 3,
    min_size: int = 1,
    max_size: int = 3,
    max_synapses: int = 2,
    lagrangians: st.SearchStrategy[Fragment] | None = None,
    kinds: Collection[str] | None = None,
    symmetric: bool | None = None,
    near_critical: bool = False,
    memories: bool | None = None,
    checks: Sequence[Any] | None = None,
    dyadic: bool = False,
) -> st.SearchStrategy[ModelSpec]:
    """Return specs that read and describe a model, right or wrong: verdicts of all sorts are among them.

    A spec has ``min_layers`` to ``max_layers`` layers of ``min_size`` to ``max_size`` neurons, and up to
    ``max_synapses`` synapses. ``lagrangians`` draws the layers' functions, by default the whole catalogue; ``kinds``
    names the kinds of synapses. ``symmetric`` asks for symmetric weights within layers, or with False for others.
    ``memories`` says whether there are stored patterns. ``checks`` is what stands under that key, all checks if it is
    left out. ``dyadic`` keeps numbers to those that doubles hold. ``near_critical`` draws networks at the edge in place
    of all that: one layer, piecewise linear, whose equilibria are degenerate (:mod:`hopverify.strategies.edge`).

    >>> from hypothesis import given, settings
    >>> from hopverify.strategies import specs
    >>> @settings(max_examples=10, deadline=None)
    ... @given(specs(max_layers=1, kinds=["hebbian"]))
    ... def test_hebbian_synapses_join_a_layer_with_itself(spec):
    ...     assert all(synapse.layers[0] == "x" for synapse in spec.synapses.values())
    >>> test_hebbian_synapses_join_a_layer_with_itself()
    """
    check_sizes("min_layers", min_layers, "max_layers", max_layers)
    check_sizes("min_size", min_size, "max_size", max_size)
    check_whole("max_synapses", max_synapses)
    if max_layers > len(NAMES):
        raise InvalidArgument(f"Invalid {max_layers=}: drawn specs have at most {len(NAMES)} layers")
    check_flag("near_critical", near_critical)
    check_flag("dyadic", dyadic)
    check_flag("symmetric", symmetric, optional=True)
    check_flag("memories", memories, optional=True)
    if lagrangians is not None:
        check_strategy("lagrangians", lagrangians)
    known = sorted(SYNAPSES.names, key=lambda name: (name != SIMPLEST, name))
    chosen = names_among("kinds", kinds, known, noun="synapse kind")
    asked = _checks(checks)
    if near_critical:
        trees = edge_trees(min_size=min_size, max_size=max_size, lagrangians=lagrangians, dyadic=dyadic)
    else:
        parts = layers(min_size=min_size, max_size=max_size, lagrangians=lagrangians, dyadic=dyadic)
        stacks = st.lists(parts, min_size=min_layers, max_size=max_layers)
        trees = _trees(stacks, chosen, max_synapses, symmetric, memories, dyadic)
    return trees.map(lambda tree: written(tree | asked)).map(parse_spec)


def _checks(checks: Any) -> dict[str, Any]:
    if checks is None:
        return {}
    if isinstance(checks, str) or not isinstance(checks, Sequence) or not checks:
        raise InvalidArgument(f"Expected a non-empty sequence of checks but got {checks=}")
    named = [next(iter(check), None) if isinstance(check, Mapping) else check for check in checks]
    names_among("checks", named, CHECKS.names, noun="check")
    return {"checks": list(checks)}


@st.composite
def _trees(
    draw: st.DrawFn,
    stacks: st.SearchStrategy[list[dict[str, Any]]],
    kinds: Sequence[str],
    max_synapses: int,
    symmetric: bool | None,
    memories: bool | None,
    dyadic: bool,
) -> dict[str, Any]:
    found = dict(zip(NAMES, draw(stacks), strict=False))
    tree: dict[str, Any] = {"hopverify": 1, "name": "drawn", "layers": found}
    ports = [Port(name, layer["size"], _shape(layer)) for name, layer in found.items()]
    joining = draw(st.lists(_joining(kinds, ports, symmetric, dyadic), max_size=max_synapses))
    joined = [synapse for synapse in joining if synapse is not None]
    if joined:
        tree["synapses"] = {f"w{number}": synapse for number, synapse in enumerate(joined, 1)}
    if memories or (memories is None and draw(st.integers(0, SELDOM)) == SELDOM):
        tree["memories"] = {"m": draw(_memories(ports))}
    return _with_an_instant(draw, tree)


def _shape(layer: Mapping[str, Any]) -> tuple[int, ...] | None:
    return tuple(layer["shape"]) if "shape" in layer else None


@st.composite
def _joining(
    draw: st.DrawFn, kinds: Sequence[str], ports: Sequence[Port], symmetric: bool | None, dyadic: bool
) -> dict[str, Any] | None:
    """Return a synapse between some of the layers, or None where none of the kinds fits them."""
    kind, ends = _fitting(kinds, draw(st.sampled_from(range(len(kinds)))), ports)
    if not ends:
        return None
    return draw(synapses(kind, draw(st.sampled_from(ends)), symmetric=symmetric, dyadic=dyadic))


def _fitting(kinds: Sequence[str], first: int, ports: Sequence[Port]) -> tuple[str, list[Ports]]:
    """Return a kind, from the first one on, that can join some of the layers, and which."""
    for kind in (*kinds[first:], *kinds[:first]):
        ends = [chosen for chosen in _choices(ports) if forms(kind, chosen)]
        if ends:
            return kind, ends
    return kinds[first], []


def _choices(ports: Sequence[Port]) -> list[Ports]:
    """Return the ways to choose ends: one layer, two, which may be the same, or up to :data:`ENDS` different ones."""
    pairs = product(ports, repeat=2)
    more = (ends for count in range(3, ENDS + 1) for ends in permutations(ports, count))
    return [*((port,) for port in ports), *pairs, *more]


@st.composite
def _memories(draw: st.DrawFn, ports: Sequence[Port]) -> dict[str, Any]:
    port = draw(st.sampled_from(ports))
    return {"layer": port.name, "patterns": spelled(draw(patterns(size=port.size, max_count=2)))}


def _with_an_instant(draw: st.DrawFn, tree: dict[str, Any]) -> dict[str, Any]:
    """Return the tree, at times with a layer without a time constant, where that leaves explicit equations."""
    if draw(st.integers(0, SELDOM)) == SELDOM:
        name = draw(st.sampled_from(list(tree["layers"])))
        eager = tree | {"layers": tree["layers"] | {name: tree["layers"][name] | {"tau": 0}}}
        if _is_model(eager):
            return eager
    if not _is_model(tree):
        # What an entry of a registry refuses for reasons of its own is not drawn.
        reject()
    return tree


def _is_model(tree: Mapping[str, Any]) -> bool:
    try:
        build_model(parse_spec(written(tree)))
    except SpecError:
        return False
    return True
