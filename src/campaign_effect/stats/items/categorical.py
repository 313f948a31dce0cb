"""Omega of a sum of Likert items, whose categories are not numbers on a line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from campaign_effect.errors import CollinearityError
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.moments.bivariate_normal import bivariate_normal_cdf

Indices = NDArray[np.intp]


def categorical_omega(
    loadings: ArrayLike,
    thresholds: Sequence[ArrayLike],
    *,
    correlations: ArrayLike | None = None,
) -> float:
    """Compute the reliability of the sum of ordered items, as it is scored.

    Parameters
    ----------
    loadings : array_like of float, shape (k,)
        Standardised loadings of the one-factor model of the polychoric correlations.
    thresholds : sequence of k array_like of float
        Thresholds of each item, rising.
    correlations : array_like of float, shape (k, k), optional
        Polychoric correlations as observed, for the variance of the sum; by default those
        that the model implies.

    Returns
    -------
    float
        At most 1.

    Raises
    ------
    CollinearityError
        If a loading is 1 or more in absolute value.

    Notes
    -----
    Green and Yang's nonlinear reliability [1]_: the covariance of two administrations of the
    sum of category numbers, by its variance. Two items whose normal variables correlate by r
    have the covariance sum over thresholds of Phi2(tau_c, tau_d; r) - Phi(tau_c) Phi(tau_d);
    r is the product of loadings above, and 1 for an item with itself below.

    References
    ----------
    .. [1] Green, S. B., & Yang, Y. (2009). Reliability of summed item scores using structural
       equation modeling: An alternative to coefficient alpha. Psychometrika, 74, 155-167.
       https://doi.org/10.1007/s11336-008-9099-3

    Examples
    --------
    >>> round(categorical_omega([0.7, 0.7, 0.7], [[-1, 0, 1]] * 3), 3)
    0.698
    """
    lam = np.asarray(loadings, dtype=np.float64)
    if (np.abs(lam) >= 1).any():
        raise CollinearityError(
            "An item's loading is 1 or more: the factor leaves nothing of it.",
            received=f"loadings {lam.round(3).tolist()}",
            hint="look for two items that say the same.",
        )
    tau = _padded(thresholds)
    implied = np.outer(lam, lam)
    observed = implied if correlations is None else np.asarray(correlations, dtype=np.float64)
    first, second = np.triu_indices(len(lam), 1)
    own = np.arange(len(lam))
    true = _covariances(tau, implied, own, own).sum()
    true += 2 * _covariances(tau, implied, first, second).sum()
    total = _variances(tau).sum() + 2 * _covariances(tau, observed, first, second).sum()
    return float(true / total)


def _padded(thresholds: Sequence[ArrayLike]) -> Floats:
    """Thresholds as rows; infinite where an item has fewer, which adds no category."""
    rows = [np.asarray(values, dtype=np.float64) for values in thresholds]
    tau = np.full((len(rows), max(len(row) for row in rows)), np.inf)
    for item, row in enumerate(rows):
        tau[item, : len(row)] = row
    return tau


def _covariances(tau: Floats, R: Floats, first: Indices, second: Indices) -> Floats:
    """Covariances of the category numbers of pairs of items, for normals correlated by R."""
    rows, columns = tau[first], tau[second]
    joint = bivariate_normal_cdf(rows, columns, R[first, second])
    apart = special.ndtr(rows)[:, :, None] * special.ndtr(columns)[:, None, :]
    return np.asarray((joint - apart).sum(axis=(1, 2)))  # 0 where a threshold is infinite


def _variances(tau: Floats) -> Floats:
    """Variances of the category numbers: of two thresholds, the smaller decides."""
    below = special.ndtr(tau)
    joint = np.minimum(below[:, :, None], below[:, None, :])
    return np.asarray((joint - below[:, :, None] * below[:, None, :]).sum(axis=(1, 2)))
