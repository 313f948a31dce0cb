"""Logistic regression along some directions only, from coefficients already known."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from campaign_effect.stats.models.design_matrix import row_blocks
from campaign_effect.stats.models.newton import Point, maximise
from campaign_effect.stats.moments.arrays import Floats

GRADIENT = 1e-12  # of the root of n; with orthonormal columns rounding leaves about 1e-15


def logit_with_offset(Z: Floats, y: Floats, times: Floats, offset: Floats) -> Floats:
    """Maximise a logit likelihood in which part of the linear predictor is given.

    Parameters
    ----------
    Z : ndarray, shape (n_rows, q)
        Directions, as columns that are nearly orthonormal under the model's weights.
    y : ndarray, shape (n_rows,)
        Outcome, in [0, 1].
    times : ndarray, shape (n_rows,)
        How often each row counts; 0 leaves it out.
    offset : ndarray, shape (n_rows,)
        The part of eta that is given.

    Returns
    -------
    ndarray, shape (q,)
        theta with eta = offset + Z theta; the search starts at 0.

    Raises
    ------
    ConvergenceError
        If the likelihood has no finite maximum.

    Examples
    --------
    >>> y, ones = np.array([0.0, 1.0, 1.0, 1.0]), np.ones(4)
    >>> logit_with_offset(np.ones((4, 1)), y, ones, np.full(4, 1.0)).round(4)
    array([0.0986])
    """
    theta, _ = maximise(
        lambda theta: _evaluate(Z, y, times, offset, theta),
        np.zeros(Z.shape[1]),
        tolerance=GRADIENT * np.sqrt(times.sum()),
    )
    return theta


def _evaluate(Z: Floats, y: Floats, times: Floats, offset: Floats, theta: Floats) -> Point:
    """Log-likelihood with derivatives, block by block."""
    value, gradient, information = 0.0, np.zeros(len(theta)), np.zeros((len(theta),) * 2)
    for rows in row_blocks(len(y)):
        z, count = Z[rows], times[rows]
        eta = offset[rows] + z @ theta
        mean = expit(eta)
        value -= float(count @ (np.logaddexp(0, eta) - y[rows] * eta))
        gradient += (count * (y[rows] - mean)) @ z
        information += (z * (count * mean * (1 - mean))[:, None]).T @ z
    return Point(value=value, gradient=gradient, information=information)
