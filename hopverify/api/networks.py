"""Models from arrays, without YAML: any network of layers and synapses, and the two classical memories.

>>> from hopverify import Layer, Synapse, model
>>> weights = [[0, 0.5], [0.5, 0]]
>>> pair = model({"x": Layer(2, "relu", bias=[0.5, -1])}, [Synapse("dense", ["x", "x"], weights=weights)])
>>> print(pair.to_yaml(), end="")
hopverify: 1
name: model
layers:
  x: {size: 2, lagrangian: relu, bias: [0.5, -1]}
synapses:
  w: {kind: dense, layers: [x, x], weights: [[0, 0.5], [0.5, 0]]}
checks: all
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from hopverify.api.dictionaries import spec_from
from hopverify.api.numbers import exact, exact_array
from hopverify.errors import ArgumentError, require
from hopverify.interop.imported import Imported
from hopverify.spec import ExactArray
from hopverify.spec.spread import DTYPES


class Layer:
    """A layer of ``size`` neurons: ``Layer(64, "tanh")``, ``Layer(8, {"softmax": {"beta": 4}}, tau=0)``.

    ``lagrangian`` is the name of one of ``hopverify list lagrangians``, a name with parameters, or ``{"expression":
    "x^2/2"}``. The others are the keys of a layer in docs/spec.md: ``activation`` in place of it, ``states="spins"``,
    ``bias``, ``tau``, ``leak``, ``shape``, ``copies``, ``bias_in_energy``.

    >>> from hopverify import Layer
    >>> Layer(2, "relu", tau=3)
    Layer(size=2, lagrangian='relu', tau=3)
    """

    def __init__(self, size: int, lagrangian: str | Mapping[str, Any] | None = None, **keys: Any) -> None:
        self.entry: dict[str, Any] = {"size": size, "lagrangian": lagrangian, **keys}

    def __repr__(self) -> str:
        return _shown("Layer", self.entry)


class Synapse:
    """A synapse of a kind between layers: ``Synapse("dense", ["h", "v"], weights=Xi)``.

    ``kind`` is one of ``hopverify list synapses``, and ``keys`` are those of the kind, such as ``weights``.
    Synapses of a network are called w, or w1, w2 and so on, unless they have a ``name``.

    >>> from hopverify import Layer, Synapse, model
    >>> dense = Synapse("dense", ["x", "x"], weights=[[0, 1], [1, 0]], name="own")
    >>> list(model({"x": Layer(2, "tanh")}, [dense]).model_spec().synapses)
    ['own']
    """

    def __init__(self, kind: str, layers: Sequence[str], *, name: str | None = None, **keys: Any) -> None:
        self.name = name
        self.entry: dict[str, Any] = {"kind": kind, "layers": layers, **keys}

    def __repr__(self) -> str:
        return _shown("Synapse", self.entry)


def _shown(name: str, entry: Mapping[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in entry.items() if isinstance(value, str | int))})"


def model(
    layers: Mapping[str, Layer | Mapping[str, Any]],
    synapses: Sequence[Synapse] | Mapping[str, Synapse | Mapping[str, Any]] = (),
    *,
    memories: Mapping[str, Mapping[str, Any]] | None = None,
    name: str = "model",
    checks: str | Sequence[Any] = "all",
    expect: Mapping[str, str] | None = None,
    **keys: Any,
) -> Imported:
    """Return the spec of a network; ``verify`` and its like take it, and ``save`` writes it.

    ``memories`` have stored patterns: ``{"digits": {"layer": "v", "patterns": Xi}}``. ``keys`` are the other keys of a
    spec: ``description``, ``references``, ``arrays``, ``update``, ``energy``. Arrays are nested lists, or arrays of
    NumPy, PyTorch or JAX; each stands for exactly the numbers that it holds. Raises :class:`SpecError` where a spec
    with these values is wrong, with the same words.

    >>> from hopverify import Layer, Synapse, model, verify
    >>> weights = [[0, 0.5], [0.5, 0]]
    >>> pair = model({"x": Layer(2, "tanh")}, [Synapse("dense", ["x", "x"], weights=weights)], name="pair")
    >>> verify(pair)["energy_descent"].verdict
    <Verdict.PASS: 'pass'>
    """
    if not isinstance(layers, Mapping):
        raise ArgumentError(
            f'layers: a mapping such as {{"x": Layer(2, "relu")}} is taken, got a {type(layers).__name__}'
        )
    parts: dict[str, Any] = {
        "layers": {key: _entry(layer, Layer, f"layers.{key}") for key, layer in layers.items()},
        "synapses": dict(_named(synapses)) or None,
        "memories": memories,
        "checks": checks,
        "expect": expect,
    }
    return spec_from({"name": name} | keys | parts)


def _entry(given: Any, kind: type[Layer] | type[Synapse], path: str) -> Any:
    if isinstance(given, kind):
        return given.entry
    if isinstance(given, Mapping):
        return given
    raise ArgumentError(f"{path}: a {kind.__name__} is taken, or a mapping with its keys, got a {type(given).__name__}")


def _named(synapses: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(synapses, Mapping):
        yield from ((name, _entry(each, Synapse, f"synapses.{name}")) for name, each in synapses.items())
        return
    if not isinstance(synapses, list | tuple):
        raise ArgumentError(f"synapses: a list of Synapse, or a mapping, is taken, got a {type(synapses).__name__}")
    taken: set[str] = set()
    for number, each in enumerate(synapses, start=1):
        if not isinstance(each, Synapse):
            raise ArgumentError(f"synapses[{number - 1}]: a Synapse is taken, got a {type(each).__name__}")
        require(each.name, str | None, f"synapses[{number - 1}].name", "a name")
        name = each.name if each.name is not None else ("w" if len(synapses) == 1 else f"w{number}")
        if name in taken:
            raise ArgumentError(f"synapses[{number - 1}]: two synapses are called {name!r}: give one another name")
        taken.add(name)
        yield name, each.entry


def hopfield(
    patterns: Any,
    rule: str = "hebbian",
    *,
    activation: str | None = None,
    gain: Any = None,
    zero_diagonal: bool = True,
    spins: bool = False,
    name: str = "patterns",
) -> Imported:
    """Return the Hopfield network ẋ = W g(βx) - x that stores patterns, one in a row, by a learning rule.

    ``rule`` is hebbian, pseudo_inverse or storkey; ``activation`` an elementwise Lagrangian of the catalogue (tanh
    unless stated), ``gain`` its β (4 unless stated). With ``spins`` the states are ±1, set one after another.

    >>> from hopverify import hopfield, verify
    >>> network = hopfield([[1, -1, 1, -1, 1, -1], [1, 1, 1, -1, -1, -1]], rule="pseudo_inverse")
    >>> verify(network)["basin_cells"].verdict
    <Verdict.PASS: 'pass'>
    """
    from hopverify.interop.arrays import Network, hopfield_network

    for key, text in {"rule": rule, "activation": activation, "name": name}.items():
        require(text, str if key != "activation" else str | None, key, "a name")
    for key, flag in {"zero_diagonal": zero_diagonal, "spins": spins}.items():
        require(flag, bool, key, "True or False")
    rows = _rows(patterns, "patterns")
    wanted = Network(activation, None if gain is None else _positive(gain, "gain"), zero_diagonal, spins=spins)
    return hopfield_network(rows, rule, wanted, name=name, inline=True)


def dense_memory(patterns: Any, beta: Any, *, name: str = "memory", dtype: str | None = None) -> Imported:
    """Return the dense associative memory v ← Ξᵀ softmax(βΞv) of patterns, one in a row (arXiv:2008.02217).

    It is what attention does with one head whose keys, and values, are the patterns. With ``dtype`` (``"bfloat16"``,
    ``"float16"``) the spec stands for all patterns that rounding to this type may leave.

    >>> from hopverify import dense_memory, verify
    >>> verify(dense_memory([[3, 0, 0], [0, 3, 0], [0, 0, 3]], beta=2))["memory_retrieval"].verdict
    <Verdict.PASS: 'pass'>
    """
    from hopverify.interop import memories

    require(name, str, "name", "a name")
    if dtype is not None and not (isinstance(dtype, str) and dtype in DTYPES):
        raise ArgumentError(f"dtype: one of {', '.join(DTYPES)} is taken, got {dtype!r}")
    rows = _rows(patterns, "patterns")
    count, width = rows.shape
    naming = memories.Naming(name, f"{count} patterns of {width} numbers.")
    return memories.dense_memory(rows, _positive(beta, "beta"), naming, dtype=dtype, inline=True)


def _rows(patterns: Any, where: str) -> ExactArray:
    rows = exact_array(patterns, where)
    if rows.ndim != 2:
        raise ArgumentError(f"{where}: a matrix with one pattern in a row is taken, got an array of shape {rows.shape}")
    return rows


def _positive(value: Any, where: str) -> Fraction:
    number = exact(value, where)
    if number <= 0:
        raise ArgumentError(f"{where}: must be greater than 0, got {value}")
    return number
