"""Signs of careless answering within one block of items."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.stats.moments.arrays import Floats, Integers


def longest_run(answers: ArrayLike) -> Integers:
    """Count each person's longest run of the same answer, in the order asked.

    Parameters
    ----------
    answers : array_like of float, shape (n, k)
        Answers as they were given (reverse-keyed items not turned), in the order asked.
        A missing answer is nan and ends a run.

    Returns
    -------
    ndarray of int, shape (n,)
        From 0, where nothing was answered, to k, a straight line [1]_.

    References
    ----------
    .. [1] Johnson, J. A. (2005). Ascertaining the validity of individual protocols from
       Web-based personality inventories. Journal of Research in Personality, 39, 103-129.
       https://doi.org/10.1016/j.jrp.2004.09.009

    Examples
    --------
    >>> longest_run([[3, 3, 3, 3], [1, 2, 2, 4], [5, 5, np.nan, 5]])
    array([4, 2, 2])
    """
    X = np.asarray(answers, dtype=np.float64)
    run = np.zeros(len(X), dtype=np.int64)
    longest = run.copy()
    before = np.full(len(X), np.nan)
    for column in X.T:
        run = np.where(column == before, run + 1, ~np.isnan(column))
        np.maximum(longest, run, out=longest)
        before = column
    return longest


def response_variability(answers: ArrayLike) -> Floats:
    """Compute each person's standard deviation across the items.

    Parameters
    ----------
    answers : array_like of float, shape (n, k)
        Answers as they were given, on one common scale; a missing answer is nan.

    Returns
    -------
    ndarray of float, shape (n,)
        Intra-individual standard deviation in scale points (denominator: answers - 1), 0
        for a straight line; nan where fewer than two items were answered [1]_.

    References
    ----------
    .. [1] Dunn, A. M., Heggestad, E. D., Shanock, L. R., & Theilgard, N. (2018).
       Intra-individual response variability as an indicator of insufficient effort
       responding. Journal of Business and Psychology, 33, 105-121.
       https://doi.org/10.1007/s10869-016-9479-0

    Examples
    --------
    >>> response_variability([[3, 3, 3], [1, 3, 5], [2, np.nan, np.nan]])
    array([ 0.,  2., nan])
    """
    X = np.asarray(answers, dtype=np.float64)
    answered = ~np.isnan(X)
    n_answered = answered.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(answered, X, 0.0).sum(axis=1) / n_answered
        squares = np.where(answered, (X - mean[:, None]) ** 2, 0.0).sum(axis=1)
        return np.where(n_answered > 1, np.sqrt(squares / (n_answered - 1)), np.nan)
