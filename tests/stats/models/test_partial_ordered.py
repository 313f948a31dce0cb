"""Partial proportional odds, and the likelihood-ratio test of parallel lines."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from tolerances import DIFFERENCED, FEW_STEPS, ROUNDING, SEARCHED, SOLVED, SOLVED_TWICE, STOPPED

from campaign_effect.errors import ConvergenceError, StatisticsError
from campaign_effect.stats.covariances.category_covariance import (
    cr_category_covariance,
    hc_category_covariance,
)
from campaign_effect.stats.covariances.covariance import Cr, Hc, contrast_df
from campaign_effect.stats.covariances.weighted_category_covariance import weighted_category_cr
from campaign_effect.stats.diagnosis.category_statistics import category_statistics
from campaign_effect.stats.diagnosis.parallel_lines import lr_test_parallel, score_test_parallel
from campaign_effect.stats.models.category_margins import (
    average_share_contrasts,
    average_share_slopes,
    average_shares,
)
from campaign_effect.stats.models.category_separation import find_ordered_separation
from campaign_effect.stats.models.errors import DependentColumnsError
from campaign_effect.stats.models.links import LOGIT, PROBIT
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.ordered import fit_ordered
from campaign_effect.stats.models.partial_ordered import fit_partial_ordered
from campaign_effect.stats.models.weighted_categories import (
    fit_weighted_ordered,
    fit_weighted_partial_ordered,
)

REFERENCE = Path(__file__).parents[2] / "reference"
FREE = (1, 2, 5)  # gender, Blair, Europe; R has them as Blair, Europe, gender
ATOL_COEFFICIENT = 1e-8  # one Newton step on numerical derivatives in R
RTOL_ERROR = 1e-6  # numerical second derivatives in R
RTOL_CLM = 1e-6  # clm stops at a gradient of 1e-10 or at its step halvings
ATOL_VGAM = 1e-5  # Fisher's scoring stops by the log-likelihood
RTOL_VGAM_LR = 1e-6  # which is then right to the square of that
RTOL_EFFECT = 1e-6  # of central differences
RTOL_SAME_SUM = 1e-9  # the same numbers summed in another order
LINKS = pytest.mark.parametrize("link", [LOGIT, PROBIT], ids=["logit", "probit"])


@pytest.fixture(scope="module")
def reference():
    return json.loads((REFERENCE / "partial_ordered.json").read_text())["values"]


def in_our_order(values):
    """Turn R's coefficients: Blair, Europe, gender at every threshold."""
    own = np.array(values)
    free = own[4:16].reshape(4, 3)[:, [2, 0, 1]]
    return np.concatenate([own[:4], free.ravel(), own[16:]])


def errors_of(covariance):
    return np.sqrt(np.diag(covariance.matrix))


@LINKS
def test_estimates_and_errors_match_r(link, beps, reference):
    fit = fit_partial_ordered(beps.X, beps.economy, free=FREE, link=link)
    expected = reference[link.name]
    assert_allclose(fit.theta, in_our_order(expected["ours"]["theta"]), atol=ATOL_COEFFICIENT)
    assert_allclose(
        np.sqrt(np.diag(fit.bread)), in_our_order(expected["ours"]["se"]), rtol=RTOL_ERROR
    )
    hc0 = hc_category_covariance(fit, Hc.HC0)
    assert_allclose(errors_of(hc0), in_our_order(expected["ours"]["HC0"]), rtol=RTOL_ERROR)
    cr0 = cr_category_covariance(fit, beps.age_group, Cr.CR0)
    assert_allclose(errors_of(cr0), in_our_order(expected["ours"]["CR0"]), rtol=RTOL_ERROR)


@LINKS
def test_estimates_match_clm_and_vgam(link, beps, reference):
    fit = fit_partial_ordered(beps.X, beps.economy, free=FREE, link=link)
    clm, vgam = reference[link.name]["clm"], reference[link.name]["vgam"]
    free = -fit.betas[:, [2, 5, 1]].T.ravel()
    ours = np.concatenate([fit.thresholds, free, fit.theta[:4]])
    assert_allclose(ours, clm["b"], rtol=RTOL_CLM)
    assert_allclose(fit.log_likelihood, clm["log_likelihood"], rtol=SOLVED)
    ours = np.concatenate([fit.thresholds, -fit.theta[:4], free])
    assert_allclose(ours, vgam["b"], atol=ATOL_VGAM)
    test = lr_test_parallel(fit_ordered(beps.X, beps.economy, link=link), fit)
    found = [test.statistic, test.df, test.p_value]
    assert_allclose(found, [vgam["lr"], vgam["lr_df"], vgam["lr_p"]], rtol=RTOL_VGAM_LR)


@LINKS
def test_average_effects_match_r(link, beps, reference):
    fit = fit_partial_ordered(beps.X, beps.economy, free=FREE, link=link)
    derivative, X1, X0 = np.zeros_like(beps.X), beps.X.copy(), beps.X.copy()
    derivative[:, 2], X1[:, 1], X0[:, 1] = 1.0, 1.0, 0.0
    found = {
        "Blair": average_share_slopes(fit, derivative),
        "male": average_share_contrasts(fit, X1, X0),
    }
    for name, margins in found.items():
        expected = reference[link.name]["ours"][name]
        gradients = np.array([margin.gradient for margin in margins])
        errors = np.sqrt(np.einsum("ki,ij,kj->k", gradients, fit.bread, gradients))
        estimates = [margin.estimate for margin in margins]
        assert_allclose(estimates, expected["estimate"], rtol=RTOL_EFFECT)
        assert_allclose(errors, expected["se"], rtol=RTOL_EFFECT)


@LINKS
def test_gradient_is_zero(link, steps):
    fit = fit_partial_ordered(steps.X, steps.y, free=(0, 2), link=link)
    assert_allclose(fit.scores(slice(None)).sum(axis=0), 0, atol=SOLVED_TWICE)


@LINKS
def test_without_free_columns_it_is_the_ordered_model(link, steps):
    fit = fit_partial_ordered(steps.X, steps.y, free=(), link=link)
    parallel = fit_ordered(steps.X, steps.y, link=link)
    assert_allclose(fit.theta, parallel.theta, rtol=RTOL_SAME_SUM)
    assert_allclose(fit.bread, parallel.bread, rtol=RTOL_SAME_SUM)
    for kind in Cr:
        found = cr_category_covariance(fit, steps.codes, kind)
        expected = cr_category_covariance(parallel, steps.codes, kind)
        assert_allclose(found.matrix, expected.matrix, rtol=SEARCHED)
        terms = np.eye(fit.q)
        assert_allclose(contrast_df(found, terms), contrast_df(expected, terms), rtol=SEARCHED)
    for ours, theirs in zip(average_shares(fit), average_shares(parallel), strict=True):
        assert_allclose(ours.estimate, theirs.estimate, rtol=RTOL_SAME_SUM)
        assert_allclose(ours.gradient, theirs.gradient, atol=ROUNDING)


def test_two_categories_are_a_binary_logit(villages):
    fit = fit_partial_ordered(villages.X[:, 1:], villages.y.astype(int), free=(0,))
    binary = fit_logit(villages.X, villages.y)
    assert_allclose(fit.betas[0], binary.beta[1:], rtol=RTOL_SAME_SUM)
    assert_allclose(fit.thresholds, -binary.beta[:1], rtol=RTOL_SAME_SUM)


def test_a_saturated_model_with_free_lines_is_every_thresholds_own_logit():
    rng = np.random.default_rng(6)
    x = (rng.random(300) < 0.4).astype(float)
    y = np.digitize(rng.logistic(size=300) * (1 + x), [-1.0, 0.5, 2.0])
    fit = fit_partial_ordered(x[:, None], y, free=(0,))
    for k in range(3):
        own = fit_logit(np.column_stack([np.ones(300), x]), (y > k).astype(float))
        assert_allclose(fit.betas[k], own.beta[1:], rtol=SEARCHED)
        assert_allclose(-fit.thresholds[k], own.beta[0], rtol=SEARCHED)


@LINKS
def test_units_and_origins_of_the_design_do_not_matter(link, steps):
    one = fit_partial_ordered(steps.X, steps.y, free=(1,), link=link)
    moved = steps.X * [1e4, 1e-3, 1] + [3e5, 2, 0]
    other = fit_partial_ordered(moved, steps.y, free=(1,), link=link)
    assert_allclose(other.betas * [1e4, 1e-3, 1], one.betas, rtol=SEARCHED)
    assert_allclose(other.probabilities(moved), one.probabilities(steps.X), rtol=STOPPED)


def test_the_order_of_columns_does_not_matter(steps):
    one = fit_partial_ordered(steps.X, steps.y, free=(2,))
    other = fit_partial_ordered(steps.X[:, ::-1], steps.y, free=(0,))
    assert_allclose(other.betas[:, ::-1], one.betas, rtol=RTOL_SAME_SUM)


@LINKS
def test_counts_equal_repeated_rows(link, steps):
    times = np.random.default_rng(3).integers(1, 5, 240)
    few = fit_partial_ordered(steps.X, steps.y, times.astype(float), free=(0,), link=link)
    rows = np.repeat(np.arange(240), times)
    many = fit_partial_ordered(steps.X[rows], steps.y[rows], free=(0,), link=link)
    assert_allclose(few.theta, many.theta, rtol=RTOL_SAME_SUM)
    assert_allclose(few.bread, many.bread, rtol=RTOL_SAME_SUM)
    assert_allclose(few.log_likelihood, many.log_likelihood, rtol=RTOL_SAME_SUM)


def test_weights_match_clm_and_repeated_rows(beps, steps, reference):
    weights = beps.X[:, 0] / 50
    fit = fit_weighted_partial_ordered(beps.X, beps.economy, weights, free=FREE).fit
    free = -fit.betas[:, [2, 5, 1]].T.ravel()
    ours = np.concatenate([fit.thresholds, free, fit.theta[:4]])
    assert_allclose(ours, reference["logit"]["weighted"], rtol=RTOL_CLM)
    times = np.random.default_rng(3).integers(1, 5, 240)
    weighted = fit_weighted_partial_ordered(steps.X, steps.y, times.astype(float), free=(0,))
    rows = np.repeat(np.arange(240), times)
    many = fit_partial_ordered(steps.X[rows], steps.y[rows], free=(0,))
    assert_allclose(weighted.beta, many.theta, rtol=RTOL_SAME_SUM)


def test_weighted_covariances_without_free_columns_are_those_of_the_ordered_model(steps):
    weights = np.random.default_rng(3).random(240) + 0.5
    free = fit_weighted_partial_ordered(steps.X, steps.y, weights, free=())
    parallel = fit_weighted_ordered(steps.X, steps.y, weights)
    assert free.n_terms == parallel.n_terms == 3
    for kind in Cr:
        found, expected = (
            weighted_category_cr(one, steps.codes, kind) for one in (free, parallel)
        )
        assert_allclose(found.matrix, expected.matrix, rtol=SEARCHED)


@LINKS
def test_gradients_of_effects_equal_central_differences(link, steps):
    fit = fit_partial_ordered(steps.X, steps.y, free=(0, 1), link=link)
    X1, X0 = steps.X.copy(), steps.X.copy()
    X1[:, 1], X0[:, 1] = 1, 0
    weights = np.random.default_rng(0).random(240)
    derivative = 0.3 * steps.X + [1.0, 0.0, 0.0]
    margins = [
        lambda fit: average_shares(fit, weights=weights),
        lambda fit: average_share_contrasts(fit, X1, X0, weights),
        lambda fit: average_share_slopes(fit, derivative, weights=weights),
    ]
    for margin in margins:
        ends = [
            (
                margin(replace(fit, theta=fit.theta + h)),
                margin(replace(fit, theta=fit.theta - h)),
            )
            for h in 1e-5 * np.eye(fit.q)
        ]
        for k in range(4):
            found = [(up[k].estimate - down[k].estimate) / 2e-5 for up, down in ends]
            assert_allclose(margin(fit)[k].gradient, found, rtol=DIFFERENCED, atol=SOLVED_TWICE)
    slopes = [one.estimate for one in average_share_slopes(fit, derivative, weights=weights)]
    assert_allclose(np.sum(slopes), 0, atol=FEW_STEPS)


def test_the_truth_is_found_again():
    rng = np.random.default_rng(9)
    X = np.column_stack([rng.random(6000), rng.normal(size=6000)])
    betas, cuts = np.array([[1.5, 0.5], [0.5, 0.5]]), np.array([-0.5, 1.0])
    above = 1 / (1 + np.exp(cuts - X @ betas.T))
    y = (rng.random(6000)[:, None] < above).sum(axis=1)
    fit = fit_partial_ordered(X, y, free=(0,))
    errors = np.sqrt(np.diag(fit.bread))
    truth = np.array([0.5, 1.5, 0.5, -0.5, 1.0])
    assert np.all(np.abs(fit.theta - truth) < 3.5 * errors)
    assert not fit.is_crossing.any()
    test = lr_test_parallel(fit_ordered(X, y), fit)
    assert (test.df, test.p_value < 1e-6) == (1.0, True)


def test_the_likelihood_ratio_is_near_the_score_test_where_lines_are_nearly_parallel(beps):
    parallel = fit_ordered(beps.X, beps.economy)
    freed = fit_partial_ordered(beps.X, beps.economy, free=range(7))
    found, score = lr_test_parallel(parallel, freed), score_test_parallel(parallel)
    assert found.df == score.df == 21
    assert_allclose(found.statistic, score.chi2, rtol=0.05)  # both are chi-squares of 21
    assert category_statistics(freed).df_model == 28


def test_crossing_lines_are_counted():
    rng = np.random.default_rng(4)
    x = np.append(rng.normal(size=400), [6.0, -6.0])
    latent = np.append(rng.logistic(size=400) * np.exp(0.5 * x[:400]), [0.0, 0.0])
    y = np.digitize(latent, [-1.0, 1.0])
    y[-2:] = [2, 1]
    fit = fit_partial_ordered(x[:, None], y, free=(0,))
    least = fit.probabilities(x[:, None]).min(axis=1)
    assert_array_equal(fit.is_crossing, least < 0)
    assert fit.is_crossing.any()
    assert_allclose(sum(one.estimate for one in average_shares(fit)), 1, rtol=ROUNDING)


def test_a_column_that_separates_at_one_threshold_is_named(steps):
    X = np.column_stack([steps.X, (steps.y > 0) & (np.arange(240) % 2 == 0)]).astype(float)
    X[np.flatnonzero(steps.y == 3)[0], 3] = 0.0
    assert find_ordered_separation(X, steps.y).kind.value == "none"
    found = find_ordered_separation(X, steps.y, free=(1, 3))
    assert (found.kind.value, found.columns) == ("quasi", (3,))
    with pytest.raises(ConvergenceError, match="no maximum"):
        fit_partial_ordered(X, steps.y, free=(3,))
    assert find_ordered_separation(steps.X, steps.y, free=(0, 1, 2)).kind.value == "none"


def test_dependent_columns_are_named(steps):
    X = np.column_stack([steps.X, np.ones(240), steps.X[:, 0] * 2 + 1])
    with pytest.raises(DependentColumnsError) as raised:
        fit_partial_ordered(X, steps.y, free=(0,))
    assert raised.value.columns == (3, 4)


def test_free_columns_that_are_none_are_refused(steps):
    with pytest.raises(StatisticsError, match="must be in the design"):
        fit_partial_ordered(steps.X, steps.y, free=(3,))
    parallel = fit_ordered(steps.X, steps.y)
    with pytest.raises(StatisticsError, match="two thresholds"):
        lr_test_parallel(parallel, fit_partial_ordered(steps.X, steps.y, free=()))
