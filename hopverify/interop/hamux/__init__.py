"""HAMUX (``hamux`` 0.2, JAX): a ``HAM`` becomes a spec, its conventions kept.

    E = Σ_l [x_l·g_l - L_l(x_l)] + Σ_c S_c(g),    ẋ = -∂E/∂g = -x - ∂S/∂g,    a step: x ← x - α ∂E/∂g

There is no time constant, no ½ on a connection of a layer with itself, a bias is -b·g, and every drive is -∇S.
Lagrangians and synapses are read from their jaxprs (:mod:`hopverify.interop.tracing.jaxprs`). What was read is compared
with HAMUX itself at some states before it is returned: a difference beyond float32's roundings is an error, no spec.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from hopverify.errors import HopverifyError
from hopverify.interop.hamux.document import Wanted, document
from hopverify.interop.hamux.reading import read_ham
from hopverify.interop.imported import Imported


def is_ham(found: Any) -> bool:
    """Whether something has the parts of a ``HAM``."""
    return not isinstance(found, type) and all(
        hasattr(found, part) for part in ("neurons", "hypersynapses", "connections")
    )


def kin(found: Any) -> str | None:
    """Return of what other library something is a ``HAM``, and what to do; None where it is of none.

    They are told from HAMUX's by what they are made of: nothing of them is imported.
    """
    if isinstance(found, type):
        return None
    if is_ham(found) and any(base.__module__.partition(".")[0] == "torch" for base in type(found).__mro__):
        return (
            "a HAM of PyTorch (hamux-torch), whose functions JAX cannot trace: build the same network as a hamux.HAM,"
            " or write a spec that names its tensors, a mapping file"
        )
    parts = ("neurons", "synapses", "connections")
    if type(found).__name__ == "HAM" and not is_ham(found) and all(hasattr(found, part) for part in parts):
        return (
            "a HAM of bbhamux (barebones-hamux), whose parts hamux.HAM takes: hamux.HAM({name: hamux.NeuronLayer("
            "layer.lagrangian, layer.shape) for name, layer in ham.neurons.items()}, ham.synapses, ham.connections)"
        )
    return None


def from_hamux(
    ham: Any,
    *,
    name: str = "hamux",
    step: Fraction | float | str | None = None,
    decimals: bool = False,
    checks: Sequence[Any] | str | None = None,
    expect: Mapping[str, str] | None = None,
) -> Imported:
    """Return a ``hamux.HAM``, vectorised or not, as a spec with its arrays: ``verify(from_hamux(ham))``.

    ``step`` is α: with it, that no step of this length raises the energy is among the checks. With ``decimals``
    numbers in the program's text are the short decimals or ratios that round to them, 1/10 instead of
    13421773/134217728; the spec says so. ``checks`` and ``expect`` are the spec's own.
    """
    other = kin(ham)
    if other is not None:
        raise HopverifyError(f"from_hamux takes a hamux.HAM; this is {other}")
    if not is_ham(ham):
        raise HopverifyError(f"from_hamux takes a hamux.HAM, got {type(ham).__name__}")
    bare = ham.unvectorize() if hasattr(ham, "unvectorize") else ham
    read = read_ham(bare, decimals=decimals)
    made = document(read, Wanted(name, exact_step(step), checks, expect, decimals))
    # Imported here, as it takes JAX.
    from hopverify.interop.hamux.comparison import compare

    compare(bare, made, {key: port.name for key, port in read.ports.items()}, at_all_sizes=bool(read.assumed))
    return made


def exact_step(step: Fraction | float | str | None) -> Fraction | None:
    """Return α as it is written, as far as that can be known: a float is the decimal that shows it.

    >>> exact_step(0.1)
    Fraction(1, 10)
    """
    if step is None:
        return None
    try:
        value = Fraction(repr(step) if isinstance(step, float) else step)
    except (ValueError, ZeroDivisionError, TypeError):
        value = Fraction(0)
    if value <= 0:
        raise HopverifyError(f"the step must be a number above 0, got {step!r}")
    return value
