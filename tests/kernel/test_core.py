"""The core model: read, written, and refused."""

from __future__ import annotations

import copy
import json
from array import array
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from hopverify.kernel import arrays, core, facts, language, network
from hopverify.kernel.arrays import Array, write_array
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.reading import loads, read
from tests.cli.commands import modules_after

W = {"shape": [2, 2], "entries": [["0", "1/2"], ["1/2", "0"]]}
GAMMA = ["activation", "x"]


def all_of(value: str, size: int = 2) -> dict[str, Any]:
    return {"shape": [size], "all": value}


PAIR: dict[str, Any] = {
    "core": 1,
    "dynamics": {"kind": "flow"},
    "arrays": {"w": W},
    "layers": [
        {
            "name": "x",
            "size": 2,
            "bias": {"shape": [2], "entries": ["1/2", "-1"]},
            "bias in energy": True,
            "tau": all_of("1"),
            "leak": all_of("1"),
            "acts": "neuron",
            "L": ["divide", ["power", ["relu", ["state"]], "2"], "2"],
            "g": ["relu", ["state"]],
        }
    ],
    "synapses": [
        {
            "name": "w",
            "S": ["multiply", "-1/2", ["dot", GAMMA, ["matmul", ["array", "w"], GAMMA]]],
            "drive": {"x": ["matmul", ["array", "w"], GAMMA]},
        }
    ],
    "energy": "derived",
    "memories": [{"name": "m", "layer": "x", "patterns": ["array", "w"]}],
    "altered": None,
    "original": None,
}
SPINS = PAIR | {
    "dynamics": {"kind": "spins", "order": "synchronous", "rule": "energy"},
    "layers": [{key: PAIR["layers"][0][key] for key in ("name", "size", "bias", "bias in energy")}],
}
ALTERED = PAIR | {
    "energy": ["sum", ["multiply", ["state", "x"], GAMMA]],
    "altered": {"metric": ["array", "w"], "residual": ["transpose", ["array", "w"]], "potential": ["abs", ["state"]]},
    "original": PAIR,
}
UNCERTAIN = PAIR | {"arrays": {"w": W | {"within": {"absolute": "1/10", "relative": "0", "symmetric": True}}}}
OWN = PAIR | {"layers": [PAIR["layers"][0] | {"acts": "layer", "L": ["logsumexp", ["state"]], "g": "gradient"}]}

MISSING = object()

# (path, value, what the refusal says)
WRONG: list[tuple[str, Any, str]] = [
    ("core", 2, "this kernel reads version 1"),
    ("core", True, "this kernel reads version 1"),
    ("clamps", [], "unknown keys"),
    ("clamp", [], "core: 'clamp' is reserved for a later version"),
    ("input", None, "'input' is reserved"),
    ("tolerance", "0", "'tolerance' is reserved"),
    ("dynamics", {"kind": "gradient"}, "dynamics.kind: 'gradient' is reserved for a later version"),
    ("dynamics", {"kind": "rates"}, "'rates' is reserved"),
    ("dynamics", {"kind": "map"}, "'map' is reserved"),
    ("dynamics", {"kind": ["map"]}, "the key 'order' is missing"),
    ("memories", MISSING, "the key 'memories' is missing"),
    ("dynamics", {"kind": "spins", "order": "random", "rule": "drive"}, "dynamics.order: expected one of"),
    ("arrays", [], "expected an object"),
    ("arrays.w.shape", [2, 0], "expected a whole number ≥ 1"),
    ("arrays.w.shape", [2, 2.0], "expected a whole number ≥ 1"),
    ("arrays.w.shape", "2", "expected a list"),
    ("arrays.w.entries", [["0", "1/2"]], "expected 2 entries, got 1"),
    ("arrays.w.entries", [["0", 1], ["1", "0"]], "lowest terms"),
    ("arrays.w.entries", [["1", "1"], ["1", "1"]], "written under the key 'all'"),
    ("arrays.w.all", "0", "one of the keys"),
    ("arrays.w.entries", MISSING, "one of the keys"),
    ("arrays.w.within", {"absolute": "0", "relative": "0", "symmetric": False}, "not both 0"),
    ("arrays.w.within", {"absolute": "-1", "relative": "2", "symmetric": False}, "distances are ≥ 0"),
    ("arrays.w.within", {"absolute": "1", "relative": "0", "symmetric": 1}, "expected true or false"),
    ("layers", [], "a network has a layer"),
    ("layers", PAIR["layers"] * 2, "two have one name"),
    ("layers", {}, "expected a list"),
    ("layers.0.name", "", "expected a name"),
    ("layers.0.size", 3, "expected 3 exact numbers"),
    ("layers.0.bias", all_of("0", 3), "expected 2 exact numbers"),
    (
        "layers.0.bias",
        all_of("0") | {"within": {"absolute": "1", "relative": "0", "symmetric": False}},
        "exact numbers",
    ),
    ("layers.0.bias in energy", None, "expected true or false"),
    ("layers.0.tau", {"shape": [2], "entries": ["0", "1"]}, "all time constants are positive, or all are 0"),
    ("layers.0.tau", all_of("-1"), "time constants are ≥ 0"),
    ("layers.0.leak", all_of("-1"), "leaks are ≥ 0"),
    ("layers.0.acts", "both", "expected 'neuron' or 'layer'"),
    ("layers.0.L", ["softmax", ["state"]], "not defined for the shapes"),
    ("layers.0.L", ["activation", "x"], "nothing here is"),
    ("layers.0.g", None, "expected a term"),
    ("synapses.0.S", GAMMA, r"expected a value of shape \(\), got \(2,\)"),
    ("synapses.0.S", ["sum", ["state", "x"]], "nothing here is"),
    ("synapses.0.drive", {"y": GAMMA}, "no layer is called 'y'"),
    ("synapses.0.drive", {"x": "1"}, r"expected a value of shape \(2,\), got \(\)"),
    ("synapses.0.drive", "weights", "expected 'gradient', or a term for each layer"),
    ("energy", GAMMA, r"energy: expected a value of shape \(\)"),
    ("energy", None, "energy: expected a term"),
    ("memories.0.layer", "y", "no layer is called 'y'"),
    ("memories.0.patterns", ["matmul", ["array", "w"], ["array", "w"], "1"], "matmul takes 2 arguments"),
    ("memories.0.patterns", ["index", ["array", "w"], "0"], "patterns are rows"),
    ("altered", {"metric": None, "residual": None, "potential": "0"}, "residual and potential go together"),
    ("altered", {"metric": "1", "residual": None, "potential": None}, "altered.metric: expected a matrix"),
    ("original", {}, "the key 'core' is missing"),
]


def changed(document: Any, path: str, value: Any) -> Any:
    document = copy.deepcopy(document)
    *outer, last = (int(key) if key.isdigit() else key for key in path.split("."))
    place = document
    for key in outer:
        place = place[key]
    if value is MISSING:
        del place[last]
    else:
        place[last] = value
    return document


@pytest.mark.parametrize("document", [PAIR, SPINS, ALTERED, UNCERTAIN, OWN], ids=range(5))
def test_a_core_is_written_as_it_was_read(document: Any) -> None:
    found = read(document)
    assert core.write(found) == document
    assert loads(json.dumps(document, indent=3)).digest == found.digest


def test_different_cores_have_different_digests() -> None:
    assert len({read(each).digest for each in (PAIR, SPINS, ALTERED, UNCERTAIN, OWN)}) == 5


@pytest.mark.parametrize(("path", "value", "why"), WRONG)
def test_what_is_no_core_is_refused(path: str, value: Any, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        read(changed(PAIR, path, value))


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("layers.0.leak", {"shape": [2], "entries": ["1", "2"]}, "have one leak"),
        ("layers.0.L", None, "without L there is no gradient of it"),
        ("layers.0.L", ["state"], r"expected a value of shape \(\), got \(2,\)"),
    ],
)
def test_whole_layers(path: str, value: Any, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        read(changed(OWN, path, value))


def test_instantaneous_layers_have_a_leak() -> None:
    fast = changed(PAIR, "layers.0.tau", all_of("0"))
    found = read(fast).layers[0]
    assert isinstance(found, core.Layer)
    assert found.instantaneous
    with pytest.raises(Rejected, match="positive where τ = 0"):
        read(changed(fast, "layers.0.leak", all_of("0")))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"core": 1, "core": 1}', "a key stands twice"),
        ('{"core": 1.0}', "numbers are texts"),
        ('{"core": NaN}', "numbers are texts"),
        ("[1", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "expected an object"),
    ],
    ids=range(6),
)
def test_texts_that_are_refused(text: str, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        loads(text)


LARGE = Array((60, 20), [Fraction(k, 8) for k in range(1200)])
ODD = Array((1100,), [Fraction(k, 3) for k in range(1100)])


@pytest.mark.parametrize("held", [LARGE, ODD], ids=["doubles", "rationals"])
def test_large_arrays_are_files_named_by_their_digests(held: Array, tmp_path: Path) -> None:
    document = PAIR | {"arrays": PAIR["arrays"] | {"large": write_array(held)}}
    assert document["arrays"]["large"] == {"shape": list(held.shape), "sha256": held.digest}
    file = tmp_path / held.digest
    file.write_bytes(held.preimage)
    found = read(document, tmp_path)
    assert [found.arrays["large"].fraction(k) for k in range(len(held.entries))] == held.entries
    assert core.write(found) == document
    with pytest.raises(Rejected, match="no folder with the arrays"):
        read(document)
    file.write_bytes(held.preimage[:-1] + b"9")
    with pytest.raises(Rejected, match="holds other entries"):
        read(document, tmp_path)
    file.unlink()
    with pytest.raises(Rejected, match="is no file"):
        read(document, tmp_path)


NAN, ZERO = array("d", [float("nan")] * 1200).tobytes(), array("d", [1.0] * 1199 + [-0.0]).tobytes()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (LARGE.preimage[:-8], "another length"),
        (LARGE.preimage.replace(b"60, 20", b"20, 60"), "the file begins with"),
        (b"float64[60, 20]\n" + NAN, "entries are finite"),
        (b"float64[60, 20]\n" + ZERO, "0 is written as 0.0"),
        (b"float64[60, 20]\n" + array("d", [1.0] * 1200).tobytes(), "written under the key 'all'"),
        (b"rational[60, 20]\n" + b"".join(b"%d\n" % k for k in range(1200)), "are written as doubles"),
        (b"rational[60, 20]\n" + b"1/3\n" * 1201, "another number of lines"),
        (b"rational[60, 20]\n" + b"1/3\n" * 1199 + b"2/6\n", "lowest terms"),
        (b"rational[60, 20]\n" + "⅓\n".encode() * 1200, "not in ASCII"),
    ],
    ids=range(9),
)
def test_files_that_are_refused(content: bytes, why: str, tmp_path: Path) -> None:
    import hashlib

    digest = hashlib.sha256(content).hexdigest()
    (tmp_path / digest).write_bytes(content)
    document = PAIR | {"arrays": PAIR["arrays"] | {"large": {"shape": [60, 20], "sha256": digest}}}
    with pytest.raises(Rejected, match=why):
        read(document, tmp_path)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / LARGE.digest).write_bytes(LARGE.preimage)
    document = PAIR | {"arrays": PAIR["arrays"] | {"large": write_array(LARGE)}}

    def breaks(_: Path) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", breaks)
    with pytest.raises(Rejected, match=f"{LARGE.digest}: Input/output error"):
        read(document, tmp_path)


def test_a_number_beyond_doubles_makes_a_file_of_rationals() -> None:
    large = Array((1100,), [Fraction(10) ** 400 + k for k in range(1100)])
    assert large.preimage.startswith(b"rational[1100]")


def test_files_hold_the_lower_bytes_first_on_every_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that holds the upper ones first, bytes are turned when they come and when they go."""
    own = array("d", [1.0, -2.5])
    monkeypatch.setattr("sys.byteorder", "big")
    turned = arrays._little_endian(own)
    assert (own.tolist(), turned.tobytes()) == ([1.0, -2.5], b"".join(own[k : k + 1].tobytes()[::-1] for k in (0, 1)))


def test_a_layer_without_g_and_l_has_no_activation() -> None:
    pair = read(PAIR)
    (layer,) = pair.layers
    with pytest.raises(Rejected, match="layer x: no activation"):
        network.activation(pair, replace(layer, g=None, L=None))


def test_the_residual_is_a_layer_of_its_lagrangian() -> None:
    stated = {"metric": ["array", "w"], "residual": ["transpose", ["array", "w"]], "potential": ["abs", ["state"]]}
    found = read(PAIR | {"altered": stated})
    residual = facts.layer_of(found, "residual", "here")
    assert (residual.size, residual.L, residual.g) == (2, language.read(["abs", ["state"]], ""), None)
    with pytest.raises(Rejected, match="no layer with a flow is called 'residual'"):
        facts.layer_of(read(PAIR), "residual", "here")


def test_a_digest_is_no_path(tmp_path: Path) -> None:
    document = PAIR | {"arrays": PAIR["arrays"] | {"large": {"shape": [60, 20], "sha256": "../secret"}}}
    with pytest.raises(Rejected, match="no SHA-256"):
        read(document, tmp_path)


def test_the_kernel_stands_alone() -> None:
    loaded = modules_after("import hopverify.kernel.evaluate")
    others = {name for name in loaded if name.startswith("hopverify.") and not name.startswith("hopverify.kernel")}
    assert others == set()
    assert not loaded & {"numpy", "scipy", "sympy", "yaml", "pydantic", "click", "rich", "mpmath"}
