"""The correlation of two variables, each less what is expected of it, and the rows' scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import optimize

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.stats.moments.pair_cells import (
    cell_probabilities,
    cell_slopes,
    threshold_slopes,
)
from campaign_effect.stats.moments.univariate import (
    Univariate,
    density,
    finite,
    interval,
)

LIMITS = (0.3, 0.6, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999)  # tried until the score turns
MOST_STEPS, NEAR = 100, 1e-12  # of Newton's steps, and how small the last one is
FLOOR = 1e-100  # of a cell's probability: the square of its inverse is a number
CELLS_PER_ROW = 4  # of more possible cells, rows are reckoned one by one


class PerfectCorrelationError(StatisticsError):
    """A likelihood has no maximum inside (-1, 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairScores:
    """A pair's correlation, and the rows' scores: on it, and on each variable's parameters.

    Attributes
    ----------
    r : float
    score : ndarray of float, shape (n,)
    first, second : ndarray of float, shape (n, k)
    """

    r: float
    score: Floats = field(compare=False)
    first: Floats = field(compare=False)
    second: Floats = field(compare=False)


def pair_scores(a: Univariate, b: Univariate, patterns: Integers, w: Floats) -> PairScores:
    """Estimate the correlation of a pair: polychoric, polyserial or product-moment.

    Parameters
    ----------
    a, b : Univariate
        The variables with the parameters of the first step.
    patterns : ndarray of int, shape (n,)
        Which rows have the same predictors, numbered from 0.
    w : ndarray of float, shape (n,)
        Weights.

    Returns
    -------
    PairScores

    Raises
    ------
    PerfectCorrelationError
        If the correlation is perfect.
    """
    if a.is_ordinal and b.is_ordinal:
        return _polychoric(a, b, patterns, w)
    if not a.is_ordinal and not b.is_ordinal:
        return _product_moment(a, b, w)
    if b.is_ordinal:
        return _polyserial(a, b, w)
    turned = _polyserial(b, a, w)
    return PairScores(r=turned.r, score=turned.score, first=turned.second, second=turned.first)


def _root(total: Callable[[float], float]) -> float:
    """Find where the total score is zero, from no correlation outwards."""
    sign = 1.0 if total(0.0) > 0 else -1.0
    near = 0.0
    for limit in LIMITS:
        if sign * total(sign * limit) <= 0:
            return float(optimize.brentq(total, near, sign * limit, xtol=1e-13))
        near = sign * limit
    raise _perfect()


def _climb(derivatives: Callable[[float], tuple[float, float]], start: float) -> float:
    """Find the maximum by Newton's steps, kept between the signs of the score."""
    low, high = -LIMITS[-1], LIMITS[-1]
    r = start
    for _ in range(MOST_STEPS):
        score, curvature = derivatives(r)
        low, high = (r, high) if score > 0 else (low, r)
        new = r - score / curvature if curvature < 0 else high
        new = new if low < new < high else (low + high) / 2
        if abs(new - r) <= NEAR:
            if abs(new) > LIMITS[-1] - 2 * NEAR:
                break
            return new
        r = new
    raise _perfect()


def _perfect() -> PerfectCorrelationError:
    return PerfectCorrelationError(
        f"A correlation lies beyond {LIMITS[-1]}: one variable decides the other.",
        hint="leave out one of the two variables.",
    )


def _product_moment(a: Univariate, b: Univariate, w: Floats) -> PairScores:
    product = a.z * b.z
    r = float(np.average(product, weights=w))
    rest = 1 - r**2
    squares = a.z**2 - 2 * r * product + b.z**2
    own = [
        x.from_normal(
            (x.z - r * y.z) / (x.sd * rest),
            ((x.z**2 - r * product) / rest - 1) / (2 * x.sd**2),
        )
        for x, y in ((a, b), (b, a))
    ]
    score = (r + product - r * squares / rest) / rest
    return PairScores(r=r, score=score, first=own[0], second=own[1])


def _polyserial(a: Univariate, b: Univariate, w: Floats) -> PairScores:
    """Correlate a numeric with an ordinal variable."""

    def parts(r: float) -> tuple[Floats, Floats, Floats]:
        root = np.sqrt((1 - r) * (1 + r))
        low, high = (b.low - r * a.z) / root, (b.high - r * a.z) / root
        chance = interval(low, high)
        by_low, by_high = density(low) / chance, density(high) / chance
        turned = by_high * (r * finite(b.high) - a.z) - by_low * (r * finite(b.low) - a.z)
        return turned / root**3, by_low / root, by_high / root

    r = _root(lambda at: float(w @ parts(at)[0]))
    score, by_low, by_high = parts(r)
    shift = (by_high - by_low) * r / a.sd
    return PairScores(
        r=r,
        score=score,
        first=a.scores + a.from_normal(shift, shift * a.z / (2 * a.sd)),
        second=b.from_bounds(-by_low, by_high),
    )


def _polychoric(a: Univariate, b: Univariate, patterns: Integers, w: Floats) -> PairScores:
    """Correlate two ordinal variables, cell by cell of what rows have in common."""
    rows, cell = _cells(a, b, patterns)
    counts = np.bincount(cell, weights=w, minlength=len(rows))
    first, second = _padded(a, rows), _padded(b, rows)

    def slopes(r: float) -> tuple[Floats, Floats, Floats]:
        R = np.full(len(rows), r)
        chance = np.maximum(cell_probabilities(first, second, R)[:, 1, 1], FLOOR)
        slope, bend = (found[:, 1, 1] / chance for found in cell_slopes(first, second, R))
        return chance, slope, bend - slope**2

    def derivatives(r: float) -> tuple[float, float]:
        _, slope, curvature = slopes(r)
        return float(counts @ slope), float(counts @ curvature)

    r = _climb(derivatives, 0.9 * float(np.corrcoef(a.codes, b.codes)[0, 1]))
    R = np.full(len(rows), r)
    chance, slope, _ = slopes(r)
    own = threshold_slopes(first, second, R)[:, :, 1] / chance[:, None]
    other = threshold_slopes(second, first, R)[:, :, 1] / chance[:, None]
    return PairScores(
        r=r,
        score=slope[cell],
        first=a.from_bounds(-own[cell, 0], own[cell, 1]),
        second=b.from_bounds(-other[cell, 0], other[cell, 1]),
    )


def _cells(a: Univariate, b: Univariate, patterns: Integers) -> tuple[Integers, Integers]:
    """Give a row of each combination of answers and predictors, and each row's combination."""
    n_first, n_second = len(a.thresholds) + 1, len(b.thresholds) + 1
    n_cells = (int(patterns.max()) + 1) * n_first * n_second
    each = np.arange(len(patterns))
    if n_cells > CELLS_PER_ROW * len(patterns):
        return each, each
    cell = (patterns * n_first + a.codes) * n_second + b.codes
    row = np.full(n_cells, -1)
    row[cell] = each
    found = np.flatnonzero(row >= 0)
    place = np.empty(n_cells, dtype=np.int64)
    place[found] = np.arange(len(found))
    return row[found], place[cell]


def _padded(variable: Univariate, rows: Integers) -> Floats:
    """Give the bounds of some rows between infinities, so that they bound the middle cell."""
    bounds = np.full((len(rows), 4), np.inf)
    bounds[:, 0] = -np.inf
    bounds[:, 1], bounds[:, 2] = variable.low[rows], variable.high[rows]
    return bounds
