"""Second derivatives of implied moments: what observed information adds to expected."""

from __future__ import annotations

import numpy as np

from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.stats.sem.implied import Implied


def weighted_curvature(implied: Implied, mean_weight: Floats, cov_weight: Floats) -> Floats:
    """Return second derivatives of a weighted sum of continuous moments.

    Parameters
    ----------
    implied : Implied
        A group's implied moments; no variable is ordinal.
    mean_weight : ndarray of float, shape (p,)
        Weights of the means.
    cov_weight : ndarray of float, shape (p, p)
        Symmetric weights of the covariances; both triangles count.

    Returns
    -------
    ndarray of float, shape (n_slots, n_slots)

    Notes
    -----
    A path from b to a moves the total effects ``G_i`` by ``G_a T_bi``, the covariances ``C_j``
    by ``G_a V_bj + C_b T_ja`` and the means ``m_j`` by ``T_ja m_b``, where V are the
    covariances of all variables.
    """
    s = implied.structure
    effects, total = implied.effects, implied.effects[: s.p]
    weighted = total.T @ cov_weight
    within, across = weighted @ total, weighted @ implied.all_cov[: s.p]
    mean = total.T @ mean_weight
    i, j = s.free_paths.row[:, None], s.free_paths.column[:, None]
    a, b = s.free_paths.row, s.free_paths.column
    half = 2 * across[a, j] * effects[b, i] + mean[a] * effects[b, i] * implied.all_mean[j]
    curved = np.zeros((s.n_slots, s.n_slots))
    curved[np.ix_(s.free_paths.slot, s.free_paths.slot)] = (
        half + half.T + 2 * within[i, a] * implied.all_cov[b, j]
    )
    k, m = s.free_covariances.row[:, None], s.free_covariances.column[:, None]
    moved = within[a, m] * effects[b, k] + within[k, a] * effects[b, m]
    _set_both(curved, s.free_covariances.slot, s.free_paths.slot, moved * _twice(k, m))
    k = s.free_means.row[:, None]
    _set_both(curved, s.free_means.slot, s.free_paths.slot, mean[a] * effects[b, k])
    return curved


def _twice(rows: Integers, columns: Integers) -> Floats:
    return np.where(rows == columns, 1.0, 2.0)


def _set_both(matrix: Floats, rows: Integers, columns: Integers, block: Floats) -> None:
    """Write a block and its mirror image into a symmetric matrix."""
    matrix[np.ix_(rows, columns)] = block
    matrix[np.ix_(columns, rows)] = block.T
