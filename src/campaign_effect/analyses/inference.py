"""Estimates with tests and intervals, from a gradient and a covariance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from scipy import stats

from campaign_effect.errors import UsageError
from campaign_effect.stats.covariances.covariance import (
    Covariance,
    contrast_df,
    standard_errors,
)
from campaign_effect.stats.design.pooling import pool_estimates
from campaign_effect.stats.moments.arrays import Floats

_COLUMNS: Final = (
    "estimate",
    "std_error",
    "statistic",
    "df",
    "p_value",
    "conf_low",
    "conf_high",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """An estimate and what is known of its error; no test where none is honest.

    ``riv`` and ``fmi`` are the relative increase in its variance by what is missing and the
    fraction of missing information (Rubin's, of large samples), where answers were imputed.
    """

    estimate: float
    std_error: float
    statistic: float | None
    df: float | None
    p_value: float | None
    conf_low: float | None
    conf_high: float | None
    riv: float | None = None
    fmi: float | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of a row that say so: the estimate, its error, test and interval."""
        return {name: getattr(self, name) for name in _COLUMNS}


def check_level(level: float) -> float:
    """Refuse a coverage that is none.

    Raises
    ------
    UsageError
        If it is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise UsageError(f"An interval cannot cover {level:g}.", hint="use 0.95, say.")
    return level


def infer(
    estimates: Floats,
    gradients: Floats,
    covariance: Covariance,
    level: float,
    untestable: Sequence[bool],
) -> list[Inference]:
    """Test estimates against 0 and give their intervals.

    Parameters
    ----------
    estimates : ndarray, shape (k,)
    gradients : ndarray, shape (k, p)
        Of each estimate with respect to the coefficients.
    covariance : Covariance
        Of the coefficients.
    level : float
        Coverage of the intervals, in (0, 1).
    untestable : sequence of bool, length k
        Estimates whose error nothing in the data can tell: they get no test and no interval.

    Returns
    -------
    list of Inference
        By *t* with the degrees of freedom of each gradient as the contrast; by *z*, with
        ``df`` None, where these are infinite.
    """
    return _inferences(
        estimates,
        standard_errors(covariance, gradients),
        contrast_df(covariance, gradients),
        level,
        untestable,
    )


def infer_pooled(
    estimates: Floats,
    gradients: Sequence[Floats],
    covariances: Sequence[Covariance],
    level: float,
    untestable: Sequence[bool],
) -> list[Inference]:
    """Test estimates over m imputations against 0 and give their intervals.

    Parameters
    ----------
    estimates : ndarray, shape (m, k)
    gradients : sequence of m ndarrays, shape (k, p)
        Of each estimate with respect to the coefficients.
    covariances : sequence of m Covariance
        Of the coefficients.
    level : float
        Coverage of the intervals, in (0, 1).
    untestable : sequence of bool, length k
        Estimates that get no test and no interval.

    Returns
    -------
    list of Inference
        By Rubin's rules and *t*, with Barnard and Rubin's degrees of freedom [1]_ for which
        those of the complete answers are the mean over imputations of the covariance's own.

    References
    ----------
    .. [1] Barnard, J., & Rubin, D. B. (1999). Small-sample degrees of freedom with multiple
       imputation. Biometrika, 86, 948-955. https://doi.org/10.1093/biomet/86.4.948
    """
    pairs = list(zip(covariances, gradients, strict=True))
    errors = np.array([standard_errors(*pair) for pair in pairs])
    complete_df = np.mean([contrast_df(*pair) for pair in pairs], axis=0)
    pooled = pool_estimates(estimates, errors**2, complete_df)
    tests = _inferences(pooled.estimate, pooled.std_error, pooled.df, level, untestable)
    fmi = pool_estimates(estimates, errors**2).fmi  # few clusters are no missing answers
    shares = zip(tests, pooled.riv, fmi, strict=True)
    return [replace(test, riv=_finite(riv), fmi=_finite(lost)) for test, riv, lost in shares]


def _inferences(
    estimates: Floats, errors: Floats, dfs: Floats, level: float, untestable: Sequence[bool]
) -> list[Inference]:
    with np.errstate(divide="ignore", invalid="ignore"):
        statistics = estimates / errors
    p_values = np.asarray(2 * stats.t.sf(np.abs(statistics), dfs))
    reach = np.asarray(stats.t.isf((1 - level) / 2, dfs) * errors)
    return [
        Inference(
            estimate=float(estimates[i]),
            std_error=float(errors[i]),
            statistic=None if hidden else _finite(statistics[i]),
            df=None if hidden else _finite(dfs[i]),
            p_value=None if hidden else _finite(p_values[i]),
            conf_low=None if hidden else _finite(estimates[i] - reach[i]),
            conf_high=None if hidden else _finite(estimates[i] + reach[i]),
        )
        for i, hidden in enumerate(untestable)
    ]


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
