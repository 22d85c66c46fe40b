"""The examples of docs/hamux.md, as they stand there."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from hopverify.spec import read_spec

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "hamux.md"


def test_the_mistakes_have_specs_that_expect_them() -> None:
    named = re.findall(r"\| `(negative-[a-z-]+)` \|", PAGE.read_text(encoding="utf-8"))
    assert len(named) == 5
    for name in named:
        assert "fail" in read_spec(ROOT / "specs" / f"{name}.yaml").expect.values(), name


def test_the_examples_hold() -> None:
    pytest.importorskip("jax")
    pytest.importorskip("hamux")
    flags = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    found = doctest.testfile(str(PAGE), module_relative=False, optionflags=flags, encoding="utf-8")
    assert found.attempted > 15
    assert found.failed == 0
