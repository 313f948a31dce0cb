"""Draws of missing categories from a multinomial logit, its coefficients drawn as well."""

from __future__ import annotations

import numpy as np

from campaign_effect.stats.moments.arrays import Floats, Integers

PRIOR_PRECISION = 0.04  # of a coefficient per SD: a log odds ratio of 5 is one prior SD
MOST_STEPS = 30
SMALL_STEP = 3e-3  # of a log odds: the next would be 1e-5, and a draw moves them by 0.1


def draw_categories(
    X: Floats,
    y: Integers,
    X_missing: Floats,
    rng: np.random.Generator,
    *,
    start: Floats,
    delta: float = 0.0,
) -> tuple[Integers, Floats]:
    """Draw missing categories.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        Predictors of those who answered, on standard scales, the first of ones.
    y : ndarray of int, shape (n,)
        Their categories, from 0 to K - 1.
    X_missing : ndarray, shape (n_missing, p)
        Predictors of those who did not.
    rng : Generator
        Where chance comes from.
    start : ndarray, shape (p, K - 1)
        Where the search for the coefficients begins.
    delta : float, default 0
        Added to the log odds of every category but the first.

    Returns
    -------
    drawn : ndarray of int, shape (n_missing,)
        Categories.
    estimate : ndarray, shape (p, K - 1)
        The coefficients' posterior mode, a start for the next time.

    Notes
    -----
    Coefficients are drawn from the normal approximation of their posterior [1]_. A weak
    normal prior keeps them finite where a predictor separates categories.

    References
    ----------
    .. [1] van Buuren, S. (2018). Flexible imputation of missing data (2nd ed., section 3.6).
       CRC Press. https://doi.org/10.1201/9780429492259

    Examples
    --------
    >>> X = np.column_stack([np.ones(40), np.repeat([-9.0, 9.0], 20)])
    >>> y = np.repeat([0, 1], 20)
    >>> start = np.zeros((2, 1))
    >>> draw_categories(X, y, X[[0, 39]], np.random.default_rng(1), start=start)[0]
    array([0, 1])
    """
    p, others = start.shape
    prior = np.full(p, PRIOR_PRECISION)
    prior[0] = 0.0
    is_one = (y[:, None] == np.arange(1, others + 1)).astype(np.float64)
    estimate, L = _posterior(X, is_one, start, prior)
    step = np.linalg.solve(L.T, rng.standard_normal(p * others))
    B = estimate + step.reshape(others, p).T
    eta = X_missing @ B + delta
    return _drawn(_shares(eta), rng), estimate


def _posterior(
    X: Floats, is_one: Floats, start: Floats, prior: Floats
) -> tuple[Floats, Floats]:
    """Mode and Cholesky factor of the information, by Newton's method."""
    B = start
    for _ in range(MOST_STEPS):
        P = _shares(X @ B)[:, 1:]
        gradient = X.T @ (is_one - P) - prior[:, None] * B
        L = np.linalg.cholesky(_information(X, P, prior))
        step = np.linalg.solve(L.T, np.linalg.solve(L, gradient.T.ravel()))
        length = float(np.abs(step).max())
        B = B + step.reshape(B.shape[1], B.shape[0]).T / max(1.0, length / 3)
        if length < SMALL_STEP:
            break
    return B, np.asarray(L)


def _information(X: Floats, P: Floats, prior: Floats) -> Floats:
    """Minus the second derivatives, shape (p (K - 1), p (K - 1)), category by category."""
    p, others = X.shape[1], P.shape[1]
    H = np.empty((others, p, others, p))
    for a in range(others):
        for b in range(a + 1):
            w = P[:, a] * ((a == b) - P[:, b])
            H[a, :, b, :] = H[b, :, a, :] = X.T @ (w[:, None] * X)
        H[a, :, a, :] += np.diag(np.maximum(prior, 1e-8))
    return H.reshape(p * others, p * others)


def _shares(eta: Floats) -> Floats:
    """Probabilities of all categories, the first with log odds 0."""
    odds = np.vstack([np.zeros(len(eta)), eta.T])  # long rows are summed faster than short
    np.exp(odds - odds.max(axis=0), out=odds)
    return np.asarray((odds / odds.sum(axis=0)).T)


def _drawn(shares: Floats, rng: np.random.Generator) -> Integers:
    """Draw a category with each row's probabilities."""
    below = np.cumsum(shares[:, :-1], axis=1)
    return np.asarray(np.sum(rng.random(len(shares))[:, None] > below, axis=1))
