"""Calls of a person's program: without a word, without a trace left behind, and with what they return looked at."""

from __future__ import annotations

import contextlib
import copy
import io
import logging
import warnings
from collections.abc import Iterator
from typing import Any

from hopverify.errors import HopverifyError
from hopverify.interop.torch.tensors import torch_itself


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what a program prints whenever it is called, and what PyTorch warns of, from the person."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        silence = contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO())
        with warnings.catch_warnings(), silence[0], silence[1]:
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """Leave the transforms of torch.func that a failure has left open, without which nothing else can be traced."""
    functions: Any = torch_itself()._C._functorch
    depth = functions.get_dynamic_layer_stack_depth()
    try:
        yield
    finally:
        functions.pop_dynamic_layer_stack_and_undo_to_depth(depth)


@contextlib.contextmanager
def differentiated() -> Iterator[None]:
    """Say of what PyTorch raises that it was asked for a gradient."""
    try:
        yield
    except HopverifyError:
        raise
    except Exception as error:
        said = (str(error).strip().splitlines() or [""])[0]
        raise HopverifyError(f"PyTorch computes no gradient of it: {type(error).__name__}: {said}") from error


def returned(found: Any) -> list[Any]:
    """Return the tensors that a program returns; raise if it returns anything else."""
    torch = torch_itself()
    parts = list(found) if isinstance(found, list | tuple) else [found]
    wrong = next((type(part).__name__ for part in parts if not isinstance(part, torch.Tensor)), None)
    if wrong is not None:
        raise HopverifyError(f"it returns {wrong}, where a tensor is expected, or a tuple of tensors")
    return parts


def own_rules(result: Any) -> tuple[str, ...]:
    """Return the names of the derivative rules of one's own (``autograd.Function``) that a result rests on."""
    torch = torch_itself()
    rule = torch.autograd.function.BackwardCFunction
    seen: set[Any] = set()
    found: dict[str, None] = {}
    waiting = [result.grad_fn]
    while waiting:
        step = waiting.pop()
        if step is None or step in seen:
            continue
        seen.add(step)
        if isinstance(step, rule):
            found[type(step).__name__.removesuffix("Backward")] = None
        waiting += [each for each, _ in step.next_functions]
    return tuple(found)


def copied(function: Any) -> Any:
    """Return a copy of a module on the processor, so that nothing of the person's is changed; a function as it is."""
    torch = torch_itself()
    # What torch.compile has wrapped is the program itself.
    function = getattr(function, "_orig_mod", function)
    if not isinstance(function, torch.nn.Module):
        return function
    try:
        return copy.deepcopy(function).cpu()
    except Exception:
        # Some modules cannot be copied; they are only called.
        return function
