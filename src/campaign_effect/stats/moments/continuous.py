"""Sampling covariances of means and covariances, without assuming normality."""

from __future__ import annotations

import numpy as np

from campaign_effect.stats.moments.arrays import Floats, Integers

_CHUNK = 16_384  # rows of casewise moments held at a time: 43 MB for 25 variables


def fourth_moment_gamma(
    rows: Floats, *, with_means: bool = True, given: Integers | None = None
) -> Floats:
    """Estimate n times the covariance matrix of sample means and covariances.

    Parameters
    ----------
    rows : ndarray of float, shape (n, p)
        Complete answers.
    with_means : bool, default True
        Whether the means stand before the covariances.
    given : ndarray of int, optional
        Variables that are taken as fixed: what they predict of the others does not vary.

    Returns
    -------
    ndarray of float, shape (m, m)
        ``m = p (p + 1) / 2``, plus p with means; covariances by columns of the lower triangle.

    Notes
    -----
    The covariance, with divisor n, of the casewise ``(y, vech((y - mean)(y - mean)'))`` [1]_.

    References
    ----------
    .. [1] Browne, M. W. (1984). Asymptotically distribution-free methods for the analysis of
       covariance structures. British Journal of Mathematical and Statistical Psychology, 37,
       62-83. https://doi.org/10.1111/j.2044-8317.1984.tb00789.x

    Examples
    --------
    >>> fourth_moment_gamma(np.array([[1.0], [2], [4]])).round(3).tolist()
    [[1.556, 0.741], [0.741, 1.21]]
    """
    centred = rows - rows.mean(axis=0)
    predicted = _predicted(centred, given) if given is not None and len(given) else None
    p = rows.shape[1]
    width = p * (p + 1) // 2 + with_means * p
    products, total = np.zeros((width, width)), np.zeros(width)
    for start in range(0, len(rows), _CHUNK):
        part = slice(start, start + _CHUNK)
        cases = _casewise(centred[part], with_means)
        if predicted is not None:
            cases -= _casewise(predicted[part], with_means)
        products += cases.T @ cases
        total += cases.sum(axis=0)
    mean = total / len(rows)
    return np.asarray(products / len(rows) - np.outer(mean, mean))


def _casewise(centred: Floats, with_means: bool) -> Floats:
    """Return each row's values, if wanted, and products of all pairs."""
    left, right = np.triu_indices(centred.shape[1])
    products = centred[:, left] * centred[:, right]
    return np.hstack([centred, products]) if with_means else products


def _predicted(centred: Floats, given: Integers) -> Floats:
    """Return what given variables predict of all, themselves included."""
    cause = centred[:, given]
    return np.asarray(cause @ np.linalg.lstsq(cause, centred, rcond=None)[0])
