"""Signs of careless answering: runs, variability, and consistency within scales."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers


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


def even_odd_consistency(scales: Sequence[ArrayLike]) -> Floats:
    """Correlate each person's halves of scales: even against odd items.

    Parameters
    ----------
    scales : sequence of array_like of float, each of shape (n, k)
        Answers to the items of one scale each, reverse-keyed items turned, all scales in one
        unit (0 to 1, say); nan where missing. A scale of one item has no halves.

    Returns
    -------
    ndarray of float, shape (n,)
        Pearson's r of the halves' means over the scales, stepped up by the Spearman-Brown
        formula and not below -1; nan where fewer than three scales have both halves, or
        either half is the same on all of them.

    Notes
    -----
    2 r / (1 + r). Below .30 a person's answers are called inconsistent [1]_; a coefficient
    over a handful of scales is noise.

    References
    ----------
    .. [1] Johnson, J. A. (2005). Ascertaining the validity of individual protocols from
       Web-based personality inventories. Journal of Research in Personality, 39, 103-129.
       https://doi.org/10.1016/j.jrp.2004.09.009

    Examples
    --------
    >>> scales = [[[1, 1], [5, 1]], [[3, 3], [3, 3]], [[5, 5], [1, 5]]]
    >>> even_odd_consistency(scales)
    array([ 1., -1.])
    """
    blocks = [np.asarray(scale, dtype=np.float64) for scale in scales]
    halved = [X for X in blocks if X.shape[1] > 1]
    if len(halved) < _FEWEST_SCALES:
        return np.full(len(blocks[0]) if blocks else 0, np.nan)
    odd = np.column_stack([_means(X[:, 0::2]) for X in halved])
    even = np.column_stack([_means(X[:, 1::2]) for X in halved])
    is_both = ~(np.isnan(odd) | np.isnan(even))
    n_both = is_both.sum(axis=1)
    x, y = (_centred(half, is_both) for half in (odd, even))
    with np.errstate(invalid="ignore", divide="ignore"):
        r = (x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
        stepped = np.where(r > -1 / 3, 2 * r / (1 + r), -1.0)
    return np.where((n_both >= _FEWEST_SCALES) & ~np.isnan(r), stepped, np.nan)


_FEWEST_SCALES = 3  # two points always lie on a line


def _means(X: Floats) -> Floats:
    """Average what was answered; nan where nothing was."""
    answered = ~np.isnan(X)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(answered, X, 0.0).sum(axis=1) / answered.sum(axis=1))


def _centred(halves: Floats, is_both: Booleans) -> Floats:
    """Take each person's mean over the scales away; 0 where a half is missing."""
    n = np.maximum(is_both.sum(axis=1, keepdims=True), 1)
    mean = np.where(is_both, halves, 0.0).sum(axis=1, keepdims=True) / n
    return np.where(is_both, halves - mean, 0.0)
