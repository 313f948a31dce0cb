"""Sampling covariances of means and covariances, without assuming normality."""

from __future__ import annotations

import numpy as np

from campaign_effect.stats.moments.arrays import Floats

_CHUNK = 16_384  # rows of casewise moments held at a time: 43 MB for 25 variables


def fourth_moment_gamma(rows: Floats, *, with_means: bool = True) -> Floats:
    """Estimate n times the covariance matrix of sample means and covariances.

    Parameters
    ----------
    rows : ndarray of float, shape (n, p)
        Complete answers.
    with_means : bool, default True
        Whether the means stand before the covariances.

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
    left, right = np.triu_indices(rows.shape[1])
    width = len(left) + with_means * rows.shape[1]
    products, total = np.zeros((width, width)), np.zeros(width)
    for start in range(0, len(rows), _CHUNK):
        part = centred[start : start + _CHUNK]
        cases = part[:, left] * part[:, right]
        if with_means:
            cases = np.hstack([part, cases])
        products += cases.T @ cases
        total += cases.sum(axis=0)
    mean = total / len(rows)
    return np.asarray(products / len(rows) - np.outer(mean, mean))
