"""``hopverify completion``: the script that teaches a shell to complete commands, options and names."""

from __future__ import annotations

import os
from pathlib import Path

import click

SHELLS = ("bash", "zsh", "fish")


@click.command("completion", short_help="Print the completion script of a shell.")
@click.argument("shell", required=False, type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str | None) -> None:
    """Print the completion script of a SHELL; without one, of the shell in use.

    \b
    bash:  hopverify completion bash >> ~/.bashrc
    zsh:   hopverify completion zsh >> ~/.zshrc
    fish:  hopverify completion fish > ~/.config/fish/completions/hopverify.fish
    """
    from click.shell_completion import get_completion_class

    shell = shell or Path(os.environ.get("SHELL", "")).name
    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"the shell in use was not recognised: name one of {', '.join(SHELLS)}")
    click.echo(completion(ctx.find_root().command, {}, "hopverify", "_HOPVERIFY_COMPLETE").source())
