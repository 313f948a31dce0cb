"""Fit of models whose answers have probability weights, or are alike within clusters.

How the answers were drawn is told by a `Spread`: the covariance of totals of their influence
values, as that of a survey's design. No test here trusts the model's variances.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import fdtrc

from campaign_effect.errors import NoVariationError, StatisticsError
from campaign_effect.stats.diagnosis.linear_tests import AssumptionTest
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen

Spread = Callable[[Floats], Floats]
"""Gives the covariance of totals, shape (q, q), of what each answer adds, shape (n, q)."""

EXHAUSTED = 1e-10  # variance of a combination of mean residuals that the fit holds at 0
SAME_SHARE = 1e-12  # cumulated shares of equal weights, rounded in the sum


def quantile_groups(scores: Floats, weights: Floats, n_groups: int = 10) -> Integers:
    """Group answers so that each group stands for a like share of the population.

    Parameters
    ----------
    scores : ndarray, shape (n,)
        By which to group.
    weights : ndarray, shape (n,)
        Probability weights, positive.
    n_groups : int, default 10
        Groups; equal scores stay together, so there may be fewer.

    Returns
    -------
    ndarray of int, shape (n,)
        From 0, the lowest scores; every number has an answer.

    Notes
    -----
    Group k ends at the smallest score at which the cumulated weight reaches k / `n_groups`.

    Examples
    --------
    >>> quantile_groups(np.array([0.1, 0.2, 0.3, 0.4]), np.array([1.0, 1, 1, 3]), 2)
    array([0, 0, 0, 1])
    """
    values, index = np.unique(scores, return_inverse=True)
    reached = np.cumsum(np.bincount(index, weights=weights)) / weights.sum()
    ends = np.searchsorted(reached, np.arange(1, n_groups) / n_groups - SAME_SHARE)
    group = np.searchsorted(np.unique(values[ends]), scores, side="left")
    return np.asarray(np.unique(group, return_inverse=True)[1])


def mean_residual_test(
    fit: Fit, influence: Floats, group: Integers, spread: Spread, df: float
) -> AssumptionTest:
    """Test whether observed and fitted shares agree in every group of fitted probability.

    Parameters
    ----------
    fit : Fit
        A model of an outcome from 0 to 1, its probability weights (if any) as counts.
    influence : ndarray, shape (n, p)
        What each answer adds to the coefficients, weights included.
    group : ndarray of int, shape (n,)
        From `quantile_groups` of the fitted probabilities.
    spread : Spread
        Covariance of totals.
    df : float
        Sampling units less strata.

    Returns
    -------
    AssumptionTest
        *F* with q (g - 1, or fewer where the terms leave the groups less room) and
        df - q + 1 degrees of freedom.

    Raises
    ------
    StatisticsError
        If there are fewer than 3 groups, more than the sampling units can tell, or the model
        leaves no residuals between them.

    Notes
    -----
    With M the weighted mean residuals of all groups but the highest (which the others imply)
    and V their linearised covariance, F = (df - q + 1) / (df q) M' V^-1 M, as Archer and
    Lemeshow [1]_. Their V takes the fitted probabilities as given, so that with 12 to 60
    villages their test rejects between 0 and 9 of 100 right models at the 5% level, mostly 1
    or 2; here it knows that they are estimated, as in quasi-score tests [2]_, and rejects 4
    to 7.

    References
    ----------
    .. [1] Archer, K. J., & Lemeshow, S. (2006). Goodness-of-fit test for a logistic
       regression model fitted using survey sample data. Stata Journal, 6, 97-105.
       https://doi.org/10.1177/1536867X0600600106
    .. [2] Rao, J. N. K., Scott, A. J., & Skinner, C. J. (1998). Quasi-score tests with survey
       data. Statistica Sinica, 8, 1059-1070.

    Examples
    --------
    >>> from campaign_effect.stats.models.logit import fit_logit
    >>> x = np.repeat([0.0, 1, 2, 3], 4)
    >>> y = np.array([0.0, 0, 0, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 0])
    >>> fit = fit_logit(np.column_stack([np.ones(16), x]), y)
    >>> added = (fit.scores[:, None] * fit.X) @ fit.bread
    >>> group = quantile_groups(fit.mean, np.ones(16), 4)
    >>> round(mean_residual_test(fit, added, group, lambda u: u.T @ u, 15.0).p_value, 3)
    0.592
    """
    g = int(group.max()) + 1
    if g < 3 or df - g + 2 <= 0:
        raise StatisticsError(
            "The mean residual test needs 3 groups, and more sampling units than groups.",
            received=f"{g} groups, {df:g} degrees of freedom",
            hint="compare the observed with the fitted shares.",
        )
    w = fit.times
    belongs = (group[:, None] == np.arange(g - 1)) * w[:, None]
    shares = belongs / belongs.sum(axis=0)
    given = shares * fit.residual[:, None]
    slopes = (shares * fit.slope[:, None]).T @ fit.X
    W, q = _distance(given.sum(axis=0), spread(given - influence @ slopes.T), spread(given))
    if not q:
        raise StatisticsError(
            "The model leaves no residuals that could differ between the groups.",
            hint="it has a term for each group.",
        )
    free = df - q + 1
    statistic = free / (df * q) * W
    p_value = float(fdtrc(q, free, max(statistic, 0.0)))
    return AssumptionTest(
        statistic=statistic, p_value=p_value, df=float(q), df_residual=float(free)
    )


def _distance(means: Floats, V: Floats, given: Floats) -> tuple[float, int]:
    """Give M' V^- M and the rank of V, whose null directions the fit has emptied.

    V is judged against the covariance that takes the fitted probabilities as given.
    """
    scale = np.sqrt(np.diag(given))
    kept = scale > 0
    scale = scale[kept]
    values, vectors = np.linalg.eigh(V[np.ix_(kept, kept)] / np.outer(scale, scale))
    is_free = values > EXHAUSTED
    along = (vectors.T @ (means[kept] / scale))[is_free]
    return float(np.sum(along**2 / values[is_free])), int(is_free.sum())


def weighted_area(scores: Floats, y: Floats, weights: Floats) -> tuple[float, Floats]:
    """Measure the area under the curve, and what each answer adds to it.

    Parameters
    ----------
    scores : ndarray, shape (n,)
        What is to be high for a one.
    y : ndarray, shape (n,)
        Outcome, 0 or 1.
    weights : ndarray, shape (n,)
        Probability weights, positive.

    Returns
    -------
    auc : float
        Weighted share of pairs of a one and a zero in which the one scores higher, ties half.
    influence : ndarray, shape (n,)
        Linearised contributions; their total's variance is that of `auc`. They sum to 0.

    Raises
    ------
    NoVariationError
        If there are only ones, or only zeros.

    Notes
    -----
    With V the weighted share of the other side that an answer beats, an answer adds
    w (V - auc) over the weights of its own side [1]_. With equal weights and answers drawn
    one by one this is DeLong's variance, but for n / (n - 1).

    References
    ----------
    .. [1] Yao, W., Li, Z., & Graubard, B. I. (2015). Estimation of ROC curve with complex
       survey data. Statistics in Medicine, 34, 1293-1303. https://doi.org/10.1002/sim.6405

    Examples
    --------
    >>> y = np.array([0.0, 1.0, 0.0, 1.0])
    >>> weighted_area(np.array([0.1, 0.2, 0.3, 0.4]), y, np.array([1.0, 1, 3, 1]))[0]
    0.625
    """
    ones, zeros = weights * y, weights * (1 - y)
    if not (ones.sum() and zeros.sum()):
        raise NoVariationError("An area under the curve needs events and other answers.")
    values, index = np.unique(scores, return_inverse=True)
    at = [np.bincount(index, weights=part, minlength=len(values)) for part in (ones, zeros)]
    below = ((np.cumsum(at[1]) - at[1] / 2) / zeros.sum())[index]
    above = (1 - (np.cumsum(at[0]) - at[0] / 2) / ones.sum())[index]
    auc = float(ones @ below / ones.sum())
    added = ones * (below - auc) / ones.sum() + zeros * (above - auc) / zeros.sum()
    return auc, frozen(added)
