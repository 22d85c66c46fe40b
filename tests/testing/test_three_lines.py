"""A user's test file with three lines of hopverify, run by pytest as a user would."""

from __future__ import annotations

import pytest

from tests.testing.networks import MODERN

pytest_plugins = ["pytester"]

NETWORK = """\
import numpy as np
X = np.array([[1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1],
              [1, 0, 1, 0, -1, 0, -1, 0], [0, 1, 0, -1, 0, 1, 0, -1]])

def softmax(z):
    p = np.exp(z - z.max())
    return p / p.sum()

def update(v):
    return X.T @ softmax(4 * X @ v)

def energy(v):
    z = 4 * X @ v
    return v @ v {half} - (z.max() + np.log(np.exp(z - z.max()).sum())) / 4
"""

THREE_LINES = f"""\
import my_network
from hopverify.testing import against

@against({str(MODERN)!r})
def test_my_network():
    return my_network
"""


@pytest.mark.parametrize(("half", "outcome"), [("/ 2", {"passed": 1}), ("", {"failed": 1})])
def test_three_lines(pytester: pytest.Pytester, half: str, outcome: dict[str, int]) -> None:
    pytester.makepyfile(my_network=NETWORK.format(half=half), test_mine=THREE_LINES)
    result = pytester.runpytest_subprocess("-W", "error")
    result.assert_outcomes(**outcome)
    if half == "":
        result.stdout.fnmatch_lines(["*mistake: missing ½: *|v|² where the flow needs ½|v|²*"])
