"""What one answer moves thresholds and polychoric correlations by.

The two-step estimates solve the scores of each item's thresholds, then of each pair's
correlation. To first order an estimate is the sum of the influences of the rows, and an
influence depends only on the two categories answered: so it is a small table per pair.

References
----------
.. [1] Muthén, B. (1984). A general structural equation model with dichotomous, ordered
   categorical, and continuous latent variable indicators. Psychometrika, 49, 115-132.
   https://doi.org/10.1007/BF02294210
.. [2] Olsson, U. (1979). Maximum likelihood estimation of the polychoric correlation
   coefficient. Psychometrika, 44, 443-460. https://doi.org/10.1007/BF02296207
"""

from __future__ import annotations

import numpy as np

from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.moments.pair_cells import (
    cell_probabilities,
    cell_slopes,
    threshold_slopes,
)
from campaign_effect.stats.moments.tables import PairTables

SMALLEST_CELL = 1e-16  # what rounding leaves of a probability


def threshold_influence(margins: Floats, bounds: Floats) -> Floats:
    """Tabulate the influence of each category on its item's thresholds.

    Parameters
    ----------
    margins : ndarray of float, shape (p, K)
        Answers by category of each item.
    bounds : ndarray of float, shape (p, K + 1)
        Thresholds between infinities.

    Returns
    -------
    ndarray of float, shape (p, K + 1, K - 1)
        ``[i, c, k]`` is what one answer c of item i adds to its threshold k; c = K stands
        for a missing answer, which adds nothing. 0 for thresholds an item does not have.

    Notes
    -----
    (1[c <= k] - F_k) / (n phi(tau_k)), F the cumulative proportions.

    Examples
    --------
    >>> bounds = np.array([[-np.inf, 0.0, np.inf]])
    >>> threshold_influence(np.array([[5.0, 5.0]]), bounds)[0, :, 0].round(3)
    array([ 0.125, -0.125,  0.   ])
    """
    p, K = margins.shape
    n = margins.sum(axis=1)[:, None]
    below = np.arange(K)[:, None] <= np.arange(K - 1)
    cumulative = np.cumsum(margins, axis=1)[:, :-1] / n
    tau = bounds[:, 1:-1]
    density = np.exp(-(tau**2) / 2) / np.sqrt(2 * np.pi)
    weight = np.where(np.isinf(tau), 0.0, 1 / (n * np.where(np.isinf(tau), 1.0, density)))
    influence = np.zeros((p, K + 1, K - 1))
    influence[:, :K] = (below - cumulative[:, None, :]) * weight[:, None, :]
    return influence


def correlation_influence(tables: PairTables, bounds: Floats, r: Floats) -> Floats:
    """Tabulate the influence of every pair of categories on the pair's correlation.

    Parameters
    ----------
    tables : PairTables
        Tables of p items, q pairs.
    bounds : ndarray of float, shape (p, K + 1)
        Thresholds between infinities.
    r : ndarray of float, shape (q,)
        Polychoric correlations, inside (-1, 1).

    Returns
    -------
    ndarray of float, shape (q, K + 1, K + 1)
        What one row in each cell adds to the correlation; the last position along each axis
        stands for a missing answer, which still moves the other item's thresholds.

    Notes
    -----
    (s_r - A21 influence on thresholds) / A22, with the score s_r = d log P / d r and the
    outer-product blocks A22 = sum of s_r^2, A21 = sum of s_r times d log P / d tau.

    Examples
    --------
    >>> from campaign_effect.stats.moments.tables import count_tables, encode
    >>> tables = count_tables(encode([[1, 1], [2, 1], [2, 2], [1, 2]]).codes)
    >>> bounds = np.array([[-np.inf, 0, np.inf], [-np.inf, 0, np.inf]])
    >>> correlation_influence(tables, bounds, np.zeros(1))[0, :2, :2].round(3)
    array([[ 0.393, -0.393],
           [-0.393,  0.393]])
    """
    first, second = np.triu_indices(len(bounds), 1)
    rows, columns = bounds[first], bounds[second]
    N, K = tables.counts, tables.counts.shape[-1]
    P = np.maximum(cell_probabilities(rows, columns, r), SMALLEST_CELL)
    slope, _ = cell_slopes(rows, columns, r)
    S = np.where(N > 0, slope / P, 0.0)
    information = (N * S**2).sum(axis=(1, 2))
    moved = threshold_influence(tables.margins, bounds)
    M = N * S / P
    A21_rows = _cross_information(M, threshold_slopes(rows, columns, r))
    A21_columns = _cross_information(M.mT, threshold_slopes(columns, rows, r))
    influence = np.zeros((len(r), K + 1, K + 1))
    influence[:, :K, :K] = S
    influence -= np.einsum("qck,qk->qc", moved[first], A21_rows)[:, :, None]
    influence -= np.einsum("qck,qk->qc", moved[second], A21_columns)[:, None, :]
    with np.errstate(invalid="ignore"):  # a handful of rows may say nothing about r
        return np.asarray(influence / information[:, None, None])


def extended_counts(tables: PairTables) -> Floats:
    """Add to each table the rows in which one of the two answers is missing.

    Parameters
    ----------
    tables : PairTables

    Returns
    -------
    ndarray of float, shape (q, K + 1, K + 1)
        The last row and column count answers of one item without the other.

    Examples
    --------
    >>> from campaign_effect.stats.moments.tables import count_tables, encode
    >>> extended_counts(count_tables(encode([[1, 1], [2, 2], [2, np.nan]]).codes))
    array([[[1., 0., 0.],
            [0., 1., 1.],
            [0., 0., 0.]]])
    """
    q, K, _ = tables.counts.shape
    first, second = np.triu_indices(len(tables.margins), 1)
    N = np.zeros((q, K + 1, K + 1))
    N[:, :K, :K] = tables.counts
    N[:, :K, K] = tables.margins[first] - tables.counts.sum(axis=2)
    N[:, K, :K] = tables.margins[second] - tables.counts.sum(axis=1)
    return N


def _cross_information(M: Floats, slopes: Floats) -> Floats:
    """Block A21 of one item: sum of s_r times d log P / d tau over the cells, (q, K - 1)."""
    return np.asarray(((M[:, :-1] - M[:, 1:]) * slopes).sum(axis=2))
