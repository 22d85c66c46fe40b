"""What the commands do, as functions: check, derive, simulate, report, and the pictures of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hopverify.api.given import SpecLike, certificate_of, model_of, spec_of
from hopverify.certificate import Certificate
from hopverify.errors import ArgumentError, require
from hopverify.networks import AlteredSystem, Model, SpinModel
from hopverify.verdict import Verdict

if TYPE_CHECKING:
    from hopverify.derivation import Derivation
    from hopverify.reporting.figures import Drawing
    from hopverify.simulation import Simulation


def build_model(spec: SpecLike) -> Model:
    """Return the model of a spec, with its layers and synapses; a notebook shows it as a table and equations.

    >>> from hopverify import Layer, build_model, model
    >>> build_model(model({"x": Layer(2, "relu", bias=[1, "1/2"])})).layers["x"].bias.fractions()
    array([Fraction(1, 1), Fraction(1, 2)], dtype=object)
    """
    from hopverify.networks import build_model as built

    return built(spec_of(spec))


def altered_system(spec: SpecLike | Model) -> AlteredSystem:
    """Return the altered system that a spec describes (T11); raise :class:`ArgumentError` with what is missing.

    >>> from hopverify import altered_system
    >>> altered_system("hopverify: 1\\nname: tiny\\nlayers: {x: {size: 2, lagrangian: relu}}")
    Traceback (most recent call last):
        ...
    hopverify.errors.ArgumentError: the spec is no altered system: needs one synapse of the kind feedforward_feedback...
    """
    from hopverify.networks import altered_system as altered

    found = altered(spec if isinstance(spec, Model) else build_model(spec))
    if isinstance(found, str):
        raise ArgumentError(f"the spec is no altered system: {found}")
    return found


def check(spec: SpecLike, certificate: Certificate | str | Path) -> Verdict:
    """Return the verdict of a certificate for a spec, decided again by the checker alone.

    ``certificate`` is that of ``verify``, a path, or JSON. Raises :class:`CertificateRejected` unless every entry
    follows from its evidence, for this spec.

    >>> from hopverify import check, verify
    >>> spec = "hopverify: 1\\nname: tiny\\nlayers: {x: {size: 2, lagrangian: tanh}}"
    >>> check(spec, verify(spec))
    <Verdict.PASS: 'pass'>
    """
    from hopverify.checker import check_certificate

    return check_certificate(spec_of(spec), certificate_of(certificate))


def derive(spec: SpecLike | Model | SpinModel) -> Derivation:
    """Return energy, flow, Hessians and dE/dt of a spec, or of a model, in closed form; ``print`` shows them.

    >>> from hopverify import derive
    >>> print(derive("hopverify: 1\\nname: tiny\\nlayers: {x: {size: 2, lagrangian: identity}}").sections[0].to_text())
    Layer x: n = 2, Lagrangian identity, tau = 1, leak 1
    ...
    """
    from hopverify.derivation import derive as derived

    return derived(model_of(spec))


def simulate(
    spec: SpecLike,
    starts: str | Sequence[Any] = "random",
    *,
    seed: int = 0,
    scale: float = 1.0,
    noise: float = 0.0,
    flips: int = 0,
    method: str = "euler",
    step: Any = None,
    time: Any = None,
    rest: float = 1e-9,
) -> Simulation:
    """Return trajectories in floating point, for looking; no verdict rests on them.

    ``starts`` are "zero", "random", "memory:NAME[k]", a state (one number for each free state variable), or a list of
    these. ``method`` is euler, or a solver of SciPy; ``step`` and ``time`` are numbers greater than 0. The other
    arguments are those of ``hopverify simulate``.

    >>> from hopverify import simulate
    >>> spec = "hopverify: 1\\nname: tiny\\nlayers: {x: {size: 2, lagrangian: tanh}}"
    >>> simulate(spec, [[1, -1], "zero"]).trajectories[0].ending
    'rest'
    """
    from hopverify.api.numbers import exact
    from hopverify.simulation import Wishes
    from hopverify.simulation import simulate as simulated

    require(method, str, "method", "the name of a method")
    numbers: dict[str, Fraction | None] = {}
    for name, value in {"step": step, "time": time}.items():
        number = None if value is None else exact(value, name)
        if number is not None and number <= 0:
            raise ArgumentError(f"{name}: must be greater than 0, got {value}")
        numbers[name] = number
    for name, count in {"seed": seed, "flips": flips}.items():
        require(count, int, name, "a whole number")
    for name, size in {"seed": seed, "flips": flips, "scale": scale, "noise": noise, "rest": rest}.items():
        if exact(size, name) < 0:
            raise ArgumentError(f"{name}: must be at least 0, got {size}")
    wishes = Wishes(_starts(starts), seed, scale, noise, flips, method, numbers["step"], numbers["time"], rest)
    return simulated(spec_of(spec), wishes)


def _starts(given: Any) -> tuple[str, ...]:
    """Return starts as the texts that the simulation reads."""
    from hopverify.api.numbers import exact_array, is_array, is_number

    if isinstance(given, str):
        return (given,)
    if is_array(given) or (isinstance(given, list | tuple) and any(map(is_number, given))):
        rows = exact_array(given, "starts").fractions()
        if rows.ndim not in (1, 2):
            raise ArgumentError(f"starts: a state, or a matrix with one in a row, is taken; got shape {rows.shape}")
        return tuple(",".join(map(str, row)) for row in (rows if rows.ndim == 2 else [rows]))
    if isinstance(given, list | tuple) and given:
        return tuple(text for each in given for text in _starts(each))
    raise ArgumentError(f"starts: a text, a state, or a list of these is taken; got {given!r}")


def report(
    spec: SpecLike, out: str | Path, *, certificate: Certificate | str | Path | None = None, format: str | None = None
) -> list[Path]:
    """Write a report and return its files, the report first.

    The certificate is checked before, and made if none is given.

    The suffix of ``out`` says the format: .html, .pdf, .md, .xml (JUnit), .tex or .json; or ``format`` does.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from hopverify import report
    >>> with TemporaryDirectory() as folder:
    ...     spec = "{hopverify: 1, name: tiny, layers: {x: {size: 2, lagrangian: tanh}}}"
    ...     files = report(spec, Path(folder, "tiny.json"))
    ...     [file.name for file in files]
    ['tiny.json']
    """
    from hopverify.api.verifying import verify
    from hopverify.execution.files import write
    from hopverify.reporting.composed import composed
    from hopverify.reporting.formats import FORMATS, required

    require(out, (str, PathLike), "out", "the path of a report")
    require(format, str | None, "format", "the name of a format")
    out = Path(out)
    named = format if format is not None else next((each.name for each in FORMATS if each.suffix == out.suffix), None)
    if named is None:
        known = ", ".join(each.suffix for each in FORMATS)
        raise ArgumentError(f"out: the name of a report ends in one of {known}, got {out.name!r}")
    chosen, known_spec = required(named), spec_of(spec)
    made = verify(known_spec) if certificate is None else certificate_of(certificate)
    file = certificate if isinstance(certificate, str | Path) and "\n" not in f"{certificate}" else "(not in a file)"
    document, told = composed(made, f"{file}", known_spec, [chosen])
    rendered = chosen.render(document, told, out.stem)
    write(out, rendered.content)
    for name, content in rendered.beside.items():
        write(out.parent / name, content)
    return [out, *(out.parent / name for name in rendered.beside)]


def drawings(spec: SpecLike, certificate: Certificate | str | Path | None = None) -> Mapping[str, Drawing]:
    """Return the pictures of a report by their names (docs/figures.md), each with its SVG text; it needs matplotlib.

    They show what a certificate has proved, drawn in floating point.

    >>> from hopverify import drawings
    >>> shown = drawings("{hopverify: 1, name: tiny, layers: {x: {size: 2, lagrangian: tanh}}}")
    >>> sorted(shown)
    ['landscape', 'portrait', 'spectrum']
    """
    from hopverify.api.verifying import verify
    from hopverify.reporting.figures import drawings_of

    known = spec_of(spec)
    made = verify(known) if certificate is None else certificate_of(certificate)
    return {drawing.name: drawing for drawing in drawings_of(known, made)}
