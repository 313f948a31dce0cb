"""Means and covariances of incomplete answers by the EM algorithm."""

from __future__ import annotations

import numpy as np

from campaign_effect.errors import ConvergenceError, StatisticsError
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.moments.patterns import Patterns
from campaign_effect.stats.sem.normal import normal_point

_TOLERANCE = 1e-10  # of the changes, in standard deviations
_MOST_STEPS = 2_000


def saturated_moments(patterns: Patterns) -> tuple[Floats, Floats]:
    """Return the maximum likelihood estimates of mean and covariances.

    Parameters
    ----------
    patterns : Patterns
        The sample.

    Returns
    -------
    mean : ndarray of float, shape (p,)
    cov : ndarray of float, shape (p, p)

    Raises
    ------
    StatisticsError
        If a variable was never observed or never varies, or the covariances become singular.
    ConvergenceError
        If the estimates keep moving.

    Notes
    -----
    A step of EM [1]_ moves the mean by ``-cov g / 2`` and the covariances by ``-cov G cov``
    (about the new mean), where g and G are the derivatives of the deviance.

    References
    ----------
    .. [1] Dempster, A. P., Laird, N. M., & Rubin, D. B. (1977). Maximum likelihood from
       incomplete data via the EM algorithm. Journal of the Royal Statistical Society: Series B,
       39, 1-22. https://doi.org/10.1111/j.2517-6161.1977.tb01600.x

    Examples
    --------
    >>> from campaign_effect.stats.moments.patterns import find_patterns
    >>> rows = np.array([[1.0, 2], [3, 3], [2, np.nan], [4, 7]])
    >>> saturated_moments(find_patterns(rows))[0].round(3).tolist()
    [2.5, 3.75]
    """
    mean, scale = _first_guess(patterns)
    cov = np.diag(scale**2)
    for _ in range(_MOST_STEPS):
        try:
            point = normal_point(patterns, mean, cov)
        except np.linalg.LinAlgError as error:
            raise StatisticsError(
                "The covariances of the incomplete answers are singular.",
                hint="leave out variables that are sums of others, or collect more rows.",
            ) from error
        step = -0.5 * cov @ point.mean_slope
        change = -cov @ point.cov_slope @ cov - np.outer(step, step)
        mean, cov = mean + step, cov + 0.5 * (change + change.T)
        moved = max(np.abs(step / scale).max(), np.abs(change / np.outer(scale, scale)).max())
        if moved < _TOLERANCE:
            return mean, cov
    raise ConvergenceError(
        "The EM algorithm for incomplete answers did not settle.",
        received=f"{_MOST_STEPS} steps, last change {moved:.1e} standard deviations",
        hint="leave out variables that are missing for almost everybody.",
    )


def _first_guess(patterns: Patterns) -> tuple[Floats, Floats]:
    """Return means and standard deviations of the answers that are there."""
    weights = patterns.counts[:, None] * patterns.observed
    counts = weights.sum(axis=0)
    if (counts == 0).any():
        raise StatisticsError(
            f"Variables without any answer: {np.flatnonzero(counts == 0).tolist()}."
        )
    mean = (weights * patterns.means).sum(axis=0) / counts
    spread = np.diagonal(patterns.covs, axis1=1, axis2=2) + (patterns.means - mean) ** 2
    variance = (weights * spread).sum(axis=0) / counts
    if (variance <= 0).any():
        raise StatisticsError(
            f"Variables without variation: {np.flatnonzero(variance <= 0).tolist()}."
        )
    return mean, np.sqrt(variance)
