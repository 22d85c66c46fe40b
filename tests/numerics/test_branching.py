"""Which neuron is cut does not hang on last digits."""

from __future__ import annotations

import numpy as np
import pytest

from hopverify.numerics.branching import foremost


@pytest.mark.parametrize(
    ("scores", "place"),
    [([1.0, 2.0, 3.0], 2), ([3.0, 2.0, 3.0], 0), ([3 - 1e-15, 1.0, 3.0], 0), ([2.999, 3.0], 1), ([0.0, 0.0], 0)],
)
def test_of_scores_that_are_alike_the_first_is_taken(scores: list[float], place: int) -> None:
    assert foremost(np.array(scores)) == place
