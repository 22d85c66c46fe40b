"""Krawczyk's set in rationals: what is computed holds it at every corner, with the radius that its proof wants."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from hopverify.checker import contraction
from hopverify.checker.boxes import Boxes
from hopverify.checker.contraction import Contractor, _inverse, _products
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model
from hopverify.networks.linear import LinearNetwork, linear_network
from hopverify.spec import parse_spec
from tests.rationals import exact

U = Fraction(1, 2**53)
Array = np.ndarray[Any, Any]


def network(W: Any, bias: Any = None, lagrangian: str = "relu", leak: Any = 1) -> LinearNetwork:
    n = len(W)
    text = (
        f"hopverify: 1\nname: net\nlayers: {{x: {{size: {n}, lagrangian: {lagrangian}, leak: {leak}, "
        f"bias: {list(bias or [0] * n)}}}}}\n"
        f"synapses: {{w: {{kind: dense, layers: [x, x], weights: {[list(row) for row in W]}}}}}\n"
    )
    found = linear_network(build_model(parse_spec(text)))
    assert found is not None
    return found


def box(lower: Any, upper: Any, last: int = 1) -> Boxes:
    zeros = np.zeros((1, len(lower)), dtype=np.int64)
    return Boxes(np.array([lower], dtype=float), np.array([upper], dtype=float), zeros, zeros + last)


TENTHS = [["0.1", "-0.3"], ["-0.3", "0.7"]]


def test_rounded_weights_and_biases_are_known_to_a_radius() -> None:
    net = network(TENTHS, ["0.1", "-5"], leak=3)
    found = Contractor(net)
    for values, rounded, radius in (
        (net.W / 3, found.A, found.A_radius),
        (net.b / 3, found.beta, found.beta_radius),
    ):
        for value, near, r in zip(values.ravel(), rounded.ravel().tolist(), radius.ravel().tolist(), strict=True):
            assert U * abs(value) * Fraction(999, 1000) <= Fraction(r) <= 3 * U * abs(value) + Fraction(1, 2**999)
            assert abs(value - Fraction(near)) <= Fraction(r)


def test_a_weight_that_underflows_still_counts() -> None:
    """1e-400 is 0 as a double, and its radius is not; a weight that is 0 has none."""
    found = Contractor(network([["1e-400", 0], [0, "1"]]))
    assert found.A[0, 0] == 0.0
    assert found.A_radius[0, 0] == 2.0**-1074
    assert found.A_radius[0, 1] == found.A_radius[1, 0] == 0.0


@pytest.mark.parametrize(("weight", "bias"), [("1e400", "0"), ("0", "1e400")])
def test_what_is_beyond_doubles_is_refused(weight: str, bias: str) -> None:
    Contractor(network([["1e300"]], ["1e300"]))
    with pytest.raises(EvidenceRejected, match="beyond the range of doubles"):
        Contractor(network([[weight]], [bias]))


def test_upward_covers_sums_over_all_neurons() -> None:
    found = Contractor(network(TENTHS))
    assert found.factor == 36
    assert found.up(np.array([1.0, 0.0])).tolist() == [1.0 + 76 * 2.0**-53, contraction.TINY]


NONE = [0, 0]
CASES: list[dict[str, Any]] = [
    {"R": [[1, 0], [0, 1]], "h": [0.5, 0.25]},
    # R A = 0 for the second activation, so that only the rounding of that product passes it on.
    {"R": [[3, 1], [1, 2]], "g_radius": [0, 1024], "A": [[1, 1], [1, -3]]},
    {"R": [[1, 2], [0, 1]], "h": [0.5, 1], "h_radius": [0.5, 0.25], "half": [1, 2]},
    {"R": [[1, -1], [2, 1]], "h": [1, -1], "h_radius": [0, 1], "g_radius": [1, 3], "half": [0.5, 0]},
    # R is the exact inverse of I - A h: only rounding is left of the slope.
    {"R": [[2, 0], [0, 4]], "h": [1, 1], "half": [4096, 8192], "A": [[0.5, 0], [0, 0.75]]},
]


def krawczyk_at(A: Array, beta: Array, R: Array, m: Array, h: Array, g: Array, x: Array) -> Array:
    """Return m - R·F(m) + (I - R(I - A H))(x - m) in Fractions, with F(m) = m - A g - β."""
    identity = exact(np.eye(len(m)))
    moved: Array = (identity - R @ (identity - A * h[None, :])) @ (x - m)
    return m - R @ (m - A @ g - beta) + moved


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("scale", [1.0, 1 / 3, 2.0**40 / 7])
def test_the_image_holds_every_corner(case: dict[str, Any], scale: float, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = case.get("A", [[1, 1], [1, -0.5]])
    net = network([[str(v) for v in row] for row in weights], ["0.1", "-7"])
    found = Contractor(net)
    monkeypatch.setattr(contraction, "_inverse", lambda M: np.array(case["R"], dtype=float)[None])
    m, g = np.array([0.3, -1.1]) * scale, np.array([0.7, 1.9]) * scale
    half, h, h_radius, g_radius = (
        np.array(case.get(key, NONE), dtype=float) for key in ("half", "h", "h_radius", "g_radius")
    )
    lower, upper = m - half, m + half
    low, high = found._image(box(lower, upper), m[None], h[None], h_radius[None], g[None], g_radius[None])
    A, beta, R = exact(net.W), net.b, exact(np.array(case["R"], dtype=float))
    M, G, H, HR, GR = (exact(v) for v in (m, g, h, h_radius, g_radius))
    ends = [exact(lower), exact(upper)]
    for signs in product((0, 1), repeat=6):
        s = exact(np.array(signs) * 2 - 1)
        x = np.array([ends[signs[i]][i] for i in range(2)], dtype=object)
        point = krawczyk_at(A, beta, R, M, H + s[2:4] * HR, G + s[4:6] * GR, x)
        assert all(exact(low[0]) <= point)
        assert all(point <= exact(high[0]))
    wanted = radius_wanted(A, beta, R, M, H, HR, G, GR, np.maximum(ends[1] - M, M - ends[0]))
    radius = (exact(high[0]) - exact(low[0])) / 2
    assert all(wanted * (1 - Fraction(1, 2**40)) <= radius + 2 * U * (abs(exact(low[0])) + abs(exact(high[0]))))
    rounding = rounding_of(A, beta, R, M, H, HR, G, GR, np.maximum(ends[1] - M, M - ends[0]))
    assert all(radius <= wanted + 80 * rounding + Fraction(1, 2**900))


def rounding_of(
    A: Array, beta: Array, R: Array, m: Array, h: Array, hr: Array, g: Array, gr: Array, width: Array
) -> Array:
    """Return what (N + 2)u makes of every product of sizes: the a-priori bound on roundings."""
    k, identity = (len(m) + 2) * U, exact(np.eye(len(m)))
    sizes = abs(R) @ (abs(m) + abs(A) @ (abs(g) + gr) + abs(beta))
    slope = abs(R) @ (identity + abs(A) * (abs(h) + hr)[None, :]) + identity
    result: Array = k * (sizes + slope @ width + abs(m))
    return result


def radius_wanted(
    A: Array, beta: Array, R: Array, m: Array, h: Array, hr: Array, g: Array, gr: Array, width: Array
) -> Array:
    """Return the radius without roundings, and the rounding of each term by (N + 2)u."""
    identity = exact(np.eye(len(m)))
    C = abs(identity - R @ (identity - A * h[None, :])) + abs(R) @ (abs(A) * hr[None, :])
    result: Array = C @ width + abs(R @ A) @ gr + rounding_of(A, beta, R, m, h, hr, g, gr, width)
    return result


@pytest.mark.parametrize("scale", [1.0, 1 / 3])
def test_targets_hold_every_corner(scale: float) -> None:
    """A g(X) + β with relu: at the corners of each interval, over the kink and beside it, in rationals."""
    net = network(TENTHS, ["0.1", "-7"])
    lower, upper = np.array([-1.3, 0.2]) * scale, np.array([2.7, 5.1]) * scale
    low, high = Contractor(net).target(box(lower, upper))
    images = []
    for corner in product(*zip(exact(lower), exact(upper), strict=True)):
        g = np.array([max(v, Fraction(0)) for v in corner], dtype=object)
        images.append(net.W @ g + net.b)
    for i in range(2):
        least, most = min(image[i] for image in images), max(image[i] for image in images)
        size = 8 * U * (abs(net.W[i]) @ abs(exact(upper)) + abs(net.b[i]))
        assert least - 40 * size <= Fraction(low[0, i]) <= least - size / 8
        assert most + size / 8 <= Fraction(high[0, i]) <= most + 40 * size


def test_targets_of_unbounded_boxes() -> None:
    """A weight of 0 passes nothing on, however far its box reaches."""
    net = network([[0, 1], [1, "-2"]], [1, 2])
    low, high = Contractor(net).target(box([-np.inf, -1], [np.inf, 1]))
    assert low[0, 0] == pytest.approx(1.0)
    assert high[0, 0] == pytest.approx(2.0)
    assert (low[0, 1], high[0, 1]) == (-np.inf, np.inf)


def test_products_treat_zero_times_infinity_as_zero() -> None:
    A = np.array([[0.0, 2.0], [1.0, 0.0]])
    with np.errstate(invalid="ignore"):
        assert _products(np.array([[np.inf, 3.0]]), A).tolist() == [[6.0, np.inf]]
    assert _products(np.array([[5.0, 3.0]]), A).tolist() == [[6.0, 5.0]]


def test_an_inverse_of_a_singular_matrix_is_the_identity() -> None:
    good, singular = np.array([[2.0, 0.0], [0.0, 4.0]]), np.ones((2, 2))
    assert _inverse(np.array([good, singular])).tolist() == [[[0.5, 0.0], [0.0, 0.25]], np.eye(2).tolist()]
    assert _inverse(np.array([good])).tolist() == [[[0.5, 0.0], [0.0, 0.25]]]


# ------------------------------------------------------------------ contraction and Krawczyk's test


def test_only_a_set_in_the_interior_is_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    """An image that touches the border of the inflated box proves nothing."""
    found = Contractor(network([[0, 0], [0, 0]], [1, 1]))
    start = box([0.0, 0.0], [1.0, 1.0])
    wide = found.verified(start)[1]
    assert (wide.lower < 0).all()
    assert (wide.upper > 1).all()
    assert (wide.upper < 1.1001).all()
    assert (wide.lower > -0.1001).all()
    inner = np.full((1, 2), 0.5)
    for low, high, inside in (
        (inner, inner, True),
        (np.array([[0.5, wide.lower[0, 1]]]), inner, False),
        (inner, np.array([[wide.upper[0, 0], 0.5]]), False),
        (np.array([[0.5, np.nan]]), inner, False),
    ):
        monkeypatch.setattr(found, "krawczyk", lambda boxes, low=low, high=high: (low, high))
        assert found.verified(start)[2].tolist() == [inside]


def test_a_verified_box_holds_its_equilibrium_and_may_cross_a_kink() -> None:
    """x = relu(x)/2 + 1 has the solution 2; the box is one that knows the right segment only."""
    found = Contractor(network([["0.5"]], [1]))
    start = Boxes(np.array([[1.9]]), np.array([[2.1]]), np.array([[1]]), np.array([[1]]))
    enclosure, wide, inside = found.verified(start)
    assert inside.tolist() == [True]
    assert wide.first.tolist() == [[0]]
    assert enclosure.lower[0, 0] <= 2.0 <= enclosure.upper[0, 0]
    tight = found.refined(enclosure)
    assert tight.lower[0, 0] <= 2.0 <= tight.upper[0, 0]
    assert tight.upper[0, 0] - tight.lower[0, 0] < 1e-12


@pytest.mark.parametrize("lagrangian", ["relu", "tanh"])
def test_contraction_keeps_a_solution_and_finds_where_none_is(lagrangian: str) -> None:
    """0 solves x = A g(x); boxes that hold it keep it, on their borders too, and those beside it become void."""
    found = Contractor(network([["0.5", "0.25"], ["0.25", "0.5"]], None, lagrangian))
    for lower, upper in (([0, 0], [1, 1]), ([-1, 0], [0, 2]), ([-3, -3], [3, 3]), ([-1e-9, 0], [0, 1e-9])):
        boxes, void = found.contract(found.everywhere(np.array(lower, dtype=float), np.array(upper, dtype=float)))
        assert void.tolist() == [False]
        assert (boxes.lower <= 0).all()
        assert (boxes.upper >= 0).all()
    _, void = found.contract(found.everywhere(np.array([4.0, 5.0]), np.array([5.0, 6.0])))
    assert void.tolist() == [True]


def test_infinite_boxes_are_contracted_by_targets_alone() -> None:
    found = Contractor(network([[0, 0], [0, 0]], [1, 2]))
    whole = found.everywhere(np.full(2, -np.inf), np.full(2, np.inf))
    boxes, void = found.contract(whole, rounds=1)
    assert void.tolist() == [False]
    assert boxes.lower[0].tolist() == pytest.approx([1.0, 2.0])
    assert (boxes.lower <= np.array([1.0, 2.0])).all()
    assert (boxes.upper >= np.array([1.0, 2.0])).all()
    assert (boxes.upper < 2.0001).all()


# ------------------------------------------------------------------ every term of a radius, by a coarse unit


@pytest.fixture
def coarse(monkeypatch: pytest.MonkeyPatch) -> Contractor:
    """A contractor whose unit is 2⁻⁶ and whose last term is 2⁻⁸: no term is too small to be seen."""
    monkeypatch.setattr(contraction, "roundoff", lambda: 2.0**-6)
    monkeypatch.setattr(contraction, "TINY", 2.0**-8)
    return Contractor(network([["1", "-0.5"], ["-0.5", "3"]], ["0.25", "-7"]))


def near(found: Array, wanted: Array) -> bool:
    """Whether numbers agree up to the roundings of a computation in doubles."""
    return bool((abs(exact(found) - wanted) <= abs(wanted) / 10**9).all())


def test_coarse_radii_of_weights_and_biases(coarse: Contractor) -> None:
    t, u = Fraction(1, 2**8), Fraction(1, 2**6)
    assert near(coarse.A_radius, abs(exact(coarse.A)) * 2 * u)
    assert near(coarse.beta_radius, abs(exact(coarse.beta)) * 2 * u + t)


def test_every_term_of_an_image_is_counted(coarse: Contractor, monkeypatch: pytest.MonkeyPatch) -> None:
    t, small = Fraction(1, 2**8), 72 * Fraction(1, 2**6)
    R, m, half = np.array([[3.0, 1.0], [-1.0, 2.0]]), np.array([0.5, -1.25]), np.array([2.0, 5.0])
    h, h_radius, g, g_radius = (np.array(v) for v in ([0.5, 0.25], [0.125, 0.5], [3.0, -2.0], [0.75, 6.0]))
    monkeypatch.setattr(contraction, "_inverse", lambda M: R[None])
    low, high = coarse._image(box(m - half, m + half), m[None], h[None], h_radius[None], g[None], g_radius[None])
    A, beta, identity = exact(coarse.A), exact(coarse.beta), exact(np.eye(2))
    A_radius, beta_radius = exact(coarse.A_radius), exact(coarse.beta_radius)
    R, m, half, h, h_radius, g, g_radius = (exact(v) for v in (R, m, half, h, h_radius, g, g_radius))
    F, reach = m - A @ g - beta, abs(g) + g_radius
    spread = abs(A) * h_radius + A_radius * (abs(h) + h_radius) + (identity + abs(A) * abs(h)) * small + t
    slope = abs(identity - R @ (identity - A * h)) + abs(R) @ spread + t
    rest = 2 * small * (abs(m) + abs(A) @ reach + abs(beta)) + A_radius @ reach + beta_radius + t
    passed = (abs(R @ A) + abs(R) @ (small * abs(A) + A_radius) + t) @ g_radius
    centre = m - R @ F
    radius = slope @ (half + t) + abs(R) @ rest + passed + small * (abs(R) @ abs(F) + abs(m) + abs(centre)) + 2 * t
    assert near(low[0], centre - radius)
    assert near(high[0], centre + radius)


def test_every_term_of_a_target_is_counted(coarse: Contractor) -> None:
    t, small = Fraction(1, 2**8), 72 * Fraction(1, 2**6)
    low, high = coarse.target(box([1.0, 2.0], [4.0, 8.0]))
    A, beta, lower, upper = (exact(np.array(v)) for v in (coarse.A, coarse.beta, [1, 2], [4, 8]))
    slack = (abs(A) * small + exact(coarse.A_radius)) @ upper + abs(beta) * small + t + exact(coarse.beta_radius)
    positive, negative = np.maximum(A, Fraction(0)), np.minimum(A, Fraction(0))
    assert near(low[0], positive @ lower + negative @ upper + beta - slack)
    assert near(high[0], positive @ upper + negative @ lower + beta + slack)


@pytest.mark.parametrize("weight", ["1e300", "-1e300"])
def test_targets_that_overflow_bound_nothing(weight: str) -> None:
    """∞ - ∞ is no number, and says nothing of either end."""
    with np.errstate(over="ignore", invalid="ignore"):
        low, high = Contractor(network([[weight]])).target(box([1e300], [1e301]))
    assert (low[0, 0], high[0, 0]) == (-np.inf, np.inf)


@pytest.mark.parametrize(("lagrangian", "last"), [("relu", 1), ("tanh", 0)])
def test_the_last_segments_are_those_of_the_activation(lagrangian: str, last: int) -> None:
    assert Contractor(network([[0]], None, lagrangian)).last.tolist() == [last]


@pytest.mark.parametrize(("lagrangian", "method"), [("relu", "secant"), ("tanh", "krawczyk")])
def test_only_finite_boxes_that_are_left_are_tested(
    lagrangian: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A point is a box; half a line is not, nor what the targets have emptied. There are two rounds."""
    found, seen = Contractor(network([[0, 0], [0, 0]], [1, 1], lagrangian)), []

    def record(boxes: Boxes) -> tuple[Array, Array]:
        seen.append(boxes.lower.tolist())
        return boxes.lower, boxes.upper

    monkeypatch.setattr(found, "target", lambda boxes: (np.array([[-np.inf, 0]] * 5), np.full((5, 2), np.inf)))
    monkeypatch.setattr(found, method, record)
    monkeypatch.setattr(found, "krawczyk" if method == "secant" else "secant", None)
    lower = [[1, 1], [1, 2], [1, -3], [1, 3], [-np.inf, 3]]
    upper = [[1, 2], [1, np.inf], [1, -1], [np.inf, 3], [1, 3]]
    zeros = np.zeros((5, 2), dtype=np.int64)
    _, void = found.contract(Boxes(np.array(lower, dtype=float), np.array(upper, dtype=float), zeros, zeros))
    assert void.tolist() == [False, False, True, False, False]
    assert seen == [[[1.0, 1.0]]] * 2


def test_by_how_much_a_box_is_inflated() -> None:
    """A tenth of its width, and 1e-9 of what it is at its upper end."""
    wide = Contractor(network([[0]])).verified(box([2.0], [4.0]))[1]
    margin = 0.2 + 5e-9
    assert wide.lower[0, 0] == pytest.approx(2 - margin, rel=1e-13)
    assert wide.upper[0, 0] == pytest.approx(4 + margin, rel=1e-13)
