"""Scoring with damping: the one optimiser of all estimators."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from campaign_effect.stats.moments.arrays import Floats

GRADIENT_LIMIT = 1e-8  # above it a solution is not called converged
_GRADIENT_AIM = 1e-11
_NEWTON_BELOW = 0.3  # gradient below which the exact second derivative is used
_MOST_STEPS = 150
_MOST_DAMPING = 1e12


class Objective(Protocol):
    """A function to be made small."""

    def value(self, x: Floats) -> float:
        """Return the value; infinite where x is impossible."""

    def slope(self, x: Floats, *, exact: bool) -> tuple[Floats, Floats]:
        """Return the gradient, shape (q,), and half a second derivative, shape (q, q).

        The expected one, which is never indefinite, or the exact one.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """Where the optimiser stopped.

    Attributes
    ----------
    x : ndarray of float, shape (q,)
        The parameters.
    value : float
        The objective.
    gradient : ndarray of float, shape (q,)
        Its gradient.
    steps : int
        Steps taken.
    is_converged : bool
        Whether the gradient is at most 1e-8, in its own units and in units of the curvature.
    """

    x: Floats = field(compare=False)
    value: float
    gradient: Floats = field(compare=False)
    steps: int
    is_converged: bool


def minimise(objective: Objective, starts: Iterable[Floats]) -> Optimum:
    """Minimise by damped scoring, from one start after the other until one converges.

    Parameters
    ----------
    objective : Objective
        What is to be made small.
    starts : iterable of ndarray of float, shape (q,)
        Starting values, best guess first.

    Returns
    -------
    Optimum
        The first that converged, else the one with the smallest value.

    Notes
    -----
    A step solves ``(H + damping * diag(H)) step = -gradient`` [1]_. The damping is zero near
    the minimum and grows where a step does not lower the objective.

    References
    ----------
    .. [1] Marquardt, D. W. (1963). An algorithm for least-squares estimation of nonlinear
       parameters. Journal of the Society for Industrial and Applied Mathematics, 11, 431-441.
       https://doi.org/10.1137/0111030
    """
    best: Optimum | None = None
    for start in starts:
        if not math.isfinite(objective.value(start)):
            continue
        found = _descend(objective, start)
        if found.is_converged:
            return found
        if best is None or found.value < best.value:
            best = found
    if best is None:
        raise np.linalg.LinAlgError("no start has a finite value")
    return best


def _descend(objective: Objective, x: Floats) -> Optimum:
    """Take damped steps from one start. The loop is kept whole: each line needs the others."""
    value, damping, steps, exact = objective.value(x), 0.0, 0, False
    gradient, half = objective.slope(x, exact=False)
    size = _size(gradient, half)
    for _ in range(_MOST_STEPS):
        if size < _GRADIENT_AIM:
            break
        step = _step(gradient, half, damping)
        new_value = math.inf if step is None else objective.value(x + step)
        if step is None or new_value > value + 1e-4 * float(gradient @ step) + _noise(value):
            if exact:
                gradient, half = objective.slope(x, exact=False)
            exact, damping = False, max(4 * damping, 1e-3) if not exact else damping
            if damping > _MOST_DAMPING:
                break
            continue
        exact = size < _NEWTON_BELOW and damping == 0
        new_gradient, half = objective.slope(x + step, exact=exact)
        new_size = _size(new_gradient, half)
        if new_size >= size and size < GRADIENT_LIMIT:
            break
        x, value, gradient, size = x + step, new_value, new_gradient, new_size
        steps += 1
        damping = damping / 8 if damping > 1e-4 else 0.0
    raw = float(np.abs(gradient).max(initial=0.0))
    converged = max(size, raw) <= GRADIENT_LIMIT
    return Optimum(x=x, value=value, gradient=gradient, steps=steps, is_converged=converged)


def _noise(value: float) -> float:
    """Return the rounding error of a value, below which steps are judged by the gradient."""
    return 1e-13 * (1 + abs(value))


def _size(gradient: Floats, half: Floats) -> float:
    """Return the largest gradient in units of its parameter's curvature."""
    scale = np.sqrt(np.maximum(np.diag(half), 1e-300))
    return float(np.abs(gradient / scale).max(initial=0.0))


def _step(gradient: Floats, half: Floats, damping: float) -> Floats | None:
    """Return the damped step, or None where the damped curvature is not positive definite."""
    scale = 1 / np.sqrt(np.maximum(np.diag(half), 1e-300))
    scaled = half * scale[:, None] * scale
    scaled[np.diag_indices_from(scaled)] += damping
    try:
        factor = cho_factor(scaled, check_finite=False)
    except np.linalg.LinAlgError:
        return None
    return np.asarray(cho_solve(factor, -0.5 * gradient * scale, check_finite=False)) * scale
