"""The one tree of exceptions. Each knows the exit code with which the command line ends.

Exit codes: 0 every required check has the verdict that its spec expects; 1 some required check does not;
2 usage or spec error; 3 something required is unknown; 4 certificate rejected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


class HopverifyError(Exception):
    """Anything hopverify refuses on purpose. Its text tells the person what to do next.

    >>> from hopverify import HopverifyError, read_spec
    >>> try:
    ...     read_spec("absent.yaml")
    ... except HopverifyError as error:
    ...     print(error)
    absent.yaml:1:1: there is no such file
    """

    exit_code: ClassVar[int] = 2


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a spec: where (1-based line and column), at which path, and what.

    Line 0 stands for a text that the person has not written, and whose places say nothing.
    """

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{where}: {self.path}: {self.message}" if self.path else f"{where}: {self.message}"


class SpecError(HopverifyError):
    """A spec that cannot be read or does not describe a model: one or more ``problems``, in reading order.

    >>> from hopverify import SpecError, parse_spec
    >>> try:
    ...     parse_spec("{hopverify: 1, name: tiny, layers: {x: {size: 2, lagrangian: relu, bias: [1, 2, 3]}}}")
    ... except SpecError as error:
    ...     print(error.problems[0].path, error.problems[0].message, sep=": ")
    layers.x.bias: must be one number or 2, the size of the layer, got 3
    """

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class ArgumentError(HopverifyError, TypeError, ValueError):
    """An argument of the wrong kind, or outside its range. The text says what is taken.

    >>> from hopverify import dense_memory
    >>> dense_memory([[1, 0], [0, 1]], beta=-1)
    Traceback (most recent call last):
        ...
    hopverify.errors.ArgumentError: beta: must be greater than 0, got -1
    """


def require(value: object, kind: Any, name: str, wanted: str) -> None:
    """Raise :class:`ArgumentError` unless the argument of that name has a kind; ``wanted`` says in words which."""
    if not isinstance(value, kind):
        raise ArgumentError(f"{name}: {wanted} is taken, got a {type(value).__name__}")


class NoResult(HopverifyError, KeyError):
    """A check, or a subject, of which a certificate has no result, or several."""

    __str__ = Exception.__str__


class MissingPackage(HopverifyError, ImportError):
    """A package that is not installed and that this needs; the text has the command that installs it."""


class ExpressionError(HopverifyError):
    """An expression outside the grammar, or not defined for its arguments. ``offset`` is 0-based into the text."""

    def __init__(self, message: str, *, offset: int | None = None) -> None:
        self.message = message
        self.offset = offset
        super().__init__(message)


class CertificateRejected(HopverifyError):
    """A certificate that the checker does not accept; the text names the entry and the reason.

    >>> from hopverify import check, verify
    >>> tanh = "{hopverify: 1, name: tiny, layers: {x: {size: 2, lagrangian: tanh}}}"
    >>> check(tanh.replace("size: 2", "size: 3"), verify(tanh))
    Traceback (most recent call last):
        ...
    hopverify.errors.CertificateRejected: the certificate is for another spec: 'tiny', digest ...
    """

    exit_code: ClassVar[int] = 4


class EvidenceRejected(CertificateRejected):
    """One piece of evidence that does not establish its obligation."""
