"""Alpha of many resamples at once: bootstrap and jackknife."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.stats.items.checks import check_scores
from campaign_effect.stats.moments.arrays import Floats


def resampled_alphas(
    scores: ArrayLike, counts: ArrayLike, *, clusters: ArrayLike | None = None
) -> Floats:
    """Compute alpha of many resamples of the same answers.

    Parameters
    ----------
    scores : array_like of float, shape (n, k)
        Complete answers, or their unique rows.
    counts : array_like of float, shape (B, n) or (B, G)
        How often each row, or each cluster, is in each of B resamples.
    clusters : array_like of int, shape (n,), optional
        Cluster of each row, from 0 to G - 1, where whole clusters are resampled.

    Returns
    -------
    ndarray of float, shape (B,)
        Alpha of each resample; minus infinity where its sum does not vary.

    Raises
    ------
    TooFewItemsError, TooFewRowsError, NoVariationError
        If the answers themselves have no alpha.

    Notes
    -----
    Alpha needs only the mean of every item, of the sum of squares and of the squared sum,
    so one matrix product gives all replicates.

    Examples
    --------
    >>> scores = np.array([[1, 2], [2, 3], [3, 5]])
    >>> resampled_alphas(scores, np.ones((1, 3))).round(3)
    array([0.947])
    """
    sums, sizes = _moment_sums(check_scores(scores), clusters)
    W = np.asarray(counts, dtype=np.float64)
    return _alpha_of_means(W @ sums / (W @ sizes)[:, None])


def leave_out_alphas(scores: ArrayLike, *, clusters: ArrayLike | None = None) -> Floats:
    """Compute alpha without each row, or without each cluster (the jackknife).

    Parameters
    ----------
    scores : array_like of float, shape (n, k)
        Complete answers.
    clusters : array_like of int, shape (n,), optional
        Cluster of each row, from 0 to G - 1.

    Returns
    -------
    ndarray of float, shape (n,) or (G,)
        Minus infinity where the sum of what is left does not vary.

    Raises
    ------
    TooFewItemsError, TooFewRowsError, NoVariationError
        If the answers themselves have no alpha.

    Examples
    --------
    >>> leave_out_alphas([[1, 2], [2, 3], [3, 5], [4, 4]]).round(3)
    array([0.667, 0.88 , 0.947, 0.947])
    """
    sums, sizes = _moment_sums(check_scores(scores, min_rows=3), clusters)
    left = sizes.sum() - sizes
    return _alpha_of_means((sums.sum(axis=0) - sums) / left[:, None])


def _moment_sums(X: Floats, clusters: ArrayLike | None) -> tuple[Floats, Floats]:
    """Add items, summed squares and squared sums, and rows, by row or cluster."""
    centred = X - X.mean(axis=0)
    squares = np.column_stack([(centred**2).sum(axis=1), centred.sum(axis=1) ** 2])
    sums = np.hstack([centred, squares])
    if clusters is None:
        return sums, np.ones(len(X))
    groups = np.asarray(clusters, dtype=np.int64)
    return (
        np.column_stack([np.bincount(groups, column) for column in sums.T]),
        np.bincount(groups).astype(np.float64),
    )


def _alpha_of_means(means: Floats) -> Floats:
    """Alpha from the means of items, of summed squares and of squared sums, (B, k + 2)."""
    k = means.shape[1] - 2
    item_variance = means[:, k] - (means[:, :k] ** 2).sum(axis=1)
    sum_variance = means[:, k + 1] - means[:, :k].sum(axis=1) ** 2
    with np.errstate(divide="ignore"):
        return np.asarray(k / (k - 1) * (1 - item_variance / sum_variance))
