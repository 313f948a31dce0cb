"""One variable at a time: thresholds, or mean and variance, given predictors or not.

The first of the two steps from mixed answers to their moments: each variable's own parameters,
and the scores that the rows have on them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import special

from campaign_effect.errors import ConvergenceError
from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.stats.moments.tables import Codes

MOST_STEPS = 100
MOST_HALVINGS = 30
FLAT = 1e-11  # mean score of a row, predictors in units of their deviation
UNKNOWN = 1e-7  # information of a row below which something has no estimate
TINY = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, slots=True, kw_only=True)
class Univariate:
    """One variable: parameters, where they stand among all, and the rows' scores on them.

    An ordinal variable is the latent response between ``low`` and ``high``; a numeric one lies
    ``z`` deviations from what is expected of it.

    Attributes
    ----------
    given : ndarray of float, shape (n, q)
        Predictors.
    codes : ndarray of int8, shape (n,)
        Categories; empty if numeric.
    low, high : ndarray of float, shape (n,)
        Bounds of each row's latent response, less what is expected; empty if numeric.
    z : ndarray of float, shape (n,)
        Standardised residuals; empty if ordinal.
    thresholds : ndarray of float, shape (k,)
        Where the predictors are zero; empty if numeric.
    mean, sd : float
        Intercept and residual standard deviation; 0 and 1 if ordinal.
    slopes : ndarray of float, shape (q,)
    at : ndarray of int
        Positions of thresholds or mean, slopes and, if numeric, variance.
    scores : ndarray of float, shape (n, len(at))
    """

    given: Floats = field(compare=False)
    codes: Codes = field(compare=False)
    low: Floats = field(compare=False)
    high: Floats = field(compare=False)
    z: Floats = field(compare=False)
    thresholds: Floats = field(compare=False)
    mean: float
    sd: float
    slopes: Floats = field(compare=False)
    at: Integers = field(compare=False)
    scores: Floats = field(compare=False)

    @property
    def is_ordinal(self) -> bool:
        """Whether it has thresholds."""
        return len(self.thresholds) > 0

    def from_bounds(self, by_low: Floats, by_high: Floats) -> Floats:
        """Turn derivatives by the rows' bounds into scores on thresholds and slopes."""
        return _from_bounds(self.codes, self.given, len(self.thresholds), by_low, by_high)

    def from_normal(self, by_mean: Floats, by_variance: Floats) -> Floats:
        """Turn derivatives by the rows' mean and variance into scores on the parameters."""
        return np.column_stack([by_mean, by_mean[:, None] * self.given, by_variance])


def fit_ordinal(codes: Codes, given: Floats, w: Floats, at: Integers) -> Univariate:
    """Fit an ordered probit regression.

    Parameters
    ----------
    codes : ndarray of int8, shape (n,)
        Categories from 0; every one occurs.
    given : ndarray of float, shape (n, q)
        Predictors; without any, thresholds are quantiles of the shares.
    w : ndarray of float, shape (n,)
        Weights.
    at : ndarray of int, shape (k + q,)
        Positions of the parameters.

    Returns
    -------
    Univariate

    Raises
    ------
    ConvergenceError
        If the predictors decide the category.

    References
    ----------
    .. [1] McKelvey, R. D., & Zavoina, W. (1975). A statistical model for the analysis of
       ordinal level dependent variables. Journal of Mathematical Sociology, 4, 103-120.
       https://doi.org/10.1080/0022250X.1975.9989847
    """
    shares = np.bincount(codes, weights=w) / w.sum()
    thresholds = special.ndtri(np.cumsum(shares)[:-1])
    slopes = np.zeros(given.shape[1])
    if given.shape[1]:
        thresholds, slopes = _ordered_probit(codes, given, w, thresholds)
    low, high = _bounds(codes, thresholds, given @ slopes)
    chance = interval(low, high)
    by_low, by_high = -density(low) / chance, density(high) / chance
    return Univariate(
        given=given,
        codes=codes,
        low=low,
        high=high,
        z=np.zeros(0),
        thresholds=thresholds,
        mean=0.0,
        sd=1.0,
        slopes=slopes,
        at=at,
        scores=_from_bounds(codes, given, len(thresholds), by_low, by_high),
    )


def fit_numeric(values: Floats, given: Floats, w: Floats, at: Integers) -> Univariate:
    """Fit a linear regression.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
    given : ndarray of float, shape (n, q)
        Predictors; without any, the mean is fitted.
    w : ndarray of float, shape (n,)
        Weights.
    at : ndarray of int, shape (1 + q + 1,)
        Positions of the parameters.

    Returns
    -------
    Univariate
        Its variance has divisor n.
    """
    X = np.column_stack([np.ones(len(values)), given])
    root = np.sqrt(w)
    found = np.linalg.lstsq(root[:, None] * X, root * values, rcond=None)[0]
    away = values - X @ found
    sd = float(np.sqrt(np.average(away**2, weights=w)))
    z = away / sd
    nothing = np.zeros(0)
    by_mean = z / sd
    return Univariate(
        given=given,
        codes=np.zeros(0, dtype=np.int8),
        low=nothing,
        high=nothing,
        z=z,
        thresholds=nothing,
        mean=float(found[0]),
        sd=sd,
        slopes=found[1:],
        at=at,
        scores=np.column_stack([by_mean, by_mean[:, None] * given, (z**2 - 1) / (2 * sd**2)]),
    )


def interval(low: Floats, high: Floats) -> Floats:
    """Probability of a normal variable between two bounds, with its digits in both tails."""
    turned = low > 0
    above = special.ndtr(np.where(turned, -low, high))
    below = special.ndtr(np.where(turned, -high, low))
    return np.asarray(np.maximum(above - below, TINY))


def density(x: Floats) -> Floats:
    """Of the standard normal; zero at infinity."""
    return np.asarray(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))


def finite(bounds: Floats) -> Floats:
    """Bounds with 0 for infinity, where a density of 0 multiplies them."""
    return np.where(np.isinf(bounds), 0.0, bounds)


def _bounds(codes: Codes, thresholds: Floats, expected: Floats) -> tuple[Floats, Floats]:
    ends = np.concatenate([[-np.inf], thresholds, [np.inf]])
    return ends[codes] - expected, ends[codes + 1] - expected


def _from_bounds(
    codes: Codes, given: Floats, k: int, by_low: Floats, by_high: Floats
) -> Floats:
    levels = np.arange(k)
    own = np.where(codes[:, None] == levels, by_high[:, None], 0.0)
    own += np.where(codes[:, None] == levels + 1, by_low[:, None], 0.0)
    return np.hstack([own, -(by_low + by_high)[:, None] * given])


def _ordered_probit(
    codes: Codes, given: Floats, w: Floats, thresholds: Floats
) -> tuple[Floats, Floats]:
    """Maximise the likelihood, which is concave, by Newton's steps."""
    centre = np.average(given, axis=0, weights=w)
    scale = np.sqrt(np.average((given - centre) ** 2, axis=0, weights=w))
    X, k = (given - centre) / scale, len(thresholds)
    at = np.concatenate([thresholds, np.zeros(X.shape[1])])

    def log_likelihood(point: Floats) -> float:
        if (np.diff(point[:k]) <= 0).any():
            return -np.inf
        return float(w @ np.log(interval(*_bounds(codes, point[:k], X @ point[k:]))))

    for _ in range(MOST_STEPS):
        gradient, curvature = _derivatives(codes, X, w, at, k)
        if np.linalg.eigvalsh(-curvature)[0] <= UNKNOWN * w.sum():
            break
        if np.abs(gradient).max() <= FLAT * w.sum():
            slopes = at[k:] / scale
            return at[:k] + float(centre @ slopes), slopes
        step = np.linalg.solve(curvature, gradient)
        now, halvings = log_likelihood(at), 0
        while log_likelihood(at - step) < now - abs(now) * 1e-14 and halvings < MOST_HALVINGS:
            step, halvings = step / 2, halvings + 1
        at = at - step
    raise ConvergenceError(
        "The predictors of an ordinal variable all but decide its category.",
        hint="leave out a predictor, or join rare categories.",
    )


def _derivatives(
    codes: Codes, X: Floats, w: Floats, at: Floats, k: int
) -> tuple[Floats, Floats]:
    """Return gradient and second derivative of the log likelihood."""
    low, high = _bounds(codes, at[:k], X @ at[k:])
    chance = interval(low, high)
    up, down = density(high) / chance, density(low) / chance
    one, none = np.ones(len(X)), np.zeros(len(X))
    to_high = _from_bounds(codes, X, k, none, one)
    to_low = _from_bounds(codes, X, k, one, none)
    gradient = (w * up) @ to_high - (w * down) @ to_low
    crossed = (to_high.T * (w * up * down)) @ to_low
    curvature = crossed + crossed.T
    curvature -= (to_high.T * (w * up * (finite(high) + up))) @ to_high
    curvature += (to_low.T * (w * down * (finite(low) - down))) @ to_low
    return gradient, curvature
