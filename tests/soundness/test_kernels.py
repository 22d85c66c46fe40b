"""A certificate is accepted on every processor: under each kernel of OpenBLAS that this one can run.

Kernels sum in different orders, fused or not, so that all that comes out of products of matrices, inverses and
factorisations has other last digits. NumPy's own loops are varied too.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hopverify.certificate import read_certificate
from tests.golden.table import every_spec
from tests.soundness.kernels import AS_IT_IS, ROOT, make, refused, runnable, started

SPECS = [ROOT / "specs" / f"{name}.yaml" for name in ("hopfield-1984", "softmax-memory", "hebbian-tanh", "ghostmax")]
OLDEST, *OTHERS = runnable()

# As many patterns as make several blocks of the Gram matrix, and a cell beside each of three.
DRAWN = {
    "many": """hopverify: 1
name: many
layers:
  v: {{size: 24, lagrangian: identity}}
  h: {{size: {count}, lagrangian: {{softmax: {{beta: 12}}}}, tau: 0}}
synapses:
  xi: {{kind: dense, layers: [h, v], weights: {{same_as: m}}}}
memories:
  m: {{layer: v, patterns: {values}}}
checks: [{{memory_retrieval: {{at_least: 1}}}}]
""",
    "cells": """hopverify: 1
name: cells
layers:
  x: {{size: 24, lagrangian: {{tanh: {{beta: 8}}}}}}
synapses:
  w: {{kind: hebbian, layers: [x], patterns: {{same_as: m}}, scale: 1/24}}
memories:
  m: {{layer: x, patterns: {values}}}
checks: [{{basin_cells: {{at_least: 1}}}}, {{equilibria: {{near: m}}}}]
""",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    folder, random = tmp_path_factory.mktemp("kernels"), np.random.default_rng(0)
    drawn = []
    for name, values in (("many", random.normal(size=(700, 24)).round(3)), ("cells", random.choice([-1, 1], (3, 24)))):
        drawn.append(folder / f"{name}.yaml")
        drawn[-1].write_text(DRAWN[name].format(values=values.tolist(), count=len(values)), encoding="utf-8")
    specs = [*SPECS, *drawn]
    make(folder, specs)
    return folder, specs


def test_what_was_drawn_is_decided(made: tuple[Path, list[Path]]) -> None:
    folder, specs = made
    assert refused(folder, specs) == []
    for path in specs[len(SPECS) :]:
        entries = read_certificate(folder / f"{path.stem}.certificate.json").results
        assert {entry["verdict"] for entry in entries} == {"pass"}


def test_the_oldest_instructions_accept_what_was_made_here(made: tuple[Path, list[Path]]) -> None:
    assert started("check", OLDEST, *made, plain=True)[1:] == []


@pytest.mark.long
@pytest.mark.parametrize("kernel", OTHERS)
def test_every_kernel_accepts_what_was_made_here(kernel: str, made: tuple[Path, list[Path]]) -> None:
    assert started("check", kernel, *made)[1:] == []


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("everything")
    started("make", AS_IT_IS, folder, every_spec())
    return folder


@pytest.mark.long
@pytest.mark.parametrize("kernel", [OLDEST, *OTHERS])
def test_every_kernel_accepts_the_certificates_of_all_specs(kernel: str, everything: Path) -> None:
    assert started("check", kernel, everything, every_spec())[1:] == []


@pytest.mark.long
def test_what_the_oldest_kernel_makes_is_accepted_here(tmp_path: Path) -> None:
    started("make", OLDEST, tmp_path, every_spec(), plain=True)
    assert started("check", AS_IT_IS, tmp_path, every_spec())[1:] == []
