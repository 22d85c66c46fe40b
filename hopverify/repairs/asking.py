"""What a repaired spec asks of itself: the checks that concern it, and the verdicts that are right where not a pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hopverify.checks import CHECKS
from hopverify.networks import Layer, altered_system
from hopverify.networks.segments import segments
from hopverify.repairs.convexity import why_not_convex
from hopverify.repairs.drafting import Altered
from hopverify.repairs.subject import Network, Subject
from hopverify.verdict import Verdict

ASKED = ("lagrangian_convexity", "altered_energy_descent", "altered_flatness", "equilibria_preserved")
# Combinations of segments grow exponentially; so many neurons take a second or two.
FEW = 12


def checks_for(subject: Subject, parts: Altered) -> tuple[str, ...]:
    """Return the checks that the spec of an altered system asks for."""
    convex = all(why_not_convex(layer) is None for layer in parts.fast)
    # Steps of non-convex layers are certified by bounds of their slopes.
    stepped = convex or all(layer.function.elementwise for layer in parts.fast)
    asked = [
        *ASKED,
        *(["step_size"] if stepped else []),
        *(["equilibria"] if _lists_equilibria(subject, parts) else []),
    ]
    return tuple(asked)


def expectations(subject: Subject, parts: Altered) -> dict[str, str]:
    """Return what is right not to pass: a Lagrangian that is not convex, stability that time constants decide.

    The comparison with an original speaks of activations that are functions, which a filled-in sign is not.
    """
    expected: dict[str, str] = {}
    if any(why_not_convex(layer) is not None for layer in parts.fast):
        expected["lagrangian_convexity"] = str(Verdict.FAIL)
    if not keeps_stability(subject, parts):
        expected["equilibria_preserved"] = str(Verdict.UNKNOWN)
    return expected


def keeps_stability(subject: Subject, parts: Altered) -> bool:
    """Whether stability is the same by theory: by convexity (T7), or because all neurons share their times (T11).

    Where linear layers are left out T7 speaks of the rest if W is symmetric and they have no weights among themselves.
    The same flow is stable where it is. A sign has no linearisation at 0, where it is filled in.
    """
    if parts.smoothed:
        return False
    if keeps_flow(subject, parts):
        return True
    layers, fast = tuple(subject.model.layers.values()), {layer.name for layer in parts.fast}
    gone = [layer for layer in layers if layer.name not in fast]
    if all(why_not_convex(layer) is None for layer in parts.fast):
        even = all(layer.function.elementwise or layer.uniform_tau for layer in layers)
        return even and (not gone or _is_plain(subject.network, gone))
    numbers = [{tau for layer in layers for tau in layer.tau}, {rate for layer in layers for rate in layer.leak}]
    same = all(len(each) == 1 for each in (*numbers, set(parts.leak), set(parts.tau)))
    return same and not gone and not any(layer.instantaneous for layer in layers) and not any(parts.inhibition)


def _is_plain(network: Network | None, gone: Sequence[Layer]) -> bool:
    if network is None:
        return False
    e = network.neurons(gone)
    return network.is_symmetric and not network.W[np.ix_(e, e)].any()


def keeps_flow(subject: Subject, parts: Altered) -> bool:
    """Whether the model is this altered system already, and only its energy is another one."""
    found = altered_system(subject.model)
    if isinstance(found, str) or found.slow.name != parts.slow or found.rate != parts.rate:
        return False
    same = found.slow.each(found.slow.tau) == list(parts.tau) and list(found.inhibition) == list(parts.inhibition)
    return same and (found.synapse.forward, found.synapse.feedback) == (parts.A, parts.B)


def _lists_equilibria(subject: Subject, parts: Altered) -> bool:
    """Whether a list of all equilibria is within reach: the original has to have one, or segments are few."""
    required = CHECKS["equilibria"].expected_by(subject.spec) is Verdict.PASS
    requests = subject.spec.checks or ()
    asked = subject.spec.checks is None or any(each.name == "equilibria" and not each.parameters for each in requests)
    if required and asked:
        return True
    linear = all(layer.name in parts.smoothed or segments(layer.function) is not None for layer in parts.fast)
    return linear and sum(layer.size for layer in parts.fast) <= FEW
