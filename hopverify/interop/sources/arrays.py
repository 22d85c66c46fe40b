"""Arrays: patterns in a file and a learning rule make a Hopfield network.

hopverify import patterns.npz:digits --out specs --set rule=storkey
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hopverify.errors import HopverifyError
from hopverify.interop.arrays import Network, hopfield_network, read_patterns
from hopverify.interop.imported import Imported
from hopverify.interop.learning import LEARNING
from hopverify.interop.source import Request, Source
from hopverify.spec.array_files import SUFFIXES
from hopverify.spec.numbers import number

_DIAGONALS = {"zero": True, "kept": False}
_STATES = {"continuous": False, "spins": True}


def _read(request: Request) -> Sequence[Imported]:
    settings = request.settings
    rules = ", ".join(LEARNING.names)
    if "rule" not in settings:
        raise HopverifyError(
            f"{request.path} is read as patterns, one in a row: say by which rule they are learnt, --set rule=NAME: "
            f"{rules}; weights need no import: a spec names them, weights: {{file: {request.path.name}}}"
        )
    diagonal = settings.get("diagonal", "zero")
    if diagonal not in _DIAGONALS:
        raise HopverifyError(f"diagonal is {' or '.join(_DIAGONALS)}, got {diagonal!r}")
    states = settings.get("states", "continuous")
    if states not in _STATES:
        raise HopverifyError(f"states is {' or '.join(_STATES)}, got {states!r}")
    gain = _gain(settings.get("gain"))
    wanted = Network(settings.get("activation"), gain, _DIAGONALS[diagonal], spins=_STATES[states])
    patterns = read_patterns(request.path, request.member)
    name = settings.get("name", request.member or request.path.stem)
    return [hopfield_network(patterns, settings["rule"], wanted, name=name)]


def _gain(text: str | None) -> Fraction | None:
    if text is None:
        return None
    try:
        gain = number(text)
    except ValueError as error:
        raise HopverifyError(f"gain: {error}") from None
    if gain <= 0:
        raise HopverifyError(f"gain must be greater than 0, got {text}")
    return gain


SOURCE = Source(
    name="arrays",
    summary="patterns as the rows of an array, stored by a learning rule",
    suffixes=SUFFIXES,
    read=_read,
    settings={
        "rule": "the learning rule: hebbian, pseudo_inverse or storkey",
        "states": "continuous (unless stated), or spins: 1 and -1, set one after another",
        "activation": "an elementwise Lagrangian of the catalogue; tanh unless stated",
        "gain": "its parameter beta, where it has one; 4 unless stated",
        "diagonal": "zero (unless stated), or kept",
        "name": "the name of the spec; the array's or the file's unless stated",
    },
)
