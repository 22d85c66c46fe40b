"""Patterns in an array file, and a learning rule: the Hopfield network that stores them, as a spec.

    ẋ = W tanh(βx) - x

with W from :mod:`hopverify.interop.learning` and β the gain. The file is .npy, .npz or .safetensors, one pattern a row;
it is read as a spec's arrays are, so nothing in it is unpickled.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from hopverify.errors import HopverifyError
from hopverify.interop.imported import Imported, array_field, spec_text, stem_of
from hopverify.interop.learning import LEARNING, LearningRule
from hopverify.lagrangians import LAGRANGIANS
from hopverify.model.linear import MAX_NEURONS
from hopverify.spec import ExactArray
from hopverify.spec.array_files import read_array_file


@dataclass(frozen=True)
class Network:
    """What is wanted beside the patterns: the activation by its catalogue name, its gain β, and whether W_ii = 0."""

    activation: str = "tanh"
    gain: Fraction | None = None
    zero_diagonal: bool = True


def read_patterns(path: Path | str, key: str | None = None) -> ExactArray:
    """Return the patterns in a file, one a row."""
    path = Path(path)
    patterns = read_array_file(path.parent, path.name, key)
    if patterns.ndim != 2:
        raise HopverifyError(f"{path}: patterns are the rows of a matrix, got an array of shape {patterns.shape}")
    return patterns


def hopfield_network(
    patterns: ExactArray, rule: str, wanted: Network | None = None, *, name: str = "patterns"
) -> Imported:
    """Return the network that stores the patterns by the rule of that name.

    >>> made = hopfield_network(ExactArray.of([[1, -1, 1], [1, 1, -1]]), "hebbian")
    >>> print(made.text[made.text.index("layers:") : made.text.index("memories:")], end="")
    layers:
      x: {size: 3, lagrangian: {tanh: {beta: 4}}}
    synapses:
      w: {kind: hebbian, layers: [x, x], patterns: {file: patterns.npy}, zero_diagonal: true}
    """
    wanted = wanted if wanted is not None else Network()
    chosen = LEARNING[rule]
    files: dict[str, bytes] = {}
    stem = stem_of(name)
    synapse, said = _synapse(patterns, chosen, wanted, stem, files)
    held = {"same_as": "w.patterns"} if synapse["kind"] == "hebbian" else array_field(patterns, f"{stem}.npy", files)
    count, size = patterns.shape
    layer = {"size": size, "lagrangian": _lagrangian(wanted)}
    text = spec_text(
        name=name,
        description=f"{count} patterns stored in {size} neurons. {said[0].upper()}{said[1:]}.",
        references=[chosen.reference],
        sections={
            "layers": {"x": layer},
            "synapses": {"w": synapse},
            "memories": {"patterns": {"layer": "x", "patterns": held}},
        },
        checks=_checks(size),
    )
    return Imported(stem, text, files, (said,))


def _synapse(
    patterns: ExactArray, rule: LearningRule, wanted: Network, stem: str, files: dict[str, bytes]
) -> tuple[dict[str, Any], str]:
    learned = rule.learn(patterns, wanted.zero_diagonal)
    ends = ["x", "x"]
    if learned.weights is None:
        held = array_field(patterns, f"{stem}.npy", files)
        entry = {"kind": "hebbian", "layers": ends, "patterns": held, "zero_diagonal": wanted.zero_diagonal}
        return entry, learned.said
    return {
        "kind": "dense",
        "layers": ends,
        "weights": array_field(learned.weights, f"{stem}-weights.npy", files),
    }, learned.said


def _lagrangian(wanted: Network) -> Any:
    lagrangian = LAGRANGIANS[wanted.activation]
    if not lagrangian.elementwise:
        raise HopverifyError(f"{wanted.activation} is not elementwise: choose one such as tanh, hard_tanh or relu")
    takes_gain = any(parameter.name == "beta" for parameter in lagrangian.parameters)
    if wanted.gain is not None and not takes_gain:
        raise HopverifyError(f"{wanted.activation} has no gain: leave it out, or choose tanh, sigmoid, arctan or erf")
    gain = wanted.gain if wanted.gain is not None else Fraction(4)
    return {wanted.activation: {"beta": gain}} if takes_gain else wanted.activation


def _checks(size: int) -> list[str]:
    energy = ["lagrangian_convexity", "weight_symmetry", "energy_descent", "energy_flatness"]
    return [*energy, *(["boundedness"] if size <= MAX_NEURONS else []), "basin_cells"]
