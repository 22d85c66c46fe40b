"""Slopes of sparse shares on boxes are those that the kernel has."""

from __future__ import annotations

import numpy as np
import pytest

from hopverify.core import core_of
from hopverify.kernel.flow import Flow
from hopverify.kernel.functions import precision
from hopverify.numerics.mean_value import MeanValue
from tests.kernel.test_flow import interval
from tests.numerics.models import model_of


@pytest.mark.parametrize("lagrangian", ["sparsemax", "{entmax: {alpha: 3/2}}", "{entmax: {alpha: 5/4}}"])
def test_slopes_are_those_of_the_kernel(lagrangian: str) -> None:
    random = np.random.default_rng(1)
    model = model_of(f"{{size: 3, lagrangian: {lagrangian}}}", str(np.eye(3).tolist()))
    for _ in range(10):
        ends = np.sort(random.uniform(-1, 1, size=(2, 3)), axis=0)
        low, high = MeanValue(model, *ends)._slopes(ends[:1], ends[1:])
        with precision():
            D = Flow(core_of(model)).slopes([interval(a, b) for a, b in ends.T.tolist()])
            for i, j in np.ndindex(3, 3):
                assert abs(float(D[i, j].lower()) - low[0, i, j]) < 1e-6
                assert abs(float(D[i, j].upper()) - high[0, i, j]) < 1e-6
