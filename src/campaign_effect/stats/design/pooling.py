"""Rubin's rules: estimates from several imputed data sets, and their tests, made one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import special

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.moments.arrays import Floats, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledEstimates:
    """Estimates over imputations.

    Attributes
    ----------
    estimate, std_error : ndarray, shape (k,)
        Mean of the estimates, and its error with the uncertainty of what is missing.
    df : ndarray, shape (k,)
        Barnard and Rubin's degrees of freedom of *t*.
    riv : ndarray, shape (k,)
        Relative increase in variance due to what is missing.
    share_missing : ndarray, shape (k,)
        lambda, share of the variance due to what is missing, in [0, 1).
    fmi : ndarray, shape (k,)
        Fraction of missing information, which allows for the finite number of imputations.
    n_imputations : int
        m.
    """

    estimate: Floats = field(compare=False)
    std_error: Floats = field(compare=False)
    df: Floats = field(compare=False)
    riv: Floats = field(compare=False)
    share_missing: Floats = field(compare=False)
    fmi: Floats = field(compare=False)
    n_imputations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledTest:
    """A joint test over imputations.

    Attributes
    ----------
    statistic : float
        F.
    df_num, df_denom : float
        Its degrees of freedom.
    p_value : float
        In [0, 1].
    riv : float
        Average relative increase in variance due to what is missing.
    """

    statistic: float
    df_num: int
    df_denom: float
    p_value: float
    riv: float


def pool_estimates(
    estimates: Floats, variances: Floats, complete_df: Floats | float = np.inf
) -> PooledEstimates:
    """Pool estimates of any quantity (coefficients, average effects).

    Parameters
    ----------
    estimates, variances : ndarray, shape (m, k)
        Of each imputation; the variances by any covariance.
    complete_df : float or ndarray, shape (k,), default inf
        Degrees of freedom if nothing were missing: n - p, or the mean over imputations of
        Satterthwaite's.

    Returns
    -------
    PooledEstimates
        In the order of the columns.

    Raises
    ------
    StatisticsError
        If there are fewer than 2 imputations, or shapes differ.

    Notes
    -----
    T = W + (1 + 1/m) B [1]_; df is the harmonic sum of (m - 1) / lambda^2 and
    (df_c + 1) / (df_c + 3) df_c (1 - lambda) [2]_.

    References
    ----------
    .. [1] Rubin, D. B. (1987). Multiple imputation for nonresponse in surveys. Wiley.
       https://doi.org/10.1002/9780470316696
    .. [2] Barnard, J., & Rubin, D. B. (1999). Small-sample degrees of freedom with multiple
       imputation. Biometrika, 86, 948-955. https://doi.org/10.1093/biomet/86.4.948

    Examples
    --------
    >>> pooled = pool_estimates(np.array([[1.0], [2.0], [3.0]]), np.ones((3, 1)), 20.0)
    >>> pooled.std_error.round(4), pooled.df.round(3)
    (array([1.5275]), array([3.436]))
    """
    m = _check_imputations(estimates, variances)
    within = variances.mean(axis=0)
    missing = (1 + 1 / m) * estimates.var(axis=0, ddof=1)
    total = within + missing
    share, riv = missing / total, missing / within
    df = _barnard_rubin(m, share, np.broadcast_to(np.asarray(complete_df, float), share.shape))
    return PooledEstimates(
        estimate=frozen(estimates.mean(axis=0)),
        std_error=frozen(np.sqrt(total)),
        df=frozen(df),
        riv=frozen(riv),
        share_missing=frozen(share),
        fmi=frozen((riv + 2 / (df + 3)) / (1 + riv)),
        n_imputations=m,
    )


def pool_wald_tests(
    estimates: Floats, covariances: Floats, complete_df: float = np.inf
) -> PooledTest:
    """Test that several quantities are all zero, over imputations (D1).

    Parameters
    ----------
    estimates : ndarray, shape (m, q)
        Of each imputation, less what the hypothesis says of them.
    covariances : ndarray, shape (m, q, q)
        Of each imputation.
    complete_df : float, default inf
        Degrees of freedom if nothing were missing.

    Returns
    -------
    PooledTest
        F = mean' W^(-1) mean / (q (1 + r)).

    Raises
    ------
    StatisticsError
        If there are fewer than 2 imputations, or shapes differ.

    Notes
    -----
    Li, Raghunathan and Rubin's test [1]_, which takes the missing information as alike for
    all q; with finite `complete_df`, Reiter's degrees of freedom [2]_.

    References
    ----------
    .. [1] Li, K. H., Raghunathan, T. E., & Rubin, D. B. (1991). Large-sample significance
       levels from multiply imputed data using moment-based statistics and an F reference
       distribution. Journal of the American Statistical Association, 86, 1065-1073.
       https://doi.org/10.1080/01621459.1991.10475152
    .. [2] Reiter, J. P. (2007). Small-sample degrees of freedom for multi-component
       significance tests with multiple imputation for missing data. Biometrika, 94,
       502-508. https://doi.org/10.1093/biomet/asm028

    Examples
    --------
    >>> estimates = np.array([[1.0, 0.5], [1.2, 0.4], [0.8, 0.9]])
    >>> test = pool_wald_tests(estimates, np.tile(np.eye(2) / 4, (3, 1, 1)))
    >>> round(test.statistic, 3), round(test.df_denom, 2)
    (2.103, 58.32)
    """
    m = _check_imputations(estimates, covariances)
    q = estimates.shape[1]
    within, mean = covariances.mean(axis=0), estimates.mean(axis=0)
    between = np.atleast_2d(np.cov(estimates.T))
    riv = (1 + 1 / m) * float(np.trace(np.linalg.solve(within, between))) / q
    statistic = float(mean @ np.linalg.solve(within, mean)) / (q * (1 + riv))
    df = _large_sample_df(riv, q, m)
    if np.isfinite(complete_df) and q * (m - 1) > 4:
        df = _reiter_df(riv, q * (m - 1), complete_df)
    return _pooled_test(statistic, q, df, riv)


def pool_likelihood_ratios(own: Floats, at_pooled: Floats, q: int) -> PooledTest:
    """Test q restrictions over imputations by likelihood ratios (D3).

    Parameters
    ----------
    own : ndarray, shape (m,)
        2 (log L - log L_restricted) of each imputation, at its own estimates.
    at_pooled : ndarray, shape (m,)
        The same with each model's coefficients at their mean over imputations.
    q : int
        Restrictions.

    Returns
    -------
    PooledTest
        F = mean(at_pooled) / (q (1 + r)).

    Raises
    ------
    StatisticsError
        If there are fewer than 2 imputations, or shapes differ.

    Notes
    -----
    r = (m + 1) / (q (m - 1)) (mean(own) - mean(at_pooled)) [1]_, not below 0. Independent of
    how the model is written, unlike D1; of the likelihood, so not for clustered answers.
    mice estimates the intercept again in each imputation before it takes `at_pooled`, which
    changes F a little.

    References
    ----------
    .. [1] Meng, X.-L., & Rubin, D. B. (1992). Performing likelihood ratio tests with
       multiply-imputed data sets. Biometrika, 79, 103-111.
       https://doi.org/10.1093/biomet/79.1.103

    Examples
    --------
    >>> test = pool_likelihood_ratios(np.array([8.0, 9, 10]), np.array([7.0, 8, 9]), 2)
    >>> round(test.statistic, 3)
    2.0
    """
    m = _check_imputations(own, at_pooled)
    mean = float(at_pooled.mean())
    riv = max(0.0, (m + 1) / (q * (m - 1)) * (float(own.mean()) - mean))
    return _pooled_test(mean / (q * (1 + riv)), q, _large_sample_df(riv, q, m), riv)


def _check_imputations(values: Floats, spreads: Floats) -> int:
    m = len(values)
    if m < 2 or len(spreads) != m or values.shape != spreads.shape[: values.ndim]:
        raise StatisticsError(
            "Pooling needs at least 2 imputations, with estimates and variances of each.",
            received=f"estimates {values.shape}, variances {spreads.shape}",
        )
    return m


def _barnard_rubin(m: int, share: Floats, complete_df: Floats) -> Floats:
    """Degrees of freedom; the complete data's where nothing is missing."""
    with np.errstate(divide="ignore"):
        large = np.where(share > 0, (m - 1) / share**2, np.inf)
        finite = np.where(np.isinf(complete_df), 1.0, complete_df)
        observed = (finite + 1) / (finite + 3) * finite * (1 - share)
        inverse = 1 / large + np.where(np.isinf(complete_df), 0.0, 1 / observed)
        return np.asarray(1 / inverse)


def _large_sample_df(riv: float, q: int, m: int) -> float:
    """Li, Raghunathan and Rubin's denominator degrees of freedom."""
    if riv <= 0:
        return np.inf
    t = q * (m - 1)
    if t > 4:
        return 4 + (t - 4) * (1 + (1 - 2 / t) / riv) ** 2
    return t * (1 + 1 / q) * (1 + 1 / riv) ** 2 / 2


def _reiter_df(riv: float, t: int, complete_df: float) -> float:
    """Reiter's denominator degrees of freedom, t = q (m - 1) > 4 (his equation 8)."""
    a = riv * t / (t - 2)
    observed = (complete_df + 1) / (complete_df + 3) * complete_df
    c0, c1, c2 = 1 / (t - 4), observed - 2 * (1 + a), observed - 4 * (1 + a)
    z = 1 / c2 + c0 * (
        a**2 * c1 / ((1 + a) ** 2 * c2)
        + 8 * a**2 * c1 / ((1 + a) * c2**2)
        + 4 * a**2 / ((1 + a) * c2)
        + 4 * a**2 / (c2 * c1)
        + 16 * a**2 * c1 / c2**3
        + 8 * a**2 / c2**2
    )
    return float(4 + 1 / z)


def _pooled_test(statistic: float, q: int, df: float, riv: float) -> PooledTest:
    upper = max(statistic, 0.0)
    p = special.chdtrc(q, q * upper) if np.isinf(df) else special.fdtrc(q, df, upper)
    return PooledTest(statistic=statistic, df_num=q, df_denom=df, p_value=float(p), riv=riv)
