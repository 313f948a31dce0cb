"""Newton's method for a concave log-likelihood, to a gradient of machine size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from campaign_effect.errors import ConvergenceError
from campaign_effect.stats.moments.arrays import Floats

MOST_STEPS = 25  # a likelihood with a maximum needs 5 to 10; without one, beta runs away
MOST_HALVINGS = 30
LEAST_CURVATURE = 1e-9  # of the information's eigenvalues, smallest to largest


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The log-likelihood at one parameter vector.

    Attributes
    ----------
    value : float
        Log-likelihood.
    gradient : ndarray, shape (q,)
        Its first derivatives.
    information : ndarray, shape (q, q)
        Minus its second derivatives (or their expectation).
    """

    value: float
    gradient: Floats = field(compare=False)
    information: Floats = field(compare=False)


def maximise(
    evaluate: Callable[[Floats], Point], start: Floats, *, tolerance: float
) -> tuple[Floats, Point]:
    """Climb to the maximum, halving steps that do not rise.

    Parameters
    ----------
    evaluate : callable, (q,) -> Point
        The log-likelihood in coordinates of like size, or the curvature check misleads.
    start : ndarray, shape (q,)
        Where to begin.
    tolerance : float
        Largest length of the gradient at the maximum.

    Returns
    -------
    theta : ndarray, shape (q,)
        The maximum.
    point : Point
        The log-likelihood there.

    Raises
    ------
    ConvergenceError
        If the gradient stays longer, or the likelihood is flat where it ends.

    Examples
    --------
    >>> bowl = lambda x: Point(value=-x @ x, gradient=-2 * x, information=2 * np.eye(1))
    >>> maximise(bowl, np.ones(1), tolerance=1e-12)[0]
    array([0.])
    """
    theta, point = start, evaluate(start)
    if not np.isfinite(point.value):
        raise _failure(point)
    for _ in range(MOST_STEPS):
        if np.linalg.norm(point.gradient) <= tolerance:
            _check_curvature(point)
            return theta, point
        theta, point = _climb(evaluate, theta, point)
    raise _failure(point)


def _climb(
    evaluate: Callable[[Floats], Point], theta: Floats, point: Point
) -> tuple[Floats, Point]:
    """Take one Newton step, halved until the likelihood does not fall."""
    try:
        step = np.linalg.solve(point.information, point.gradient)
    except np.linalg.LinAlgError:
        raise _failure(point) from None
    floor = point.value - 1e-12 * abs(point.value)  # rounding of the value at the top
    for _ in range(MOST_HALVINGS):
        higher = evaluate(theta + step)
        if higher.value >= floor:
            return theta + step, higher
        step = step / 2
    raise _failure(point)


def _check_curvature(point: Point) -> None:
    """Refuse a summit that is a ridge: there an estimate is infinite."""
    eigenvalues = np.linalg.eigvalsh(point.information)
    if eigenvalues[0] <= LEAST_CURVATURE * eigenvalues[-1]:
        raise _failure(point)


def _failure(point: Point) -> ConvergenceError:
    return ConvergenceError(
        "The likelihood has no maximum that could be reached.",
        received=f"a gradient of length {np.linalg.norm(point.gradient):.1e} at the end",
        hint="look for terms that separate the outcome, or for rare levels.",
    )
