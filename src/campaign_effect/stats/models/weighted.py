"""Linear and logistic regression with probability weights, and their influence values."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.bernoulli import fit_bernoulli
from campaign_effect.stats.models.design_matrix import (
    check_answers,
    holds_constant,
    inverse_factor,
    triangular_factor,
)
from campaign_effect.stats.models.fit import Fit, read_only
from campaign_effect.stats.models.links import IDENTITY
from campaign_effect.stats.models.logit import LOGIT_LIKELIHOOD, check_binary
from campaign_effect.stats.models.probit import PROBIT_LIKELIHOOD
from campaign_effect.stats.moments.arrays import Floats, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedFit:
    """A model fitted by the weighted estimating equations of a survey.

    Attributes
    ----------
    fit : Fit
        The model with the weights, to a mean of 1, as its counts: right for estimates, for
        averages over the answers and for whatever sums over villages before it squares (the
        jackknife, the bootstraps). Its log-likelihoods are the weighted ones, which have no
        likelihood-ratio test.
    """

    fit: Fit

    @property
    def weights(self) -> Floats:
        """Probability weights, to a mean of 1, shape (n,)."""
        return self.fit.times

    @property
    def beta(self) -> Floats:
        """Coefficients, shape (p,)."""
        return self.fit.beta

    @property
    def n_terms(self) -> int:
        """Columns of the design besides the constant."""
        return self.fit.p - 1

    @property
    def bread(self) -> Floats:
        """Inverse of X' diag(weights * working weights) X, shape (p, p)."""
        return self.fit.bread

    @property
    def influence(self) -> Floats:
        """What each answer adds to the coefficients, weights included, shape (n, p)."""
        return np.asarray(((self.weights * self.fit.scores)[:, None] * self.fit.X) @ self.bread)

    @property
    def scaled(self) -> Fit:
        """The model as if weights were inverse variances, an answer a row.

        Its scores and leverages are those of the weighted answers, so that HC0 to HC3, CR0
        and CR1 hold; what trusts its variances (the classic covariance, CR2) does not.
        """
        variance = self.fit.variance / self.weights
        return replace(self.fit, counts=None, variance=frozen(variance))


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
    w = normed_weights(X, y, weights)
    root = inverse_factor(triangular_factor(X, np.sqrt(w)))
    beta = root @ ((X @ root).T @ (w * y))
    mean, ones, df = X @ beta, np.ones(len(y)), len(y) - X.shape[1]
    null = float(np.average(y, weights=w)) if holds_constant(X) else 0.0
    fit = Fit(
        X=read_only(X),
        y=read_only(y),
        counts=frozen(w),
        link=IDENTITY,
        beta=frozen(beta),
        root=frozen(root),
        mean=frozen(mean),
        slope=frozen(ones),
        variance=frozen(ones),
        dispersion=float(w @ (y - mean) ** 2 / df),
        log_likelihood=_normal_likelihood(y, mean, w),
        null_log_likelihood=_normal_likelihood(y, np.full(len(y), null), w),
        n=len(y),
        df=float(df),
    )
    return WeightedFit(fit=fit)


def fit_weighted_logit(X: Floats, y: Floats, weights: Floats) -> WeightedFit:
    """Fit a logistic regression to a sample drawn with unequal probabilities.

    Parameters
    ----------
    X, weights
        As in `fit_weighted_ols`.
    y : ndarray of float, shape (n,)
        Outcome, from 0 to 1, complete.

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
    Maximises the pseudo-likelihood sum of w (y eta - log(1 + exp eta)); source as of
    `fit_weighted_ols`.

    Examples
    --------
    >>> y, weights = np.array([0.0, 1.0, 1.0]), np.array([2.0, 1.0, 1.0])
    >>> abs(fit_weighted_logit(np.ones((3, 1)), y, weights).beta) < 1e-12
    array([ True])
    """
    w = normed_weights(X, y, weights)
    if not np.all((y >= 0) & (y <= 1)):
        raise StatisticsError(
            "The outcome of a logistic regression must lie between 0 and 1.",
            received=f"values from {y.min():g} to {y.max():g}",
        )
    return WeightedFit(fit=fit_bernoulli(X, y, w, LOGIT_LIKELIHOOD))


def fit_weighted_probit(X: Floats, y: Floats, weights: Floats) -> WeightedFit:
    """Fit a probit regression to a sample drawn with unequal probabilities.

    Parameters
    ----------
    X, weights
        As in `fit_weighted_ols`.
    y : ndarray of float, shape (n,)
        Outcome, 0 or 1, complete.

    Returns
    -------
    WeightedFit
        Coefficients in standard deviations of the latent variable.

    Raises
    ------
    TooFewRowsError, NoVariationError, DependentColumnsError, ConvergenceError
        As `fit_probit`.
    StatisticsError
        If a weight is not positive, or y is not 0 or 1.

    Examples
    --------
    >>> y, weights = np.array([0.0, 1.0, 1.0]), np.array([2.0, 1.0, 1.0])
    >>> abs(fit_weighted_probit(np.ones((3, 1)), y, weights).beta) < 1e-12
    array([ True])
    """
    check_binary(X, y, None)
    w = normed_weights(X, y, weights)
    return WeightedFit(fit=fit_bernoulli(X, y, w, PROBIT_LIKELIHOOD))


def normed_weights(X: Floats, y: Floats, weights: Floats) -> Floats:
    """Check answers and weights, and bring weights to a mean of 1.

    Parameters
    ----------
    X : ndarray of float, shape (n, p)
        Design, complete.
    y : ndarray of float, shape (n,)
        Outcome, complete.
    weights : ndarray, shape (n,)
        Probability weights.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    TooFewRowsError, NoVariationError, StatisticsError
        If no model can be fitted, or a weight is not positive.

    Examples
    --------
    >>> normed_weights(np.ones((3, 1)), np.arange(3.0), np.array([1.0, 1.0, 4.0]))
    array([0.5, 0.5, 2. ])
    """
    check_answers(X, y, None)
    if weights.shape != y.shape or not np.all(np.isfinite(weights) & (weights > 0)):
        raise StatisticsError(
            "Every answer needs a positive weight.",
            received=f"weights {weights.shape}, answers {y.shape}",
        )
    return np.asarray(weights / weights.mean())


def _normal_likelihood(y: Floats, mean: Floats, w: Floats) -> float:
    """Weighted normal log-likelihood at its maximum over the variance."""
    n, unexplained = len(y), float(w @ (y - mean) ** 2)
    if unexplained <= 0:
        return np.inf
    return float(-n / 2 * (np.log(2 * np.pi * unexplained / n) + 1))
