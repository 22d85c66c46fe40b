"""Results: the claims of a certificate as values, each found by the name of its check.

A certificate holds entries, as its file has them (JSON). A :class:`Result` is one entry as a person asks about it: a
:class:`~hopverify.verdict.Verdict` where the file has a word, and beside it what refutes the claim, or was found.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from hopverify.errors import NoResult
from hopverify.verdict import Verdict

Values = Mapping[str, Any]

ANY = "any"
"""What an entry expects of a check that describes the model, and of which the spec asks nothing."""

REMARKS = ("because", "layer", "index", "activations", "apart")
"""What a rule says of one obligation, for the reader of that obligation."""


@dataclass(frozen=True, repr=False)
class Result:
    """One claim, decided: the ``check``, its ``subject`` (a layer, a synapse, a memory, the model), the ``verdict``.

    ``expected`` is the verdict that the spec asks for, None where it asks for none. ``rules`` are those by which the
    checker decided. ``reason`` says of an unknown, or of a check that does not apply, why; ``witness`` is what refutes
    a claim, ``found`` what was computed with it: JSON values, exact numbers as text. ``entry`` has all of the file.

    >>> from hopverify import verify
    >>> pair = "{hopverify: 1, name: pair, layers: {x: {size: 2, lagrangian: relu}}, checks: [equilibria]}"
    >>> result = verify(pair)["equilibria"]
    >>> result, result.found["equilibria"][0]["x"]
    (<Result equilibria of pair: pass>, ['0', '0'])
    """

    check: str
    subject: str
    statement: str
    theory: str
    verdict: Verdict
    expected: Verdict | None
    rules: tuple[str, ...]
    reason: str | None
    witness: Values | None
    found: Values | None
    entry: Values = field(compare=False)

    @classmethod
    def of(cls, entry: Values) -> Result:
        """Return the result that an entry of a certificate holds."""
        reason = entry.get("reason")
        return cls(
            check=entry["check"],
            subject=entry["subject"],
            statement=entry["statement"],
            theory=entry["theory"],
            verdict=Verdict(entry["verdict"]),
            expected=None if entry["expected"] == ANY else Verdict(entry["expected"]),
            rules=tuple(entry["method"]) if entry["verdict"] in (Verdict.PASS, Verdict.FAIL) else (),
            reason=None if reason is None else reason["text"],
            witness=witness_of(entry),
            found=data_of(entry),
            entry=entry,
        )

    def __repr__(self) -> str:
        return f"<Result {self.check} of {self.subject}: {self.verdict}>"

    def __str__(self) -> str:
        return in_words(self)


def chosen(results: Sequence[Result], key: str | tuple[str, str]) -> Result:
    """Return the result of a check, or of a check and a subject; raise :class:`NoResult` unless there is just one."""
    check, subject = key if isinstance(key, tuple) and len(key) == 2 else (key, None)
    if not isinstance(check, str) or not isinstance(subject, str | None):
        raise NoResult(f"a result is found by its check, or by (check, subject), as texts; got {key!r}")
    of_check = [result for result in results if result.check == check]
    if not of_check:
        raise NoResult(f"the certificate has no check {check!r}{_known(check, [each.check for each in results])}")
    found = [result for result in of_check if subject in (None, result.subject)]
    if not found:
        raise NoResult(f"{check} has no subject {subject!r}{_known(f'{subject}', [each.subject for each in of_check])}")
    if len(found) > 1:
        each = " or ".join(f"certificate[{check!r}, {result.subject!r}]" for result in found[:2])
        one = "" if subject is not None else f": take one, as in {each}"
        raise NoResult(
            f"{check} is decided of {len(found)} subjects{one}; certificate.verdicts[{check!r}] is the verdict over all"
        )
    return found[0]


def _known(name: str, known: Iterable[str]) -> str:
    names = list(dict.fromkeys(known))
    near = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; it has: {', '.join(names) or 'none'}"


def in_words(value: Any) -> str:
    """Return what a value says of itself on a terminal.

    What renders is imported by its name: what lies below must not come to depend on what shows it.
    """
    text: str = import_module("hopverify.reporting.printing").printed(value)
    return text


def witness_of(entry: Values) -> dict[str, Any] | None:
    """Return what refutes a failed claim: the evidence of the refuted obligation, and what the checker computed."""
    if entry["verdict"] != str(Verdict.FAIL):
        return None
    for row in entry["obligations"]:
        if row["role"] == "necessary" and row["outcome"] == "refuted":
            # What the kernel accepted is told by the fields of the claim, which are the data.
            evidence = {key: value for key, value in row["evidence"].items() if key not in ("rule", "claim", "proof")}
            computed: Values = row.get("data", {})
            return evidence | dict(computed)
    return None


def data_of(entry: Values) -> dict[str, Any] | None:
    """Return what the checker computed for a claim; None where it computed nothing.

    Remarks on an obligation, and a key that two obligations give different values, stay with the obligations.
    """
    computed = [row.get("data", {}) for row in entry["obligations"]]
    merged = {key: value for data in computed for key, value in data.items()}
    whole = {
        key: value
        for key, value in merged.items()
        if key not in REMARKS and all(data.get(key, value) == value for data in computed)
    }
    return whole or None
