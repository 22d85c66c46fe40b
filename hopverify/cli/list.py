"""``hopverify list``: what there is, from the registries."""

from __future__ import annotations

import click

from hopverify.cli._registries import PLACES, registry, summary
from hopverify.errors import HopverifyError
from hopverify.registry import did_you_mean
from hopverify.reporting.theory import theorems

KINDS = (*PLACES, "theorems")


def _kinds(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    return [kind for kind in KINDS if kind.startswith(incomplete)]


@click.command("list", short_help="List Lagrangians, synapses, checks, rules …")
@click.argument("kind", required=False, metavar="[KIND]", shell_complete=_kinds)
def command(kind: str | None) -> None:
    """List lagrangians, activations, synapses, checks, repairs, provers, rules, sources and theorems, or one KIND."""
    if kind is not None and kind not in KINDS:
        raise HopverifyError(f"there is no list of {kind!r}{did_you_mean(kind, list(KINDS))}")
    for position, name in enumerate([kind] if kind else KINDS):
        if not kind:
            click.echo(("\n" if position else "") + f"{name}:")
        lines = _lines(name)
        width = max((len(entry) for entry, _ in lines), default=0)
        for entry, said in lines:
            click.echo(("" if kind else "  ") + f"{entry:<{width}}  {said}")


def _lines(kind: str) -> list[tuple[str, str]]:
    """Return the names of a kind, each with one line about it; theorems in the order of their page."""
    if kind == "theorems":
        return [(theorem.name, theorem.title) for theorem in theorems().values()]
    return [(entry.name, summary(entry)) for entry in sorted(registry(kind), key=lambda entry: entry.name)]
