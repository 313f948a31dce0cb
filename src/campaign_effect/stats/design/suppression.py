"""Which cells of a table of counts to hide, so that no small one can be worked out."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import gcd, lcm

import numpy as np
from scipy.sparse.csgraph import dijkstra

from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers

_FREE = 1e-3  # the cost of a hidden cell; in a graph, an edge that costs next to 0 is none


MOST_OTHERS = 11  # all of a scale of up to 12 answers; of a slider's 101, the most frequent


def suppress_line(counts: Integers, *, threshold: int = 5) -> Booleans:
    """Hide small counts whose total is known, and others so that these stay unknown.

    Parameters
    ----------
    counts : ndarray of int, shape (k,)
    threshold : int, default 5
        Counts from 1 to one less are small; 1 or 0 hides nothing.

    Returns
    -------
    ndarray of bool, shape (k,)
        What to hide: the small counts, and if they are one, or add up to a small count
        themselves, the next smallest (a zero only where nothing else is left).

    References
    ----------
    .. [1] Hundepool, A., Domingo-Ferrer, J., Franconi, L., Giessing, S., Nordholt, E. S.,
       Spicer, K., & de Wolf, P.-P. (2012). Statistical disclosure control. Wiley.
       https://doi.org/10.1002/9781118348239

    Examples
    --------
    >>> suppress_line(np.array([40, 3, 12, 0])).tolist()
    [False, True, True, False]
    """
    counts = np.asarray(counts)
    hidden = (counts > 0) & (counts < threshold)
    if not hidden.any():
        return np.asarray(hidden)
    costs = np.where(counts > 0, counts, counts.sum() + 1)
    for place in np.argsort(costs, kind="stable"):
        if hidden.sum() > 1 and counts[hidden].sum() >= threshold:
            break
        hidden[place] = True
    return np.asarray(hidden)


def suppress_scored(
    counts: Integers, scores: Integers, *, threshold: int = 5
) -> tuple[Booleans, bool]:
    r"""Hide small counts of answers whose total, mean and standard deviation are known.

    Parameters
    ----------
    counts : ndarray of int, shape (k,)
    scores : ndarray of int, shape (k,)
        The number that each answer stands for; no two are equal.
    threshold : int, default 5
        Counts from 1 to one less are small.

    Returns
    -------
    hidden : ndarray of bool, shape (k,)
        What to hide: what `suppress_line` does, and others until every small count could be
        one less or one more with the same total, mean and standard deviation.
    is_safe : bool
        Whether that was reached; else all are hidden, and mean and standard deviation tell
        the counts.

    Notes
    -----
    Total, mean and variance are three sums over the counts: of ones, of scores and of their
    squares. The changes of counts that leave all three as they are, are made of those on four
    answers each, in proportion to :math:`1 / \prod_{j \ne i} (c_i - c_j)` (third divided
    differences, which are zero for polynomials up to the second degree). A small count is
    protected by one such change, up or down, that makes no hidden count negative [1]_.

    References
    ----------
    .. [1] Hundepool, A., Domingo-Ferrer, J., Franconi, L., Giessing, S., Nordholt, E. S.,
       Spicer, K., & de Wolf, P.-P. (2012). Statistical disclosure control. Wiley.
       https://doi.org/10.1002/9781118348239

    Examples
    --------
    >>> hidden, is_safe = suppress_scored(np.array([2, 9, 20, 25, 8]), np.arange(1, 6))
    >>> hidden.tolist(), is_safe
    ([True, True, True, False, True], True)
    """
    counts = np.asarray(counts)
    hidden = suppress_line(counts, threshold=threshold)
    for place in np.flatnonzero((counts > 0) & (counts < threshold)).tolist():
        fitting = _changes(counts, np.asarray(scores), place)
        if not fitting:
            return np.ones(len(counts), dtype=bool), False
        hidden[min(fitting, key=lambda four: _cost(four, counts, hidden))] = True
    return hidden, True


def _changes(counts: Integers, scores: Integers, place: int) -> list[list[int]]:
    """List fours of an answer and others whose counts can change while the sums stay.

    Of a long scale the most frequent others are tried: a change found there protects as well.
    """
    others = [j for j in np.argsort(-counts, kind="stable").tolist() if j != place]
    threes = combinations(others[:MOST_OTHERS], 3)
    found = []
    for four in sorted(sorted((place, *three)) for three in threes):
        change = _divided_differences([int(score) for score in scores[four]])
        if (counts[four] + change >= 0).all() or (counts[four] - change >= 0).all():
            found.append(four)
    return found


def _divided_differences(scores: list[int]) -> Integers:
    """Give the smallest whole numbers whose sums with 1, the scores and their squares are 0."""
    parts = []
    for score in scores:
        product = 1
        for other in scores:
            product *= score - other or 1
        parts.append(Fraction(1, product))
    scale = lcm(*(part.denominator for part in parts))
    whole = [int(part * scale) for part in parts]
    return np.array(whole, dtype=np.int64) // gcd(*whole)


def _cost(four: list[int], counts: Integers, hidden: Booleans) -> tuple[int, int]:
    """Say how many more counts a change would hide, and how large they are together."""
    more = [place for place in four if not hidden[place]]
    return len(more), int(counts[more].sum())


def suppress_cells(
    counts: Integers, *, threshold: int = 5, hidden: Booleans | None = None
) -> Booleans:
    """Hide small counts of a table with its totals, and others so that these stay unknown.

    Parameters
    ----------
    counts : ndarray of int, shape (r, c)
        The last row holds the totals of the columns, the last column those of the rows.
    threshold : int, default 5
        Counts from 1 to one less are small.
    hidden : ndarray of bool, shape (r, c), optional
        Cells that are hidden for another reason.

    Returns
    -------
    ndarray of bool, shape (r, c)
        What to hide: `hidden`, the small counts, and the cells of the cheapest cycle through
        each small count. Totals of columns are hidden only where they are small or `hidden`.

    Notes
    -----
    Rows and columns are the nodes and hidden cells the edges of a graph. A hidden count can
    be worked out from the published ones exactly if its edge lies on no cycle; along a cycle
    of positive counts, adding and taking away 1 in turn gives another table with the same
    published cells [1]_. Each small count is given such a cycle by a shortest path between its
    row and its column, where a cell costs its count and a hidden one nothing.

    References
    ----------
    .. [1] Cox, L. H. (1995). Network models for complementary cell suppression. Journal of
       the American Statistical Association, 90, 1453-1462.
       https://doi.org/10.1080/01621459.1995.10476657

    Examples
    --------
    >>> suppress_cells(np.array([[2, 30, 32], [20, 40, 60], [22, 70, 92]])).astype(int)
    array([[1, 1, 0],
           [1, 1, 0],
           [0, 0, 0]])
    """
    counts = np.asarray(counts)
    is_small = (counts > 0) & (counts < threshold)
    found = is_small if hidden is None else is_small | hidden
    may_hide = np.ones(counts.shape, dtype=bool)
    may_hide[-1] = found[-1]
    for row, column in np.argwhere(is_small):
        costs = np.where(counts > 0, np.where(found, _FREE, counts), counts.max() + 1.0)
        costs = np.where(may_hide, costs, np.inf)
        for step in _cheapest_path(costs, int(row), int(column)):
            found[step] = True
    return found


def _cheapest_path(costs: Floats, row: int, column: int) -> list[tuple[int, int]]:
    """Find the cells of a path from a row to a column that does without their own cell."""
    n_rows, n_columns = costs.shape
    edges = np.full((n_rows + n_columns,) * 2, np.inf)  # infinite: no edge
    edges[:n_rows, n_rows:] = costs
    edges[row, n_rows + column] = np.inf
    _, (before,) = dijkstra(edges, directed=False, indices=[row], return_predecessors=True)
    path, node = [], n_rows + column
    while before[node] >= 0:
        low, high = sorted((int(before[node]), node))
        path.append((low, high - n_rows))
        node = int(before[node])
    return path
