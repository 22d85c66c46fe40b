"""From the parts of an altered system to the proposal of its spec."""

from __future__ import annotations

from collections.abc import Sequence

from hopverify.networks import Layer
from hopverify.repairs import Proposal, words
from hopverify.repairs.asking import checks_for, expectations, keeps_flow, keeps_stability
from hopverify.repairs.drafting import Altered, Draft, altered_layers, altered_synapses, cuts_of, written
from hopverify.repairs.envelopes import closed_form, smoothed_sign
from hopverify.repairs.subject import Network, Subject


def proposal(
    subject: Subject,
    parts: Altered,
    network: Network | None,
    *,
    name: str,
    title: str,
    theory: str,
    notes: Sequence[str] = (),
) -> Proposal:
    """Return the proposal; ``network`` is what the parts were made of, where it has layers that are left out."""
    files: dict[str, bytes] = {}
    fast = {layer.name for layer in parts.fast}
    gone = [layer for layer in subject.model.layers.values() if layer.name not in fast]
    convex = words.all_convex(parts)
    draft = Draft(
        name=f"{subject.spec.name}-{name}",
        comment=_comment(subject, parts, theory, convex),
        description=f"{title} for {subject.spec.name}.",
        layers=altered_layers(subject, parts),
        synapses=altered_synapses(subject, parts, name, files),
        checks=checks_for(subject, parts),
        expect=expectations(subject, parts),
    )
    return Proposal(
        name,
        title,
        theory,
        written(draft, subject, files),
        files,
        map=words.map_between(parts, gone),
        changed=(parts.made, *words.changes(parts, network, gone), *_followed(parts), *_bias(gone, parts)),
        stayed=tuple(
            words.remains(
                convex=convex,
                stability=keeps_stability(subject, parts),
                flow=keeps_flow(subject, parts),
                smoothed=bool(parts.smoothed),
            )
        ),
        notes=(words.gains(convex), *notes),
    )


def _followed(parts: Altered) -> list[str]:
    """Return how layers with inhibition follow u = Ay + b."""
    cuts = cuts_of(parts.fast)
    return [
        smoothed_sign(layer, parts.inhibition[a:b])
        if layer.name in parts.smoothed
        else closed_form(layer, parts.inhibition[a:b])
        for layer, (a, b) in cuts
        if any(parts.inhibition[a:b])
    ]


def _comment(subject: Subject, parts: Altered, theory: str, convex: bool) -> str:
    blind = "E has flat regions or ghosts" if convex else "E rises, since L is not convex"
    said = (
        f"An altered system for {subject.spec.name} ({theory}), where {blind}.\n"
        f"Its equilibria are those of the original: {parts.slow} = {words.forward(parts)}, and {words.back(parts)}."
    )
    return f"{said}\n{_of_signs(parts)}" if parts.smoothed else said


def _of_signs(parts: Altered) -> str:
    """Return why a check that compares with the original stays unknown where a sign is smoothed."""
    names = ", ".join(sorted(parts.smoothed))
    return (
        f"γ is the filled-in sign of x on {names} (Filippov), here clip(u/c, -1, 1): hard tanh, leak c, state u/c.\n"
        "equilibria_preserved stays unknown: it compares activations that are functions, which a filled-in sign\n"
        "is not. The correspondence is that of T12, which needs convex L only."
    )


def _bias(gone: Sequence[Layer], parts: Altered) -> list[str]:
    left_out = [layer.name for layer in (*gone, *parts.fast) if not layer.bias_in_energy]
    return [f"the bias of {', '.join(left_out)} counts in the new energy"] if left_out else []
