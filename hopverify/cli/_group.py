"""The group of subcommands: the files of this folder, each with a constant ``command``."""

from __future__ import annotations

import errno
import importlib
import keyword
import pkgutil
from typing import Any

import click

import hopverify
from hopverify.errors import HopverifyError
from hopverify.reporting.plain import plain

INTERRUPTED = 130


class LazyGroup(click.Group):
    """Imports the file of a subcommand when the subcommand, or the list of all, is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        package = importlib.import_module(__package__)
        names = (module.name for module in pkgutil.iter_modules(package.__path__))
        return sorted(name.removesuffix("_") for name in names if not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        # A module cannot be called by a word of Python's grammar, such as import.
        module = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        command: click.Command = importlib.import_module(f"{__package__}.{module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand; a name that there is not is told with what may have been meant."""
        from hopverify.registry import did_you_mean

        name, commands = args[0], self.list_commands(ctx)
        if not name.startswith("-") and name not in commands and not ctx.resilient_parsing:
            ctx.fail(f"no command is called {name!r}{did_you_mean(name, commands)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a subcommand; what hopverify refuses on purpose is a message and an exit code, never a traceback."""
        try:
            return super().invoke(ctx)
        except HopverifyError as error:
            click.echo(plain(str(error), lines=True), err=True)
            ctx.exit(error.exit_code)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            click.echo(plain(f"{error.filename or 'the output'}: {error.strerror or error}"), err=True)
            ctx.exit(HopverifyError.exit_code)
        except KeyboardInterrupt as interrupt:
            advice = str(interrupt)
            click.echo(plain(f"interrupted: {advice}") if advice else "interrupted", err=True)
            ctx.exit(INTERRUPTED)


def _show_version(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"hopverify {hopverify.__version__}")
        ctx.exit()


GROUP = LazyGroup(
    name="hopverify",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=(
        "Verify Hopfield-type energy models: a spec goes in, a checked certificate comes out.\n\n"
        "Exit codes: 0 every required check has the verdict that its spec expects; 1 some required check has not; "
        "2 usage or spec error; 3 something required is unknown; 4 certificate rejected."
    ),
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_show_version,
            help="Show the version and exit.",
        )
    ],
)
