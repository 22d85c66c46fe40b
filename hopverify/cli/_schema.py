"""The JSON Schema of specs as text, with what editors show of each name."""

from __future__ import annotations

import json


def schema_text() -> str:
    """Return the schema of all that the registries know."""
    from hopverify.activations import ACTIVATIONS
    from hopverify.checks import CHECKS
    from hopverify.lagrangians import LAGRANGIANS
    from hopverify.spec import json_schema
    from hopverify.synapses import SYNAPSES

    schema = json_schema(
        lagrangians={e.name: (f"{e.summary}; L(x) = {e.potential}", e.fields) for e in LAGRANGIANS},
        synapses={e.name: (e.summary, e.fields) for e in SYNAPSES},
        activations={e.name: (f"{e.summary}; g(x) = {e.activation}", e.parameters) for e in ACTIVATIONS},
        checks={e.name: (e.title, e.parameters) for e in CHECKS},
    )
    return json.dumps(schema, indent=2, ensure_ascii=True) + "\n"
