"""Forms of spins with linear drives: whole numbers, and what the energy leaves out."""

from __future__ import annotations

import numpy as np

from hopverify.checker.spins import quadratic_form
from hopverify.checker.spins.quadratic import fitted
from hopverify.checker.spins.whole import ROOM
from tests.checker.test_spins import model, one


def test_a_bias_that_is_left_out_of_the_energy_of_a_hebbian_synapse() -> None:
    for counted, vector in ((True, [1, 0, -1, 2]), (False, [0, 0, 0, 0])):
        made = model(one("hebbian", patterns=[[1, 1, 1, 1]], scale=1), bias=[1, 0, -1, 2], bias_in_energy=counted)
        form = quadratic_form(made)
        assert form is not None
        assert form.energy is not None
        assert (form.update.vector == [1, 0, -1, 2]).all()
        assert form.energy.vector.tolist() == vector


def test_whole_numbers_are_fitted_only_if_no_sum_overflows() -> None:
    for entry, kind in ((ROOM - 2, np.int64), (ROOM - 1, object)):
        matrix, vector = fitted(np.array([[entry]], dtype=object), np.array([1], dtype=object))
        assert matrix.dtype == kind
        assert vector.dtype == kind
