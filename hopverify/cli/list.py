"""``hopverify list``: what there is, from the registries."""

from __future__ import annotations

import click

from hopverify.cli._registries import PLACES, registry, summary


@click.command("list", short_help="List Lagrangians, synapses, checks, rules …")
@click.argument("kind", required=False, type=click.Choice(tuple(PLACES)))
def command(kind: str | None) -> None:
    """List the Lagrangians, activations, synapses, checks, repairs, provers, rules and sources, or one kind of them."""
    for position, name in enumerate([kind] if kind else PLACES):
        entries = sorted(registry(name), key=lambda entry: entry.name)
        width = max((len(entry.name) for entry in entries), default=0)
        if not kind:
            click.echo(("\n" if position else "") + f"{name}:")
        for entry in entries:
            click.echo(("" if kind else "  ") + f"{entry.name:<{width}}  {summary(entry)}")
