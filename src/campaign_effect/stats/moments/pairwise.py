"""Means and covariances of rows that may be weighted or incomplete."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.stats.moments.arrays import Floats, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class PairwiseMoments:
    """Moments of every two items from the rows that answered both.

    Attributes
    ----------
    means : ndarray, shape (k,)
        Of each item's own answers.
    covariances : ndarray, shape (k, k)
        With the number of rows - 1 in the denominator; nan where fewer than two rows answered
        both items.
    n_pairs : ndarray, shape (k, k)
        Rows (their summed weights) behind each covariance.
    """

    means: Floats = field(compare=False)
    covariances: Floats = field(compare=False)
    n_pairs: Floats = field(compare=False)


def pairwise_moments(scores: ArrayLike, *, weights: ArrayLike | None = None) -> PairwiseMoments:
    """Compute the covariance of every two items from the rows that answered both.

    Parameters
    ----------
    scores : array_like of float, shape (n, k)
        Answers; nan where missing. Without missing answers this is the usual covariance.
    weights : array_like of float, shape (n,), optional
        Weight of each row, or how often it occurs; by default 1.

    Returns
    -------
    PairwiseMoments

    Notes
    -----
    Each covariance takes the means of its own pair's rows, as R's
    ``cov(use = "pairwise.complete.obs")`` does.

    Examples
    --------
    >>> moments = pairwise_moments([[1, 2], [3, 4], [5, np.nan]])
    >>> moments.covariances
    array([[4., 2.],
           [2., 2.]])
    """
    X = np.asarray(scores, dtype=np.float64)
    w = np.ones(len(X)) if weights is None else np.asarray(weights, dtype=np.float64)
    answered = ~np.isnan(X)
    M = answered * w[:, None]
    n_item = M.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(answered, X, 0.0).T @ w / n_item
        C = np.where(answered, X - means, 0.0)
        n = M.T @ answered
        sums = C.T @ M  # of the first item, among the rows that answered both
        covariances = (C.T @ (C * w[:, None]) - sums * sums.T / n) / (n - 1)
    covariances[n <= 1] = np.nan
    return PairwiseMoments(
        means=frozen(np.asarray(means, dtype=np.float64)),
        covariances=frozen(np.asarray(covariances, dtype=np.float64)),
        n_pairs=frozen(np.asarray(n, dtype=np.float64)),
    )
