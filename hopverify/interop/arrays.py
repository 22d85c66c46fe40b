"""Patterns in an array file, and a learning rule: the Hopfield network that stores them, as a spec.

    ẋ = W tanh(βx) - x

with W from :mod:`hopverify.interop.learning` and β the gain, or spins ±1 that are set one after another. The file has
one pattern a row; it is read as the arrays of a spec are, so nothing in it is unpickled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from hopverify.errors import HopverifyError
from hopverify.interop.imported import Imported, array_field, spec_text, stem_of
from hopverify.interop.learning import LEARNING, LearningRule
from hopverify.lagrangians import LAGRANGIANS
from hopverify.networks.linear import MAX_NEURONS
from hopverify.spec import ExactArray
from hopverify.spec.array_files import read_array_file


@dataclass(frozen=True)
class Network:
    """What is wanted beside the patterns: the activation by its catalogue name, its gain β, and whether W_ii = 0.

    With ``spins`` the states are ±1, set one after another: there is no activation, and no gain.
    """

    activation: str | None = None
    gain: Fraction | None = None
    zero_diagonal: bool = True
    spins: bool = False


def read_patterns(path: Path | str, key: str | None = None) -> ExactArray:
    """Return the patterns in a file, one a row."""
    path = Path(path)
    patterns = read_array_file(path.parent, path.name, key)
    if patterns.ndim != 2:
        raise HopverifyError(f"{path}: patterns are the rows of a matrix, got an array of shape {patterns.shape}")
    return patterns


def hopfield_network(
    patterns: ExactArray, rule: str, wanted: Network | None = None, *, name: str = "patterns", inline: bool = False
) -> Imported:
    """Return the network that stores the patterns by the rule of that name; with ``inline`` short arrays in its text.

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
    hold = partial(array_field, files=files, inline=inline)
    synapse, said = _synapse(patterns, chosen, wanted, stem, hold)
    held = {"same_as": "w.patterns"} if synapse["kind"] == "hebbian" else hold(patterns, f"{stem}.npy")
    count, size = patterns.shape
    kind = "spins" if wanted.spins else "neurons"
    own = {"states": _spins(patterns, wanted)} if wanted.spins else {"lagrangian": _lagrangian(wanted)}
    text = spec_text(
        name=name,
        description=f"{count} patterns stored in {size} {kind}. {said[0].upper()}{said[1:]}.",
        references=[chosen.reference],
        sections={
            "layers": {"x": {"size": size} | own},
            "synapses": {"w": synapse},
            "memories": {"patterns": {"layer": "x", "patterns": held}},
        },
        checks=_SPIN_CHECKS if wanted.spins else _checks(size),
        update="asynchronous" if wanted.spins else None,
    )
    return Imported(stem, text, files, (said,))


def _synapse(
    patterns: ExactArray, rule: LearningRule, wanted: Network, stem: str, hold: Callable[[ExactArray, str], Any]
) -> tuple[dict[str, Any], str]:
    learned = rule.learn(patterns, wanted.zero_diagonal)
    ends = ["x", "x"]
    if learned.weights is None:
        held = hold(patterns, f"{stem}.npy")
        entry = {"kind": "hebbian", "layers": ends, "patterns": held, "zero_diagonal": wanted.zero_diagonal}
        return entry, learned.said
    return {
        "kind": "dense",
        "layers": ends,
        "weights": hold(learned.weights, f"{stem}-weights.npy"),
    }, learned.said


_SPIN_CHECKS = ("spin_energy_descent", "spin_convergence", "spin_correction")


def _spins(patterns: ExactArray, wanted: Network) -> str:
    """Return what a layer of spins says of its states; patterns and wishes have to be those of spins."""
    if wanted.activation is not None or wanted.gain is not None:
        raise HopverifyError("spins are the signs of their drives: leave out activation and gain")
    if (abs(patterns.values) != 1).any():
        raise HopverifyError("patterns of spins hold 1 and -1 only; subtract a threshold and take signs")
    return "spins"


def _lagrangian(wanted: Network) -> Any:
    name = wanted.activation if wanted.activation is not None else "tanh"
    lagrangian = LAGRANGIANS[name]
    if not lagrangian.elementwise:
        raise HopverifyError(f"{name} is not elementwise: choose one such as tanh, hard_tanh or relu")
    takes_gain = any(parameter.name == "beta" for parameter in lagrangian.parameters)
    if wanted.gain is not None and not takes_gain:
        raise HopverifyError(f"{name} has no gain: leave it out, or choose tanh, sigmoid, arctan or erf")
    gain = wanted.gain if wanted.gain is not None else Fraction(4)
    return {name: {"beta": gain}} if takes_gain else name


def _checks(size: int) -> list[str]:
    energy = ["lagrangian_convexity", "weight_symmetry", "energy_descent", "energy_flatness"]
    return [*energy, *(["boundedness"] if size <= MAX_NEURONS else []), "basin_cells"]
