"""The whole of a verification, as one who has a spec and arrays pays for it: writing, reading, proving and checking."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker import check_certificate
from hopverify.pipeline import verify
from hopverify.spec import read_spec


@contextmanager
def written(text: str, **arrays: NDArray[Any]) -> Iterator[Path]:
    """Write a spec, and beside it each array into a file NAME.npy; the files are gone in the end."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spec.yaml"
        for name, values in arrays.items():
            np.save(path.with_name(f"{name}.npy"), values)
        path.write_text(text, encoding="utf-8")
        yield path


def proved(text: str, **arrays: NDArray[Any]) -> Mapping[str, Any]:
    """Return the first claim of a certificate that was made of a spec and its arrays, has to pass, and was checked."""
    with written(text, **arrays) as path:
        spec = read_spec(path)
        certificate = verify(spec)
        claim: Mapping[str, Any] = certificate.results[0]
        assert claim["verdict"] == "pass", claim
        check_certificate(spec, certificate)
    return claim
