"""Growth: degrees of polynomials, and how functions answer when one number is added to all entries of the variable."""

from __future__ import annotations

from hopverify.kernel import terms
from hopverify.kernel.known import ALIKE, STEADY, STILL, Known
from hopverify.kernel.terms import Apply, Shape


def degree_of(node: Apply, given: list[Known]) -> int | None:
    """Return a bound of a polynomial's degree."""
    degrees = [each.degree for each in given]
    name, known = node.function, [each for each in degrees if each is not None]
    if len(known) < len(degrees):
        return None
    if name in ("add", "subtract", "negate", "sum", "mean", "index", "slice", "transpose", "stack", "concatenate"):
        return max(known)
    if name in ("multiply", "dot", "matmul", "contract", "convolve", "convolve_back"):
        return sum(known)
    if name == "divide":
        return known[0] if not given[1].moving and given[1].range.nonzero else None
    if name in ("variance", "column_squares"):
        return 2 * known[0]
    exponent = terms.constant(node.arguments[1]) if name == "power" else None
    whole = exponent is not None and exponent.denominator == 1 and exponent >= 0
    return known[0] * int(exponent) if whole and exponent is not None else None


def shift_of(node: Apply, given: list[Known], shapes: list[Shape]) -> int | None:
    """Return how a function of moving arguments answers when one number is added to all entries of the variable."""
    name, known = node.function, [each.shift for each in given if each.shift is not None]
    if len(known) < len(given):
        return None
    if not any(known):
        return STILL
    if name in ("variance", "softmax", "entmax", "normmax") and known[0] == ALIKE:
        return STILL
    if name in ("logsumexp", "entmax_conjugate", "normmax_conjugate"):
        return ALIKE if known[0] == ALIKE else None
    if name in ("sum", "mean"):
        return ALIKE
    if name in ("negate", "index", "slice", "transpose"):
        return ALIKE if name == "index" and len(shapes[0]) == 1 else known[0]
    if name in ("add", "subtract"):
        return STILL if _is_centred(node) and known[0] == ALIKE else max(known)
    if name in ("stack", "concatenate"):
        return STEADY
    return _scaled_shift(node, given, shapes)


def _is_centred(node: Apply) -> bool:
    """Whether a node is u - mean(u)."""
    left, right = node.arguments
    return node.function == "subtract" and right == Apply("mean", (left,))


def _scaled_shift(node: Apply, given: list[Known], shapes: list[Shape]) -> int | None:
    """A growth times a constant number stays what it is; times other constants, each entry has its own."""
    constant = [not each.moving for each in given]
    if node.function in ("dot", "matmul") and (constant[0] or (node.function == "dot" and constant[1])):
        return ALIKE if node.function == "dot" else STEADY
    if (node.function == "divide" and constant[1]) or (node.function == "multiply" and any(constant)):
        place = 1 if constant[1] else 0
        return given[1 - place].shift if shapes[place] == () else STEADY
    return None
