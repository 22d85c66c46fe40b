"""The pytest plugin: specs are collected as tests, one for each claim. ``docs/testing.md`` tells how it is used.

It is loaded in every run of pytest where hopverify is installed. So it imports next to nothing, and what collects and
verifies specs (:mod:`hopverify.testing.collecting`) only where there is a spec to collect, or a fixture is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hopverify.testing.selection import WrongSelection, is_named_as_spec, listed_specs, outside

if TYPE_CHECKING:
    from hopverify.certificate import Certificate
    from hopverify.spec import ModelSpec
    from hopverify.testing.collecting.items import SpecFile

_LISTED = pytest.StashKey[frozenset[Path]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin."""
    group = parser.getgroup("hopverify", "hopverify: specs as tests")
    group.addoption(
        "--hopverify-strict", action="store_true", help="An unknown fails where the spec expects a verdict."
    )
    group.addoption("--hopverify-out", metavar="DIR", help="Keep the certificates of all specs in DIR.")
    group.addoption(
        "--hopverify-timeout",
        metavar="SECONDS",
        type=_seconds,
        default=float("inf"),
        help="Time for each spec; what is left then is unknown.",
    )


def _seconds(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise ValueError("expected a number of seconds greater than 0")
    return value


def pytest_configure(config: pytest.Config) -> None:
    """Find the specs that ``[tool.hopverify]`` lists; a run of all tests has them, wherever they lie."""
    if config.option.help:
        return
    try:
        listed = listed_specs(config.rootpath)
    except WrongSelection as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[_LISTED] = frozenset(path.resolve() for path in listed)
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        config.args += [str(path) for path in outside(listed, config.args, config.rootpath)]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SpecFile | None:
    """Collect a file that is called like a spec, or listed as one."""
    listed = parent.config.stash.get(_LISTED, frozenset())
    if not is_named_as_spec(file_path) and not (listed and file_path.resolve() in listed):
        return None
    from hopverify.testing.collecting.items import SpecFile

    return SpecFile.from_parent(parent, path=file_path)


@pytest.fixture(scope="session")
def hopverify_certificate(pytestconfig: pytest.Config) -> Callable[[str | Path | ModelSpec], Certificate]:
    """Return a function that verifies a spec, once in a session, and returns its certificate.

    A path is relative to pytest's rootdir.
    """
    from hopverify.testing.collecting.verifying import verifications_of

    return verifications_of(pytestconfig).certificate
