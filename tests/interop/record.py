"""Write tests/interop/data/programs.json anew: jaxprs of JAX, and what they are in a spec. Needs HAMUX and JAX.

python -m tests.interop.record
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hopverify.errors import HopverifyError
from hopverify.interop.hamux.tracing import fold, program
from tests.interop.programs import LAMBDAS, LIBRARY, OF_PARAMETERS, REFUSED, SYNAPSES
from tests.interop.recorded import as_text, told

FILE = Path(__file__).parent / "data" / "programs.json"


def recorded() -> dict[str, Any]:
    """Return every program with its jaxpr, and what is read of it."""
    found = {}
    lagrangians = LIBRARY | OF_PARAMETERS | LAMBDAS
    for name, each in (lagrangians | SYNAPSES | REFUSED).items():
        closed = program(name, each.function, each.shapes)
        layers, shapes = list(each.layers), [tuple(shape) for shape in each.shapes]
        try:
            said = told(closed, fold, layers, shapes, lagrangian=name in lagrangians)
        except HopverifyError as error:
            said = f"refused: {error}"
        found[name] = {
            "layers": layers,
            "shapes": shapes,
            "lagrangian": name in lagrangians,
            "program": as_text(closed),
            "told": said,
        }
    return found


if __name__ == "__main__":
    FILE.write_text(json.dumps(recorded()) + "\n", encoding="utf-8")
