"""Verifying for pytest: each spec once in a process, and its certificate kept where that is wished.

Processes of pytest-xdist verify for themselves. Certificates are the same but for timings, and each is written whole
or not at all, so that it does not matter which of them writes last.
"""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path

import pytest

from hopverify.certificate import Certificate
from hopverify.execution.files import write
from hopverify.pipeline import verify, was_interrupted
from hopverify.reporting.report import Report, report_of
from hopverify.spec import ModelSpec, read_spec

ENDING = ".certificate.json"
_KEY = pytest.StashKey["Verifications"]()


class Verifications:
    """The certificates of a session, made when they are asked for; ``out`` is where they are kept, if anywhere."""

    def __init__(self, root: Path, out: Path | None, timeout: float) -> None:
        self.root, self.out, self.timeout = root, out, timeout
        self._made: dict[tuple[str, str], Certificate] = {}

    def certificate(self, spec: str | Path | ModelSpec) -> Certificate:
        """Return the certificate of a spec, or of the one in a file, whose path is relative to pytest's rootdir."""
        if not isinstance(spec, ModelSpec):
            spec = read_spec(self.root / spec)
        key = (spec.file, spec.digest)
        if key not in self._made:
            self._made[key] = self._verified(spec)
        return self._made[key]

    def report(self, spec: ModelSpec) -> Report:
        """Return the report of a spec's certificate."""
        return report_of(spec, self.certificate(spec))

    def _verified(self, spec: ModelSpec) -> Certificate:
        with warnings.catch_warnings():
            # A test suite that turns warnings into errors must not end a search that overflows on its way.
            warnings.simplefilter("ignore")
            certificate = verify(spec, timeout=self.timeout)
        if was_interrupted(certificate):
            raise KeyboardInterrupt
        if self.out is not None:
            write(self.out / self.place(spec), certificate.to_json(), advice="see --hopverify-out")
        return certificate

    def place(self, spec: ModelSpec) -> Path:
        """Return where a certificate goes: the spec's path from the rootdir, so that no two share one.

        The file's whole name counts, for the same model may stand beside itself in another format.
        """
        path = Path(spec.file)
        if path.is_absolute() and path.is_relative_to(self.root):
            return Path(f"{path.relative_to(self.root)}{ENDING}")
        name = path.name if path.is_absolute() else "spec"
        return Path("elsewhere", hashlib.sha256(f"{path}{spec.digest}".encode()).hexdigest()[:16], f"{name}{ENDING}")


def verifications_of(config: pytest.Config) -> Verifications:
    """Return the verifications of a session."""
    if _KEY not in config.stash:
        wished = config.getoption("hopverify_out")
        out = config.invocation_params.dir / wished if wished else None
        config.stash[_KEY] = Verifications(config.rootpath, out, config.getoption("hopverify_timeout"))
    return config.stash[_KEY]
