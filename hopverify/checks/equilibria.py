"""Equilibria: all of them, with proof that there are no others (T6, T10).

For piecewise-linear activations, linear drives and rational weights the equilibria are exact rational states, otherwise
enclosures; faces of equilibria (singular systems) are told as such. Drives of any kind are enclosed with their slopes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from hopverify.checks import ANOTHER_ENERGY, Check, Claim, ParameterError
from hopverify.checks._stored import ERRORS, SPREAD, at_least_field, errors_of, labels_of, wanted
from hopverify.networks import Model, Neurons, linear_network
from hopverify.networks.linear import MAX_NEURONS, MAX_WITH_WHOLE_LAYERS, unlisted
from hopverify.obligations import AllEquilibria, Convex, Obligation, Search, StoredPatterns
from hopverify.registry import did_you_mean
from hopverify.spec import Field, FieldKind

SIZES_OF_LISTS = (
    f"relu, tanh and other elementwise layers: about 20 dense neurons; up to {MAX_NEURONS} if weights are small or the "
    f"equilibrium is unique. Softmax, layer norm, sparsemax and similar layers: {MAX_WITH_WHOLE_LAYERS}. Drives that "
    "are not linear, and layers without leak: some neurons, up to 2,000 boxes"
)
REGION = (
    Field("lower", FieldKind.NUMBERS, "lower ends of the region: one number, or one for each neuron", default=None),
    Field("upper", FieldKind.NUMBERS, "upper ends of the region: one number, or one for each neuron", default=None),
)


def inapplicable(model: Model) -> str:
    """Return why equilibria are not listed for a model whose structure is another."""
    return (
        f"{unlisted(model)[0]}; equilibria are listed for locally Lipschitz activations, of at most {MAX_NEURONS} "
        f"neurons, {MAX_WITH_WHOLE_LAYERS} if a layer is not elementwise or a drive not linear"
    )


def search_of(model: Model, values: Mapping[str, Any]) -> Search | None:
    """Return where to list equilibria, or None where the structure is another; the same object for the same place."""
    return _search(model, values.get("lower"), values.get("upper"))


@lru_cache(maxsize=8)
def _search(model: Model, lower: tuple[Fraction, ...] | None, upper: tuple[Fraction, ...] | None) -> Search | None:
    if unlisted(model):
        return None
    return Search(model, linear_network(model), _region(Neurons(tuple(model.layers.values())).size, lower, upper))


def _region(
    size: int, lower: tuple[Fraction, ...] | None, upper: tuple[Fraction, ...] | None
) -> tuple[tuple[Fraction, Fraction], ...] | None:
    if lower is None and upper is None:
        return None
    ends = []
    for name, given in (("lower", lower), ("upper", upper)):
        if given is None:
            raise ParameterError(name, "a region needs both lower and upper")
        if len(given) not in (1, size):
            raise ParameterError(name, f"expected one number, or one for each of {size} neurons, got {len(given)}")
        ends.append(given * size if len(given) == 1 else given)
    for neuron, (low, high) in enumerate(zip(*ends, strict=True)):
        if low > high:
            raise ParameterError("upper", f"the region is empty: lower {low} is above upper {high} for neuron {neuron}")
    return tuple(zip(*ends, strict=True))


def claims_about(
    obligation: Callable[[Search], Obligation],
    statement: str,
    *,
    of_energy: bool = False,
) -> Callable[..., list[Claim]]:
    """Return the claims of a check that makes one statement about the equilibria of the whole model.

    A layer that inhibits itself at once has one state for each drive, and the model a flow, only if its L is convex.
    One ``of_energy`` is about the derived energy, and says nothing of models whose spec claims another.
    """

    def claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
        if of_energy and model.claimed is not None:
            return [Claim(model.name, statement, inapplicable=ANOTHER_ENERGY)]
        search = search_of(model, values)
        if search is None:
            return [Claim(model.name, statement, inapplicable=inapplicable(model))]
        made = obligation(search)
        unique = tuple(Convex(model.layers[name]) for name in model.inhibition)
        if unique:
            return [Claim(model.name, made.statement, premises=(made, *unique))]
        return [Claim(model.name, made.statement, necessary=(made,))]

    return claims


NEAR = Field("near", FieldKind.TEXT, "the name of a memory: verify that its patterns are stored", default=None)
_STATEMENT = "patterns are stored, each at an asymptotically stable equilibrium of its own"


def _claims(model: Model, values: Mapping[str, Any]) -> list[Claim]:
    if values["near"] is None:
        for name in ("at_least", "errors"):
            if values[name]:
                raise ParameterError(name, "is about the patterns of a memory: name one by `near`")
        return claims_about(AllEquilibria, "all equilibria are listed")(model, values)
    for name in ("lower", "upper"):
        if values[name] is not None:
            raise ParameterError(name, "is about the list of all equilibria: leave it out with `near`")
    memory = model.memories.get(values["near"])
    if memory is None:
        raise ParameterError(
            "near", f"no memory is called {values['near']!r}{did_you_mean(values['near'], list(model.memories))}"
        )
    if model.inhibition:
        said = f"layer {', '.join(model.inhibition)} inhibits itself at once, which the search beside patterns excludes"
        return [Claim(memory.name, _STATEMENT, inapplicable=said)]
    if memory.patterns.spread is not None:
        return [Claim(memory.name, _STATEMENT, inapplicable=SPREAD)]
    if model.layers[memory.layer].instantaneous and not _is_elementwise(model, values):
        said = f"layer {memory.layer} is instantaneous (tau: 0): name a memory of a layer with a state of its own"
        return [Claim(memory.name, _STATEMENT, inapplicable=said)]
    labels = labels_of(memory)
    asked = (wanted(values["at_least"], len(labels), memory.name), errors_of(values, memory.patterns))
    near = StoredPatterns(model, memory.name, memory.layer, memory.patterns, labels, *asked)
    return [Claim(memory.name, near.statement, necessary=(near,))]


def _is_elementwise(model: Model, values: Mapping[str, Any]) -> bool:
    """Whether a pattern of an instantaneous layer is a state to begin with: drives are linear, neurons alone."""
    search = search_of(model, values)
    return search is not None and search.linear is not None and search.linear.elementwise


CHECK = Check(
    name="equilibria",
    title="Equilibria are known",
    refuted="Fewer patterns are stored than required",
    theory="T6, T10, T16, M4",
    explanation=(
        "Equilibria are the states with x = (Wg(x) + b)/ρ. They are listed by branching over boxes of states: boxes "
        "are contracted without losing a solution, solved exactly where each neuron has one linear segment left, and "
        "verified by Krawczyk's test where activations are smooth. Where one equilibrium attracts everything (T16), "
        "the search needs one small box, even with hundreds of neurons. A pass means that the list is complete. With "
        "`near`, a pass means that patterns are stored: an asymptotically stable equilibrium has an activation nearer "
        "to the pattern's than half the distance from there to any other pattern's and to that of the layer without "
        "synapses, with its signs where all entries are ±a."
    ),
    premises=(
        "locally Lipschitz activations. To begin with, activations or drives are bounded, or a region is given; layers "
        "without leak need one. With near a memory, and no layer that inhibits itself at once"
    ),
    sizes={"": SIZES_OF_LISTS, "near": "hundreds of neurons"},
    claims=_claims,
    order=110,
    parameters=(*REGION, NEAR, at_least_field("must be stored, with `near`"), ERRORS),
    diagnostic=True,
    implicit=True,
)
