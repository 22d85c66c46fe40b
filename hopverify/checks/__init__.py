"""Checks: one property a file, found by name. A check turns a model into claims, a claim into obligations.

How a claim is decided (see :mod:`hopverify.checker`): it passes if all its ``premises`` are proved (the theorem then
applies) or, where it has none, if all its ``necessary`` obligations are; it fails if one of the necessary ones is
refuted; otherwise it is unknown. Where the kernel has the theorem, ``by`` names it: then the necessary obligations
decide, and their proof by that theorem cites what the kernel accepted for the premises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from hopverify.errors import HopverifyError
from hopverify.networks import Layer, Model, SpinModel
from hopverify.networks.structured import structured_network
from hopverify.obligations import CompatibleTimes, Convex, NowhereFlat, Obligation
from hopverify.registry import Registry, did_you_mean
from hopverify.spec import CheckRequest, Field, ModelSpec, read_fields
from hopverify.verdict import Verdict

FLOATING_POINT = (
    "floating-point operations follow IEEE 754 in round-to-nearest without flush-to-zero (tested at start); matrix "
    "products are sums of products in some order (BLAS without fast matrix multiplication)"
)
"""The assumption of claims whose evidence is verified in floating point with proved error bounds."""

FACTORISATION = (
    "a floating-point Cholesky factorisation (LAPACK) computes each entry by the textbook formula, with its sums in "
    "some order (no fast matrix multiplication)"
)
"""What a method for definiteness that factorises in floating point takes for granted."""

DEFINITENESS = f"where the evidence holds a `definiteness`: {FLOATING_POINT}; {FACTORISATION}"
"""The assumption of claims that are proved in rationals, or for large networks by definiteness in doubles."""

ANOTHER_ENERGY = (
    "the spec claims an energy of its own, and the theory of this check covers only the energy derived from the "
    "dynamics: leave out `energy:` to check that one"
)
"""Why a check of what the derived energy sees does not concern a model."""


class ParameterError(HopverifyError):
    """A parameter of a check that does not fit the model."""

    def __init__(self, parameter: str, message: str) -> None:
        self.parameter = parameter
        super().__init__(message)


@dataclass(frozen=True)
class Claim:
    """One statement about one subject of a model. ``inapplicable`` says why the statement does not concern it.

    Where the model's weights are known up to a spread, the statement is about all of them, and ``widened`` returns the
    same claim with spreads so many times as large; it is None where the weights are exact.
    """

    subject: str
    statement: str
    necessary: tuple[Obligation, ...] = ()
    premises: tuple[Obligation, ...] = ()
    assumptions: tuple[str, ...] = ()
    inapplicable: str | None = None
    widened: Callable[[Fraction], Claim] | None = None
    by: str | None = None


def claim_of_layer(obligation: Convex | CompatibleTimes | NowhereFlat, statement: str | None = None) -> Claim:
    """Return the claim that one layer meets one obligation; a layer without a Lagrangian is not concerned."""
    said = statement if statement is not None else obligation.statement
    if not obligation.function.has_lagrangian:
        without = "the layer has an activation but no Lagrangian"
        return Claim(obligation.layer.name, said, inapplicable=without)
    return Claim(obligation.layer.name, said, necessary=(obligation,))


def at_instantaneous_values(layers: Iterable[Layer]) -> tuple[str, ...]:
    """Return the assumption under which instantaneous layers are eliminated; none where there are none."""
    eliminated = [layer.name for layer in layers if layer.instantaneous]
    if not eliminated:
        return ()
    return (f"layer {', '.join(eliminated)} is at its instantaneous value at all times (tau: 0)",)


def where_definiteness_decides(model: Model) -> tuple[str, ...]:
    """Return what evidence of definiteness takes for granted; none where no rule would take such evidence."""
    elementwise = all(layer.function.elementwise for layer in model.layers.values())
    return (DEFINITENESS,) if elementwise and structured_network(model) is not None else ()


@dataclass(frozen=True)
class Check:
    """One property: its statement in words, the theory behind it, and its claims about a model.

    ``refuted`` is what a reader is told in place of the ``title`` where the statement is refuted: its true form, which
    may depend on the witness (how many ghosts there are). Without one it is "Not so:" and the title.
    ``premises`` says what a model needs for the check to decide it, ``sizes`` up to which size, under "" and, where a
    parameter changes that, under its name.
    ``order`` places it in reports: what others build on comes first. A ``diagnostic`` check describes a model rather
    than asks something of it (an associative memory is meant to have many equilibria): under ``checks: all`` its
    verdict is reported, and required only if the spec expects one. Unless ``implicit``, it does not concern models with
    neurons that are defined by the resolvent: its theory does not know them. A ``discrete`` check concerns models of
    spins, and no others; ``checks: all`` asks for the checks that concern the kind of model. One that is about synapses
    of certain ``kinds`` it asks for only where there are some.
    """

    name: str
    title: str
    theory: str
    explanation: str
    premises: str
    sizes: Mapping[str, str]
    claims: Callable[[Any, Mapping[str, Any]], list[Claim]]
    order: int
    parameters: tuple[Field, ...] = field(default=())
    diagnostic: bool = False
    implicit: bool = False
    discrete: bool = False
    kinds: tuple[str, ...] = ()
    refuted: str | Callable[[Mapping[str, Any]], str] = ""

    def expected_by(self, spec: ModelSpec) -> Verdict | None:
        """Return the verdict a spec asks of this check, None if any will do."""
        default = None if self.diagnostic and spec.checks is None else Verdict.PASS
        return spec.expect.get(self.name, default)


CHECKS: Registry[Check] = Registry("hopverify.checks", "CHECK", noun="check")


def requested(spec: ModelSpec) -> list[tuple[Check, Mapping[str, Any], str]]:
    """Return the checks a spec asks for, with their parameters and where they stand; all for ``checks: all``."""
    for name in spec.expect:
        if name not in CHECKS:
            raise spec.error(f"expect.{name}", f"no check is called {name!r}{did_you_mean(name, CHECKS.names)}")
    chosen: list[tuple[Check, Mapping[str, Any], str]] = []
    for request in spec.checks if spec.checks is not None else _everything(spec):
        if request.name not in CHECKS:
            hint = did_you_mean(request.name, CHECKS.names)
            raise spec.error(request.path, f"no check is called {request.name!r}{hint}")
        check = CHECKS[request.name]
        values = read_fields(spec, check.parameters, request.parameters, request.path)
        chosen.append((check, values, request.path))
    return chosen


def _everything(spec: ModelSpec) -> list[CheckRequest]:
    """Return what ``checks: all`` asks for."""
    kinds = {synapse.kind for synapse in spec.synapses.values()}

    def meant(check: Check) -> bool:
        about = check.discrete == (spec.update is not None) and (not check.kinds or not kinds.isdisjoint(check.kinds))
        return about or check.name in spec.expect

    return [CheckRequest(check.name, {}, "checks") for check in sorted(CHECKS, key=lambda c: c.order) if meant(check)]


def claims_of(spec: ModelSpec, model: Model | SpinModel) -> list[tuple[Check, Claim]]:
    """Return every claim of every requested check, in order."""
    claims = [
        (check, claim) for check, values, path in requested(spec) for claim in _claims(spec, model, check, values, path)
    ]
    if isinstance(model, SpinModel) or not model.uncertain:
        return claims

    @lru_cache(maxsize=2)
    def at(factor: Fraction) -> list[tuple[Check, Claim]]:
        return claims_of(spec, model.widened(factor))

    def near(number: int, claim: Claim) -> Claim:
        return replace(
            claim,
            statement=f"for all weights within their tolerance: {claim.statement}",
            assumptions=(*claim.assumptions, *within(model)),
            widened=lambda factor: at(factor)[number][1],
        )

    return [(check, near(number, claim)) for number, (check, claim) in enumerate(claims)]


def within(model: Model) -> tuple[str, ...]:
    """Return which weights are meant, for each synapse whose weights are known up to a spread."""
    said = []
    for name, spread in model.uncertain.items():
        weights = model.synapses[name].weights
        symmetric = weights is not None and bool((weights.values == weights.values.T).all())
        kind = "symmetric matrices" if symmetric else "matrices"
        said.append(f"the weights of {name} are any of the {kind} within {spread} of the given one, entry by entry")
    return tuple(said)


def _claims(
    spec: ModelSpec, model: Model | SpinModel, check: Check, values: Mapping[str, Any], path: str
) -> list[Claim]:
    said = _aside(model, check)
    if said is not None:
        return [Claim(model.name, check.title, inapplicable=said)]
    try:
        return check.claims(model, values)
    except ParameterError as error:
        raise spec.error(f"{path}.{error.parameter}", str(error)) from error


def _aside(model: Model | SpinModel, check: Check) -> str | None:
    """Return why a kind of model is none that the check is about; None if it is one."""
    if isinstance(model, SpinModel) != check.discrete:
        other, own = ("spins (±1)", "states that follow a flow") if check.discrete else ("a flow", "spins (±1)")
        return f"the check is about models of {other}; this one has {own}"
    if isinstance(model, Model) and model.inhibition and not check.implicit:
        layers = ", ".join(model.inhibition)
        return f"layer {layers} is instantaneous and inhibits itself; the theory behind this check does not cover that"
    return None
