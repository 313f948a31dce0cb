"""Models of an outcome from 0 to 1 by Newton's method, whatever the link.

All rows are used, or unique rows with counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from campaign_effect.errors import ConvergenceError
from campaign_effect.stats.models.design_matrix import (
    BLOCK_ROWS,
    holds_constant,
    inverse_factor,
    row_blocks,
    triangular_factor,
)
from campaign_effect.stats.models.fit import Fit, read_only
from campaign_effect.stats.models.links import Link
from campaign_effect.stats.models.newton import Point, maximise
from campaign_effect.stats.moments.arrays import Floats, frozen

GRADIENT = 1e-12  # of the root of n; with orthonormal columns rounding leaves about 1e-15
NEAR = 1e-4  # the same for a start
SPREAD = 16  # one row in so many, where a million rows would take each step in turn
LEAST_VARIANCE = 1e-100  # keeps a variance that underflows from dividing by zero

Derivatives = tuple[Floats, Floats, Floats]
"""Log-likelihood of each answer, its derivative by eta, minus its second derivative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likelihood:
    """The likelihood of an answer from 0 to 1, by its linear predictor.

    Attributes
    ----------
    link : Link
        The mean as a function of eta.
    start : callable, float -> float
        The eta of a mean: the inverse of the link.
    derivatives : callable, (y, eta) -> three arrays
        The log-likelihood of each answer and its derivatives, without overflow.
    variance : callable, eta -> array, or None
        mu (1 - mu), with its digits kept where mu is near 1; None where it is the link's
        slope.
    """

    link: Link
    start: Callable[[float], float]
    derivatives: Callable[[Floats, Floats], Derivatives]
    variance: Callable[[Floats], Floats] | None


def fit_bernoulli(
    X: Floats, y: Floats, counts: Floats | None, n: int, likelihood: Likelihood
) -> Fit:
    """Fit coefficients by maximum likelihood to answers that were checked.

    Parameters
    ----------
    X : ndarray of float, shape (n_rows, p)
        Design, with its column of ones.
    y : ndarray of float, shape (n_rows,)
        Outcome, from 0 to 1.
    counts : ndarray of float, shape (n_rows,), or None
        How many equal answers each row stands for; one each if None.
    n : int
        Answers.
    likelihood : Likelihood
        Of one answer, concave in eta.

    Returns
    -------
    Fit
        With the expected information as its bread, as R's `glm`.

    Raises
    ------
    DependentColumnsError
        If columns of X are linear combinations of columns before them.
    ConvergenceError
        If the likelihood has no finite maximum, as under separation.

    Notes
    -----
    Newton's steps (by the observed information) are taken in coordinates in which X has
    orthonormal columns, so that units of X do not matter.

    Examples
    --------
    >>> from campaign_effect.stats.models.probit import PROBIT_LIKELIHOOD
    >>> y = np.array([0.0, 0, 0, 1])
    >>> fit_bernoulli(np.ones((4, 1)), y, None, 4, PROBIT_LIKELIHOOD).beta.round(4)
    array([-0.6745])
    """
    root = inverse_factor(triangular_factor(X, None if counts is None else np.sqrt(counts)))
    theta = maximise(
        lambda theta: _evaluate(X, y, counts, root, theta, likelihood),
        _start(X, y, counts, root, likelihood),
        tolerance=GRADIENT * np.sqrt(n),
    )
    return fit_at(root @ theta, X, y, counts, n, likelihood)


def _start(
    X: Floats, y: Floats, counts: Floats | None, root: Floats, likelihood: Likelihood
) -> Floats:
    """Begin at the constant's estimate, or where some of very many rows have their maximum."""
    share = float(np.average(y, weights=counts))
    ones = X.sum(axis=0) if counts is None else counts @ X
    start = likelihood.start(share) * (root.T @ ones)
    if len(y) < SPREAD * BLOCK_ROWS:
        return start
    X, y, counts = X[::SPREAD], y[::SPREAD], None if counts is None else counts[::SPREAD]
    try:
        return maximise(
            lambda theta: _evaluate(X, y, counts, root, theta, likelihood),
            start,
            tolerance=NEAR * np.sqrt(len(y)),
        )
    except ConvergenceError:
        return start


def fit_at(
    beta: Floats,
    X: Floats,
    y: Floats,
    counts: Floats | None,
    n: int,
    likelihood: Likelihood,
) -> Fit:
    """Gather what follows from coefficients.

    Parameters
    ----------
    beta : ndarray, shape (p,)
        Coefficients.
    X, y, counts, n, likelihood
        As in `fit_bernoulli`.

    Returns
    -------
    Fit
        At these coefficients, whether or not they maximise the likelihood.

    Examples
    --------
    >>> from campaign_effect.stats.models.probit import PROBIT_LIKELIHOOD
    >>> y = np.array([0.0, 0, 1, 1])
    >>> fit_at(np.zeros(1), np.ones((4, 1)), y, None, 4, PROBIT_LIKELIHOOD).mean[0]
    np.float64(0.5)
    """
    eta = X @ beta
    slope = variance = np.maximum(likelihood.link.slope(eta), LEAST_VARIANCE)
    if likelihood.variance is not None:
        variance = np.maximum(likelihood.variance(eta), LEAST_VARIANCE)
    weights = slope * (slope / variance)
    times = weights if counts is None else counts * weights
    share = float(np.average(y, weights=counts))
    expected = share if holds_constant(X) else 0.5
    value = likelihood.derivatives(y, eta)[0]
    return Fit(
        X=read_only(X),
        y=read_only(y),
        counts=None if counts is None else read_only(counts),
        link=likelihood.link,
        beta=frozen(beta),
        root=frozen(inverse_factor(triangular_factor(X, np.sqrt(times)))),
        mean=frozen(likelihood.link.mean(eta)),
        slope=frozen(slope),
        variance=frozen(variance),
        dispersion=1.0,
        log_likelihood=float(np.sum(value if counts is None else counts * value)),
        null_log_likelihood=float(
            n * (xlogy(share, expected) + xlogy(1 - share, 1 - expected))
        ),
        n=n,
        df=np.inf,
    )


def _evaluate(
    X: Floats,
    y: Floats,
    counts: Floats | None,
    root: Floats,
    theta: Floats,
    likelihood: Likelihood,
) -> Point:
    """Log-likelihood and derivatives by theta, where beta = root theta."""
    value, gradient, information = 0.0, np.zeros_like(theta), np.zeros_like(root)
    for rows in row_blocks(len(y)):
        z, times = X[rows] @ root, 1.0 if counts is None else counts[rows]
        logs, scores, weights = likelihood.derivatives(y[rows], z @ theta)
        value += float(np.sum(times * logs))
        gradient += (times * scores) @ z
        information += (z * (times * weights)[:, None]).T @ z
    return Point(value=value, gradient=gradient, information=information)
