"""Covariances of many resamples of the same rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.moments.blocks import sum_over_blocks

ROWS_PER_BLOCK = 4096


def resampled_covariances(
    scores: ArrayLike, counts: ArrayLike, *, clusters: ArrayLike | None = None
) -> Floats:
    """Compute the covariance matrix of each of many resamples.

    Parameters
    ----------
    scores : array_like of float, shape (n, k)
        Complete rows, or their unique rows.
    counts : array_like of float, shape (B, n) or (B, G)
        How often each row, or each cluster, is in each of B resamples; two rows at least in
        each.
    clusters : array_like of int, shape (n,), optional
        Cluster of each row, from 0 to G - 1, where whole clusters are resampled.

    Returns
    -------
    ndarray of float, shape (B, k, k)
        With the number of rows - 1 in the denominator. `correlations_of` standardises them.

    Examples
    --------
    >>> resampled_covariances([[1.0], [2.0], [6.0]], [[1, 1, 1], [2, 0, 1]]).ravel().round(3)
    array([7.   , 8.333])
    """
    X = np.asarray(scores, dtype=np.float64)
    X = X - X.mean(axis=0)
    W = np.asarray(counts, dtype=np.float64)
    groups = None if clusters is None else np.asarray(clusters, dtype=np.int64)
    first, second = np.triu_indices(X.shape[1])

    def moments(rows: slice) -> Floats:
        block = X[rows]
        features = np.hstack(
            [np.ones((len(block), 1)), block, block[:, first] * block[:, second]]
        )
        return np.asarray((W[:, rows] if groups is None else W[:, groups[rows]]) @ features)

    sums = sum_over_blocks(moments, len(X), rows_per_block=ROWS_PER_BLOCK)
    k = X.shape[1]
    n = sums[:, :1]
    means, products = sums[:, 1 : k + 1] / n, sums[:, k + 1 :] / n
    upper = (products - means[:, first] * means[:, second]) * n / (n - 1)
    covariances = np.empty((len(sums), k, k))
    covariances[:, first, second] = covariances[:, second, first] = upper
    return covariances


def correlations_of(covariances: ArrayLike) -> Floats:
    """Standardise covariance matrices.

    Parameters
    ----------
    covariances : array_like of float, shape (..., k, k)
        Positive variances; a variable without variance gives nan in its row and column.

    Returns
    -------
    ndarray of float, shape (..., k, k)

    Examples
    --------
    >>> correlations_of([[4.0, 1.0], [1.0, 1.0]])
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    S = np.asarray(covariances, dtype=np.float64)
    deviations = np.sqrt(np.diagonal(S, axis1=-2, axis2=-1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(S / (deviations[..., :, None] * deviations[..., None, :]))
