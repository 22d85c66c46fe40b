"""Names for layers, synapses and arrays of a spec, from whatever names a program uses.

A name of a spec begins with a letter. Those of layers and arrays also stand in expressions, where ``-`` is a minus and
``pi`` a number (``z`` is an overlap with a pattern), so no more than letters, digits and underscores are kept.

>>> names = Names()
>>> [names.of(each) for each in ("input", "x 1", "x-1", "pi", "9", "μ")]
['input', 'x_1', 'x_1_2', 'pi_2', 'n9', 'n']
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hopverify.spec.bounds import MAX_NAME

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9_]+")


@dataclass
class Names:
    """Gives out names, none of them twice; ``taken`` in lower case, as files of some systems are."""

    taken: set[str] = field(default_factory=lambda: {"pi", "z"})

    def of(self, wanted: str) -> str:
        """Return a name near the one wanted."""
        base = _NOT_PLAIN.sub("_", wanted).strip("_")
        base = (base if base[:1].isalpha() else f"n{base}")[: MAX_NAME - 8]
        name, number = base, 2
        while name.lower() in self.taken:
            name, number = f"{base}_{number}", number + 1
        self.taken.add(name.lower())
        return name
