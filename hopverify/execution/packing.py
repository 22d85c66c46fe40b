"""A spec as it travels: bytes that a process unpacks once, with the arrays it names, and keeps for further units."""

from __future__ import annotations

import hashlib
import pickle
from collections import OrderedDict
from dataclasses import dataclass

from hopverify.checks import claims_of
from hopverify.execution.discharging import Claims
from hopverify.networks import any_model
from hopverify.spec import ModelSpec

# A process works on few specs at a time.
KEPT = 4


@dataclass(frozen=True)
class Pack:
    """A spec with its arrays, and the key under which processes keep it."""

    key: str
    content: bytes


def packed(spec: ModelSpec) -> Pack:
    """Return a spec ready to travel."""
    content = pickle.dumps(spec, protocol=5)
    return Pack(hashlib.sha256(content).hexdigest(), content)


class Shelf:
    """The claims of the specs that a process has unpacked last, by the key of the spec."""

    def __init__(self) -> None:
        self._claims: OrderedDict[str, Claims] = OrderedDict()

    def claims(self, key: str, content: bytes | None) -> Claims | None:
        """Return the claims of a spec; None if it is not here and did not come along."""
        if key not in self._claims:
            if content is None:
                return None
            spec: ModelSpec = pickle.loads(content)
            self._claims[key] = claims_of(spec, any_model(spec))
        self._claims.move_to_end(key)
        while len(self._claims) > KEPT:
            self._claims.popitem(last=False)
        return self._claims[key]
