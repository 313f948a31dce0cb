"""Polyserial correlations between numbers and ordered categories."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from campaign_effect.errors import ConvergenceError
from campaign_effect.stats.moments.arrays import Floats, frozen
from campaign_effect.stats.moments.tables import Codes
from campaign_effect.stats.moments.variation import ConstantItemsError, EmptyCategoriesError

LIMIT = 0.995  # beyond, a number all but decides the category
STEP = 1e-5  # of central differences: their error is its square
TINY = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, slots=True, kw_only=True)
class Polyserials:
    """Polyserial correlations of a numeric with b ordinal items.

    Attributes
    ----------
    correlations, std_errors : ndarray of float, shape (a, b)
        Two-step estimates and standard errors.
    n_pairs : ndarray of int, shape (a, b)
        Rows with both values.
    """

    correlations: Floats = field(compare=False)
    std_errors: Floats = field(compare=False)
    n_pairs: Floats = field(compare=False)


def estimate_polyserials(
    numbers: ArrayLike, codes: Codes, *, weights: ArrayLike | None = None
) -> Polyserials:
    """Estimate the polyserial correlation of every number with every item.

    Parameters
    ----------
    numbers : array_like of float, shape (n, a)
        Numeric variables; nan where missing.
    codes : ndarray of int8, shape (n, b)
        Codes of ordered categories from 0, -1 where missing, as `encode` gives them.
    weights : array_like of float, shape (n,), optional
        Sampling weights; standard errors are robust to them.

    Returns
    -------
    Polyserials

    Raises
    ------
    NoVariationError
        If a number or an item is constant, or an item has a category that nobody chose; the
        positions are in the error's ``items``.
    ConvergenceError
        If the correlation is perfect: its likelihood has no maximum inside (-1, 1).

    Notes
    -----
    Mean, variance and thresholds come from each variable's own answers; the correlation
    maximises the likelihood of the category given the number [1]_. Standard errors are those
    of the infinitesimal jackknife: they count what the first step leaves uncertain, and do not
    ask that the number be normal.

    References
    ----------
    .. [1] Olsson, U., Drasgow, F., & Dorans, N. J. (1982). The polyserial correlation
       coefficient. Psychometrika, 47, 337-347. https://doi.org/10.1007/BF02294164

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(2000, 1))
    >>> y = 0.6 * x + 0.8 * rng.normal(size=(2000, 1)) > 0.5
    >>> estimate_polyserials(x, y.astype(np.int8)).correlations.round(2)
    array([[0.57]])
    """
    X = np.asarray(numbers, dtype=np.float64)
    constant = np.nanmax(X, axis=0) == np.nanmin(X, axis=0)
    if constant.any():
        raise ConstantItemsError.of(constant)
    w = np.ones(len(X)) if weights is None else np.asarray(weights, dtype=np.float64)
    taus = [_thresholds(codes[:, item], item, w) for item in range(codes.shape[1])]
    shape = X.shape[1], codes.shape[1]
    estimates, errors, n_pairs = np.empty((3, *shape))
    for i, x in enumerate(X.T):
        z = _standardised(x, w)
        for j, tau in enumerate(taus):
            estimates[i, j], errors[i, j] = _correlate(z, codes[:, j], tau, w)
            n_pairs[i, j] = (~np.isnan(z) & (codes[:, j] >= 0)).sum()
    return Polyserials(
        correlations=frozen(estimates), std_errors=frozen(errors), n_pairs=frozen(n_pairs)
    )


def _standardised(x: Floats, w: Floats) -> Floats:
    """Take the weighted mean of the known values off, and divide by their deviation."""
    known = np.where(np.isnan(x), 0.0, w)
    centred = x - np.nansum(known * x) / known.sum()
    return np.asarray(centred / np.sqrt(np.nansum(known * centred**2) / known.sum()))


def _thresholds(codes: Codes, item: int, w: Floats) -> Floats:
    """Find the normal quantiles of one item's cumulative proportions."""
    answered = codes >= 0
    margin = np.bincount(codes[answered], weights=w[answered])
    positions = np.arange(item + 1) == item
    if len(margin) < 2:
        raise ConstantItemsError.of(positions)
    if (margin == 0).any():
        raise EmptyCategoriesError.of(positions)
    return np.asarray(special.ndtri(np.cumsum(margin)[:-1] / margin.sum()))


def _correlate(z: Floats, codes: Codes, tau: Floats, w: Floats) -> tuple[float, float]:
    """Polyserial correlation of one pair and its standard error."""
    both = ~np.isnan(z) & (codes >= 0)
    number, category, own = z[both], codes[both], w[both]

    def total(rho: float) -> float:
        return float(own @ _scores(rho, number, category, tau))

    if total(-LIMIT) <= 0 or total(LIMIT) >= 0:
        raise ConvergenceError(
            f"A polyserial correlation lies beyond {LIMIT}: the number decides the category.",
            hint="leave out one of the two variables.",
        )
    rho = float(optimize.brentq(total, -LIMIT, LIMIT, xtol=1e-14))
    return rho, _std_error(rho, z, codes, tau, w)


def _scores(rho: float, z: Floats, codes: Codes, tau: Floats) -> Floats:
    """Differentiate each row's log probability of its category given z, by rho."""
    bounds = np.concatenate([[-np.inf], tau, [np.inf]])
    lower, upper = bounds[codes], bounds[codes + 1]
    rest = (1 - rho) * (1 + rho)
    low, high = (lower - rho * z) / np.sqrt(rest), (upper - rho * z) / np.sqrt(rest)
    mirrored = low > 0  # in the upper tail, differences of 1 - Phi keep their digits
    above = special.ndtr(np.where(mirrored, -low, high))
    below = special.ndtr(np.where(mirrored, -high, low))
    turn = _density(high) * (rho * _finite(upper) - z)
    turn -= _density(low) * (rho * _finite(lower) - z)
    return np.asarray(turn / rest**1.5 / np.maximum(above - below, TINY))


def _std_error(rho: float, z: Floats, codes: Codes, tau: Floats, w: Floats) -> float:
    """Root of the sum of the rows' squared influences, those on step one included."""
    known, answered = ~np.isnan(z), codes >= 0
    both = known & answered
    influence = np.zeros(len(z))
    influence[both] = _scores(rho, z[both], codes[both], tau)
    by_rho, by_mean, by_variance, by_tau = _slopes(rho, z[both], codes[both], tau, w[both])
    influence[known] += (by_mean * z + by_variance * (z**2 - 1))[known] / w[known].sum()
    below = codes[answered, None] <= np.arange(len(tau))
    influence[answered] += (
        (below - special.ndtr(tau)) @ (by_tau / _density(tau)) / w[answered].sum()
    )
    return float(np.linalg.norm(w * influence) / abs(by_rho))


def _slopes(
    rho: float, z: Floats, codes: Codes, tau: Floats, w: Floats
) -> tuple[float, float, float, Floats]:
    """Central differences of the total score by rho, mean, variance and thresholds."""

    def total(step: Floats) -> float:
        moved = (z - step[1]) / np.sqrt(1 + step[2])
        return float(w @ _scores(rho + step[0], moved, codes, tau + step[3:]))

    steps = STEP * np.eye(3 + len(tau))
    slopes = np.array([(total(step) - total(-step)) / (2 * STEP) for step in steps])
    return float(slopes[0]), float(slopes[1]), float(slopes[2]), slopes[3:]


def _density(x: Floats) -> Floats:
    """Of the standard normal; 0 at infinity."""
    return np.asarray(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))


def _finite(limits: Floats) -> Floats:
    """Limits with 0 for infinity, where a density of 0 multiplies them."""
    return np.where(np.isinf(limits), 0.0, limits)
