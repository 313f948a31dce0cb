"""Tests of a model against the saturated one: standard and corrected for non-normality."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import chi2

from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.sem.discrepancy import weigh
from campaign_effect.stats.sem.estimators import Scaling
from campaign_effect.stats.sem.solution import ChiSquare, Leverage


def standard_test(statistic: float, df: int) -> ChiSquare:
    """Return the test that takes the statistic as chi-square.

    Parameters
    ----------
    statistic : float
        Rows times discrepancy.
    df : int
        Degrees of freedom.

    Returns
    -------
    ChiSquare

    Examples
    --------
    >>> round(standard_test(4.735, 4).p_value, 3)
    0.316
    """
    return ChiSquare(statistic=statistic, df=df, p_value=_tail(statistic, df))


def _tail(statistic: float, df: float) -> float:
    return float(chi2.sf(statistic, df)) if df > 0 else math.nan


def gamma_traces(
    parts: tuple[Leverage, ...], gammas: tuple[Floats, ...], inverse: Floats
) -> tuple[float, float]:
    """Return the traces of U Gamma and of its square.

    Parameters
    ----------
    parts : tuple of Leverage
        Each group's slopes D and weights V.
    gammas : tuple of ndarray, shape (m, m)
        Each group's n times covariance matrix of the sample moments.
    inverse : ndarray of float, shape (q, q)
        Inverse E of the information of one row.

    Returns
    -------
    tuple of float

    Notes
    -----
    ``U = V - V D E D' V`` [1]_, so that with ``M = D' V Gamma V D`` the traces are
    ``tr(V Gamma) - tr(E M)`` and ``tr(V Gamma V Gamma) - 2 tr(E D' V Gamma V Gamma V D) +
    tr(E M E M)``: no matrix of all groups is needed.

    References
    ----------
    .. [1] Satorra, A., & Bentler, P. M. (1994). Corrections to test statistics and standard
       errors in covariance structure analysis. In A. von Eye & C. C. Clogg (Eds.), Latent
       variables analysis (pp. 399-419). Sage.
    """
    first = second = 0.0
    meat = np.zeros_like(inverse)
    double = np.zeros_like(inverse)
    for part, gamma in zip(parts, gammas, strict=True):
        weighted = part.weighted
        spread = weigh(part.weights, gamma)
        first += float(np.trace(spread))
        second += float(np.sum(spread * spread.T))
        once = gamma @ weighted
        meat += part.share * (weighted.T @ once)
        double += part.share * (once.T @ weigh(part.weights, once))
    between = inverse @ meat
    first -= float(np.trace(between))
    second += float(np.sum(between * between.T)) - 2 * float(np.sum(inverse * double))
    return first, second


def scaled_test(
    standard: ChiSquare, scaling: Scaling, traces: tuple[float, float]
) -> ChiSquare:
    """Correct a test by the traces of U Gamma and of its square.

    Parameters
    ----------
    standard : ChiSquare
        The uncorrected test.
    scaling : str
        ``satorra_bentler`` and ``yuan_bentler`` match the mean, ``mean_var_adjusted`` also the
        variance by fractional df, ``scaled_shifted`` by a shift with df kept.
    traces : tuple of float
        See ``gamma_traces``; the second may be NaN where only the mean is matched.

    Returns
    -------
    ChiSquare

    References
    ----------
    .. [1] Asparouhov, T., & Muthen, B. (2010). Simple second order chi-square correction.
       https://www.statmodel.com/download/WLSMV_new_chi21.pdf

    Examples
    --------
    >>> scaled_test(standard_test(10.0, 4), "satorra_bentler", (8.0, 0.0)).statistic
    5.0
    """
    first, second = traces
    df = standard.df
    if df <= 0:
        return standard
    shift = 0.0
    scale = first / df
    if scaling == "mean_var_adjusted":
        df = first**2 / second
        scale = first / df
    elif scaling == "scaled_shifted":
        scale = math.sqrt(second / df)
        shift = df - first / scale
    statistic = standard.statistic / scale + shift
    return ChiSquare(
        statistic=statistic,
        df=df,
        p_value=_tail(statistic, df),
        scaling=scale,
        shift=shift,
        trace=first,
    )
