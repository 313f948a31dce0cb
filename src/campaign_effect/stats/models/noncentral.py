"""Intervals of standardised effects, by inverting noncentral distributions."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import optimize, stats

FURTHEST = 1e6
"""Where the search for a noncentrality gives up."""


def hedges_g(
    t: float, n_1: int, n_2: int, *, level: float = 0.95
) -> tuple[float, float, float]:
    """Estimate Hedges' g from Student's *t*, with its noncentral-*t* interval.

    Parameters
    ----------
    t : float
        Student's *t* of two independent groups (equal variances).
    n_1, n_2 : int
        Their sizes.
    level : float, default 0.95
        Coverage of the interval, in (0, 1).

    Returns
    -------
    estimate, low, high : float
        In standard deviations, corrected for small samples: d times
        gamma(df/2) / (sqrt(df/2) gamma((df - 1)/2)) [1]_; the bounds of d are the
        noncentralities at which *t* lies on the edges [2]_.

    References
    ----------
    .. [1] Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and
       related estimators. Journal of Educational Statistics, 6, 107-128.
       https://doi.org/10.3102/10769986006002107
    .. [2] Cumming, G., & Finch, S. (2001). A primer on the understanding, use, and calculation
       of confidence intervals that are based on central and noncentral distributions.
       Educational and Psychological Measurement, 61, 532-574.
       https://doi.org/10.1177/0013164401614002

    Examples
    --------
    >>> [round(value, 3) for value in hedges_g(2.0, 20, 20)]
    [0.62, -0.007, 1.239]
    """
    df = n_1 + n_2 - 2
    scale = math.sqrt(1 / n_1 + 1 / n_2)
    log_correction = math.lgamma(df / 2) - math.lgamma((df - 1) / 2)
    correction = math.exp(log_correction) / math.sqrt(df / 2)
    low, high = _t_noncentralities(t, df, level)
    return t * scale * correction, low * scale * correction, high * scale * correction


def eta_squared(
    f: float, df_1: float, df_2: float, *, level: float = 0.95
) -> tuple[float, float, float]:
    """Estimate eta squared from *F*, with its noncentral-*F* interval.

    Returns
    -------
    estimate, low, high : float
        Share of the variance between groups, in [0, 1]; a bound is 0 where no
        noncentrality is small enough [1]_.

    References
    ----------
    .. [1] Steiger, J. H. (2004). Beyond the F test. Psychological Methods, 9, 164-182.
       https://doi.org/10.1037/1082-989X.9.2.164

    Examples
    --------
    >>> [round(value, 3) for value in eta_squared(4.0, 2, 57)]
    [0.123, 0.001, 0.27]
    """
    n = df_1 + df_2 + 1

    def share(noncentrality: float) -> float:
        return noncentrality / (noncentrality + n)

    def above(noncentrality: float) -> float:
        return float(stats.ncf.cdf(f, df_1, df_2, noncentrality))

    low, high = _noncentralities(above, float(stats.f.cdf(f, df_1, df_2)), level)
    return df_1 * f / (df_1 * f + df_2), share(low), share(high)


def cramers_v(
    chi_square: float, n: int, n_rows: int, n_columns: int, *, level: float = 0.95
) -> tuple[float, float, float]:
    """Estimate Cramér's V from chi-square, with its noncentral interval.

    Returns
    -------
    estimate, low, high : float
        In [0, 1]; the bounds are those of the noncentrality, which is n V² m with m the
        smaller of rows and columns less 1 [1]_.

    References
    ----------
    .. [1] Smithson, M. (2003). Confidence intervals (chapter 4). Sage.
       https://doi.org/10.4135/9781412983761

    Examples
    --------
    >>> [round(value, 3) for value in cramers_v(6.0, 100, 2, 2)]
    [0.245, 0.046, 0.441]
    """
    df = (n_rows - 1) * (n_columns - 1)
    most = n * (min(n_rows, n_columns) - 1)

    def above(noncentrality: float) -> float:
        return float(stats.ncx2.cdf(chi_square, df, noncentrality))

    low, high = _noncentralities(above, float(stats.chi2.cdf(chi_square, df)), level)
    return (
        math.sqrt(chi_square / most),
        math.sqrt(low / most),
        math.sqrt(min(high / most, 1.0)),
    )


def _t_noncentralities(t: float, df: float, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2

    def edge(probability: float, step: float) -> float:
        """Walk away from t until the edge is passed, then close in on it."""

        def gap(noncentrality: float) -> float:
            return float(stats.nct.cdf(t, df, noncentrality)) - probability

        far = t + step
        while gap(far) * step > 0 and abs(far) < FURTHEST:
            far += step
        low, high = min(far - step, far), max(far - step, far)
        return float(optimize.brentq(gap, low, high, xtol=1e-12))

    return edge(1 - tail, -1.0), edge(tail, 1.0)


def _noncentralities(
    below: Callable[[float], float], at_zero: float, level: float
) -> tuple[float, float]:
    """Find the noncentralities at which a statistic lies on the two edges."""
    tail = (1 - level) / 2
    return _edge(below, at_zero, 1 - tail), _edge(below, at_zero, tail)


def _edge(below: Callable[[float], float], at_zero: float, probability: float) -> float:
    if at_zero <= probability:
        return 0.0
    top = 1.0
    while below(top) > probability and top < FURTHEST:
        top *= 2
    return float(
        optimize.brentq(lambda x: below(max(x, 1e-12)) - probability, 0.0, top, xtol=1e-10)
    )
