"""Kernels of OpenBLAS that this processor can run; certificates are made and checked in a process with one of them.

    python -m tests.soundness.kernels make|check FOLDER SPEC ...

prints which kernel runs, and then the certificates that are refused.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

from hopverify.certificate import read_certificate
from hopverify.checker import check_certificate
from hopverify.errors import CertificateRejected
from hopverify.pipeline import verify
from hopverify.spec import read_spec

ROOT = Path(__file__).parents[2]
FEATURES: dict[str, bool] = np._core._multiarray_umath.__cpu_features__  # type: ignore[attr-defined]
DISPATCHED: list[str] = np._core._multiarray_umath.__cpu_dispatch__  # type: ignore[attr-defined]

# Which instructions a kernel is written in, by NumPy's names; a kernel that the processor lacks is never asked for.
NEEDED = {
    "Prescott": ("SSE3",),
    "Nehalem": ("SSE42",),
    "Sandybridge": ("AVX",),
    "Haswell": ("AVX2", "FMA3"),
    "Zen": ("AVX2", "FMA3"),
    "SkylakeX": ("AVX512_SKX",),
    "Cooperlake": ("AVX512_SKX", "AVX512BF16"),
}

AS_IT_IS = "the kernel of this processor"


def architecture() -> str:
    """Return the kernel that OpenBLAS runs in this process, or an empty text where NumPy does without OpenBLAS."""
    found = [part for part in threadpool_info() if part.get("internal_api") == "openblas"]
    return str(found[0].get("architecture", "")) if found else ""


def runnable() -> list[str]:
    """Return the kernels, the oldest first, and at last the one that OpenBLAS chooses by itself."""
    names = [name for name, needed in NEEDED.items() if all(FEATURES.get(part) for part in needed)]
    return [*(names if architecture() else []), AS_IT_IS]


def started(task: str, kernel: str, folder: Path, specs: Sequence[Path], *, plain: bool = False) -> list[str]:
    """Return what a process with that kernel prints; ``plain`` keeps NumPy to its oldest instructions too."""
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    if kernel != AS_IT_IS:
        environment["OPENBLAS_CORETYPE"] = kernel
    if plain:
        environment["NPY_DISABLE_CPU_FEATURES"] = " ".join(name for name in DISPATCHED if FEATURES.get(name))
    command = [sys.executable, "-m", "tests.soundness.kernels", task, str(folder), *map(str, specs)]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


def _place(folder: Path, spec: Path) -> Path:
    return folder / f"{spec.stem}.certificate.json"


def make(folder: Path, specs: Sequence[Path]) -> None:
    """Write the certificates of specs into a folder."""
    for path in specs:
        _place(folder, path).write_text(verify(path, samples=200).to_json(), encoding="utf-8")


def refused(folder: Path, specs: Sequence[Path]) -> list[str]:
    """Return which certificates of a folder are refused, and why."""
    found = []
    for path in specs:
        try:
            check_certificate(read_spec(path), read_certificate(_place(folder, path)))
        except CertificateRejected as error:
            found.append(f"{path.stem}: {error}")
    return found


if __name__ == "__main__":
    print(architecture())
    place, paths = Path(sys.argv[2]), [Path(text) for text in sys.argv[3:]]
    if sys.argv[1] == "make":
        make(place, paths)
    else:
        print("\n".join(refused(place, paths)), end="")
