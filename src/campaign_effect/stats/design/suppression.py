"""Which cells of a table of counts to hide, so that no small one can be worked out."""

from __future__ import annotations

import numpy as np
from scipy.sparse.csgraph import dijkstra

from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers

_FREE = 1e-3  # the cost of a hidden cell; in a graph, an edge that costs next to 0 is none


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
