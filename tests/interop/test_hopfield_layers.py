"""Hopfield layers as memories: what is read of them is what they compute, or they are refused."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify.errors import HopverifyError
from hopverify.interop.imported import Imported
from hopverify.interop.torch import module_specs, numbers
from hopverify.spec import ModelSpec
from tests.interop.reading import read_back

torch = pytest.importorskip("torch")
layers = pytest.importorskip("tests.interop.hopfield_layers")

WIDTH, HEADS, D = 5, 2, 3


def core(**changed: Any) -> Any:
    torch.manual_seed(0)
    heads = changed.pop("heads", HEADS)
    return layers.Core(WIDTH, heads, D, **changed)


def patterns(width: int = WIDTH) -> Any:
    return torch.randn(4, width, generator=torch.Generator().manual_seed(1))


def specs_of(made: list[Imported], folder: Path) -> list[ModelSpec]:
    return [read_back(each, folder) for each in made]


def keys_of(module: Any, stored: Any, folder: Path) -> np.ndarray:
    return np.stack([spec.memories["keys"].patterns.values for spec in specs_of(module_specs(module, stored), folder)])


def split(keys: Any) -> np.ndarray:
    return numbers(keys.reshape(len(keys), HEADS, D).transpose(0, 1))


def test_a_layer_stores_its_projected_patterns(tmp_path: Path) -> None:
    own, norm, stored = core(), torch.nn.LayerNorm(WIDTH), patterns()
    found = keys_of(layers.Hopfield(own, norms=(norm, torch.nn.LayerNorm(WIDTH))), stored, tmp_path)
    expected = torch.nn.functional.linear(norm(stored), own.in_proj_weight[6:12], own.in_proj_bias[6:12])
    assert (found == split(expected)).all()


def test_static_queries_leave_no_rows(tmp_path: Path) -> None:
    own, stored = core(query_as_static=True), patterns()
    expected = torch.nn.functional.linear(stored, own.in_proj_weight[:6], own.in_proj_bias[:6])
    assert (keys_of(layers.Hopfield(own), stored, tmp_path) == split(expected)).all()


def test_separate_weights_and_normalised_keys(tmp_path: Path) -> None:
    own, stored = core(stacked=False, normalize_pattern=True), patterns()
    keys = (stored @ own.k_proj_weight.T).reshape(4, HEADS, D).transpose(0, 1)
    expected = torch.nn.functional.layer_norm(keys, (D,))
    assert np.allclose(keys_of(layers.Hopfield(own), stored, tmp_path), numbers(expected), atol=1e-5)


def test_static_patterns_are_the_keys_of_every_head(tmp_path: Path) -> None:
    own, stored = core(key_as_static=True, query_as_static=True, add_zero_attn=True), patterns(D)
    found = keys_of(layers.Hopfield(own), stored, tmp_path)
    assert (found[0] == found[1]).all()
    assert (found[0][:4] == stored.numpy()).all()
    assert not found[0][4].any()


@pytest.mark.parametrize(("appends", "count"), [(True, 8), (False, 7)])
def test_a_lookup_layer_holds_its_own_patterns(appends: bool, count: int, tmp_path: Path) -> None:
    """A further key counts where the layer appends it, which not every version does."""
    own = core(heads=1, key_as_static=True, query_as_static=True, bias_k=torch.ones(1, 1, D), appends_bias=appends)
    layer = layers.HopfieldLayer(layers.Hopfield(own), torch.randn(7, D))
    (found,) = keys_of(layer, None, tmp_path)
    assert len(found) == count
    assert (found[:7] == layer.lookup_weights[0].detach().numpy()).all()
    assert (found[7:] == 1).all()


@pytest.mark.parametrize(("most", "told"), [(0, "updates: 1."), (3, "updates: 4."), (None, "as many as it takes")])
def test_scalings_and_updates_are_told(most: int | None, told: str, tmp_path: Path) -> None:
    module = layers.Hopfield(core(), scaling=torch.tensor([0.25, 2.0]), most=most)
    specs = specs_of(module_specs(module, patterns()), tmp_path)
    assert [spec.layers["h"].function.parameters["beta"] for spec in specs] == [Fraction(1, 4), 2]
    assert all(told in spec.description for spec in specs)
    assert (module.update_steps_max, module.scaling.tolist()) == (most, [0.25, 2.0])


SPARSE = {
    "sparsemax": (lambda: layers.sparsemax, {}, "sparsemax", {}),
    "entmax": (lambda: layers.bisected(1.5), {}, "entmax", {"alpha": Fraction(3, 2)}),
    "told": (lambda: layers.bisected(1.25), {"alpha": 1.25}, "entmax", {"alpha": Fraction(5, 4)}),
    "each": (lambda: layers.bisected(1.25), {"alpha": torch.tensor([1.25, 1.25])}, "entmax", {"alpha": Fraction(5, 4)}),
    "normmax": (lambda: layers.bisected(2, is_norm=True), {}, "normmax", {"gamma": Fraction(2)}),
    "order": (lambda: layers.bisected(1.5, is_norm=True), {"alpha": 1.5}, "normmax", {"gamma": Fraction(3, 2)}),
}


@pytest.mark.parametrize("most", [0, 2])
@pytest.mark.parametrize("kind", SPARSE)
def test_sparse_layers_are_read_as_what_they_are(kind: str, most: int, tmp_path: Path) -> None:
    weigh, told, name, parameters = SPARSE[kind]
    own, stored = core(weigh=weigh(), **told), patterns()
    specs = specs_of(module_specs(layers.Hopfield(own, scaling=4.0, most=most), stored), tmp_path)
    expected = split(torch.nn.functional.linear(stored, own.in_proj_weight[6:12], own.in_proj_bias[6:12]))
    for spec, keys in zip(specs, expected, strict=True):
        function = spec.layers["h"].function
        assert (function.name, dict(function.parameters)) == (name, parameters)
        # In units in which beta is 1.
        assert (spec.memories["keys"].patterns.values == 2 * keys.astype(float)).all()
        assert f"v <- {name}(beta v·keys) keys" in spec.description
        assert "units of 1/sqrt(beta)" in spec.description


def test_a_sparse_layer_in_other_units_knows_no_rounding() -> None:
    module = layers.Hopfield(core(weigh=layers.sparsemax), scaling=4.0)
    with pytest.raises(HopverifyError, match=r"with sparsemax and beta = 4 leave out dtype"):
        module_specs(module, patterns(), dtype="bfloat16")
    assert module_specs(layers.Hopfield(core(weigh=layers.sparsemax), scaling=1.0), patterns(), dtype="bfloat16")


class Fixed(layers.Hopfield):
    """A layer whose number of updates and β are not to be set."""

    update_steps_max = 3


@pytest.mark.parametrize(
    ("module", "told"),
    [
        (
            lambda: layers.Hopfield(core(weigh=lambda scores: torch.sigmoid(scores) / 4)),
            "weights are not softmax, spar",
        ),
        (lambda: layers.Hopfield(core(weigh=lambda scores: torch.softmax(2 * scores, -1))), "weights are not softmax"),
        (
            lambda: layers.Hopfield(core(weigh=lambda scores: scores[..., :2])),
            r"weights of shape \(21, 2\), where 4 keys",
        ),
        (lambda: Fixed(core()), "number of updates and its scaling cannot be set"),
    ],
)
def test_what_computes_otherwise_is_refused(module: Any, told: str) -> None:
    with pytest.raises(HopverifyError, match=told):
        module_specs(module(), patterns())


def test_an_attribute_that_is_not_true_deceives_nobody(tmp_path: Path) -> None:
    (spec, _) = specs_of(module_specs(layers.Hopfield(core(alpha=1.5)), patterns()), tmp_path)
    assert spec.layers["h"].function.name == "softmax"
    with pytest.raises(HopverifyError, match="are not"):
        module_specs(layers.Hopfield(core(weigh=layers.bisected(1.25), alpha=1.75)), patterns())


def test_equal_keys_are_told_apart_by_no_function(tmp_path: Path) -> None:
    stored = torch.ones(3, WIDTH)
    (spec, _) = specs_of(module_specs(layers.Hopfield(core(weigh=layers.sparsemax)), stored), tmp_path)
    assert spec.layers["h"].function.name == "softmax"
