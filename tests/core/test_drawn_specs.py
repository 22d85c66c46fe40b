"""The core of a drawn spec is its network too: whatever kinds of layers and synapses come together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hopverify.core import core_of
from hopverify.kernel import core
from hopverify.kernel.reading import read
from hopverify.networks import Model
from hopverify.strategies import models
from tests.core.comparing import compare


@given(models(), st.integers(0, 99))
def test_a_core_reads_back_and_is_the_network_of_its_model(model: Model, seed: int) -> None:
    made = core_of(model)
    document = core.write(made)
    found = read(document)
    assert core.write(found) == document
    compare(found, model, seed=seed)
