"""Little's test that answers are missing completely at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from campaign_effect.errors import NoVariationError
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.moments.patterns import Patterns
from campaign_effect.stats.sem.saturated import saturated_moments


@dataclass(frozen=True, slots=True, kw_only=True)
class LittleTest:
    """Whether those who skip some questions answer the others like everybody else.

    Attributes
    ----------
    statistic : float
        Little's d squared.
    df : int
        Answered variables summed over the patterns, less the variables.
    p_value : float
        Upper tail of chi-square.
    n : int
        Rows with any answer.
    n_patterns : int
        Patterns of missing answers among them, the complete one included.
    """

    statistic: float
    df: int
    p_value: float
    n: int
    n_patterns: int


def little_test(patterns: Patterns) -> LittleTest:
    """Test that answers are missing completely at random.

    Parameters
    ----------
    patterns : Patterns
        The sample by its patterns of missing answers; rows without any answer are left out
        already.

    Returns
    -------
    LittleTest

    Raises
    ------
    NoVariationError
        If nothing is missing: there is one pattern only.
    StatisticsError
        If a variable was never observed or never varies, or the covariances are singular.
    ConvergenceError
        If the estimates of means and covariances keep moving.

    Notes
    -----
    d^2 = sum over patterns j of n_j (mean_j - mu_j)' Sigma_j^-1 (mean_j - mu_j), where mu and
    Sigma are the maximum likelihood estimates, cut to what the pattern has [1]_. Little
    multiplies Sigma by n / (n - 1), which makes d^2 smaller by 1/n; common software does not,
    and neither is done here. The chi-square holds for many rows in every pattern; with many
    small patterns and Likert answers it is a rough guide. A small p speaks against
    missingness completely at random; a large one does not show it.

    References
    ----------
    .. [1] Little, R. J. A. (1988). A test of missing completely at random for multivariate
       data with missing values. Journal of the American Statistical Association, 83,
       1198-1202. https://doi.org/10.1080/01621459.1988.10478722

    Examples
    --------
    >>> from campaign_effect.stats.moments.patterns import find_patterns
    >>> rows = np.array([[1.0, 2], [3, 3], [2, np.nan], [4, 7], [5, np.nan]])
    >>> found = little_test(find_patterns(rows))
    >>> found.df, found.n_patterns, round(found.statistic, 3)
    (1, 2, 0.417)
    """
    if len(patterns.counts) < 2:
        raise NoVariationError("Nothing is missing, or the same answers for everybody.")
    mean, cov = saturated_moments(patterns)
    terms = [
        count * _squared_length(found[has] - mean[has], cov[np.ix_(has, has)])
        for count, found, has in zip(
            patterns.counts, patterns.means, patterns.observed, strict=True
        )
    ]
    statistic = float(np.sum(terms))
    df = int(patterns.observed.sum()) - len(mean)
    return LittleTest(
        statistic=statistic,
        df=df,
        p_value=float(stats.chi2.sf(statistic, df)),
        n=patterns.n,
        n_patterns=len(patterns.counts),
    )


def _squared_length(away: Floats, cov: Floats) -> float:
    return float(away @ np.linalg.solve(cov, away))
