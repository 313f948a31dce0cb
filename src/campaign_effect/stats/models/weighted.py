"""Linear and logistic regression with probability weights, and their influence values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.special import expit, logit

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.covariance import Covariance, DfRule
from campaign_effect.stats.models.design_matrix import (
    check_answers,
    inverse_factor,
    triangular_factor,
)
from campaign_effect.stats.models.fit import Fit, read_only
from campaign_effect.stats.models.links import IDENTITY, LOGIT, Link
from campaign_effect.stats.models.logit_offset import logit_with_offset
from campaign_effect.stats.moments.arrays import Floats, frozen

LEAST_VARIANCE = 1e-100  # keeps a variance that underflows from dividing by zero


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedFit:
    """A model fitted by the weighted estimating equations of a survey.

    Attributes
    ----------
    fit : Fit
        The model at the weighted estimates, without the weights: for predictions and margins
        (which take weights of their own). Its covariances would ignore the design: use
        `influence`.
    weights : ndarray, shape (n,)
        Probability weights, to a mean of 1.
    bread : ndarray, shape (p, p)
        Inverse of X' diag(weights * working weights) X.
    """

    fit: Fit
    weights: Floats = field(compare=False, repr=False)
    bread: Floats = field(compare=False, repr=False)

    @property
    def beta(self) -> Floats:
        """Coefficients, shape (p,)."""
        return self.fit.beta

    @property
    def influence(self) -> Floats:
        """What each answer adds to the coefficients, weights included, shape (n, p)."""
        return np.asarray(((self.weights * self.fit.scores)[:, None] * self.fit.X) @ self.bread)


def fit_weighted_ols(X: Floats, y: Floats, weights: Floats) -> WeightedFit:
    """Fit a linear model to a sample drawn with unequal probabilities.

    Parameters
    ----------
    X : ndarray of float, shape (n, p)
        Design, complete, with its column of ones.
    y : ndarray of float, shape (n,)
        Outcome, complete.
    weights : ndarray, shape (n,)
        Probability weights, positive; their scale does not matter.

    Returns
    -------
    WeightedFit
        Coefficients in units of y.

    Raises
    ------
    TooFewRowsError, NoVariationError, DependentColumnsError, StatisticsError
        As `fit_ols`, or if a weight is not positive.

    Notes
    -----
    Solves X'W(y - X b) = 0 [1]_.

    References
    ----------
    .. [1] Binder, D. A. (1983). On the variances of asymptotically normal estimators from
       complex surveys. International Statistical Review, 51, 279-292.
       https://doi.org/10.2307/1402588

    Examples
    --------
    >>> y, weights = np.array([0.0, 1.0, 3.0]), np.array([1.0, 1.0, 2.0])
    >>> fit_weighted_ols(np.ones((3, 1)), y, weights).beta
    array([1.75])
    """
    w = _checked(X, y, weights)
    root = inverse_factor(triangular_factor(X, np.sqrt(w)))
    beta = root @ ((X @ root).T @ (w * y))
    ones = np.ones(len(y))
    return _at(beta, X, y, w, IDENTITY, lambda eta: (eta, ones, ones))


def fit_weighted_logit(X: Floats, y: Floats, weights: Floats) -> WeightedFit:
    """Fit a logistic regression to a sample drawn with unequal probabilities.

    Parameters
    ----------
    X : ndarray of float, shape (n, p)
        Design, complete, with its column of ones.
    y : ndarray of float, shape (n,)
        Outcome, from 0 to 1, complete.
    weights : ndarray, shape (n,)
        Probability weights, positive; their scale does not matter.

    Returns
    -------
    WeightedFit
        Coefficients in log odds.

    Raises
    ------
    TooFewRowsError, NoVariationError, DependentColumnsError, ConvergenceError
        As `fit_logit`.
    StatisticsError
        If a weight is not positive, or y lies outside [0, 1].

    Notes
    -----
    Maximises the pseudo-likelihood sum of w (y eta - log(1 + exp eta)) [1]_.

    References
    ----------
    .. [1] Binder, D. A. (1983). On the variances of asymptotically normal estimators from
       complex surveys. International Statistical Review, 51, 279-292.
       https://doi.org/10.2307/1402588

    Examples
    --------
    >>> y, weights = np.array([0.0, 1.0, 1.0]), np.array([2.0, 1.0, 1.0])
    >>> abs(fit_weighted_logit(np.ones((3, 1)), y, weights).beta) < 1e-12
    array([ True])
    """
    w = _checked(X, y, weights)
    if not np.all((y >= 0) & (y <= 1)):
        raise StatisticsError(
            "The outcome of a logistic regression must lie between 0 and 1.",
            received=f"values from {y.min():g} to {y.max():g}",
        )
    root = inverse_factor(triangular_factor(X, np.sqrt(w)))
    Z = X @ root
    start = logit(w @ y / w.sum()) * (w @ Z)
    theta = start + logit_with_offset(Z, y, w, Z @ start)
    return _at(root @ theta, X, y, w, LOGIT, _logit_parts)


def design_covariance(matrix: Floats, df: float) -> Covariance:
    """Name the covariance that a survey's design gives.

    Parameters
    ----------
    matrix : ndarray, shape (p, p)
        Linearised, or from replicate weights.
    df : float
        Degrees of freedom: sampling units less strata less terms besides the constant.

    Returns
    -------
    Covariance
        Kind "design".

    Raises
    ------
    StatisticsError
        If no degrees of freedom are left.

    Examples
    --------
    >>> design_covariance(np.eye(2), 11.0).kind
    'design'
    """
    if df <= 0:
        raise StatisticsError(
            "The design leaves no degrees of freedom: terms outnumber sampling units.",
            received=f"{df:g} degrees of freedom",
            hint="use fewer terms.",
        )
    return Covariance(kind="design", matrix=frozen(matrix), df_rule=DfRule.DESIGN, df=float(df))


def _checked(X: Floats, y: Floats, weights: Floats) -> Floats:
    """Check answers and weights, and bring weights to a mean of 1."""
    check_answers(X, y, None)
    if weights.shape != y.shape or not np.all(np.isfinite(weights) & (weights > 0)):
        raise StatisticsError(
            "Every answer needs a positive weight.",
            received=f"weights {weights.shape}, answers {y.shape}",
        )
    return np.asarray(weights / weights.mean())


def _logit_parts(eta: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, slope and variance."""
    mean = expit(eta)
    variance = np.maximum(mean * expit(-eta), LEAST_VARIANCE)
    return mean, variance, variance


def _at(
    beta: Floats,
    X: Floats,
    y: Floats,
    w: Floats,
    link: Link,
    parts: Callable[[Floats], tuple[Floats, Floats, Floats]],
) -> WeightedFit:
    """Gather what follows from the coefficients."""
    mean, slope, variance = parts(X @ beta)
    working = slope**2 / variance
    root = inverse_factor(triangular_factor(X, np.sqrt(w * working)))
    df = len(y) - X.shape[1]
    is_linear = link is IDENTITY
    fit = Fit(
        X=read_only(X),
        y=read_only(y),
        counts=None,
        link=link,
        beta=frozen(beta),
        root=frozen(inverse_factor(triangular_factor(X, np.sqrt(working)))),
        mean=frozen(mean),
        slope=frozen(slope),
        variance=frozen(variance),
        dispersion=float(w @ (y - mean) ** 2 / df) if is_linear else 1.0,
        log_likelihood=np.nan,
        null_log_likelihood=np.nan,
        n=len(y),
        df=float(df) if is_linear else np.inf,
    )
    return WeightedFit(fit=fit, weights=frozen(w), bread=frozen(root @ root.T))
