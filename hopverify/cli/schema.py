"""``hopverify schema``: the JSON Schema of specs, for editors."""

from __future__ import annotations

import json

import click


@click.command("schema", short_help="Print the JSON Schema of specs.")
def command() -> None:
    """Print the JSON Schema of specs, as editors accept it.

    In an editor with the YAML language server, save it beside the specs and start them with
    `# yaml-language-server: $schema=hopverify.schema.json`.
    """
    from hopverify.activations import ACTIVATIONS
    from hopverify.checks import CHECKS
    from hopverify.lagrangians import LAGRANGIANS
    from hopverify.spec import json_schema
    from hopverify.synapses import SYNAPSES

    schema = json_schema(
        lagrangians={entry.name: entry.parameters for entry in LAGRANGIANS},
        synapses={entry.name: entry.fields for entry in SYNAPSES},
        activations={entry.name: entry.parameters for entry in ACTIVATIONS},
        checks={entry.name: entry.parameters for entry in CHECKS},
    )
    click.echo(json.dumps(schema, indent=2, ensure_ascii=True))
