"""Confidence intervals from tests: all values that a test does not reject."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from campaign_effect.errors import ConvergenceError

MOST_DOUBLINGS = 14  # 16,000 standard errors away, a bound is called infinite


def accepted_reach(
    p_value: Callable[[float], float], step: float, *, level: float, tolerance: float
) -> float:
    """Find how far from the estimate a test's hypothesis may lie until it is rejected.

    Parameters
    ----------
    p_value : callable, float -> float
        *p* of the hypothesis that lies at a distance from the estimate, 1 at distance 0. It
        may raise ConvergenceError far away, where the reach is then infinite.
    step : float
        About a standard error, with the sign of the side to search.
    level : float
        Coverage of the interval, in (0, 1): distances with p > 1 - level are accepted.
    tolerance : float
        Of the answer, as a share of the step.

    Returns
    -------
    float
        The distance, with the step's sign; infinite if no distance is rejected.

    Notes
    -----
    Doubling brackets the first crossing, bisection narrows it.

    Examples
    --------
    >>> reach = accepted_reach(lambda d: np.exp(-d), 1.0, level=0.95, tolerance=1e-9)
    >>> round(reach, 4)
    2.9957
    """
    alpha = 1 - level
    low, high = 0.0, step
    for _ in range(MOST_DOUBLINGS):
        try:
            if p_value(high) <= alpha:
                break
        except ConvergenceError:
            return float(np.copysign(np.inf, step))
        low, high = high, 2 * high
    else:
        return float(np.copysign(np.inf, step))
    while abs(high - low) > tolerance * abs(step):
        middle = (low + high) / 2
        if p_value(middle) <= alpha:
            high = middle
        else:
            low = middle
    return high
