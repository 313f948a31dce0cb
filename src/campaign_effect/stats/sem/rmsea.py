"""Root mean square error of approximation: misfit for each degree of freedom."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.optimize import brentq
from scipy.special import chndtr
from scipy.stats import chi2

from campaign_effect.stats.sem.noncentral import Noncentral


@dataclass(frozen=True, slots=True, kw_only=True)
class Rmsea:
    """RMSEA with its 90% interval and the test of close fit.

    Attributes
    ----------
    value, low, high : float
        Estimate and bounds, at least 0.
    p_close : float
        p-value of the hypothesis that it is at most .05.
    """

    value: float
    low: float
    high: float
    p_close: float


def root_mean_square_error(
    misfit: Noncentral, n: int, n_groups: int = 1, *, level: float = 0.90, close: float = 0.05
) -> Rmsea:
    """Return the RMSEA.

    Parameters
    ----------
    misfit : Noncentral
        Misfit of the model.
    n : int
        Rows.
    n_groups : int, default 1
        Groups.
    level : float, default 0.90
        Coverage of the interval.
    close : float, default 0.05
        The RMSEA that is close fit.

    Returns
    -------
    Rmsea
        Zeros and a NaN p-value without degrees of freedom.

    Notes
    -----
    ``sqrt(G max(T - c df, 0) / (n df))`` [1]_ for G groups [2]_ and scaling c [3]_.

    References
    ----------
    .. [1] Browne, M. W., & Cudeck, R. (1992). Alternative ways of assessing model fit.
       Sociological Methods & Research, 21, 230-258.
       https://doi.org/10.1177/0049124192021002005
    .. [2] Steiger, J. H. (1998). A note on multiple sample extensions of the RMSEA fit index.
       Structural Equation Modeling, 5, 411-419. https://doi.org/10.1080/10705519809540115
    .. [3] Brosseau-Liard, P. E., Savalei, V., & Li, L. (2012). An investigation of the sample
       performance of two nonnormality corrections for RMSEA. Multivariate Behavioral Research,
       47, 904-930. https://doi.org/10.1080/00273171.2012.715252

    Examples
    --------
    >>> found = root_mean_square_error(Noncentral.of(85.306, 24), 301)
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (0.092, 0.071, 0.114)
    """
    if misfit.df <= 0 or not math.isfinite(misfit.statistic):
        return Rmsea(value=0.0, low=0.0, high=0.0, p_close=math.nan)
    size = n_groups / (n * misfit.df)
    excess = max(misfit.excess, 0.0)
    tail = (1 - level) / 2
    low, high = (
        math.sqrt(size * misfit.unit * _noncentrality(misfit, share))
        for share in (1 - tail, tail)
    )
    noncentrality = close**2 / (size * misfit.unit)
    p_close = 1 - float(chndtr(misfit.reference, misfit.df, noncentrality))
    return Rmsea(value=math.sqrt(size * excess), low=low, high=high, p_close=p_close)


def _noncentrality(misfit: Noncentral, share: float) -> float:
    """Return the noncentrality that leaves a share of chi-squares below the statistic."""
    if chi2.cdf(misfit.reference, misfit.df) <= share:
        return 0.0

    def away(noncentrality: float) -> float:
        below = chndtr(misfit.reference, misfit.df, noncentrality)
        return float(below) - share

    most = misfit.reference + 10 * math.sqrt(misfit.reference) + 10
    while away(most) > 0:
        most *= 2
    return float(brentq(away, 0.0, most, xtol=1e-10, rtol=1e-12))
