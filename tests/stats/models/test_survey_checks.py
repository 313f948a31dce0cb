"""Checks that trust no variances: what they must be, and how often they reject wrongly."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit
from tolerances import ROUNDING, SOLVED, SOLVED_TWICE

from campaign_effect.errors import NoVariationError, StatisticsError
from campaign_effect.stats.design.survey_design import survey_design, total_covariance
from campaign_effect.stats.diagnosis.cluster_effects import normal_effects
from campaign_effect.stats.diagnosis.roc import discriminate
from campaign_effect.stats.diagnosis.survey_fit import (
    mean_residual_test,
    quantile_groups,
    weighted_area,
)
from campaign_effect.stats.diagnosis.survey_terms import design_inflation, robust_influence
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.random_intercept import fit_random_intercept
from campaign_effect.stats.models.weighted import fit_weighted_logit, fit_weighted_ols

RUNS = 400
MOST_REJECTED = 0.05 + 3 * np.sqrt(0.05 * 0.95 / RUNS)  # three errors of the simulation
LEAST_REJECTED = 0.05 - 3 * np.sqrt(0.05 * 0.95 / RUNS)


def villages(rng, n_villages=12, size=35):
    """Draw a survey of villages, a third of them exposed, of a right model."""
    n = n_villages * size
    village = np.repeat(np.arange(n_villages), size)
    exposed = (np.arange(n_villages) < n_villages // 3).astype(float)[village]
    x = rng.normal(size=n) + 0.7 * rng.normal(size=n_villages)[village]
    X = np.column_stack([np.ones(n), exposed, x, rng.integers(0, 2, n)])
    effect = 0.5 * rng.normal(size=n_villages)[village]
    y = (rng.random(n) < expit(X @ [-0.3, 0.5, 0.5, 0.3] + effect)).astype(float)
    return X, y, rng.uniform(0.4, 2.5, n), village


@pytest.fixture(scope="module")
def drawn():
    return villages(np.random.default_rng(2))


def plain(influence):
    return influence.T @ influence


def check_residuals(X, y, weights, village, n_groups):
    fit = fit_weighted_logit(X, y, weights)
    design = survey_design(weights, psu=village)
    group = quantile_groups(fit.fit.mean, weights, n_groups)
    return mean_residual_test(
        fit.fit, fit.influence, group, lambda u: total_covariance(u, design), design.df()
    )


def test_groups_stand_for_like_shares_and_keep_ties_together():
    scores, weights = np.repeat([0.1, 0.2, 0.3, 0.4], 5), np.tile([1.0, 2, 3, 2, 2], 4)
    assert_array_equal(quantile_groups(scores, weights, 2), np.repeat([0, 1], 10))
    assert_array_equal(quantile_groups(scores, weights, 10), np.repeat([0, 1, 2, 3], 5))
    assert set(quantile_groups(np.ones(4), np.ones(4))) == {0}


def test_mean_residuals_are_a_robust_score_test(drawn):
    """Of the groups' indicators: n less the SSR of 1 on residual times projected indicator."""
    X, y, _, _ = drawn
    fit = fit_logit(X, y)
    group = quantile_groups(fit.mean, np.ones(len(y)), 6)
    influence = (fit.scores[:, None] * fit.X) @ fit.bread
    found = mean_residual_test(fit, influence, group, plain, 100.0)
    indicators = (group[:, None] == np.arange(5)).astype(float)
    root = np.sqrt(fit.variance)[:, None]
    slopes = np.linalg.lstsq(root * X, root * indicators, rcond=None)[0]
    columns = fit.residual[:, None] * (indicators - X @ slopes)
    ones = np.ones(len(y))
    unexplained = np.linalg.lstsq(columns, ones, rcond=None)[1][0]
    F = (100 - 4) / (100 * 5) * (len(y) - unexplained)
    assert_allclose(found.statistic, F, rtol=SOLVED_TWICE)


def test_mean_residuals_do_not_depend_on_the_scale_of_weights(drawn):
    X, y, weights, village = drawn
    one, other = (check_residuals(X, y, w, village, 6) for w in (weights, 1000 * weights))
    assert_allclose(one.statistic, other.statistic, rtol=SOLVED_TWICE)


def test_mean_residuals_of_few_villages_reject_as_often_as_they_say():
    rng = np.random.default_rng(5)
    p_values = [check_residuals(*villages(rng), 6).p_value for _ in range(RUNS)]
    assert LEAST_REJECTED < np.mean(np.array(p_values) < 0.05) < MOST_REJECTED


def test_mean_residuals_find_a_missing_curve():
    rng = np.random.default_rng(6)
    x = rng.normal(size=2000)
    y = (rng.random(2000) < expit(x**2 - 1 + 0.3 * x)).astype(float)
    X = np.column_stack([np.ones(2000), x])
    assert check_residuals(X, y, np.ones(2000), np.arange(2000), 10).p_value < 1e-6


@pytest.mark.parametrize("n_groups", [2, 20])
def test_mean_residuals_need_groups_and_units(n_groups, drawn):
    with pytest.raises(StatisticsError, match="3 groups"):
        check_residuals(*drawn, n_groups)


def test_the_area_is_the_share_of_weighted_pairs(drawn):
    _, y, weights, _ = drawn
    scores = np.random.default_rng(3).integers(0, 9, len(y)) + y
    auc, added = weighted_area(scores, y, weights)
    is_one, gap = y == 1, np.sign(scores[y == 1][:, None] - scores[y == 0])
    pairs = weights[is_one][:, None] * weights[~is_one]
    assert_allclose(auc, np.sum(pairs * (1 + gap) / 2) / pairs.sum(), rtol=ROUNDING)
    assert_allclose(added.sum(), 0, atol=ROUNDING)


def test_the_area_of_equal_weights_has_delongs_error(drawn):
    X, y, _, _ = drawn
    fit = fit_logit(X, y)
    auc, added = weighted_area(fit.mean, y, np.ones(len(y)))
    found = discriminate(fit)
    assert_allclose(auc, found.auc, rtol=ROUNDING)
    # DeLong divides by the ones less 1 and the zeros less 1
    assert_allclose(
        np.sqrt(added @ added), found.std_error, rtol=2 / min(y.sum(), (1 - y).sum())
    )


def test_an_area_needs_both_outcomes():
    with pytest.raises(NoVariationError):
        weighted_area(np.arange(3.0), np.ones(3), np.ones(3))


def test_inflation_does_not_depend_on_how_a_factor_is_coded(drawn):
    _, y, weights, village = drawn
    level, x = village % 3, drawn[0][:, 2]
    design = survey_design(weights, psu=village)

    def inflation(base):
        dummies = [(level == k).astype(float) for k in range(3) if k != base]
        X = np.column_stack([np.ones(len(y)), *dummies, 1000 * x + base])
        fit = fit_weighted_logit(X, y, weights).fit
        return design_inflation(fit, [[1, 2], [3]], lambda u: total_covariance(u, design))

    assert_allclose(inflation(0), inflation(2), rtol=SOLVED_TWICE)


def test_inflation_without_weights_is_near_one_over_the_tolerance():
    rng = np.random.default_rng(8)
    x, z = rng.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], 100_000).T
    X = np.column_stack([np.ones(len(x)), x, z])
    fit = fit_weighted_ols(X, x + rng.normal(size=len(x)), np.ones(len(x))).fit
    # normal errors of equal variance: 1 / (1 - .64), both variances to 1 in 200
    assert_allclose(design_inflation(fit, [[1], [2]], plain), 1 / 0.36, rtol=0.02)


def test_inflation_is_unknown_where_units_are_fewer_than_columns(drawn):
    X, y, weights, village = drawn
    design = survey_design(weights, psu=village % 2)
    fit = fit_weighted_logit(X, y, weights).fit
    found = design_inflation(fit, [[1, 2], [3]], lambda u: total_covariance(u, design))
    assert np.isnan(found[0])
    assert found[1] > 0


def test_influence_sums_to_the_terms_and_ignores_the_scale_of_weights(drawn):
    X, y, weights, _ = drawn
    one, other = (
        robust_influence(fit_weighted_logit(X, y, w).fit) for w in (weights, 9 * weights)
    )
    assert_allclose(one.hat.sum(), X.shape[1], rtol=SOLVED)
    assert_allclose(one.cook, other.cook, rtol=SOLVED_TWICE)


def test_effects_that_are_not_normal_are_found():
    rng = np.random.default_rng(9)
    codes = np.repeat(np.arange(40), 60)
    effects = np.where(np.arange(40) % 8 == 0, 3.5, -0.5)
    y = (rng.random(len(codes)) < expit(effects[codes])).astype(float)
    fit = fit_random_intercept(np.ones((len(codes), 1)), y, codes)
    assert normal_effects(fit).p_value < 1e-4


def test_effects_of_clusters_that_do_not_differ_are_not_check_residuals():
    y = np.tile([0.0, 1.0], 12)
    fit = fit_random_intercept(np.ones((24, 1)), y, np.repeat(np.arange(4), 6))
    with pytest.raises(StatisticsError, match="clusters that differ"):
        normal_effects(fit)
