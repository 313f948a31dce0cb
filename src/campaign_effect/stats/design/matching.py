"""Predictive mean matching: a missing number is given that of someone predicted alike."""

from __future__ import annotations

import numpy as np

from campaign_effect.stats.moments.arrays import Floats, Integers

RIDGE = 1e-6  # of a column's sum of squares; lets columns be collinear, as villages may be
DONORS = 5


def draw_matched(
    X: Floats, y: Floats, X_missing: Floats, rng: np.random.Generator, donors: int = DONORS
) -> Floats:
    """Draw missing numbers from answers that were given.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        Predictors of those who answered, with a column of ones.
    y : ndarray, shape (n,)
        Their answers.
    X_missing : ndarray, shape (n_missing, p)
        Predictors of those who did not.
    rng : Generator
        Where chance comes from.
    donors : int, default 5
        Among how many nearest answers one is drawn.

    Returns
    -------
    ndarray, shape (n_missing,)
        Values that occur in y.

    Notes
    -----
    Answers are predicted with the estimated coefficients, missing ones with a draw of the
    coefficients from their posterior (type 1 matching) [1]_.

    References
    ----------
    .. [1] van Buuren, S. (2018). Flexible imputation of missing data (2nd ed., section 3.4).
       CRC Press. https://doi.org/10.1201/9780429492259

    Examples
    --------
    >>> X, y = np.column_stack([np.ones(6), np.arange(6.0)]), 10.0 * np.arange(6)
    >>> draw_matched(X, y, X[:2], np.random.default_rng(1), donors=1)
    array([ 0., 10.])
    """
    gram = X.T @ X
    gram[np.diag_indices_from(gram)] *= 1 + RIDGE
    L = np.linalg.cholesky(gram)
    beta = np.linalg.solve(gram, X.T @ y)
    fitted = X @ beta
    free = max(len(y) - X.shape[1], 1)
    sigma = np.sqrt(np.sum((y - fitted) ** 2) / rng.chisquare(free))
    drawn = beta + sigma * np.linalg.solve(L.T, rng.standard_normal(len(beta)))
    return np.asarray(y[_nearest(fitted, X_missing @ drawn, rng, donors)])


def _nearest(fitted: Floats, wanted: Floats, rng: np.random.Generator, donors: int) -> Integers:
    """Position of one of the nearest fitted values for each wanted one."""
    n = len(fitted)
    order = np.argsort(fitted, kind="stable")
    ranked = fitted[order]
    width, few = min(2 * donors, n), min(donors, n)
    first = np.clip(np.searchsorted(ranked, wanted) - donors, 0, n - width)
    window = first[:, None] + np.arange(width)
    distance = np.abs(ranked[window] - wanted[:, None])
    nearest = np.argpartition(distance, few - 1, axis=1)[:, :few]
    rows = np.arange(len(wanted))
    chosen = nearest[rows, rng.integers(0, few, len(wanted))]
    return np.asarray(order[window[rows, chosen]])
