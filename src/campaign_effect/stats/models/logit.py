"""Logistic regression by Newton's method on all rows, or on unique rows with counts."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, xlogy

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.design_matrix import (
    check_answers,
    inverse_factor,
    row_blocks,
    triangular_factor,
)
from campaign_effect.stats.models.fit import Fit, read_only
from campaign_effect.stats.models.links import LOGIT
from campaign_effect.stats.models.newton import Point, maximise
from campaign_effect.stats.moments.arrays import Floats, frozen

GRADIENT = 1e-12  # of the root of n; with orthonormal columns rounding leaves about 1e-15
LEAST_VARIANCE = 1e-100  # keeps a variance that underflows from dividing by zero


def fit_logit(X: Floats, y: Floats, counts: Floats | None = None) -> Fit:
    """Fit a logistic regression by maximum likelihood.

    Parameters
    ----------
    X : ndarray of float, shape (n_rows, p)
        Design, complete, with its column of ones.
    y : ndarray of float, shape (n_rows,)
        Outcome, 0 or 1, complete.
    counts : ndarray of float, shape (n_rows,), optional
        How many equal answers each row stands for; one each by default.

    Returns
    -------
    Fit
        Coefficients in log odds.

    Raises
    ------
    TooFewRowsError
        If there are no more answers than columns.
    NoVariationError
        If y has one value.
    DependentColumnsError
        If columns of X are linear combinations of columns before them.
    ConvergenceError
        If the likelihood has no finite maximum, as under separation.
    StatisticsError
        If a value is missing or infinite, or y is not 0 or 1.

    Notes
    -----
    log L = sum of y eta - log(1 + exp(eta)), eta = X beta [1]_. Newton's steps are taken in
    coordinates in which X has orthonormal columns, so that units of X do not matter.

    References
    ----------
    .. [1] McCullagh, P., & Nelder, J. A. (1989). Generalized linear models (2nd ed.).
       Chapman & Hall. https://doi.org/10.1007/978-1-4899-3242-6

    Examples
    --------
    >>> X = np.column_stack([np.ones(4), [0.0, 0.0, 1.0, 1.0]])
    >>> fit_logit(X, np.array([0.0, 1.0, 0.0, 1.0]), np.array([3.0, 1, 1, 3])).beta.round(4)
    array([-1.0986,  2.1972])
    """
    n = check_answers(X, y, counts)
    if not np.all((y == 0) | (y == 1)):
        raise StatisticsError(
            "The outcome of a logistic regression must be 0 or 1.",
            received=f"values from {y.min():g} to {y.max():g}",
        )
    root = inverse_factor(triangular_factor(X, None if counts is None else np.sqrt(counts)))
    theta = maximise(
        lambda theta: _evaluate(X, y, counts, root, theta),
        _start(X, y, counts, root),
        tolerance=GRADIENT * np.sqrt(n),
    )
    return _fit_at(root @ theta, X, y, counts, n)


def _start(X: Floats, y: Floats, counts: Floats | None, root: Floats) -> Floats:
    """Begin at the model of the intercept alone, or what of it lies in the columns of X."""
    share = np.average(y, weights=counts)
    ones = X.sum(axis=0) if counts is None else counts @ X
    return np.asarray(np.log(share / (1 - share)) * (root.T @ ones))


def _evaluate(
    X: Floats, y: Floats, counts: Floats | None, root: Floats, theta: Floats
) -> Point:
    """Log-likelihood and derivatives by theta, where beta = root theta."""
    value, gradient, information = 0.0, np.zeros_like(theta), np.zeros_like(root)
    for rows in row_blocks(len(y)):
        z, times = X[rows] @ root, 1.0 if counts is None else counts[rows]
        eta = z @ theta
        mean = expit(eta)
        value += float(np.sum(times * _log_likelihood(y[rows], eta)))
        gradient += (times * (y[rows] - mean)) @ z
        information += (z * (times * mean * (1 - mean))[:, None]).T @ z
    return Point(value=value, gradient=gradient, information=information)


def _log_likelihood(y: Floats, eta: Floats) -> Floats:
    """Of each answer, without overflow."""
    return np.asarray(-np.logaddexp(0, (1 - 2 * y) * eta))


def _fit_at(beta: Floats, X: Floats, y: Floats, counts: Floats | None, n: int) -> Fit:
    """Gather what follows from the coefficients."""
    eta = X @ beta
    mean = expit(eta)
    weights = frozen(np.maximum(mean * expit(-eta), LEAST_VARIANCE))
    times = weights if counts is None else counts * weights
    share = float(np.average(y, weights=counts))
    likelihood = _log_likelihood(y, eta)
    return Fit(
        X=read_only(X),
        y=read_only(y),
        counts=None if counts is None else read_only(counts),
        link=LOGIT,
        beta=frozen(beta),
        root=frozen(inverse_factor(triangular_factor(X, np.sqrt(times)))),
        mean=frozen(mean),
        slope=weights,
        variance=weights,
        dispersion=1.0,
        log_likelihood=float(np.sum(likelihood if counts is None else counts * likelihood)),
        null_log_likelihood=float(n * (xlogy(share, share) + xlogy(1 - share, 1 - share))),
        n=n,
        df=np.inf,
    )
