"""The asymptotic covariance of thresholds and polychoric correlations."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import blas

from campaign_effect.errors import CollinearityError
from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.stats.moments.blocks import sum_over_blocks
from campaign_effect.stats.moments.influence import correlation_influence, threshold_influence
from campaign_effect.stats.moments.pair_cells import threshold_bounds
from campaign_effect.stats.moments.polychorics import Polychorics
from campaign_effect.stats.moments.tables import MISSING, Codes, PairTables

ROWS_PER_BLOCK = 4096  # 425 statistics of 25 items: 14 MB a block
MANY_ROWS = 100_000
"""From here on blocks are summed in single precision, which is faster: it is off by about 5e-6
of a variance, where the estimate itself is off by 1 / sqrt(n)."""


def estimate_gamma(
    codes: Codes,
    tables: PairTables,
    polychorics: Polychorics,
    *,
    weights: ArrayLike | None = None,
    counts: ArrayLike | None = None,
) -> Floats:
    """Estimate the asymptotic covariance matrix (NACOV) of the two-step estimates.

    Parameters
    ----------
    codes : ndarray of int8, shape (n, p)
        The rows that the tables were counted from.
    tables : PairTables
        Their tables, counted with ``weights=weights * counts`` where either is given.
    polychorics : Polychorics
        The estimates from these tables.
    weights : array_like of float, shape (n,), optional
        Sampling weights: a row's score is multiplied by its weight, so that the result is
        robust to weighting (scale them to a mean of 1, or n times their sum is taken).
    counts : array_like of float, shape (n,), optional
        How often each row occurs, where only unique rows are given.

    Returns
    -------
    ndarray of float, shape (m, m)
        n times the covariance of the statistics, in lavaan's order: the thresholds item by
        item (`threshold_positions`), then the correlations of the pairs (0, 1), (0, 2), ...,
        (1, 2), ..., that is, the lower triangle by columns.

    Raises
    ------
    CollinearityError
        If a correlation is perfect: its influence has no bound.
    ValueError
        If rows and tables do not belong together.

    Notes
    -----
    The sum over rows of the outer product of their influences (`influence`), which equals
    the sandwich A^-1 B A^-T with outer-product blocks [1]_. A missing answer adds nothing to
    its item's thresholds and pairs, as in pairwise tables.

    References
    ----------
    .. [1] Muthén, B. (1984). A general structural equation model with dichotomous, ordered
       categorical, and continuous latent variable indicators. Psychometrika, 49, 115-132.
       https://doi.org/10.1007/BF02294210

    Examples
    --------
    >>> from campaign_effect.stats.moments.polychorics import estimate_polychorics
    >>> from campaign_effect.stats.moments.tables import count_tables, encode
    >>> codes = encode(np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], [9, 1, 1, 9], axis=0)).codes
    >>> tables = count_tables(codes)
    >>> estimate_gamma(codes, tables, estimate_polychorics(tables)).shape
    (3, 3)
    """
    _check(polychorics)
    multiplicity = _multiplicity(len(codes), tables, weights, counts)
    bounds = threshold_bounds(tables)
    r = polychorics.correlations[np.triu_indices(len(bounds), 1)]
    number, syrk = (
        (np.float64, blas.dsyrk) if len(codes) < MANY_ROWS else (np.float32, blas.ssyrk)
    )
    of_thresholds = threshold_influence(tables.margins, bounds).astype(number)
    of_pairs = correlation_influence(tables, bounds, r).astype(number)
    m = int((tables.n_categories - 1).sum()) + len(r)

    def outer_products(rows: slice) -> Floats:
        block = codes[rows].T.astype(np.intp)
        block[block == MISSING] = tables.margins.shape[1]
        influence = np.empty((m, block.shape[1]), dtype=number)
        _look_up_thresholds(of_thresholds, tables.n_categories, block, influence)
        _look_up_pairs(of_pairs, block, influence[m - len(r) :])
        if multiplicity is not None:
            influence *= multiplicity[rows].astype(number)
        return np.asarray(syrk(1.0, influence.T, trans=1), dtype=np.float64)

    total = sum_over_blocks(outer_products, len(codes), rows_per_block=ROWS_PER_BLOCK)
    return np.asarray(tables.n * (total + np.triu(total, 1).T))


def threshold_positions(n_categories: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Say which item, and which of its thresholds, each threshold statistic is.

    Parameters
    ----------
    n_categories : array_like of int, shape (p,)
        Categories of each item.

    Returns
    -------
    items, levels : ndarray of int, shape (sum of categories - p,)
        Positions from 0.

    Examples
    --------
    >>> threshold_positions([3, 2])
    (array([0, 0, 1]), array([0, 1, 0]))
    """
    sizes = np.asarray(n_categories, dtype=np.intp) - 1
    items = np.repeat(np.arange(len(sizes)), sizes)
    levels = np.concatenate([np.arange(size) for size in sizes])
    return items, levels


def _look_up_thresholds(
    influence: NDArray[Any], n_categories: Integers, block: NDArray[np.intp], out: NDArray[Any]
) -> None:
    """Fill in each row's influence on each threshold, shape (thresholds, rows)."""
    items, levels = threshold_positions(n_categories)
    for row, (item, level) in enumerate(zip(items.tolist(), levels.tolist(), strict=True)):
        np.take(influence[item, :, level], block[item], out=out[row], mode="clip")


def _look_up_pairs(influence: NDArray[Any], block: NDArray[np.intp], out: NDArray[Any]) -> None:
    """Fill in each row's influence on each correlation, shape (q, rows)."""
    width = influence.shape[1]
    flat = influence.reshape(len(influence), -1)
    cells = np.empty(block.shape[1], dtype=np.intp)
    scaled = block * width
    first, second = np.triu_indices(len(block), 1)
    for pair, (i, j) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        np.add(scaled[i], block[j], out=cells)
        np.take(flat[pair], cells, out=out[pair], mode="clip")


def _multiplicity(
    n_rows: int, tables: PairTables, weights: ArrayLike | None, counts: ArrayLike | None
) -> Floats | None:
    """Square root of how much each row's outer product counts, or None for once each."""
    w = np.ones(n_rows) if weights is None else np.asarray(weights, dtype=np.float64)
    c = np.ones(n_rows) if counts is None else np.asarray(counts, dtype=np.float64)
    if not np.isclose((w * c).sum(), tables.n, rtol=1e-9):
        raise ValueError(
            f"The tables count {tables.n:g} rows, but these rows count {(w * c).sum():g}."
        )
    return None if weights is None and counts is None else np.asarray(w * np.sqrt(c))


def _check(polychorics: Polychorics) -> None:
    """Refuse perfect correlations."""
    perfect = np.argwhere(np.triu(polychorics.is_perfect))
    if len(perfect):
        raise CollinearityError(
            f"Pairs of items with a perfect correlation ({len(perfect)}), by position from 0: "
            f"{perfect.tolist()}.",
            hint="leave out one item of each pair.",
        )
