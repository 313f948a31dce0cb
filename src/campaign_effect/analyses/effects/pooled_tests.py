"""Joint tests of a model, over its imputations where there are several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from campaign_effect.analyses.effects.pooled import PooledModel, Quantities
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.errors import StatisticsError
from campaign_effect.stats.covariances.hotelling import JointTest, f_tail, joint_test
from campaign_effect.stats.design.pooling import (
    PooledTest,
    pool_estimates,
    pool_likelihood_ratios,
    pool_wald_tests,
)
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.likelihoods import log_likelihood_at, residual_variance
from campaign_effect.stats.moments.arrays import Floats

OF_LIKELIHOOD: Final = frozenset({"ols", "lpm", "logit", "probit"})
"""Models whose likelihood can be taken at any coefficients."""


def joint_test_of(pooled: PooledModel, contrasts: Floats) -> JointTest | None:
    """Test that contrasts of the coefficients are all zero.

    Parameters
    ----------
    pooled : PooledModel
    contrasts : ndarray, shape (q, k)
        Of the parameters that a table shows; of the terms where each has one.

    Returns
    -------
    JointTest, or None
        See `joint_test_of_quantities`.
    """

    def quantities(one: FittedModel) -> tuple[Floats, Floats]:
        return contrasts @ one.parameters.values, contrasts @ one.parameters.contrasts

    return joint_test_of_quantities(pooled, quantities)


def joint_test_of_quantities(pooled: PooledModel, quantities: Quantities) -> JointTest | None:
    """Test that quantities of a model are all zero.

    Parameters
    ----------
    pooled : PooledModel
    quantities : callable
        Gives q estimates of a model and their gradients in its coefficients.

    Returns
    -------
    JointTest, or None
        None where a quantity rests on one cluster alone, or the clusters cannot tell the
        quantities apart. Over imputations D1 with Reiter's degrees of freedom; those of the
        complete data are the mean of each imputation's own test, whose scaling under CR2 is
        kept. One quantity has Barnard and Rubin's.
    """
    parts = [quantities(one) for one in pooled.fits]
    tests = [_joint_test(one, *part) for one, part in zip(pooled.fits, parts, strict=True)]
    found = [test for test in tests if test is not None]
    if len(found) < len(tests):
        return None
    if len(found) == 1:
        return found[0]
    complete_df = float(np.mean([test.df_denom for test in found]))
    estimates = np.array([part for part, _ in parts])
    spreads = np.array(
        [
            gradients @ one.covariance.matrix @ gradients.T
            for one, (_, gradients) in zip(pooled.fits, parts, strict=True)
        ]
    )
    q = estimates.shape[1]
    if q == 1:
        single = pool_estimates(estimates, spreads[:, 0], complete_df)
        statistic = float((single.estimate[0] / single.std_error[0]) ** 2)
        df = float(single.df[0])
    else:
        several = pool_wald_tests(estimates, spreads, complete_df)
        statistic, df = several.statistic * _scaling(pooled, found), several.df_denom
    return JointTest(
        statistic=statistic, df_num=q, df_denom=df, p_value=f_tail(statistic, q, df)
    )


def likelihood_ratio_of(smaller: PooledModel, larger: PooledModel, q: int) -> PooledTest | None:
    """Test q restrictions by likelihood ratios over imputations (D3).

    Returns
    -------
    PooledTest, or None
        None with clusters or weights, whose answers have no likelihood, and for other models
        than linear, logit and probit ones.
    """
    own, at_mean = np.zeros((2, len(larger.fits)))
    for sign, pooled in ((2, larger), (-2, smaller)):
        fits = _with_likelihood(pooled.fits)
        if fits is None:
            return None
        beta = np.mean([fit.beta for fit in fits], axis=0)
        variance = float(np.mean([residual_variance(fit) for fit in fits]))
        own += sign * np.array([fit.log_likelihood for fit in fits])
        at_mean += sign * np.array([log_likelihood_at(fit, beta, variance) for fit in fits])
    return pool_likelihood_ratios(own, at_mean, q)


def _joint_test(one: FittedModel, estimates: Floats, gradients: Floats) -> JointTest | None:
    if any(one.inestimable(gradients)):
        return None
    try:
        found = joint_test(one.covariance, gradients, estimates)
    except StatisticsError:  # quantities that depend on each other, or too few clusters
        return None
    return found if found.df_denom > 0 else None


def _scaling(pooled: PooledModel, tests: Sequence[JointTest]) -> float:
    """Give what approximate Hotelling tests multiply Wald's F by, on average."""
    if pooled.first.covariance.blocks is None:
        return 1.0
    return float(np.mean([t.df_denom / (t.df_denom + t.df_num - 1) for t in tests]))


def _with_likelihood(models: Sequence[FittedModel]) -> list[Fit] | None:
    fits = [
        one.fit
        for one in models
        if isinstance(one.fit, Fit) and not one.groups and one.model.name in OF_LIKELIHOOD
    ]
    return fits if len(fits) == len(models) else None
