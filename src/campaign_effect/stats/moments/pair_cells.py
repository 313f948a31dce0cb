"""Cells of a table of two items under a bivariate normal behind them.

Symbols: tau, thresholds; P, probabilities of cells; r, correlations. Bounds of an item are
its thresholds between minus and plus infinity, padded by infinity to K + 1 numbers.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.moments.bivariate_normal import (
    bivariate_normal_cdf,
    bivariate_normal_pdf,
)
from campaign_effect.stats.moments.tables import PairTables
from campaign_effect.stats.moments.variation import ConstantItemsError, EmptyCategoriesError


def threshold_bounds(tables: PairTables) -> Floats:
    """Find the normal quantiles of each item's cumulative proportions.

    Parameters
    ----------
    tables : PairTables
        Tables of p items with at most K categories.

    Returns
    -------
    ndarray of float, shape (p, K + 1)
        Minus infinity, the thresholds, then infinity.

    Raises
    ------
    NoVariationError
        If an item has fewer than two categories, or one that nobody chose; the positions are
        in the error's ``items``.

    Examples
    --------
    >>> from campaign_effect.stats.moments.tables import count_tables, encode
    >>> tables = count_tables(encode([[1, 1], [2, 1], [2, 2], [1, 2]]).codes)
    >>> threshold_bounds(tables)
    array([[-inf,   0.,  inf],
           [-inf,   0.,  inf]])
    """
    margins, sizes = tables.margins, tables.n_categories
    p, K = margins.shape
    used = np.arange(K) < sizes[:, None]
    single = (margins > 0).sum(axis=1) < 2
    if single.any():
        raise ConstantItemsError.of(single)
    empty = np.asarray((used & (margins <= 0)).any(axis=1))
    if empty.any():
        raise EmptyCategoriesError.of(empty)
    bounds = np.full((p, K + 1), np.inf)
    bounds[:, 0] = -np.inf
    cumulative = np.cumsum(margins, axis=1) / margins.sum(axis=1, keepdims=True)
    inner = used[:, 1:]
    bounds[:, 1:-1][inner] = special.ndtri(cumulative[:, :-1][inner])
    return bounds


def cell_probabilities(rows: Floats, columns: Floats, r: Floats) -> Floats:
    """Compute P of every cell.

    Parameters
    ----------
    rows, columns : ndarray of float, shape (q, K + 1)
        Bounds of the first and second item of q pairs.
    r : ndarray of float, shape (q,)
        Correlations, in (-1, 1).

    Returns
    -------
    ndarray of float, shape (q, K, K)

    Examples
    --------
    >>> bounds = np.array([[-np.inf, 0.0, np.inf]])
    >>> cell_probabilities(bounds, bounds, np.array([0.5])).round(3)
    array([[[0.333, 0.167],
            [0.167, 0.333]]])
    """
    q, K = rows.shape[0], rows.shape[1] - 1
    F = np.zeros((q, K + 1, K + 1))
    F[:, 1:K, 1:K] = bivariate_normal_cdf(rows[:, 1:K], columns[:, 1:K], r)
    F[:, 1:, K] = special.ndtr(rows[:, 1:])
    F[:, K, 1:] = special.ndtr(columns[:, 1:])
    return _cells(F)


def cell_slopes(rows: Floats, columns: Floats, r: Floats) -> tuple[Floats, Floats]:
    """Compute the first two derivatives of P by the correlation.

    Parameters
    ----------
    rows, columns, r : ndarray of float, shapes (q, K + 1), (q, K + 1), (q,)
        As in `cell_probabilities`.

    Returns
    -------
    slope, curvature : ndarray of float, shape (q, K, K)

    Notes
    -----
    The density phi is the first derivative of the distribution function, and
    phi * (r / s + ((1 + r^2) h k - r (h^2 + k^2)) / s^2), s = 1 - r^2, the second.

    Examples
    --------
    >>> bounds = np.array([[-np.inf, 0.0, np.inf]])
    >>> slope, _ = cell_slopes(bounds, bounds, np.array([0.0]))
    >>> slope.round(3)
    array([[[ 0.159, -0.159],
            [-0.159,  0.159]]])
    """
    q, K = rows.shape[0], rows.shape[1] - 1
    inner = np.s_[:, 1:K]
    finite_rows = np.where(np.isinf(rows[inner]), 0.0, rows[inner])[:, :, None]
    finite_columns = np.where(np.isinf(columns[inner]), 0.0, columns[inner])[:, None, :]
    R = r[:, None, None]
    s = (1 - R) * (1 + R)
    growth = (1 + R**2) * finite_rows * finite_columns - R * (
        finite_rows**2 + finite_columns**2
    )
    first, second = np.zeros((2, q, K + 1, K + 1))
    density = bivariate_normal_pdf(rows[inner], columns[inner], r)
    first[:, 1:K, 1:K] = density
    second[:, 1:K, 1:K] = density * (R / s + growth / s**2)
    return _cells(first), _cells(second)


def threshold_slopes(rows: Floats, columns: Floats, r: Floats) -> Floats:
    """Compute how much a first item's threshold moves into each category of the second.

    Parameters
    ----------
    rows, columns, r : ndarray of float, shapes (q, K + 1), (q, K + 1), (q,)
        As in `cell_probabilities`.

    Returns
    -------
    ndarray of float, shape (q, K - 1, K)
        Derivative of P[k, b] by the first item's threshold k; that of P[k + 1, b] is its
        negative, and all others are 0.

    Examples
    --------
    >>> bounds = np.array([[-np.inf, 0.0, np.inf]])
    >>> threshold_slopes(bounds, bounds, np.array([0.5])).round(3)
    array([[[0.199, 0.199]]])
    """
    tau = rows[:, 1:-1, None]
    R = r[:, None, None]
    finite = np.where(np.isinf(tau), 0.0, tau)
    conditional = special.ndtr((columns[:, None, :] - R * finite) / np.sqrt((1 - R) * (1 + R)))
    density = np.exp(-(tau**2) / 2) / np.sqrt(2 * np.pi)
    return np.asarray(density * np.diff(conditional, axis=-1))


def _cells(corners: Floats) -> Floats:
    """Second differences: what lies between the corners of each cell."""
    by_row = corners[:, 1:] - corners[:, :-1]
    return np.asarray(by_row[:, :, 1:] - by_row[:, :, :-1])
