"""Models of an outcome from 0 to 1 by Newton's method, whatever the link.

All rows are used, or unique rows with counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import xlogy

from campaign_effect.errors import ConvergenceError
from campaign_effect.stats.models.design_matrix import (
    BLOCK_ROWS,
    holds_constant,
    inverse_factor,
    orthonormal_root,
    row_blocks,
    triangular_factor,
)
from campaign_effect.stats.models.fit import Fit, read_only, times_of
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


def fit_bernoulli(X: Floats, y: Floats, counts: Floats | None, likelihood: Likelihood) -> Fit:
    """Fit coefficients by maximum likelihood to answers that were checked.

    Parameters
    ----------
    X : ndarray of float, shape (n_rows, p)
        Design, with its column of ones.
    y : ndarray of float, shape (n_rows,)
        Outcome, from 0 to 1.
    counts : ndarray of float, shape (n_rows,), or None
        How many equal answers each row stands for; one each if None.
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
    >>> fit_bernoulli(np.ones((4, 1)), y, None, PROBIT_LIKELIHOOD).beta.round(4)
    array([-0.6745])
    """
    root = orthonormal_root(X, counts)
    Z = np.empty(X.shape)
    for rows in row_blocks(len(X)):
        np.matmul(X[rows], root, out=Z[rows])
    answers = Answers(Z=Z, y=y, times=times_of(y, counts), likelihood=likelihood)
    theta, point = maximise(
        answers.at, answers.start(), tolerance=GRADIENT * np.sqrt(answers.times.sum())
    )
    own = None
    if likelihood.variance is None:  # the observed information is the expected one
        own = root @ inverse_factor(np.asarray(np.linalg.cholesky(point.information)).T)
    return fit_at(root @ theta, X, y, counts, likelihood, own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a likelihood is evaluated on, by theta: the coefficients of Z."""

    Z: Floats
    y: Floats
    times: Floats
    likelihood: Likelihood

    def at(self, theta: Floats) -> Point:
        """Log-likelihood and derivatives by theta."""
        value, gradient, information = 0.0, np.zeros_like(theta), np.zeros((len(theta),) * 2)
        for rows in row_blocks(len(self.y)):
            z, times = self.Z[rows], self.times[rows]
            logs, scores, weights = self.likelihood.derivatives(self.y[rows], z @ theta)
            value += float(times @ logs)
            gradient += (times * scores) @ z
            information += (z * (times * weights)[:, None]).T @ z
        return Point(value=value, gradient=gradient, information=information)

    def start(self) -> Floats:
        """Begin at the constant's estimate, or the maximum of some of very many rows."""
        share = float(self.times @ self.y / self.times.sum())
        start = self.likelihood.start(share) * (self.times @ self.Z)
        if len(self.y) < SPREAD * BLOCK_ROWS:
            return start
        some = replace(
            self,
            Z=np.ascontiguousarray(self.Z[::SPREAD]),
            y=self.y[::SPREAD],
            times=self.times[::SPREAD],
        )
        try:
            return maximise(some.at, start, tolerance=NEAR * np.sqrt(len(some.y)))[0]
        except ConvergenceError:
            return start


def fit_at(
    beta: Floats,
    X: Floats,
    y: Floats,
    counts: Floats | None,
    likelihood: Likelihood,
    root: Floats | None = None,
) -> Fit:
    """Gather what follows from coefficients.

    Parameters
    ----------
    beta : ndarray, shape (p,)
        Coefficients.
    X, y, counts, likelihood
        As in `fit_bernoulli`.
    root : ndarray, shape (p, p), optional
        Of the bread, where it is known.

    Returns
    -------
    Fit
        At these coefficients, whether or not they maximise the likelihood.

    Examples
    --------
    >>> from campaign_effect.stats.models.probit import PROBIT_LIKELIHOOD
    >>> y = np.array([0.0, 0, 1, 1])
    >>> fit_at(np.zeros(1), np.ones((4, 1)), y, None, PROBIT_LIKELIHOOD).mean[0]
    np.float64(0.5)
    """
    mean, slope, value = np.empty((3, len(y)))
    variance = slope if likelihood.variance is None else np.empty(len(y))
    for rows in row_blocks(len(y)):
        eta = X[rows] @ beta
        mean[rows], slope[rows] = likelihood.link.mean(eta), likelihood.link.slope(eta)
        value[rows] = likelihood.derivatives(y[rows], eta)[0]
        if likelihood.variance is not None:
            variance[rows] = likelihood.variance(eta)
    np.maximum(slope, LEAST_VARIANCE, out=slope)
    np.maximum(variance, LEAST_VARIANCE, out=variance)
    if root is None:
        weights = slope * (slope / variance)
        times = weights if counts is None else counts * weights
        root = inverse_factor(triangular_factor(X, np.sqrt(times)))
    each = times_of(y, counts)
    n = round(float(each.sum()))
    share = float(each @ y / n)
    expected = share if holds_constant(X) else 0.5
    return Fit(
        X=read_only(X),
        y=read_only(y),
        counts=None if counts is None else read_only(counts),
        link=likelihood.link,
        beta=frozen(beta),
        root=frozen(root),
        mean=frozen(mean),
        slope=frozen(slope),
        variance=frozen(variance),
        dispersion=1.0,
        log_likelihood=float(each @ value),
        null_log_likelihood=float(
            n * (xlogy(share, expected) + xlogy(1 - share, 1 - expected))
        ),
        n=n,
        df=np.inf,
    )
