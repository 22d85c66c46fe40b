"""``repair`` for programs and notebooks: what each repair of a model comes to, each new spec verified.

Nothing is written but into a folder that is gone afterwards. A new spec names its original by the name of its file,
so it is saved beside it.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hopverify.api.given import SpecLike, spec_of
from hopverify.errors import ArgumentError, require
from hopverify.execution.files import write
from hopverify.interop.imported import Imported, stem_of
from hopverify.interop.mapping import top_entry
from hopverify.networks import build_model
from hopverify.pipeline import verify
from hopverify.regular_files import opened_regular
from hopverify.repairs import REPAIRS, Proposal, Refusal, outcomes
from hopverify.repairs.subject import Subject
from hopverify.reporting.repairs import Repaired, Repairs, report_of_energy
from hopverify.reporting.report import report_of
from hopverify.spec import ModelSpec, parse_spec
from hopverify.spec.digest import array_files
from hopverify.spec.reader import FORMATS


def repair(spec: SpecLike, *, only: str | None = None) -> Repairs:
    """Return what each repair of a model comes to: a new spec, verified, or the reason why it does not fit.

    ``only`` names one: symmetrised, altered or universal. ``print`` shows them all, side by side with the original.
    ``fitting`` are the new specs, each with its ``text``, ``spec`` and ``certificate``; ``save`` writes one.

    >>> from hopverify import Layer, Synapse, model, repair
    >>> weights = [[0, 0.5], [0.25, 0]]
    >>> pair = model({"x": Layer(2, "tanh")}, [Synapse("dense", ["x", "x"], weights=weights)])
    >>> found = repair(pair, only="symmetrised")
    >>> found.fitting[0].certificate["energy_descent"].verdict
    <Verdict.PASS: 'pass'>
    """
    if only is not None:
        require(only, str, "only", "the name of a repair")
        REPAIRS[only]
    given = spec_of(spec)
    subject = Subject(given, build_model(given), _file_name(given), Path(_file_name(given)).stem)
    found = list(outcomes(subject, only=only))
    if all(isinstance(each, Refusal) for each in found):
        return Repairs(given.name, given.file, tuple(found), None)  # type: ignore[arg-type]
    with TemporaryDirectory() as name:
        folder = Path(name)
        _put_original(spec, given, folder)
        done = tuple(each if isinstance(each, Refusal) else _repaired(subject, each, folder) for each in found)
    return Repairs(given.name, given.file, done, report_of_energy(given))


def _file_name(spec: ModelSpec) -> str:
    """Return how the file of a spec is called, or would be."""
    path = Path(spec.file)
    return path.name if path.suffix.lower() in FORMATS else f"{stem_of(spec.name)}.yaml"


def _put_original(given: SpecLike, spec: ModelSpec, folder: Path) -> None:
    """Put the original, and the arrays that it names, into a folder, for the new specs to be read beside it."""
    tree, home = spec.source.tree, spec.source.folder
    text = "".join(top_entry(key, value) for key, value in tree.items())
    at_hand = Path(spec.file)
    write(folder / _file_name(spec), _content(at_hand) if home is not None and at_hand.is_file() else text)
    for name in {entry["file"] for _, entry in array_files(tree)}:
        made = given.files.get(name) if isinstance(given, Imported) else None
        if made is None and (home is None or not (home / name).is_file()):
            raise ArgumentError(f"{spec.name}: the array file {name!r} is gone: hand over what the spec was made of")
        write(folder / name, _content(home / name) if made is None and home is not None else made or b"")


def _content(path: Path) -> bytes:
    with opened_regular(path) as stream:
        return stream.read()


def _repaired(subject: Subject, proposal: Proposal, folder: Path) -> Repaired:
    """Verify a proposal in the folder of its original."""
    new = Imported(f"{subject.file}-{proposal.name}", proposal.text, proposal.files)
    path = new.write(folder)
    spec = parse_spec(proposal.text, folder=folder, file=path.name)
    certificate = verify(spec)
    return Repaired(proposal, spec, certificate, report_of(spec, certificate))
