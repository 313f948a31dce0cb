"""Average effects of a random-intercept logit, over the clusters' effects too.

They answer for the population of clusters, as the other models' average effects do, and not
for a cluster whose effect is 0. Gradients are by the coefficients, then sd.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import roots_hermitenorm

from campaign_effect.stats.models.links import LOGIT
from campaign_effect.stats.models.margins import Margin, row_shares
from campaign_effect.stats.models.random_intercept import RandomInterceptFit
from campaign_effect.stats.moments.arrays import Floats, frozen

NODES = 61  # not adaptive; good to 1e-10 up to an sd of 2


def mixed_probabilities(fit: RandomInterceptFit) -> Floats:
    """Predict every row's probability, over the clusters' effects.

    Parameters
    ----------
    fit : RandomInterceptFit
        A fitted model.

    Returns
    -------
    ndarray, shape (n_rows,)
        Integral of expit(X beta + sd b) over b ~ N(0, 1).

    Examples
    --------
    >>> from campaign_effect.stats.models.random_intercept import fit_random_intercept
    >>> y = np.repeat([0.0, 1, 0, 1, 0, 1], [9, 1, 5, 5, 1, 9])
    >>> fit = fit_random_intercept(np.ones((30, 1)), y, np.repeat([1, 2, 3], 10))
    >>> mixed_probabilities(fit)[:2].round(6)
    array([0.5, 0.5])
    """
    eta, found = fit.X @ fit.beta, np.zeros(len(fit.X))
    for b, weight in _rule():
        found += weight * LOGIT.mean(eta + fit.sd * b)
    return frozen(found)


def average_mixed_prediction(
    fit: RandomInterceptFit, X: Floats | None = None, weights: Floats | None = None
) -> Margin:
    """Average the predicted probability over rows and clusters.

    Parameters
    ----------
    fit : RandomInterceptFit
        A fitted model.
    X : ndarray, shape (m, p), optional
        Design to predict at; the fit's own by default.
    weights : ndarray, shape (m,), optional
        Weight of each row in the average; the fit's counts by default.

    Returns
    -------
    Margin
        mean of the integral of expit(X beta + sd b) over b ~ N(0, 1).

    Raises
    ------
    StatisticsError
        If shapes differ.

    Examples
    --------
    >>> from campaign_effect.stats.models.random_intercept import fit_random_intercept
    >>> y = np.repeat([0.0, 1, 0, 1, 0, 1], [9, 1, 5, 5, 1, 9])
    >>> fit = fit_random_intercept(np.ones((30, 1)), y, np.repeat([1, 2, 3], 10))
    >>> round(average_mixed_prediction(fit).estimate, 6)
    0.5
    """
    X = fit.X if X is None else X
    share = row_shares(len(fit.beta), fit.counts, weights, X)
    eta = X @ fit.beta
    estimate, gradient = 0.0, np.zeros(len(fit.beta) + 1)
    for b, weight in _rule():
        linear = eta + fit.sd * b
        slope = weight * share * LOGIT.slope(linear)
        estimate += weight * float(share @ LOGIT.mean(linear))
        gradient += np.append(slope @ X, b * slope.sum())
    return Margin(estimate=estimate, gradient=frozen(gradient))


def average_mixed_contrast(
    fit: RandomInterceptFit, X1: Floats, X0: Floats, weights: Floats | None = None
) -> Margin:
    """Average the difference between two counterfactual predictions.

    Parameters
    ----------
    fit : RandomInterceptFit
        A fitted model.
    X1, X0 : ndarray, shape (m, p)
        Designs in which everybody has the one value and the other.
    weights : ndarray, shape (m,), optional
        Weight of each row in the average; the fit's counts by default.

    Returns
    -------
    Margin
        Difference of probabilities, in [-1, 1].

    Raises
    ------
    StatisticsError
        If shapes differ.

    Examples
    --------
    >>> from campaign_effect.stats.models.random_intercept import fit_random_intercept
    >>> y = np.repeat([0.0, 1, 0, 1, 0, 1], [9, 1, 5, 5, 1, 9])
    >>> X = np.ones((30, 1))
    >>> fit = fit_random_intercept(X, y, np.repeat([1, 2, 3], 10))
    >>> average_mixed_contrast(fit, X, X).estimate
    0.0
    """
    one, zero = (average_mixed_prediction(fit, X, weights) for X in (X1, X0))
    return one - zero


def average_mixed_slope(
    fit: RandomInterceptFit,
    derivative: Floats,
    X: Floats | None = None,
    weights: Floats | None = None,
) -> Margin:
    """Average the derivative of the predicted probability by a continuous variable.

    Parameters
    ----------
    fit : RandomInterceptFit
        A fitted model.
    derivative : ndarray, shape (m, p)
        dX/dx, row by row, as in `margins.average_slope`.
    X : ndarray, shape (m, p), optional
        Design at which; the fit's own by default.
    weights : ndarray, shape (m,), optional
        Weight of each row in the average; the fit's counts by default.

    Returns
    -------
    Margin
        mean of the integral of p (1 - p) over b, times dX/dx beta.

    Raises
    ------
    StatisticsError
        If shapes differ.

    Examples
    --------
    >>> from campaign_effect.stats.models.random_intercept import fit_random_intercept
    >>> y = np.repeat([0.0, 1, 0, 1, 0, 1], [9, 1, 5, 5, 1, 9])
    >>> X = np.ones((30, 1))
    >>> fit = fit_random_intercept(X, y, np.repeat([1, 2, 3], 10))
    >>> average_mixed_slope(fit, 0 * X).estimate
    0.0
    """
    X = fit.X if X is None else X
    share = row_shares(len(fit.beta), fit.counts, weights, X, derivative)
    eta, speed = X @ fit.beta, derivative @ fit.beta
    estimate, gradient = 0.0, np.zeros(len(fit.beta) + 1)
    for b, weight in _rule():
        linear = eta + fit.sd * b
        slope = weight * share * LOGIT.slope(linear)
        bend = weight * share * LOGIT.curvature(linear) * speed
        estimate += float(slope @ speed)
        gradient += np.append(bend @ X + slope @ derivative, b * bend.sum())
    return Margin(estimate=estimate, gradient=frozen(gradient))


def _rule() -> Iterator[tuple[float, float]]:
    """Nodes and weights of the standard normal density."""
    nodes, weights = roots_hermitenorm(NODES)
    return zip(nodes.tolist(), (weights / weights.sum()).tolist(), strict=True)
