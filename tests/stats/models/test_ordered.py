"""Ordered logit and probit, and the tests of parallel lines."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import optimize
from tolerances import DIFFERENCED, LAST_DIGIT, ROUNDING, SEARCHED, SOLVED_TWICE, STOPPED

from campaign_effect.errors import (
    ConvergenceError,
    NoVariationError,
    StatisticsError,
    TooFewRowsError,
)
from campaign_effect.stats.diagnosis.parallel_lines import brant_test, score_test_parallel
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

ATOL_COEFFICIENT = 1e-9  # ordinal::clm's Newton and ours
RTOL_ERROR = 1e-9
ATOL_EFFECT = 1e-6  # polr stops short of the maximum
RTOL_EFFECT_ERROR = 2e-5
ATOL_BFGS = 1e-4  # it stops at a gradient of 1e-5
ATOL_BRANT = 1e-4  # glm's default stop in car
RTOL_SCORE = 1e-6  # numerical derivatives in R
RTOL_SAME_SUM = 1e-9  # the same numbers summed in another order
RTOL_DIFFERENCE = 1e-6  # of central differences
LINKS = pytest.mark.parametrize("link", [LOGIT, PROBIT], ids=["logit", "probit"])


def unit(X, column):
    D = np.zeros_like(X)
    D[:, column] = 1.0
    return D


@pytest.mark.parametrize(
    ("link", "name"),
    [(LOGIT, "beps_ologit"), (PROBIT, "beps_oprobit")],
    ids=["logit", "probit"],
)
def test_ordered_models_match_clm(link, name, beps, outcomes):
    fit, expected = fit_ordered(beps.X, beps.economy, link=link), outcomes[name]
    errors = np.sqrt(np.diag(fit.bread))
    found = np.concatenate([fit.thresholds, fit.beta])
    assert_allclose(found, expected["b"], atol=ATOL_COEFFICIENT)
    assert_allclose(np.concatenate([errors[7:], errors[:7]]), expected["se"], rtol=RTOL_ERROR)
    assert_allclose(fit.log_likelihood, expected["log_likelihood"], rtol=ROUNDING)


@pytest.mark.parametrize(("name", "column"), [("Blair", 2), ("Europe", 5)])
def test_effects_on_each_category_match_r(name, column, beps, outcomes):
    fit = fit_ordered(beps.X, beps.economy)
    slopes = average_share_slopes(fit, unit(beps.X, column))
    gradients = np.array([slope.gradient for slope in slopes])
    errors = np.sqrt(np.einsum("ki,ij,kj->k", gradients, fit.bread, gradients))
    expected = outcomes["beps_oame"][name]
    found = [slope.estimate for slope in slopes]
    assert_allclose(found, expected["estimate"], atol=ATOL_EFFECT)
    assert_allclose(errors, expected["se"], rtol=RTOL_EFFECT_ERROR)


def test_brant_test_matches_the_mended_test_of_car(beps, outcomes):
    found, expected = brant_test(fit_ordered(beps.X, beps.economy)), outcomes["beps_brant"]
    assert_allclose(found.chi2, expected["chi2"], atol=ATOL_BRANT)
    assert_allclose(found.column_chi2, expected["chi2_of_terms"], atol=ATOL_BRANT)
    assert (found.df, found.column_df) == (expected["df"], expected["df_of_terms"])


def test_score_test_matches_numerical_derivatives_in_r(beps, outcomes):
    found = score_test_parallel(fit_ordered(beps.X, beps.economy))
    assert_allclose(found.chi2, outcomes["beps_score"]["chi2"], rtol=RTOL_SCORE)
    assert found.df == outcomes["beps_score"]["df"]


@LINKS
def test_gradient_is_zero(link, steps):
    fit = fit_ordered(steps.X, steps.y, link=link)
    assert_allclose(fit.scores(slice(None)).sum(axis=0), 0, atol=SOLVED_TWICE)


@LINKS
def test_no_other_optimiser_climbs_higher(link, steps):
    def fall(theta):
        ends = np.concatenate([[-np.inf], theta[3:], [np.inf]])
        below = link.mean(ends - (steps.X @ theta[:3])[:, None])
        shares = np.diff(below)[np.arange(240), steps.y]
        return -np.sum(np.log(np.maximum(shares, 1e-300)))  # thresholds may cross on the way

    fit = fit_ordered(steps.X, steps.y, link=link)
    start = np.concatenate([np.zeros(3), fit.thresholds])
    other = optimize.minimize(fall, start, method="BFGS")
    assert_allclose(fit.log_likelihood, -other.fun, rtol=SOLVED_TWICE)
    assert_allclose(fit.theta, other.x, atol=ATOL_BFGS)


@LINKS
def test_bread_is_the_inverse_of_the_scores_differences(link, steps):
    fit = fit_ordered(steps.X, steps.y, link=link)

    def score(theta):
        ends = np.concatenate([[-1e8], theta[3:], [1e8]]) - (steps.X @ theta[:3])[:, None]
        shares = np.diff(link.mean(ends))[np.arange(240), steps.y]
        slopes = link.slope(ends) / shares[:, None]
        rows = np.arange(240)
        upper, lower = slopes[rows, steps.y + 1], -slopes[rows, steps.y]
        directions = fit.directions(slice(None))
        return upper @ directions[:, 0] + lower @ directions[:, 1]

    steps_ = 1e-6 * np.eye(6)
    information = [(score(fit.theta - h) - score(fit.theta + h)) / 2e-6 for h in steps_]
    assert_allclose(fit.bread @ np.array(information), np.eye(6), atol=STOPPED)


def test_two_categories_are_a_binary_logit(villages):
    fit = fit_ordered(villages.X[:, 1:], villages.y.astype(int))
    binary = fit_logit(villages.X, villages.y)
    assert_allclose(fit.beta, binary.beta[1:], rtol=RTOL_SAME_SUM)
    assert_allclose(fit.thresholds, -binary.beta[:1], rtol=RTOL_SAME_SUM)
    assert_allclose(fit.log_likelihood, binary.log_likelihood, rtol=RTOL_SAME_SUM)


@LINKS
def test_reversing_the_categories_turns_the_signs(link, steps):
    one = fit_ordered(steps.X, steps.y, link=link)
    other = fit_ordered(steps.X, 3 - steps.y, link=link)
    assert_allclose(other.beta, -one.beta, rtol=RTOL_SAME_SUM)
    assert_allclose(other.thresholds, -one.thresholds[::-1], rtol=RTOL_SAME_SUM)


@LINKS
def test_units_and_origins_of_the_design_do_not_matter(link, steps):
    one = fit_ordered(steps.X, steps.y, link=link)
    moved = fit_ordered(steps.X * [1e4, 1e-3, 1] + [3e5, 2, 0], steps.y, link=link)
    assert_allclose(moved.beta * [1e4, 1e-3, 1], one.beta, rtol=SEARCHED)
    assert_allclose(moved.probabilities(moved.X), one.probabilities(one.X), rtol=STOPPED)


@LINKS
def test_counts_equal_repeated_rows(link, steps):
    times = np.random.default_rng(3).integers(1, 5, 240)
    few = fit_ordered(steps.X, steps.y, times.astype(float), link=link)
    many = fit_ordered(np.repeat(steps.X, times, axis=0), np.repeat(steps.y, times), link=link)
    assert_allclose(few.theta, many.theta, rtol=RTOL_SAME_SUM)
    assert_allclose(few.bread, many.bread, rtol=RTOL_SAME_SUM)
    assert_allclose(few.log_likelihood, many.log_likelihood, rtol=RTOL_SAME_SUM)
    assert_allclose(few.null_log_likelihood, many.null_log_likelihood, rtol=RTOL_SAME_SUM)
    assert_allclose(brant_or_score(few), brant_or_score(many), rtol=STOPPED)


def brant_or_score(fit):
    tests = [score_test_parallel(fit)]
    if fit.link is LOGIT:
        tests.append(brant_test(fit))
    return [test.chi2 for test in tests]


@LINKS
def test_gradients_of_effects_equal_central_differences(link, steps):
    fit = fit_ordered(steps.X, steps.y, link=link)
    X1, X0 = steps.X.copy(), steps.X.copy()
    X1[:, 1], X0[:, 1] = 1, 0
    weights = np.random.default_rng(0).random(240)
    derivative = unit(steps.X, 0) + 0.3 * steps.X
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
            for h in 1e-5 * np.eye(6)
        ]
        for k in range(4):
            found = [(up[k].estimate - down[k].estimate) / 2e-5 for up, down in ends]
            gradient = margin(fit)[k].gradient
            assert_allclose(gradient, found, rtol=RTOL_DIFFERENCE, atol=SOLVED_TWICE)


def test_slopes_are_the_limit_of_contrasts(steps):
    fit, h = fit_ordered(steps.X, steps.y), 1e-5
    step = h * unit(steps.X, 0)
    contrasts = average_share_contrasts(fit, steps.X + step, steps.X - step)
    slopes = average_share_slopes(fit, unit(steps.X, 0))
    found = [slope.estimate for slope in slopes]
    assert_allclose(found, [one.estimate / (2 * h) for one in contrasts], rtol=DIFFERENCED)
    assert_allclose(np.sum(found), 0, atol=LAST_DIGIT)


def test_parallel_lines_of_a_column_in_other_units_are_the_same(steps):
    for test in (brant_test, score_test_parallel):
        one = test(fit_ordered(steps.X, steps.y))
        other = test(fit_ordered(steps.X * [100.0, 1, 0.1] + 5, steps.y))
        assert_allclose(other.chi2, one.chi2, rtol=STOPPED)
        assert_allclose(other.column_chi2, one.column_chi2, rtol=STOPPED)


def test_parallel_lines_are_rejected_where_lines_cross():
    rng = np.random.default_rng(4)
    x = rng.normal(size=2000)
    latent = rng.logistic(size=2000) * np.exp(0.6 * x)
    fit = fit_ordered(x[:, None], np.digitize(latent, [-1.0, 1.0]))
    assert brant_test(fit).p_value < 1e-6
    assert score_test_parallel(fit).p_value < 1e-6


def test_two_categories_have_no_lines_to_compare(villages):
    fit = fit_ordered(villages.X[:, 1:], villages.y.astype(int))
    for test in (brant_test, score_test_parallel):
        with pytest.raises(StatisticsError, match="two thresholds"):
            test(fit)


def test_brants_test_of_a_probit_is_refused(steps):
    with pytest.raises(StatisticsError, match="ordered logit"):
        brant_test(fit_ordered(steps.X, steps.y, link=PROBIT))


def test_separation_at_one_threshold_is_said_by_brants_test(steps):
    X = np.column_stack([steps.X, (steps.y > 0) & (np.arange(240) % 2 == 0)]).astype(float)
    X[np.flatnonzero(steps.y == 3)[0], 3] = 0.0
    with pytest.raises(ConvergenceError, match=r"up to 0 \(from 0\)"):
        brant_test(fit_ordered(X, steps.y))


def test_a_separated_outcome_does_not_converge_and_is_named(steps):
    X = np.column_stack([steps.X, steps.y > 1]).astype(float)
    with pytest.raises(ConvergenceError, match="no maximum"):
        fit_ordered(X, steps.y)
    found = find_ordered_separation(X, steps.y)
    assert (found.kind.value, found.columns) == ("quasi", (3,))
    assert find_ordered_separation(steps.X, steps.y).kind.value == "none"


def test_dependent_and_constant_columns_are_named(steps):
    X = np.column_stack([steps.X, np.ones(240), steps.X[:, 0] * 2 + 1])
    with pytest.raises(DependentColumnsError) as raised:
        fit_ordered(X, steps.y)
    assert raised.value.columns == (3, 4)


def test_empty_categories_are_refused(steps):
    with pytest.raises(StatisticsError, match="none in categories"):
        fit_ordered(steps.X, np.where(steps.y == 1, 2, steps.y))


def test_one_category_is_refused(steps):
    with pytest.raises(NoVariationError, match="one value"):
        fit_ordered(steps.X, np.zeros(240, dtype=int))


def test_too_few_answers_are_refused(steps):
    with pytest.raises(TooFewRowsError, match="more than 3"):
        fit_ordered(steps.X[:3], np.array([0, 1, 2]))


def test_codes_that_are_no_whole_numbers_are_refused(steps):
    with pytest.raises(StatisticsError, match="whole numbers"):
        fit_ordered(steps.X, steps.y + 0.5)
