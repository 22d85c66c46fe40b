"""``hopverify simulate``: trajectories of a model, for looking and never part of a proof."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hopverify.cli._outputs import require_writable, write

if TYPE_CHECKING:
    from fractions import Fraction

    from hopverify.simulation import Simulation, Wishes


def _positive(ctx: click.Context, parameter: click.Parameter, value: str | None) -> Fraction | None:
    """Read an exact number greater than 0 that floating point can hold."""
    if value is None:
        return None
    from hopverify.spec.numbers import exact_number

    try:
        number = exact_number(value.strip())
        if 0 < float(number) < math.inf:
            return number
    except OverflowError:
        pass
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    raise click.BadParameter(f"expected a number greater than 0, such as 0.1 or 1/3; got {value}")


def _not_negative(ctx: click.Context, parameter: click.Parameter, value: float) -> float:
    if not 0 <= value < math.inf:
        raise click.BadParameter(f"expected a finite number, at least 0; got {value}")
    return value


@click.command("simulate", short_help="Follow trajectories, for looking: energy, dead neurons, where they end.")
@click.argument("spec_path", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="SPEC")
@click.option(
    "--from",
    "starts",
    multiple=True,
    default=("random",),
    show_default=True,
    metavar="START",
    help="zero, random, numbers (1,-2,0.5), memory:NAME[k], FILE.npy or FILE.csv; may be given several times.",
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True, help="Seed of what is random.")
@click.option(
    "--scale",
    type=float,
    callback=_not_negative,
    default=1.0,
    show_default=True,
    help="Standard deviation of the coordinates of random starts.",
)
@click.option(
    "--noise",
    type=float,
    callback=_not_negative,
    default=0.0,
    metavar="S",
    help="Add to each coordinate of a start a normal number with standard deviation S.",
)
@click.option(
    "--flip", "flips", type=click.IntRange(0), default=0, metavar="K", help="Change the sign of K coordinates first."
)
@click.option(
    "--method",
    default="euler",
    show_default=True,
    help="euler: the update x + hẋ; or of SciPy: RK45, DOP853, Radau, BDF, LSODA.",
)
@click.option("--step", callback=_positive, metavar="H", help="Step of euler, in place of the largest certified one.")
@click.option("--time", callback=_positive, metavar="T", help="End at T [default: 100 of the longest tau].")
@click.option(
    "--rest",
    type=float,
    callback=_not_negative,
    default=1e-9,
    show_default=True,
    help="End where no coordinate of ẋ is larger than this.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for programs instead of tables.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write NAME-trajectory.csv and NAME-trajectory.svg into DIR.",
)
@click.option("--no-figure", is_flag=True, help="Write no figure; it needs matplotlib.")
def command(spec_path: Path, as_json: bool, out: Path | None, no_figure: bool, **asked: Any) -> None:
    """Follow trajectories of a model and show what is seen: the energy, dead neurons, where they come to rest.

    This is for looking: no verdict rests on it. The figure needs an extra: pip install 'hopverify[figures]'.
    """
    from hopverify.simulation import Wishes

    if asked["method"] != "euler" and asked["step"] is not None:
        raise click.UsageError("--step is that of the method euler; the solvers of SciPy choose their own")
    if out is not None:
        _prepare(out, with_figure=not no_figure)
    simulation = _simulated(spec_path, Wishes(**asked))
    files = [] if out is None else _written(simulation, out, spec_path.stem, with_figure=not no_figure)
    if as_json:
        from hopverify.reporting.simulation_json import simulation_as_json

        click.echo(simulation_as_json(simulation, [str(path) for path in files]))
        return
    from hopverify.reporting.simulation import simulation_in_words

    click.echo(simulation_in_words(simulation))
    for path in files:
        click.echo(f"wrote {path}")


def _prepare(out: Path, *, with_figure: bool) -> None:
    """Find out before the work rather than after it whether the files can be made."""
    from hopverify.reporting.figures import require_matplotlib

    if with_figure:
        require_matplotlib()
    require_writable(out)


def _simulated(path: Path, wishes: Wishes) -> Simulation:
    from hopverify.reporting.progress import Bar
    from hopverify.simulation import simulate
    from hopverify.spec import read_spec

    with Bar(len(wishes.starts)) as bar:
        return simulate(read_spec(path), wishes, watch=bar.show)


def _written(simulation: Simulation, out: Path, stem: str, *, with_figure: bool) -> list[Path]:
    from hopverify.reporting.trajectory_table import trajectory_table

    texts = {out / f"{stem}-trajectory.csv": trajectory_table(simulation)}
    if with_figure:
        from hopverify.reporting.figures.trajectory import trajectory_figure

        texts[out / f"{stem}-trajectory.svg"] = trajectory_figure(simulation)
    for path, text in texts.items():
        write(path, text)
    return list(texts)
