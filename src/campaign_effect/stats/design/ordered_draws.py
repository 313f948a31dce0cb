"""Draws of missing Likert answers from an ordered logit, its coefficients drawn as well."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from campaign_effect.stats.moments.arrays import Floats, Integers

PRIOR_PRECISION = 0.04  # of a coefficient per SD: a log odds ratio of 5 is one prior SD
MOST_STEPS = 40
MOST_HALVINGS = 20
SMALL_STEP = 1e-4  # of a log odds; a draw moves them by much more
END = 40.0  # log odds beyond which a logistic distribution has no mass


def ordered_start(y: Integers, n_levels: int, n_predictors: int) -> Floats:
    """Begin at the thresholds that the shares of the answers give.

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        Answers from 0 to n_levels - 1.
    n_levels : int
        K, levels of the scale.
    n_predictors : int
        p, without a constant.

    Returns
    -------
    ndarray, shape (K - 1 + p,)
        Thresholds, then coefficients of zero.

    Examples
    --------
    >>> ordered_start(np.array([0, 0, 1, 1]), 2, 1)
    array([0., 0.])
    """
    counts = np.bincount(y, minlength=n_levels) + 0.5 * (n_levels > 2)
    below = np.cumsum(counts)[:-1] / counts.sum()
    return np.concatenate([np.log(below / (1 - below)), np.zeros(n_predictors)])


def draw_ordered(
    X: Floats,
    y: Integers,
    X_missing: Floats,
    rng: np.random.Generator,
    *,
    start: Floats,
    delta: float = 0.0,
) -> tuple[Integers, Floats]:
    """Draw missing answers on an ordered scale.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        Predictors of those who answered, on standard scales, without a constant.
    y : ndarray of int, shape (n,)
        Their answers, from 0 to K - 1.
    X_missing : ndarray, shape (n_missing, p)
        Predictors of those who did not.
    rng : Generator
        Where chance comes from.
    start : ndarray, shape (K - 1 + p,)
        Thresholds and coefficients where the search begins.
    delta : float, default 0
        Added to the log odds of every higher answer.

    Returns
    -------
    drawn : ndarray of int, shape (n_missing,)
        Answers.
    estimate : ndarray, shape (K - 1 + p,)
        The posterior mode, a start for the next time.

    Notes
    -----
    P(y <= k) = F(threshold_k - x'b), F logistic [1]_. Thresholds and coefficients are drawn
    from the normal approximation of their posterior; a weak normal prior keeps coefficients
    finite.

    References
    ----------
    .. [1] McCullagh, P. (1980). Regression models for ordinal data. Journal of the Royal
       Statistical Society B, 42, 109-142. https://doi.org/10.1111/j.2517-6161.1980.tb01109.x

    Examples
    --------
    >>> X, y = np.repeat([[-2.0], [0.0], [2.0]], 30, axis=0), np.repeat([0, 1, 2], 30)
    >>> start = ordered_start(y, 3, 1)
    >>> drawn, _ = draw_ordered(X, y, X[::30] * 9, np.random.default_rng(1), start=start)
    >>> drawn[[0, 2]]
    array([0, 2])
    """
    cuts = len(start) - X.shape[1]
    estimate, information = _posterior(X, y, start, cuts)
    L = np.linalg.cholesky(information)
    drawn = estimate + np.linalg.solve(L.T, rng.standard_normal(len(estimate)))
    thresholds = np.maximum.accumulate(drawn[:cuts])  # a draw may cross where a level is rare
    below = expit(thresholds - (X_missing @ drawn[cuts:] + delta)[:, None])
    return np.asarray(np.sum(rng.random(len(X_missing))[:, None] > below, axis=1)), estimate


def _posterior(X: Floats, y: Integers, start: Floats, cuts: int) -> tuple[Floats, Floats]:
    """Mode and information, by Newton's method with halving."""
    prior = np.concatenate([np.full(cuts, 1e-8), np.full(X.shape[1], PRIOR_PRECISION)])
    theta, value = start, _value(X, y, start, prior, cuts)
    for _ in range(MOST_STEPS):
        gradient, information = _derivatives(X, y, theta, prior, cuts)
        step = np.linalg.solve(information, gradient)
        for _ in range(MOST_HALVINGS):
            higher = _value(X, y, theta + step, prior, cuts)
            if higher >= value - 1e-9 * abs(value):
                break
            step = step / 2
        theta, value = theta + step, higher
        if np.abs(step).max() < SMALL_STEP:
            break
    return theta, information


def _edges(X: Floats, y: Integers, theta: Floats, cuts: int) -> tuple[Floats, Floats]:
    """Log odds at the upper and lower edge of each answer."""
    edges = np.concatenate([[-np.inf], theta[:cuts], [np.inf]])
    eta = X @ theta[cuts:]
    return edges[y + 1] - eta, edges[y] - eta


def _value(X: Floats, y: Integers, theta: Floats, prior: Floats, cuts: int) -> float:
    """Log posterior; minus infinity where thresholds cross."""
    if np.any(np.diff(theta[:cuts]) <= 0):
        return -np.inf
    upper, lower = _edges(X, y, theta, cuts)
    share = np.maximum(expit(upper) - expit(lower), 1e-300)
    return float(np.sum(np.log(share)) - prior @ theta**2 / 2)


def _derivatives(
    X: Floats, y: Integers, theta: Floats, prior: Floats, cuts: int
) -> tuple[Floats, Floats]:
    """Gradient and minus the second derivatives."""
    upper, lower = _edges(X, y, theta, cuts)
    F_u, F_l = expit(np.minimum(upper, END)), expit(np.maximum(lower, -END))
    f_u, f_l = F_u * (1 - F_u), F_l * (1 - F_l)
    share = np.maximum(F_u - F_l, 1e-12)
    s_u, s_l = f_u / share, f_l / share
    h_u = s_u**2 - s_u * (1 - 2 * F_u)
    h_l = s_l**2 + s_l * (1 - 2 * F_l)
    A_u, A_l = _sides(X, y, cuts)
    gradient = A_u.T @ s_u - A_l.T @ s_l - prior * theta
    cross = A_u.T @ ((s_u * s_l)[:, None] * A_l)
    information = A_u.T @ (h_u[:, None] * A_u) + A_l.T @ (h_l[:, None] * A_l)
    return gradient, information - cross - cross.T + np.diag(prior)


def _sides(X: Floats, y: Integers, cuts: int) -> tuple[Floats, Floats]:
    """Derive the edges by thresholds and coefficients, shape (n, K - 1 + p) each."""
    levels = np.arange(cuts)
    is_upper = (y[:, None] == levels).astype(np.float64)
    is_lower = (y[:, None] == levels + 1).astype(np.float64)
    return np.hstack([is_upper, -X]), np.hstack([is_lower, -X])
