"""Linear regression by least squares; of a binary outcome, the linear probability model."""

from __future__ import annotations

import numpy as np

from campaign_effect.stats.models.design_matrix import (
    check_answers,
    holds_constant,
    inverse_factor,
    triangular_factor,
)
from campaign_effect.stats.models.fit import Fit, read_only
from campaign_effect.stats.models.links import IDENTITY
from campaign_effect.stats.moments.arrays import Floats, frozen


def fit_ols(X: Floats, y: Floats, counts: Floats | None = None) -> Fit:
    """Fit a linear model by ordinary least squares.

    Parameters
    ----------
    X : ndarray of float, shape (n_rows, p)
        Design, complete, with its column of ones.
    y : ndarray of float, shape (n_rows,)
        Outcome, complete, in any unit.
    counts : ndarray of float, shape (n_rows,), optional
        How many equal answers each row stands for; one each by default.

    Returns
    -------
    Fit
        Coefficients in units of y; `dispersion` is the residual variance.

    Raises
    ------
    TooFewRowsError
        If there are no more answers than columns.
    NoVariationError
        If y has one value.
    DependentColumnsError
        If columns of X are linear combinations of columns before them.
    StatisticsError
        If a value is missing or infinite.

    Notes
    -----
    beta and the residual sum of squares are read off the triangular factor of [X, y] [1]_.

    References
    ----------
    .. [1] Golub, G. H., & Van Loan, C. F. (2013). Matrix computations (4th ed., section
       5.3). Johns Hopkins University Press.

    Examples
    --------
    >>> X = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])
    >>> fit_ols(X, np.array([1.0, 3.0, 5.0, 7.5])).beta.round(2)
    array([0.9 , 2.15])
    """
    n = check_answers(X, y, counts)
    p = X.shape[1]
    scale = None if counts is None else np.sqrt(counts)
    R = triangular_factor(np.column_stack([X, y]), scale)
    root = inverse_factor(R[:p, :p])
    beta = root @ R[:p, p]
    sum_of_squares = float(R[p, p] ** 2) if len(R) > p else 0.0
    ones = np.ones(len(y))
    return Fit(
        X=read_only(X),
        y=read_only(y),
        counts=None if counts is None else read_only(counts),
        link=IDENTITY,
        beta=frozen(beta),
        root=frozen(root),
        mean=frozen(X @ beta),
        slope=frozen(ones),
        variance=ones,
        dispersion=sum_of_squares / (n - p),
        log_likelihood=_log_likelihood(sum_of_squares, n),
        null_log_likelihood=_log_likelihood(_sum_of_squares_of(X, y, counts), n),
        n=n,
        df=float(n - p),
    )


def _log_likelihood(sum_of_squares: float, n: int) -> float:
    """Gaussian log-likelihood at its maximum over the variance."""
    if sum_of_squares <= 0:
        return np.inf
    return float(-n / 2 * (np.log(2 * np.pi * sum_of_squares / n) + 1))


def _sum_of_squares_of(X: Floats, y: Floats, counts: Floats | None) -> float:
    """Sum of squared deviations from the mean; from 0 where the model has no intercept."""
    deviation = y - np.average(y, weights=counts) if holds_constant(X) else y
    return float(np.sum(deviation**2 if counts is None else counts * deviation**2))
