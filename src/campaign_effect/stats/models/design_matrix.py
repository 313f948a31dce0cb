"""The design matrix: its checks, its rows in blocks, its triangular factor.

Sums and factors are formed block by block, so that a million rows need no second copy.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.linalg import solve_triangular

from campaign_effect.errors import NoVariationError, StatisticsError, TooFewRowsError
from campaign_effect.stats.models.errors import DependentColumnsError
from campaign_effect.stats.moments.arrays import Floats

BLOCK_ROWS = 4096  # a block of 15 columns and what is made of it stay in a core's cache
DISTINCT = 1e-3  # the same, from which on sums of products keep ten digits
RANK_TOLERANCE = 1e-7  # as R's lm: the part of a column's length not explained before it


def row_blocks(n: int, size: int = BLOCK_ROWS) -> Iterator[slice]:
    """Cut n rows into consecutive blocks.

    Parameters
    ----------
    n : int
        Rows.
    size : int
        Rows of a block, the last of which may be shorter.

    Yields
    ------
    slice
        One block of rows.

    Examples
    --------
    >>> list(row_blocks(5, size=3))
    [slice(0, 3, None), slice(3, 5, None)]
    """
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


def check_answers(X: Floats, y: Floats, counts: Floats | None) -> int:
    """Refuse what no model can be fitted to, and count the answers.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        Design, complete.
    y : ndarray, shape (n,)
        Outcome, complete.
    counts : ndarray, shape (n,), or None
        How many answers each row stands for.

    Returns
    -------
    int
        Answers: n, or the sum of counts.

    Raises
    ------
    StatisticsError
        If a value is missing or infinite, lengths differ, or a count is not 1, 2, ...
    TooFewRowsError
        If there are no more answers than columns.
    NoVariationError
        If the outcome has one value.

    Examples
    --------
    >>> check_answers(np.ones((3, 1)), np.array([0.0, 1.0, 1.0]), None)
    3
    """
    _check_rows(X, y, counts)
    n = len(y) if counts is None else round(float(counts.sum()))
    if n <= X.shape[1]:
        raise TooFewRowsError(
            f"A model of {X.shape[1]} coefficients needs more than {X.shape[1]} answers.",
            received=f"{n} answers",
            hint="use fewer terms.",
        )
    if np.all(y == y[0]):
        raise NoVariationError("The outcome has one value.", received=f"{n} times {y[0]:g}")
    return n


def triangular_factor(X: Floats, scale: Floats | None = None) -> Floats:
    """Factor the design, R of diag(scale) X = Q R, block by block.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        Design.
    scale : ndarray, shape (n,), or None
        What each row is multiplied by; 1 if None.

    Returns
    -------
    ndarray, shape (min(n, p), p)
        Upper triangle with R'R = X' diag(scale)^2 X.

    Notes
    -----
    The factors of the blocks are stacked and factored again [1]_.

    References
    ----------
    .. [1] Demmel, J., Grigori, L., Hoemmen, M., & Langou, J. (2012).
       Communication-optimal parallel and sequential QR and LU factorizations. SIAM Journal
       on Scientific Computing, 34, A206-A239. https://doi.org/10.1137/080731992

    Examples
    --------
    >>> bool(abs(triangular_factor(np.ones((4, 1)))[0, 0]) == 2)
    True
    """
    factors = []
    for rows in row_blocks(len(X)):
        block = X[rows] if scale is None else X[rows] * scale[rows, None]
        factors.append(np.linalg.qr(block, mode="r"))
    R = factors[0] if len(factors) == 1 else np.linalg.qr(np.vstack(factors), mode="r")
    return np.asarray(R)


def inverse_factor(R: Floats) -> Floats:
    """Invert a triangular factor, or name the columns that forbid it.

    Parameters
    ----------
    R : ndarray, shape (m, p)
        Upper triangle of a design, from `triangular_factor`.

    Returns
    -------
    ndarray, shape (p, p)
        The inverse; the design times it has orthonormal columns.

    Raises
    ------
    DependentColumnsError
        If columns depend on the columns before them, to 1e-7 of their length.

    Examples
    --------
    >>> inverse_factor(np.array([[2.0]]))
    array([[0.5]])
    """
    m, p = R.shape
    lengths = np.sqrt(np.einsum("ij,ij->j", R, R))
    if m < p or np.any(np.abs(np.diag(R)) <= RANK_TOLERANCE * lengths):
        raise DependentColumnsError.of(_dependent_columns(R))
    return np.asarray(solve_triangular(R, np.eye(p), check_finite=False))


def orthonormal_root(X: Floats, counts: Floats | None) -> Floats:
    """Find coordinates in which the columns of a design are orthonormal.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        Design.
    counts : ndarray, shape (n,), or None
        How many answers each row stands for; one each if None.

    Returns
    -------
    ndarray, shape (p, p)
        As of `inverse_factor`. From the sums of squares and products, a quarter of the work,
        where these leave no doubt: errors grow with the square of the dependence.

    Raises
    ------
    DependentColumnsError
        If columns depend on the columns before them, to 1e-7 of their length.

    Examples
    --------
    >>> abs(orthonormal_root(np.ones((4, 1)), None))
    array([[0.5]])
    """
    products = np.zeros((X.shape[1], X.shape[1]))
    with np.errstate(over="ignore", invalid="ignore"):
        for rows in row_blocks(len(X)):
            block = X[rows]
            products += (block if counts is None else block * counts[rows, None]).T @ block
        lengths = np.sqrt(np.diag(products))
        products /= np.outer(lengths, lengths)
    try:
        factor = np.asarray(np.linalg.cholesky(products)).T
    except np.linalg.LinAlgError:
        factor = np.zeros_like(products)
    if not np.all(np.diag(factor) > DISTINCT):
        return inverse_factor(triangular_factor(X, None if counts is None else np.sqrt(counts)))
    return inverse_factor(factor * lengths)


def holds_constant(X: Floats) -> bool:
    """Say whether a design has an intercept, as a column or as a sum of columns.

    Parameters
    ----------
    X : ndarray, shape (n_rows, p)

    Returns
    -------
    bool
        True of dummies of every level too: the model is the same.

    Examples
    --------
    >>> holds_constant(np.array([[1.0, 0], [0, 1], [0, 1]])), holds_constant(np.eye(2)[:, :1])
    (True, False)
    """
    if X[0, 0] != 0 and np.all(X[:, 0] == X[0, 0]):
        return True
    ones = np.ones(len(X))
    found = X @ np.linalg.lstsq(X, ones, rcond=None)[0]
    return bool(np.linalg.norm(ones - found) <= RANK_TOLERANCE * np.linalg.norm(ones))


def _check_rows(X: Floats, y: Floats, counts: Floats | None) -> None:
    """Refuse lengths that differ, values that are missing and counts below 1."""
    if X.ndim != 2 or len(X) != len(y) or (counts is not None and len(counts) != len(y)):
        raise StatisticsError(
            "Design, outcome and counts must have the same rows.",
            received=f"design {X.shape}, outcome {y.shape}",
        )
    if not all(np.isfinite(X[rows]).all() for rows in row_blocks(len(X))):
        raise StatisticsError("The design has missing or infinite values.")
    if not np.isfinite(y).all():
        raise StatisticsError("The outcome has missing or infinite values.")
    if counts is not None and not np.all((counts >= 1) & (counts == np.rint(counts))):
        raise StatisticsError("Counts must be whole numbers from 1.")


def _dependent_columns(R: Floats) -> tuple[int, ...]:
    """Find the columns explained by those before them, by Gram-Schmidt done twice."""
    basis = np.zeros((len(R), 0))
    dependent = []
    for j, column in enumerate(R.T):
        rest = column - basis @ (basis.T @ column)
        rest = rest - basis @ (basis.T @ rest)
        length = np.linalg.norm(rest)
        if length <= RANK_TOLERANCE * np.linalg.norm(column):
            dependent.append(j)
        else:
            basis = np.column_stack([basis, rest / length])
    return tuple(dependent)
