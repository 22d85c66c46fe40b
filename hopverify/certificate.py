"""Certificates: what was claimed of a spec, with what verdict, and the evidence for it. Canonical JSON, no floats.

The format is written down in ``docs/certificate.md``. Everything a reader may rely on is rebuilt from the spec and the
evidence by the checker and compared; timings and versions are for information.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn

from hopverify.errors import CertificateRejected, MissingPackage, require
from hopverify.regular_files import read_packed_text
from hopverify.results import Result, chosen, in_words
from hopverify.spec import ModelSpec
from hopverify.verdict import Verdict, summed_up

FORMAT = "hopverify-certificate"
VERSION = 2
MAX_BYTES = 512 * 1024 * 1024
MAX_NESTING = 64

MADE = "; certificates are what `hopverify verify SPEC --out DIR` writes"

_SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")

Evidence = dict[str, Any]
"""``{"rule": name, …}``: JSON values only; numbers as exact text."""


@dataclass(frozen=True, repr=False)
class Certificate:
    """What was decided of a spec, and the evidence. ``print`` shows it as the table of a terminal.

    ``verdict`` is pass if every check has the verdict that the spec asks for. ``certificate["equilibria"]`` is the
    :class:`~hopverify.results.Result` of a check; where a check is decided of several subjects it takes one, as in
    ``certificate["energy_flatness", "x"]``, and ``verdicts`` sums them up. Iteration goes through all results;
    ``passed``, ``failed`` and ``unknown`` are those of one verdict, whatever the spec expects of them. ``results`` are
    the same as they are in the file, as JSON, in the order of the spec's checks.

    ``core`` is the digest of the core model (docs/core.md). ``made_for`` is the spec, where the certificate comes from
    a run and not from a file.

    >>> from hopverify import verify
    >>> certificate = verify("{hopverify: 1, name: tiny, layers: {x: {size: 2, lagrangian: tanh}}}")
    >>> certificate["global_stability"].verdict, certificate.failed
    (<Verdict.PASS: 'pass'>, ())
    """

    spec: Mapping[str, str]
    core: str
    arrays: Mapping[str, str]
    verdict: Verdict
    results: tuple[Mapping[str, Any], ...]
    made_with: Mapping[str, str]
    seconds: tuple[float, ...] = field(default=(), compare=False)
    made_for: ModelSpec | None = field(default=None, compare=False)

    @cached_property
    def _decided(self) -> tuple[Result, ...]:
        try:
            return tuple(Result.of(entry) for entry in self.results)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise CertificateRejected("an entry of the certificate has not the form that entries have") from None

    def __iter__(self) -> Iterator[Result]:
        return iter(self._decided)

    def __len__(self) -> int:
        return len(self.results)

    def __getitem__(self, key: str | tuple[str, str]) -> Result:
        return chosen(self._decided, key)

    @property
    def passed(self) -> tuple[Result, ...]:
        """The claims that are proved."""
        return self._with(Verdict.PASS)

    @property
    def failed(self) -> tuple[Result, ...]:
        """The claims that are refuted, those that the spec expects to be among them."""
        return self._with(Verdict.FAIL)

    @property
    def unknown(self) -> tuple[Result, ...]:
        """The claims that are neither proved nor refuted."""
        return self._with(Verdict.UNKNOWN)

    def _with(self, verdict: Verdict) -> tuple[Result, ...]:
        return tuple(result for result in self if result.verdict is verdict)

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdict of each check over its subjects: one fail fails it, one unknown leaves it open."""
        checks = dict.fromkeys(result.check for result in self)
        return {check: summed_up(each.verdict for each in self if each.check == check) for check in checks}

    def to_frame(self) -> Any:
        """Return the results as a pandas DataFrame, one claim a row; it needs pandas."""
        try:
            from pandas import DataFrame  # type: ignore[import-untyped, unused-ignore]
        except ImportError:
            raise MissingPackage("a frame is one of pandas: pip install pandas") from None
        columns = ["check", "subject", "verdict", "expected", "statement", "reason"]
        return DataFrame([[getattr(result, column) for column in columns] for result in self], columns=columns)

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "a certificate is not a truth value: compare its verdict, as in `certificate.verdict is Verdict.PASS`"
        )

    def __repr__(self) -> str:
        counts = Counter(entry.get("verdict") for entry in self.results)
        said = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
        return f"<Certificate of {self.spec.get('name')!r}: {self.verdict} ({said or 'no claims'})>"

    def __str__(self) -> str:
        return in_words(self)

    def to_json(self) -> str:
        """Return the canonical text: sorted keys, no spaces within, one result a line, a newline at the end."""
        body: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "spec": dict(self.spec),
            "core": self.core,
            "arrays": dict(self.arrays),
            "verdict": self.verdict,
            "made_with": dict(self.made_with),
            "seconds": [f"{seconds:.3f}" for seconds in self.seconds],
        }
        head = ",\n".join(f"{canonical(key)}:{canonical(body[key])}" for key in sorted(body) if key != "results")
        rows = ",\n".join(canonical(result) for result in self.results)
        return f'{{\n{head},\n"results":[\n{rows}\n]\n}}\n'


def method_of(evidence: Mapping[str, Any]) -> str:
    """Return by what evidence decides: the name of a rule; of a claim of the kernel also which, and by which theorem.

    >>> method_of({"rule": "lure"})
    'lure'
    >>> method_of({"rule": "kernel", "claim": {"claim": "convex", "layer": "x"}, "proof": {"by": "composition"}})
    'kernel (convex, by composition)'
    """
    if evidence["rule"] != "kernel":
        return str(evidence["rule"])
    return f"kernel ({evidence['claim']['claim']}, by {evidence['proof']['by']})"


def canonical(value: Any) -> str:
    """Return JSON with sorted keys and no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def subject_of(spec: ModelSpec) -> dict[str, str]:
    """Return how a certificate names its spec."""
    return {"name": spec.name, "digest": spec.digest}


def read_certificate(path: str | Path) -> Certificate:
    """Return the certificate in a file, packed by gzip or not; raise :class:`CertificateRejected` where it is none.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from hopverify import read_certificate, verify
    >>> made = verify("{hopverify: 1, name: tiny, layers: {x: {size: 2, lagrangian: tanh}}}")
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "tiny.certificate.json")
    ...     _ = path.write_text(made.to_json(), encoding="utf-8")
    ...     read_certificate(path) == made
    True
    """
    require(path, (str, PathLike), "path", "the path of a certificate")
    path = Path(path)
    try:
        text = read_packed_text(path, MAX_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise CertificateRejected(f"{path.name}: cannot be read: {why}") from error
    return parse_certificate(text, file=path.name)


def content_of(certificate: Certificate, path: Path) -> bytes:
    """Return what is written into a file: packed where its name says so, the same bytes each time."""
    text = certificate.to_json().encode("utf-8")
    return gzip.compress(text, mtime=0) if path.suffix == ".gz" else text


def parse_certificate(text: str, *, file: str = "certificate") -> Certificate:
    """Return the certificate that ``text`` holds."""
    try:
        body = exact_json(text)
    except (ValueError, RecursionError) as error:
        raise CertificateRejected(f"{file}: not a certificate: {error}{MADE}") from error
    if _is_deep(body):
        raise CertificateRejected(f"{file}: not a certificate: nested more than {MAX_NESTING} deep")
    if _SURROGATE.search(text) and not _is_text(body):
        raise CertificateRejected(f"{file}: not a certificate: it holds a lone surrogate")
    expected = {"format", "version", "spec", "core", "arrays", "verdict", "results", "made_with", "seconds"}
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise CertificateRejected(f"{file}: not a hopverify certificate (`format` is not {FORMAT!r}){MADE}")
    if type(body.get("version")) is not int or body["version"] != VERSION:
        raise CertificateRejected(f"{file}: certificate version {body.get('version')!r}; this checker knows {VERSION}")
    if set(body) != expected:
        raise CertificateRejected(f"{file}: unexpected or missing keys: {', '.join(sorted(set(body) ^ expected))}")
    _check_types(body, file)
    if body["verdict"] not in list(Verdict):
        raise CertificateRejected(f"{file}: no verdict is called {body['verdict'][:80]!r}")
    seconds = tuple(float(entry) for entry in body["seconds"])
    return Certificate(
        body["spec"],
        body["core"],
        body["arrays"],
        Verdict(body["verdict"]),
        tuple(body["results"]),
        body["made_with"],
        seconds,
    )


def exact_json(text: str) -> Any:
    """Return what JSON text holds; a number with a point or an exponent, or a key given twice, is a ``ValueError``."""
    return json.loads(text, object_pairs_hook=_without_duplicates, parse_float=_no_float, parse_constant=_no_float)


def _is_deep(body: Any) -> bool:
    """Whether lists and objects are nested deeper than in any certificate, and than recursion is safe with."""
    level = [body]
    for _ in range(MAX_NESTING):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent if isinstance(parent, list) else ())
            if isinstance(child, dict | list)
        ]
    return bool(level)


def _is_text(body: Any) -> bool:
    """Whether all texts of a body can be written in UTF-8."""
    try:
        canonical(body).encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_types(body: Mapping[str, Any], file: str) -> None:
    kinds = {
        "spec": dict,
        "core": str,
        "arrays": dict,
        "made_with": dict,
        "verdict": str,
        "results": list,
        "seconds": list,
    }
    for key, kind in kinds.items():
        if not isinstance(body[key], kind):
            raise CertificateRejected(f"{file}: {key}: expected a JSON {kind.__name__}")
    for key in ("spec", "arrays", "made_with"):
        if not all(isinstance(value, str) for value in body[key].values()):
            raise CertificateRejected(f"{file}: {key}: expected text for every key")
    if not all(isinstance(result, dict) for result in body["results"]):
        raise CertificateRejected(f"{file}: results: every entry is an object")
    if not all(isinstance(entry, str) and _SECONDS.fullmatch(entry) for entry in body["seconds"]):
        raise CertificateRejected(f"{file}: seconds: expected numbers as text")
    if len(body["seconds"]) != len(body["results"]):
        raise CertificateRejected(f"{file}: seconds: expected one number for each result")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice in one object")
    return found


def _no_float(text: str) -> Any:
    raise ValueError(f"the number {text} is not exact text")
