"""``hopverify schema``: the JSON Schema of specs, for editors."""

from __future__ import annotations

import click

from hopverify.cli._schema import schema_text


@click.command("schema", short_help="Print the JSON Schema of specs.")
def command() -> None:
    """Print the JSON Schema of specs, as editors accept it.

    In an editor with the YAML language server, save it beside the specs and start them with
    `# yaml-language-server: $schema=hopverify.schema.json`, as `hopverify init` does.
    """
    click.echo(schema_text(), nl=False)
