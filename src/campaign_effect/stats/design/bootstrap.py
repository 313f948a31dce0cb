"""Resamples of people or villages, and the intervals that they give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from campaign_effect.errors import StatisticsError, TooFewRowsError
from campaign_effect.stats.moments.arrays import Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapInterval:
    """An interval from bootstrap replicates.

    Attributes
    ----------
    conf_low, conf_high : float
        Bounds.
    std_error : float
        Standard deviation of the replicates.
    bias : float
        Their mean less the estimate.
    n_used, n_failed : int
        Replicates with and without a finite value; only the former count.
    """

    conf_low: float
    conf_high: float
    std_error: float
    bias: float
    n_used: int
    n_failed: int


def resample_counts(
    n: int, n_replicates: int, *, seed: int, counts: ArrayLike | None = None
) -> Integers:
    """Draw how often each person, or each village, is in each bootstrap resample.

    Parameters
    ----------
    n : int
        People, villages, or unique rows.
    n_replicates : int
        B.
    seed : int
        For the draws.
    counts : array_like of int, shape (n,), optional
        How many people each unique row stands for; by default one each.

    Returns
    -------
    ndarray of int, shape (B, n)
        Rows sum to n, or to the sum of ``counts``.

    References
    ----------
    .. [1] Efron, B. (1979). Bootstrap methods: Another look at the jackknife. Annals of
       Statistics, 7, 1-26. https://doi.org/10.1214/aos/1176344552

    Examples
    --------
    >>> resample_counts(4, 2, seed=1).sum(axis=1)
    array([4, 4])
    """
    rng = np.random.default_rng(seed)
    if counts is not None:
        c = np.asarray(counts, dtype=np.int64)
        return rng.multinomial(int(c.sum()), c / c.sum(), size=n_replicates)
    drawn = rng.integers(0, n, size=(n_replicates, n))  # faster than multinomial draws
    drawn += n * np.arange(n_replicates)[:, None]
    return np.bincount(drawn.ravel(), minlength=n_replicates * n).reshape(n_replicates, n)


def percentile_interval(
    estimate: float, replicates: ArrayLike, *, level: float = 0.95
) -> BootstrapInterval:
    """Take the middle of the replicates.

    Parameters
    ----------
    estimate : float
        From all answers.
    replicates : array_like of float, shape (B,)
        Of the same statistic; those without a finite value are counted as failed.
    level : float, default 0.95
        Coverage, in (0, 1).

    Returns
    -------
    BootstrapInterval

    Raises
    ------
    TooFewRowsError
        If fewer than two replicates are finite.

    Examples
    --------
    >>> interval = percentile_interval(50.0, np.arange(101.0))
    >>> round(interval.conf_low, 3), round(interval.conf_high, 3)
    (2.5, 97.5)
    """
    tail = (1 - level) / 2
    return _interval(estimate, replicates, (tail, 1 - tail))


def bca_interval(
    estimate: float, replicates: ArrayLike, jackknife: ArrayLike, *, level: float = 0.95
) -> BootstrapInterval:
    """Correct the percentiles for bias and for a spread that changes with the parameter.

    Parameters
    ----------
    estimate : float
        From all answers.
    replicates : array_like of float, shape (B,)
        Of the same statistic; those without a finite value are counted as failed.
    jackknife : array_like of float, shape (n,) or (G,)
        The statistic without each person, or without each village where these were resampled.
    level : float, default 0.95
        Coverage, in (0, 1).

    Returns
    -------
    BootstrapInterval

    Raises
    ------
    TooFewRowsError
        If fewer than two replicates are finite.
    StatisticsError
        If the estimate lies outside all replicates, or an estimate of the jackknife is not
        finite.

    Notes
    -----
    Percentiles Phi(z0 + (z0 + z) / (1 - a (z0 + z))): z0 is the normal quantile of the share
    of replicates below the estimate, a the skewness of the jackknife by 6 [1]_.

    References
    ----------
    .. [1] Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American
       Statistical Association, 82, 171-185. https://doi.org/10.1080/01621459.1987.10478410

    Examples
    --------
    >>> interval = bca_interval(50.0, np.arange(101.0), [49.0, 50.0, 51.0])
    >>> round(interval.conf_low, 3), round(interval.conf_high, 3)
    (2.5, 97.5)
    """
    t, left = _finite(replicates), np.asarray(jackknife, dtype=np.float64)
    below = ((t < estimate).sum() + (t <= estimate).sum()) / (2 * len(t))
    if not 0 < below < 1 or not np.isfinite(left).all():
        raise StatisticsError(
            "A bias-corrected interval has no bounds here.",
            received=f"{below:.0%} of {len(t)} replicates below the estimate, "
            f"{int((~np.isfinite(left)).sum())} of {len(left)} jackknife values not finite",
            hint="use the percentile interval, or more answers.",
        )
    z0 = special.ndtri(below)
    deviations = left.mean() - left
    squares = (deviations**2).sum()
    a = (deviations**3).sum() / (6 * squares**1.5) if squares > 0 else 0.0
    z = special.ndtri((1 - level) / 2)
    low, high = (special.ndtr(z0 + (z0 + q) / (1 - a * (z0 + q))) for q in (z, -z))
    return _interval(estimate, replicates, (float(low), float(high)))


def _finite(replicates: ArrayLike) -> Floats:
    """Replicates that have a value."""
    values = np.asarray(replicates, dtype=np.float64)
    finite = values[np.isfinite(values)]
    if len(finite) < 2:
        raise TooFewRowsError(
            "An interval needs at least 2 bootstrap replicates with a value.",
            received=f"{len(finite)} of {len(values)} replicates",
        )
    return finite


def _interval(
    estimate: float, replicates: ArrayLike, percentiles: tuple[float, float]
) -> BootstrapInterval:
    """Bounds at two percentiles of the finite replicates."""
    t = _finite(replicates)
    low, high = np.quantile(t, percentiles)
    return BootstrapInterval(
        conf_low=float(low),
        conf_high=float(high),
        std_error=float(t.std(ddof=1)),
        bias=float(t.mean() - estimate),
        n_used=len(t),
        n_failed=int(np.size(replicates)) - len(t),
    )
