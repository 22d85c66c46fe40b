"""A flat energy and its cure side by side: E of the original over x, V of the altered system over y (T11, T12).

A spec that names its original is drawn with it. An original on its own is drawn with its universal repair, whose text
is drafted for the picture and not verified: `hopverify repair` writes and verifies it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Certificate
from hopverify.expr.floats import FLOATS
from hopverify.networks import AlteredSystem, Model, altered_system, build_model
from hopverify.picturing.certified import Rest, Stored, equilibria, stored_patterns
from hopverify.picturing.landscape import FLAT, Landscape, landscape_on
from hopverify.picturing.planes import beside
from hopverify.picturing.reached import reached
from hopverify.picturing.regions import ghosts_in
from hopverify.picturing.sampling import Sampler
from hopverify.picturing.slices import CANDIDATES, Slice, of_neurons
from hopverify.picturing.views import View, view_through
from hopverify.repairs import UnfitError
from hopverify.repairs.kinds.universal import REPAIR
from hopverify.repairs.subject import Subject, obstacle
from hopverify.simulation.borrowing import listed_equilibria
from hopverify.spec import ModelSpec, parse_spec
from hopverify.synapses import held
from hopverify.verdict import Verdict

Floats = NDArray[np.float64]
LARGEST, ENOUGH = 64, 0.05
WAYS = (("larger ", 2.0), ("smaller ", -2.0))


@dataclass(frozen=True, eq=False)
class Repaired:
    """Both landscapes, with the same numbers for the same equilibria.

    ``drafted`` if the repair is only drafted; ``shown`` if by the certificate V is critical at equilibria only.
    """

    original: Landscape
    altered: Landscape
    drafted: bool
    shown: bool


def repaired_of(spec: ModelSpec, model: Model, certificate: Certificate) -> Repaired | None:
    """Return both energies, or None where there is no altered system, or nothing flat to be repaired."""
    if spec.original is not None and model.original is not None:
        rests = _rests(spec.original, model.original, model, certificate)
        return _side_by_side(model.original, model, rests, certificate, drafted=False)
    if model.size != sum(layer.size for layer in model.layers.values()) or model.size > LARGEST:
        return None
    altered = _drafted(spec, model)
    if altered is None:
        return None
    return _side_by_side(model, altered, equilibria(certificate, model), certificate, drafted=True)


def _rests(spec: ModelSpec, original: Model, repaired: Model, certificate: Certificate) -> Sequence[Rest]:
    """Return equilibria of an original: a list of its own, that of its repair, or where the flow leads."""
    if any(layer.instantaneous for layer in original.layers.values()):
        return ()
    if all(layer.function.elementwise for layer in original.layers.values()):
        rows = listed_equilibria(spec).equilibria
        states = [np.array(state, dtype=np.float64) for state, _ in rows]
        found = [Rest(k + 1, str(k + 1), x, x, rows[k][1], {}) for k, x in enumerate(states)]
        if found:
            return found
    told = [rest for rest in equilibria(certificate, repaired) if rest.whole is not None]
    if told and set(original.layers) <= set(repaired.layers):
        return [replace(rest, state=_part(rest.whole, repaired, original), whole=None) for rest in told]
    stored = list(stored_patterns(original, range(CANDIDATES)))
    return reached(Sampler(original), stored or [Stored(name, x) for name, x in _starts(original)])


def _part(whole: Floats | None, repaired: Model, original: Model) -> Floats:
    """Return the states of the original's layers out of those of all layers of its repair."""
    assert whole is not None
    sizes = [layer.size for layer in repaired.layers.values()]
    parts = dict(zip(repaired.layers, np.split(whole, np.cumsum(sizes)[:-1]), strict=True))
    return np.concatenate([parts[name] for name in original.layers])


def _starts(model: Model) -> list[tuple[str, Floats]]:
    """Return states from which to follow the flow where no patterns are stored: along each axis, both ways."""
    names = [f"{layer.name}[{i}]" for layer in model.dynamic for i in range(layer.size)]
    axes = np.eye(model.size)[:CANDIDATES]
    return [(f"{sign}{name}", way * x) for x, name in zip(axes, names, strict=False) for sign, way in WAYS]


def _drafted(spec: ModelSpec, model: Model) -> Model | None:
    subject = Subject(spec, model, "original.yaml", "draft")
    if obstacle(subject) is not None:
        return None
    try:
        text = REPAIR.propose(subject).text
    except UnfitError:
        return None
    # The draft lies in no file, so that it cannot name its original.
    lines = [line for line in text.splitlines() if not line.startswith("original:")]
    return build_model(parse_spec("\n".join(lines) + "\n"))


def _side_by_side(
    original: Model, repaired: Model, rests: Sequence[Rest], certificate: Certificate, *, drafted: bool
) -> Repaired | None:
    system, before, after = altered_system(repaired), Sampler(original), Sampler(repaired)
    if isinstance(system, str) or before.kind is None or after.kind != "V" or repaired.size < 2:
        return None
    left = _flattest(before, rests, certificate) if original.size > 1 else None
    if left is None or not left.flat:
        return None
    right = landscape_on(after, _view_of_y(system, after, _moved(system, original, rests), left.view.plane), ())
    if right is None:
        return None
    verdicts = [entry.get("verdict") for entry in certificate.results if entry.get("check") == "altered_flatness"]
    shown = not drafted and set(verdicts) == {str(Verdict.PASS)}
    return Repaired(left, right, drafted, shown)


def _flattest(sampler: Sampler, rests: Sequence[Rest], certificate: Certificate) -> Landscape | None:
    """Return the original's landscape on the usual slice or, if next to nothing is flat there, beside a dead neuron."""
    views = [view_through(sampler, rests, ())]
    if rests and sampler.model.size > 2:
        first = min(rests, key=lambda rest: rest.stability != "stable")
        plane = beside(sampler, first.state, f"as at equilibrium {first.name}")
        views.append(view_through(sampler, rests, (), plane))
    found = []
    for view in views:
        ghosts = ghosts_in(view.window, view.plane, sampler.model, certificate)
        landscape = landscape_on(sampler, view, ghosts)
        if landscape is not None and landscape.share(FLAT) >= ENOUGH:
            return landscape
        found.append(landscape)
    return max((each for each in found if each is not None), key=_hatched, default=None)


def _hatched(landscape: Landscape) -> float:
    return sum(landscape.share(hatch) for hatch in landscape.flat)


def _view_of_y(system: AlteredSystem, sampler: Sampler, rests: Sequence[Rest], plane: Slice) -> View:
    """Return the view of y: along the same neurons as that of x, where y has one for each neuron of x."""
    same = plane.neurons is not None and system.synapse.is_identity and rests
    if not same or plane.neurons is None:
        return view_through(sampler, rests, ())
    through = min(rests, key=lambda rest: rest.stability != "stable").state
    own = of_neurons(through, *plane.neurons, sampler.observer.names, plane.held)
    return view_through(sampler, rests, (), own)


def _moved(system: AlteredSystem, original: Model, rests: Sequence[Rest]) -> tuple[Rest, ...]:
    """Return the equilibria as states of y: y = (Bg(x) + a)/λ."""
    found = []
    for rest in rests:
        x, start = {}, 0
        for layer in original.layers.values():
            x[layer.name] = rest.state[start : start + layer.size]
            start += layer.size
        gamma = [np.asarray(layer.function.activate(x[layer.name], FLOATS)) for layer in system.fast]
        driven = held(system.synapse.feedback, FLOATS) @ np.concatenate(gamma) + held(system.slow.bias, FLOATS)
        found.append(replace(rest, state=driven / float(system.rate), whole=None))
    return tuple(found)
