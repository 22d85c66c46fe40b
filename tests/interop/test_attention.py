"""Attention heads from state dicts, without PyTorch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hopverify.errors import HopverifyError
from hopverify.interop.attention import attention_heads, key_projection, prefixes
from hopverify.interop.memories import Naming
from tests.interop.reading import read_back

RNG = np.random.default_rng(0)
WIDTH, HEADS, TOKENS = 8, 2, 3
W_Q, W_K, W_V = (RNG.normal(size=(WIDTH, WIDTH)).astype(np.float32) for _ in range(3))
B_Q, B_K, B_V = (RNG.normal(size=WIDTH).astype(np.float32) for _ in range(3))
INPUT = RNG.normal(size=(TOKENS, WIDTH)).astype(np.float32)
STACKED = {"in_proj_weight": np.vstack([W_Q, W_K, W_V]), "in_proj_bias": np.concatenate([B_Q, B_K, B_V])}
SEPARATE = {"q_proj_weight": W_Q, "k_proj_weight": W_K, "in_proj_bias": STACKED["in_proj_bias"]}
BERT = {"query.weight": W_Q, "key.weight": W_K, "key.bias": B_K, "value.weight": W_V}
OTHERS = {"k_proj.weight": W_K, "k_proj.bias": B_K}


@pytest.mark.parametrize("state", [STACKED, SEPARATE, BERT, OTHERS], ids=["stacked", "separate", "bert", "others"])
def test_every_layout_gives_the_same_keys(state: dict[str, np.ndarray]) -> None:
    named = {f"layer.0.{name}": tensor for name, tensor in state.items()} | {"layer.0.out_proj.weight": W_V}
    keys = key_projection(named, HEADS).keys(INPUT)
    assert keys.shape == (HEADS, TOKENS, WIDTH // HEADS)
    assert keys.dtype == np.float32
    assert np.allclose(np.concatenate(list(keys), axis=1), INPUT @ W_K.T + B_K, atol=1e-5)


@pytest.mark.parametrize(
    "state", [{"in_proj_weight": STACKED["in_proj_weight"]}, {"k_proj_weight": W_K}, {"key.weight": W_K}]
)
def test_projections_may_have_no_bias(state: dict[str, np.ndarray]) -> None:
    keys = key_projection(state, 1).keys(INPUT.astype(np.float64))
    assert keys.dtype == np.float64
    assert np.allclose(keys[0], INPUT @ W_K.T, atol=1e-5)


def test_each_head_becomes_a_spec_of_its_keys(tmp_path: Path) -> None:
    projection = key_projection(BERT, HEADS)
    made = attention_heads(projection, INPUT, Naming("layer 0", "Of a test.", ["a", "b", "c"]))
    specs = [read_back(each, tmp_path) for each in made]
    assert [spec.name for spec in specs] == ["layer 0-head-0", "layer 0-head-1"]
    for spec, keys in zip(specs, projection.keys(INPUT), strict=True):
        assert (spec.memories["keys"].patterns.values == keys).all()
        assert spec.memories["keys"].labels == ("a", "b", "c")
        assert "nothing about what the values make of it" in spec.description
    (second,) = attention_heads(projection, INPUT, Naming("layer 0", "Of a test."), only=[1])
    assert second.stem == made[1].stem


def test_a_key_of_the_module_and_a_key_of_zeros_join_the_input() -> None:
    projection = key_projection(STACKED | {"bias_k": np.ones((1, 1, WIDTH), np.float32)}, HEADS)
    assert projection.labels(["a"]) == ["a", "bias_k"]
    assert (projection.keys(INPUT)[:, -1] == 1).all()
    with_zeros = type(projection)(W_K, None, HEADS, zero_key=True)
    assert with_zeros.labels(["a"]) == ["a", "zero"]
    assert (with_zeros.keys(INPUT)[:, -1] == 0).all()


def test_one_of_several_layers_is_chosen_by_its_prefix() -> None:
    state = {"a.key.weight": W_K, "b.key.weight": W_V, "monkey.weight": W_Q}
    assert prefixes(list(state)) == ["a.", "b."]
    assert (key_projection(state, HEADS, prefix="b.").weight == W_V).all()
    with pytest.raises(HopverifyError, match=r"2 attention layers; choose one by its prefix: 'a\.', 'b\.'"):
        key_projection(state, HEADS)
    with pytest.raises(HopverifyError, match="no key projection begins with 'c'"):
        key_projection(state, HEADS, prefix="c")


@pytest.mark.parametrize(
    ("state", "heads", "told"),
    [
        ({"weight": W_K}, 2, "use a mapping file"),
        ({"key.weight": W_K}, 3, "cannot be shared out among 3 heads"),
        ({"key.weight": W_K}, 0, "cannot be shared out"),
        ({"key.weight": B_K}, 2, "cannot be shared out"),
        ({"in_proj_weight": STACKED["in_proj_weight"][:-1]}, 2, "does not stack"),
    ],
)
def test_what_is_no_projection_is_told(state: dict[str, np.ndarray], heads: int, told: str) -> None:
    with pytest.raises(HopverifyError, match=told):
        key_projection(state, heads)


def test_inputs_and_labels_must_fit() -> None:
    projection = key_projection(BERT, HEADS)
    with pytest.raises(HopverifyError, match="one vector of 8 numbers for each token"):
        projection.keys(INPUT[:, :-1])
    with pytest.raises(HopverifyError, match="one vector of 8"):
        projection.keys(INPUT[0])
    with pytest.raises(HopverifyError, match="2 labels are given for 3 tokens"):
        attention_heads(projection, INPUT, Naming("n", "Of a test.", ["a", "b"]))
