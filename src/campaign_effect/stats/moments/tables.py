"""Contingency tables of all pairs of categorical columns.

Everything that a polychoric correlation needs from the rows is here: codes of categories,
and how often every pair of them occurs together. Tables are sums over rows, so tables of
chunks add up to the table of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import blas

from campaign_effect.errors import TooFewItemsError
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen
from campaign_effect.stats.moments.blocks import sum_over_blocks

Codes = NDArray[np.int8]
MISSING = -1  # the code of a missing answer
MAX_CATEGORIES = 127  # what an int8 code can hold
ROWS_PER_BLOCK = 8192  # one-hot block of 25 items x 6 categories: 5 MB, within a core's cache


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedAnswers:
    """Answers as positions in their item's sorted categories.

    Attributes
    ----------
    codes : ndarray of int8, shape (n, p)
        From 0; `MISSING` (-1) where an answer is missing. In column order, for speed.
    categories : tuple of ndarray of float
        The values that occur, sorted, for each of the p items.
    """

    codes: Codes = field(compare=False)
    categories: tuple[Floats, ...] = field(compare=False)

    @property
    def n_categories(self) -> Integers:
        """How many categories each item has, shape (p,)."""
        return np.array([len(values) for values in self.categories], dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTables:
    """How often the categories of every two items occur together.

    Attributes
    ----------
    counts : ndarray of float, shape (p (p - 1) / 2, K, K)
        Rows by category of the first item and category of the second, for the pairs (0, 1),
        (0, 2), ..., (1, 2), ... (``np.triu_indices(p, 1)``; the lower triangle by columns).
        K is the largest number of categories; unused cells are 0.
    margins : ndarray of float, shape (p, K)
        Rows by category of each item, whether or not other items were answered.
    n_categories : ndarray of int, shape (p,)
        Categories of each item.
    n : float
        Rows counted (their summed weights).
    """

    counts: Floats = field(compare=False)
    margins: Floats = field(compare=False)
    n_categories: Integers = field(compare=False)
    n: float

    def __add__(self, other: PairTables) -> PairTables:
        """Join the tables of two sets of rows of the same items."""
        if not np.array_equal(self.n_categories, other.n_categories):
            raise ValueError("Tables add only if their items have the same categories.")
        return PairTables(
            counts=frozen(self.counts + other.counts),
            margins=frozen(self.margins + other.margins),
            n_categories=self.n_categories,
            n=self.n + other.n,
        )


def encode(answers: ArrayLike) -> CodedAnswers:
    """Code answers by the sorted values that occur in each column.

    Parameters
    ----------
    answers : array_like of float, shape (n, p)
        Any numbers with at most 127 different values an item; nan where missing.

    Returns
    -------
    CodedAnswers

    Raises
    ------
    ValueError
        If the answers are not two-dimensional or an item has more than 127 values.

    Examples
    --------
    >>> encode([[1, 5], [3, np.nan]]).codes
    array([[ 0,  0],
           [ 1, -1]], dtype=int8)
    """
    X = np.asarray(answers, dtype=np.float64)
    if X.ndim != 2:
        raise ValueError(f"Answers must have shape (n, p), not {X.shape}.")
    codes = np.empty(X.shape, dtype=np.int8, order="F")
    categories = []
    for item in range(X.shape[1]):
        column = np.ascontiguousarray(X[:, item])
        values, codes[:, item] = _encode_column(column, item)
        categories.append(frozen(values))
    return CodedAnswers(codes=frozen(codes), categories=tuple(categories))


def count_tables(
    codes: Codes,
    *,
    n_categories: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    missing: Literal["pairwise", "listwise"] = "pairwise",
) -> PairTables:
    """Count the contingency tables of all pairs of items.

    Parameters
    ----------
    codes : ndarray of int8, shape (n, p)
        Codes from 0, and `MISSING` (-1), as `encode` gives them.
    n_categories : array_like of int, shape (p,), optional
        Categories of each item; by default its largest code + 1.
    weights : array_like of float, shape (n,), optional
        Weight of each row, or how often it occurs.
    missing : {"pairwise", "listwise"}, default "pairwise"
        Count a row in the tables of the pairs it answered, or only if it answered all.

    Returns
    -------
    PairTables

    Raises
    ------
    TooFewItemsError
        If p < 2.

    Notes
    -----
    With the one-hot matrix H of all categories of all items, H'WH holds every table; it is
    summed over blocks of rows. Counts are exact.

    Examples
    --------
    >>> tables = count_tables(encode([[1, 1], [1, 2], [2, 2], [2, 2]]).codes)
    >>> tables.counts[0]
    array([[1., 1.],
           [0., 2.]])
    """
    p = codes.shape[1]
    if p < 2:
        raise TooFewItemsError("A table of pairs needs at least 2 items.", received=p)
    w = None if weights is None else np.asarray(weights, dtype=np.float64)
    if missing == "listwise":
        complete = (codes != MISSING).all(axis=1)
        codes = codes[complete]
        w = None if w is None else w[complete]
    if n_categories is None:
        sizes = codes.max(axis=0, initial=MISSING).astype(np.int64) + 1
    else:
        sizes = np.asarray(n_categories, dtype=np.int64)
    K = max(1, int(sizes.max()))
    cross = _cross_tables(codes, K, w)
    first, second = np.triu_indices(p, 1)
    return PairTables(
        counts=frozen(cross[first, :, second]),
        margins=frozen(np.stack([np.diagonal(cross[item, :, item]) for item in range(p)])),
        n_categories=frozen(sizes.copy()),
        n=float(len(codes) if w is None else w.sum()),
    )


def _encode_column(column: Floats, item: int) -> tuple[Floats, Codes]:
    """Sorted values of one column, and the position of each answer among them."""
    low, high = np.nanmin(column, initial=np.inf), np.nanmax(column, initial=-np.inf)
    if 0 <= high - low < MAX_CATEGORIES:
        steps = np.nan_to_num(column - low, copy=False, nan=MAX_CATEGORIES)
        positions = steps.astype(np.uint8)
        if np.array_equal(positions, steps):  # whole steps: count instead of sorting
            seen = np.bincount(positions, minlength=MAX_CATEGORIES + 1)[:-1] > 0
            ranks = np.append(np.cumsum(seen) - 1, MISSING).astype(np.int8)
            return low + np.flatnonzero(seen), ranks[positions]
    values = np.unique(column[~np.isnan(column)])
    if len(values) > MAX_CATEGORIES:
        raise ValueError(
            f"Item {item} (from 0) has {len(values)} values: at most {MAX_CATEGORIES} can be "
            "categories."
        )
    order = np.searchsorted(values, column)
    return values, np.where(np.isnan(column), MISSING, order).astype(np.int8)


def _cross_tables(codes: Codes, K: int, weights: Floats | None) -> Floats:
    """Tables of all ordered pairs of items, shape (p, K, p, K)."""
    n, p = codes.shape
    categories = np.arange(K, dtype=np.int8)[:, None]

    def of_block(rows: slice) -> Floats:
        is_category = (codes[rows].T[:, None, :] == categories).reshape(p * K, -1)
        if weights is None:  # float32 holds every count of a block exactly
            H = is_category.astype(np.float32)
            return np.asarray(blas.ssyrk(1.0, H.T, trans=1), dtype=np.float64)
        H = is_category.astype(np.float64)
        return np.triu((H * weights[rows]) @ H.T)

    total = sum_over_blocks(of_block, n, rows_per_block=ROWS_PER_BLOCK)
    total += np.triu(total, 1).T
    return total.reshape(p, K, p, K)
