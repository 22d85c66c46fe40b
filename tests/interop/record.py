"""Write programs.json and gradients.json in tests/interop/data anew: jaxprs of JAX, and what they are in a spec.

Needs HAMUX and JAX.

python -m tests.interop.record
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hopverify.errors import HopverifyError
from hopverify.interop.hamux.tracing import fold, gradient_program, program
from tests.interop.programs import LAMBDAS, LIBRARY, OF_PARAMETERS, REFUSED, SYNAPSES
from tests.interop.recorded import as_text, told

FILE = Path(__file__).parent / "data" / "programs.json"
GRADIENTS = FILE.with_name("gradients.json")


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


def gradients() -> dict[str, Any]:
    """Return the gradients of the library's functions that have rules of their own, as jaxprs."""
    programs = {name: LIBRARY[name] for name in ("lagr_tanh", "lagr_sigmoid")}
    return {name: as_text(gradient_program(name, each.function, each.shapes[0])) for name, each in programs.items()}


if __name__ == "__main__":
    GRADIENTS.write_text(json.dumps(gradients()) + "\n", encoding="utf-8")
    FILE.write_text(json.dumps(recorded()) + "\n", encoding="utf-8")
