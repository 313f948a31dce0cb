"""The tests of a model's assumptions: the classical ones, and those that hold beyond them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from campaign_effect.analyses.effects.assumption_rows import AssumptionRow
from campaign_effect.analyses.effects.drawn import drawn_of, weights_of
from campaign_effect.analyses.effects.estimates import AnyFit, one_index
from campaign_effect.analyses.effects.pooled import PooledModel
from campaign_effect.analyses.effects.pooled_tests import joint_test_of
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.errors import StatisticsError
from campaign_effect.stats.diagnosis.calibration import hosmer_lemeshow
from campaign_effect.stats.diagnosis.cluster_effects import normal_effects
from campaign_effect.stats.diagnosis.linear_tests import (
    MOST_FOR_SHAPIRO,
    AssumptionTest,
    breusch_pagan,
    durbin_watson,
    glejser,
    reset,
    shapiro_wilk,
)
from campaign_effect.stats.diagnosis.parallel_lines import (
    ParallelLines,
    brant_test,
    lr_test_parallel,
    score_test_parallel,
)
from campaign_effect.stats.diagnosis.specification import link_test
from campaign_effect.stats.diagnosis.survey_fit import mean_residual_test, quantile_groups
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.gee import GeeFit
from campaign_effect.stats.models.links import LOGIT
from campaign_effect.stats.models.ordered import fit_ordered
from campaign_effect.stats.models.ordered_fit import OrderedFit
from campaign_effect.stats.models.partial_ordered import fit_partial_ordered
from campaign_effect.stats.models.partial_ordered_fit import PartialOrderedFit
from campaign_effect.stats.models.random_intercept import RandomInterceptFit
from campaign_effect.stats.models.weighted import WeightedFit
from campaign_effect.stats.models.weighted_categories import WeightedCategoryFit
from campaign_effect.stats.moments.arrays import Floats

LINEAR: Final = frozenset({"ols", "lpm", "gee_identity"})
"""Models of a mean on its own scale."""

LINKED: Final = frozenset({"logit", "probit", "fractional", "gee", "gee_probit"})
"""Models with a link whose form can be tested; a penalised likelihood cannot."""

USUAL: Final = {
    "ols": (
        *("test.shapiro_wilk", "test.breusch_pagan", "test.glejser", "test.durbin_watson"),
    ),
    "lpm": ("test.durbin_watson",),
    **dict.fromkeys(("logit", "probit", "firth"), ("test.hosmer_lemeshow",)),
    **dict.fromkeys(("fractional", "gee", "gee_probit"), ("test.mean_residual",)),
    "ordered_logit": ("test.parallel_score", "test.parallel_lr", "test.brant"),
    "ordered_probit": ("test.parallel_score", "test.parallel_lr"),
    "partial_ordered_logit": ("test.freed_lr", "test.rest_lr"),
    "random_intercept": ("test.shapiro_wilk",),
}
"""Tests of unweighted answers as they are that weights or imputations may leave out."""

MOST_GROUPS: Final = 10
"""Groups of the mean residual test; fewer where sampling units are."""

Check = tuple[str, str, Callable[[], AssumptionTest], str]
"""What is assumed, the test, its function, the remedy."""


def run_tests(pooled: PooledModel) -> tuple[list[AssumptionRow], tuple[str, ...]]:
    """Run the tests that a model has.

    Returns
    -------
    rows : list of AssumptionRow
    failed : tuple of str
        The ids of tests that its answers cannot tell.
    """
    rows, failed = [], []
    for assumption, test, check, remedy in _checks(pooled):
        try:
            rows.append(_row(pooled.first, assumption, test, check(), remedy))
        except StatisticsError:
            failed.append(f"test.{test}")
    return rows, tuple(failed)


def left_out(pooled: PooledModel, tried: Collection[str]) -> tuple[str, ...]:
    """Name the tests that the model would have without weights and imputations."""
    one = pooled.first
    is_weighted = isinstance(one.fit, WeightedFit | WeightedCategoryFit)
    if len(pooled.fits) == 1 and not is_weighted:
        return ()
    return tuple(test for test in USUAL.get(one.model.name, ()) if test not in tried)


def _checks(pooled: PooledModel) -> list[Check]:
    one = pooled.first
    is_single = len(pooled.fits) == 1
    classical = _classical_checks(one) if is_single else None
    if classical is not None:
        return classical
    if one.model.name in LINEAR:
        return [("form", "reset", partial(_reset, pooled), "curves_or_interactions")]
    if one.model.name not in LINKED:
        return []
    form: Check = ("form", "link_f", partial(_link, pooled), "curves_or_interactions")
    if not is_single:
        return [form]
    residuals = partial(_mean_residuals, one)
    return [("calibration", "mean_residual", residuals, "curves_or_interactions"), form]


def _classical_checks(one: FittedModel) -> list[Check] | None:
    """List what a likelihood of the answers as they are allows; None where there is none."""
    fit = one.fit
    if isinstance(fit, OrderedFit):
        return _parallel_checks(fit)
    if isinstance(fit, PartialOrderedFit):
        return _freed_checks(fit)
    if isinstance(fit, RandomInterceptFit):
        if fit.is_boundary:
            return []
        effects = partial(normal_effects, fit)
        return [("normal_effects", "shapiro_wilk", effects, "logit_beside")]
    if not isinstance(fit, Fit) or one.model.name == "fractional":
        return None
    return _linear_checks(one) if one.model.name in LINEAR else _binary_checks(one)


def _linear_checks(one: FittedModel) -> list[Check]:
    fit = one.single
    of_numbers: list[Check] = [
        ("normality", "shapiro_wilk", partial(shapiro_wilk, fit), "large_n_or_bootstrap"),
        ("homoskedasticity", "breusch_pagan", partial(breusch_pagan, fit), "robust_errors"),
        ("homoskedasticity", "glejser", lambda: glejser(fit).overall, "robust_errors"),
    ]
    of_all: list[Check] = [
        ("independence", "durbin_watson", partial(durbin_watson, fit), "cluster_errors"),
        ("form", "reset", partial(reset, fit), "curves_or_interactions"),
    ]
    if one.model.is_binary:
        return of_all
    return [*of_numbers[fit.n > MOST_FOR_SHAPIRO :], *of_all]


def _binary_checks(one: FittedModel) -> list[Check]:
    fit, remedy = one.single, "curves_or_interactions"
    calibration: Check = ("calibration", "hosmer_lemeshow", partial(_lemeshow, fit), remedy)
    if one.model.name == "firth":
        return [calibration]
    return [calibration, ("form", "link", partial(_classic_link, fit), remedy)]


def _lemeshow(fit: Fit) -> AssumptionTest:
    found = hosmer_lemeshow(fit)
    return AssumptionTest(statistic=found.chi2, p_value=found.p_value, df=float(found.df))


def _classic_link(fit: Fit) -> AssumptionTest:
    found = link_test(fit)
    return AssumptionTest(statistic=found.statistic, p_value=found.p_value)


def _parallel_checks(fit: OrderedFit) -> list[Check]:
    """Test whether one coefficient serves every threshold."""
    if fit.n_categories < 3:
        return []
    tests: tuple[tuple[str, Callable[[], AssumptionTest]], ...] = (
        ("parallel_score", lambda: _overall(score_test_parallel(fit))),
        ("parallel_lr", lambda: lr_test_parallel(fit, _all_freed(fit))),
        ("brant", lambda: _overall(brant_test(fit))),
    )
    known = tests[: 3 if fit.link is LOGIT else 2]
    return [("parallel_lines", name, test, "multinomial") for name, test in known]


def _freed_checks(fit: PartialOrderedFit) -> list[Check]:
    """Test whether freeing terms was needed, and whether the others need it too."""
    if fit.n_categories < 3:
        return []

    def of_freed() -> AssumptionTest:
        return lr_test_parallel(fit_ordered(fit.X, fit.y, fit.counts, link=fit.link), fit)

    freed: Check = ("parallel_lines", "freed_lr", of_freed, "keep_free")
    if not fit.parallel:
        return [freed]
    rest = partial(_rest, fit)
    return [freed, ("parallel_lines", "rest_lr", rest, "multinomial")]


def _rest(fit: PartialOrderedFit) -> AssumptionTest:
    return lr_test_parallel(fit, _all_freed(fit))


def _all_freed(fit: OrderedFit | PartialOrderedFit) -> PartialOrderedFit:
    free = range(fit.X.shape[1])
    return fit_partial_ordered(fit.X, fit.y, fit.counts, free=free, link=fit.link)


def _overall(found: ParallelLines) -> AssumptionTest:
    return AssumptionTest(statistic=found.chi2, p_value=found.p_value, df=float(found.df))


def _link(pooled: PooledModel) -> AssumptionTest:
    """Test the square of the linear predictor beside the terms, by the model's covariance."""
    fits = [_index(one) for one in pooled.fits]
    etas = np.array([fit.X @ fit.beta for fit in fits])
    squares = etas**2 / np.mean(etas**2)
    pairs = zip(fits, squares, strict=True)
    return _wald(pooled, [np.column_stack([fit.X, e]) for fit, e in pairs], 1)


def _reset(pooled: PooledModel) -> AssumptionTest:
    """Test square and cube of the fitted values beside the terms, likewise."""
    fits = [_index(one) for one in pooled.fits]
    means = np.array([fit.mean for fit in fits])
    scaled = (means - means.mean()) / means.std()
    pairs = zip(fits, scaled, strict=True)
    return _wald(pooled, [np.column_stack([fit.X, e**2, e**3]) for fit, e in pairs], 2)


def _wald(pooled: PooledModel, designs: Sequence[Floats], q: int) -> AssumptionTest:
    """Test the last q columns of other designs of the same answers."""
    fits = [_refitted(one, X) for one, X in zip(pooled.fits, designs, strict=True)]
    p = designs[0].shape[1]
    found = joint_test_of(PooledModel(fits=tuple(fits)), np.eye(p)[p - q :])
    if found is None:
        raise StatisticsError("The clusters are too few to tell the added terms.")
    is_finite = np.isfinite(found.df_denom)
    return AssumptionTest(
        statistic=found.statistic,
        p_value=found.p_value,
        df=float(q),
        df_residual=found.df_denom if is_finite else None,
    )


def _refitted(one: FittedModel, X: Floats) -> FittedModel:
    """Fit the model again with other columns, and its covariance."""
    design = replace(one.design, X=X, terms=tuple(map(str, range(X.shape[1]))))
    y = _index(one).y
    fit: AnyFit
    if isinstance(one.fit, WeightedFit):
        fit = one.model.fit_weighted(design, y, one.fit.weights)
    else:
        fit = one.model.fit(design, y, one.codes)
    return replace(one, design=design, fit=fit, covariance=one.vcov.estimate(fit, one.answers))


def _mean_residuals(one: FittedModel) -> AssumptionTest:
    """Test calibration in no more groups than the sampling units can tell."""
    fit, drawn = _index(one), drawn_of(one)
    n_groups = min(MOST_GROUPS, int(drawn.df + 2) // 2)
    group = quantile_groups(fit.mean, weights_of(one), n_groups)
    # totals of sampling units alone count, so that whitened rows may stand for answers
    rows = one.fit.whitened if isinstance(one.fit, GeeFit) else fit
    influence = (weights_of(one) * rows.scores)[:, None] * (rows.X @ rows.bread)
    return mean_residual_test(fit, influence, group, drawn.spread, drawn.df)


def _index(one: FittedModel) -> Fit:
    """Take the model of one linear predictor."""
    if not isinstance(one.fit, Fit | WeightedFit | GeeFit):
        raise TypeError(f"{type(one.fit).__name__} has several linear predictors.")
    return one_index(one.fit)


def _row(
    one: FittedModel, assumption: str, test: str, found: AssumptionTest, remedy: str
) -> AssumptionRow:
    return AssumptionRow(
        outcome=one.formula.outcome,
        model=f"model.{one.model.name}",
        assumption=f"assumption.{assumption}",
        test=f"test.{test}",
        statistic=found.statistic,
        df=found.df,
        df_2=found.df_residual,
        p_value=found.p_value,
        remedy=f"remedy.{remedy}",
    )
