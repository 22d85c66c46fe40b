"""A core and its original rest in the same states; where activations are smooth, both are stable, or neither (T11)."""

from hopverify.kernel.altered import altered_system
from hopverify.kernel.core import Core
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.json_values import listed
from hopverify.kernel.json_values import name as name_of
from hopverify.kernel.reduction import factors, has_same_flow, is_stably_reduced
from hopverify.kernel.theorems.altered_energy import metric_of


def by_elimination(case: Case) -> Fact:
    """On the layers that are kept the two networks have the same equations, up to a factor d > 0 of each neuron.

    The others are linear, and follow from these at rest.
    """
    case.keys("kept")
    kept = [name_of(each, case.where) for each in listed(case.proof["kept"], f"{case.where}.kept")]
    d, theirs = factors(case.core, _original(case), kept)
    told = {"factors": [str(each) for each in d]} if any(each != 1 for each in d) else {}
    told |= {"eliminated": list(theirs.gone)} if theirs.gone else {}
    case.need(dict(case.claim.fields) == told, "the factors, or the layers that are left out, are others")
    return Fact(case.core, case.claim)


def by_flow(case: Case) -> Fact:
    """The original has the same layers with the same equations of motion: only its energy is another."""
    case.keys()
    case.need(has_same_flow(case.core, _original(case)), "the flow is not that of the original")
    case.need(not case.claim.fields, "nothing is told beside")
    return Fact(case.core, case.claim)


def reduced(case: Case) -> Fact:
    """The altered system rests where ρx = (AB/λ - c)g(x) + b + Aa/λ does: at its equilibria y = (Bγ + a)/λ."""
    case.keys()
    altered_system(case.core)
    return Fact(case.core, case.claim)


def stable_by_times(case: Case) -> Fact:
    """c = 0, one τ of y, one ρ of x, and one τ > 0 and one ρ of the original, no layer of which is left out.

    The linear flows are BHA/ρ - λ and ABH/λ - ρ up to positive factors; BHA and ABH agree in all eigenvalues but 0.
    """
    case.keys()
    original, system = case.core.original, altered_system(case.core)
    own = {each for layer in system.fast for each in layer.leak.entries}
    alike = len(set(system.tau)) == len(own) == 1 and not any(map(any, system.c.values()))
    case.need(alike, "the neurons do not share their times and leaks, or inhibit themselves")
    if original is not None:
        _, theirs = factors(case.core, original, [layer.name for layer in system.fast])
        taus = {each for layer in theirs.layers for each in layer.tau.entries}
        shared = len(taus) == len(set(theirs.leak)) == 1 and min(taus) > 0 and not theirs.gone
        case.need(shared, "the neurons of the original do not share their times and leaks, or some are left out")
    return Fact(case.core, case.claim)


def stable_by_metric(case: Case) -> Fact:
    """A metric P ≻ 0 with sym(TP) ≻ 0; convex L; compatible times of the original, whose form of T7 is that of ∇²V."""
    case.keys("premises", optional=("metric",))
    original, system = case.core.original, altered_system(case.core)
    system.check_metric(metric_of(case, system, case.proof), timed=True)
    slow: list[str] = []
    if original is not None:
        _, theirs = factors(case.core, original, [layer.name for layer in system.fast])
        case.need(is_stably_reduced(original, theirs), "layers that are left out decide stability, too")
        slow = [layer.name for layer in original.slow_layers]
    given = listed(case.proof["premises"], case.where)
    case.need(len(given) >= len(slow), "the proof lacks a premise: compatible times of the original")
    for place, name in enumerate(slow):
        fact = case.accept(given[place], f"{case.where}.premises[{place}]")
        fits = fact.core is original and fact.claim.says("compatible times", layer=name)
        case.need(fits, f"premise {place} is another one than needed: compatible times of the original")
    case.premises(*(("convex", {"layer": layer.name}) for layer in system.fast), first=len(slow))
    return Fact(case.core, case.claim)


def _original(case: Case) -> Core:
    original = case.core.original
    case.need(original is not None, "the core names no original")
    assert original is not None
    return original
