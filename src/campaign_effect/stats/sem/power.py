"""Power of tests of fit, and the rows they need."""

from __future__ import annotations

import math

from scipy.optimize import brentq
from scipy.stats import chi2, ncx2

from campaign_effect.errors import UsageError
from campaign_effect.stats.sem.solution import Solution


def rmsea_power(
    df: int, n: float, *, null: float = 0.05, true: float = 0.08, alpha: float = 0.05
) -> float:
    """Return the power of a test of the RMSEA.

    Parameters
    ----------
    df : int
        Degrees of freedom of the model.
    n : float
        Rows.
    null : float, default 0.05
        RMSEA of the hypothesis: close fit by default, 0 for exact fit.
    true : float, default 0.08
        RMSEA in the population; below ``null`` the hypothesis is that fit is not close.
    alpha : float, default 0.05
        Level of the test.

    Returns
    -------
    float
        In (0, 1).

    Raises
    ------
    UsageError
        If both RMSEAs are the same, the df or the rows are not positive, or alpha is not
        between 0 and 1.

    Notes
    -----
    The statistic is noncentral chi-square with noncentrality ``(n - 1) df rmsea**2`` [1]_.

    References
    ----------
    .. [1] MacCallum, R. C., Browne, M. W., & Sugawara, H. M. (1996). Power analysis and
       determination of sample size for covariance structure modeling. Psychological Methods,
       1, 130-149. https://doi.org/10.1037/1082-989X.1.2.130

    Examples
    --------
    >>> round(rmsea_power(50, 200), 3)
    0.769
    """
    if null == true or df < 1 or n <= 1 or not 0 < alpha < 1:
        raise UsageError(
            "Power needs two different RMSEAs, positive df, more than one row, and an alpha "
            "between 0 and 1.",
            received=f"null {null}, true {true}, df {df}, n {n}, alpha {alpha}",
        )
    size = (n - 1) * df
    if true > null:
        return float(_upper(_limit(1 - alpha, df, size * null**2), df, size * true**2))
    return float(1 - _upper(_limit(alpha, df, size * null**2), df, size * true**2))


def _limit(share: float, df: int, noncentrality: float) -> float:
    if noncentrality == 0:
        return float(chi2.ppf(share, df))
    return float(ncx2.ppf(share, df, noncentrality))


def _upper(limit: float, df: int, noncentrality: float) -> float:
    if noncentrality == 0:
        return float(chi2.sf(limit, df))
    return float(ncx2.sf(limit, df, noncentrality))


def misfit_power(solution: Solution, n: float, *, alpha: float = 0.05) -> float:
    """Return the power of the chi-square test against a population's moments.

    Parameters
    ----------
    solution : Solution
        The model, fitted to the covariances of a population in which it is wrong.
    n : float
        Rows of the study that is planned.
    alpha : float, default 0.05
        Level of the test.

    Returns
    -------
    float
        In (0, 1); the level itself where the model is right.

    Notes
    -----
    The statistic is noncentral chi-square with noncentrality n times the discrepancy [1]_.

    References
    ----------
    .. [1] Satorra, A., & Saris, W. E. (1985). Power of the likelihood ratio test in covariance
       structure analysis. Psychometrika, 50, 83-90. https://doi.org/10.1007/BF02294150
    """
    limit = float(chi2.ppf(1 - alpha, solution.df))
    return _upper(limit, solution.df, max(n * solution.optimum.value, 0.0))


def rmsea_sample_size(
    df: int,
    power: float = 0.80,
    *,
    null: float = 0.05,
    true: float = 0.08,
    alpha: float = 0.05,
) -> int:
    """Return the fewest rows that give a test of the RMSEA its power.

    Parameters
    ----------
    df : int
        Degrees of freedom of the model.
    power : float, default 0.80
        Wanted power, above ``alpha``.
    null, true, alpha : float
        See ``rmsea_power``.

    Returns
    -------
    int

    Raises
    ------
    UsageError
        If the power is not between ``alpha`` and 1.

    References
    ----------
    .. [1] MacCallum, R. C., Browne, M. W., & Sugawara, H. M. (1996). Power analysis and
       determination of sample size for covariance structure modeling. Psychological Methods,
       1, 130-149. https://doi.org/10.1037/1082-989X.1.2.130

    Examples
    --------
    >>> rmsea_sample_size(50)
    214
    """
    if not alpha < power < 1:
        raise UsageError("The wanted power must lie between alpha and 1.", received=power)

    def away(log_n: float) -> float:
        return rmsea_power(df, math.exp(log_n), null=null, true=true, alpha=alpha) - power

    return math.ceil(math.exp(brentq(away, math.log(1.5), math.log(1e8), xtol=1e-12)))
