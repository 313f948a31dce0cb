"""Separation in models of categories: the binary question, asked of every pair that matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from campaign_effect.stats.models.separation import Separation, find_separation
from campaign_effect.stats.moments.arrays import Floats, Integers


def find_ordered_separation(X: Floats, y: Integers, *, free: Sequence[int] = ()) -> Separation:
    """Find separation before an ordered model is fitted.

    Parameters
    ----------
    X : ndarray of float, shape (n, p)
        Design without a column of ones.
    y : ndarray of int, shape (n,)
        Category of each row, 0 to K - 1.
    free : sequence of int, optional
        Columns with a coefficient for every threshold, as in `fit_partial_ordered`.

    Returns
    -------
    Separation
        Kind and the columns without a finite estimate; `direction` is of the p coefficients,
        those of the first threshold for a free column.

    Raises
    ------
    TooFewRowsError, NoVariationError, DependentColumnsError, ConvergenceError
        As `find_separation`.

    Notes
    -----
    An answer says of the threshold below its category that it was passed, and of the one
    above that it was not: these are the rows of a binary design with the thresholds as its
    columns, and the ordered likelihood rises for ever where this design separates.

    Examples
    --------
    >>> X = np.array([[0.0], [0], [0], [1], [1], [1]])
    >>> find_ordered_separation(X, np.array([0, 1, 1, 2, 2, 2])).kind.value
    'quasi'
    """
    K, p = int(y.max()) + 1, X.shape[1]
    above, below = np.flatnonzero(y > 0), np.flatnonzero(y < K - 1)
    rows = np.concatenate([above, below])
    cuts = np.concatenate([y[above] - 1, y[below]])
    passed = np.repeat([1.0, 0.0], [len(above), len(below)])
    at_cut = np.eye(K - 1)[cuts]
    others = at_cut[:, None, 1:] * X[rows][:, list(free), None]  # the further coefficients
    free_columns = np.repeat(list(free), K - 2).astype(int)
    X_free = np.where(np.isin(np.arange(p), list(free)), X[rows] * at_cut[:, :1], X[rows])
    design = np.column_stack([X_free, others.reshape(len(rows), -1), -at_cut])
    found = find_separation(design, passed)
    names = [*range(p), *free_columns]
    columns = sorted({int(names[j]) for j in found.columns if j < len(names)})
    return replace(found, columns=tuple(columns), alone=(), direction=found.direction[:p])


def find_multinomial_separation(X: Floats, y: Integers) -> Separation:
    """Find separation before a multinomial logit is fitted.

    Parameters
    ----------
    X : ndarray of float, shape (n, p)
        Design with its column of ones.
    y : ndarray of int, shape (n,)
        Category of each row, 0 to K - 1.

    Returns
    -------
    Separation
        Kind and the columns of X without a finite estimate in some equation; `direction` is
        of the first equation.

    Raises
    ------
    TooFewRowsError, NoVariationError, DependentColumnsError, ConvergenceError
        As `find_separation`.

    Notes
    -----
    An answer says of its category that it has a higher predictor than each other one.

    Examples
    --------
    >>> X = np.column_stack([np.ones(6), [0.0, 0, 0, 1, 1, 1]])
    >>> find_multinomial_separation(X, np.array([0, 1, 0, 1, 2, 0])).columns
    (0, 1)
    """
    K, p = int(y.max()) + 1, X.shape[1]
    coding = np.eye(K)[:, 1:]
    rows, others = np.nonzero(np.arange(K) != y[:, None])
    is_first = y[rows] < others  # half of the comparisons are turned, so that both sides occur
    sign = np.where(is_first, 1.0, -1.0)
    difference = sign[:, None] * (coding[y[rows]] - coding[others])
    design = (difference[:, :, None] * X[rows, None, :]).reshape(len(rows), -1)
    found = find_separation(design, is_first.astype(np.float64))
    columns = tuple(sorted({j % p for j in found.columns}))
    return replace(found, columns=columns, alone=(), direction=found.direction[:p])
