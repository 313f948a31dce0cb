"""Multinomial logit."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import (
    DIFFERENCED,
    LAST_DIGIT,
    ROUNDING,
    SEARCHED,
    SOLVED,
    SOLVED_TWICE,
    STOPPED,
)

from campaign_effect.errors import ConvergenceError, StatisticsError
from campaign_effect.stats.covariances.category_covariance import (
    cr_category_covariance,
    hc_category_covariance,
)
from campaign_effect.stats.covariances.covariance import Cr, Hc, cr_covariance, hc_covariance
from campaign_effect.stats.models.category_margins import (
    average_share_contrasts,
    average_share_slopes,
    average_shares,
)
from campaign_effect.stats.models.category_separation import find_multinomial_separation
from campaign_effect.stats.models.errors import DependentColumnsError
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.multinomial import fit_multinomial

ATOL_COEFFICIENT = 1e-6  # nnet's quasi-Newton stops short of the maximum
RTOL_ERROR = 1e-5
ATOL_EFFECT = 1e-6
RTOL_EFFECT_ERROR = 1e-4
RTOL_SAME_SUM = 1e-9  # the same numbers summed in another order
RTOL_DIFFERENCE = 1e-6  # of central differences


def unit(X, column):
    D = np.zeros_like(X)
    D[:, column] = 1.0
    return D


@pytest.fixture
def design(steps):
    return np.column_stack([np.ones(240), steps.X])


def test_coefficients_match_nnet(beps, outcomes):
    fit, expected = fit_multinomial(beps.X_vote, beps.vote), outcomes["beps_mlogit"]
    assert_allclose(fit.beta, expected["b"], atol=ATOL_COEFFICIENT)
    errors = np.sqrt(np.diag(fit.bread)).reshape(2, 11)
    assert_allclose(errors, expected["se"], rtol=RTOL_ERROR)
    assert_allclose(fit.log_likelihood, expected["log_likelihood"], rtol=SOLVED)


@pytest.mark.parametrize(("name", "column"), [("Blair", 5), ("Europe", 8), ("age", 1)])
def test_effects_on_each_category_match_r(name, column, beps, outcomes):
    fit = fit_multinomial(beps.X_vote, beps.vote)
    derivative = unit(beps.X_vote, column)
    if name == "Europe":
        derivative[:, 10] = beps.X_vote[:, 9]
    slopes = average_share_slopes(fit, derivative)
    gradients = np.array([slope.gradient for slope in slopes])
    errors = np.sqrt(np.einsum("ki,ij,kj->k", gradients, fit.bread, gradients))
    expected = outcomes["beps_mame"][name]
    found = [slope.estimate for slope in slopes]
    assert_allclose(found, expected["estimate"], atol=ATOL_EFFECT)
    assert_allclose(errors, expected["se"], rtol=RTOL_EFFECT_ERROR)


def test_gradient_is_zero(design, steps):
    fit = fit_multinomial(design, steps.y, base=1)
    assert_allclose(fit.scores(slice(None)).sum(axis=0), 0, atol=SOLVED_TWICE)


def test_bread_is_the_inverse_of_the_scores_differences(design, steps):
    fit = fit_multinomial(design, steps.y, base=2)
    is_in = (steps.y[:, None] == fit.others).astype(float)

    def score(theta):
        shares = replace(fit, theta=theta).probabilities(design)[:, fit.others]
        return ((is_in - shares).T @ design).ravel()

    h = 1e-6 * np.eye(12)
    information = [(score(fit.theta - one) - score(fit.theta + one)) / 2e-6 for one in h]
    assert_allclose(fit.bread @ np.array(information), np.eye(12), atol=STOPPED)


def test_two_categories_are_a_binary_logit(villages):
    fit = fit_multinomial(villages.X, villages.y.astype(int))
    binary = fit_logit(villages.X, villages.y)
    assert_allclose(fit.beta[0], binary.beta, rtol=RTOL_SAME_SUM)
    assert_allclose(fit.bread, binary.bread, rtol=RTOL_SAME_SUM)
    for kind in Hc:
        one, other = hc_category_covariance(fit, kind), hc_covariance(binary, kind)
        assert_allclose(one.matrix, other.matrix, rtol=STOPPED)
    one = cr_category_covariance(fit, villages.codes, Cr.CR1)
    assert_allclose(
        one.matrix, cr_covariance(binary, villages.codes, Cr.CR1).matrix, rtol=STOPPED
    )


def test_another_base_changes_no_probability(design, steps):
    fits = [fit_multinomial(design, steps.y, base=base) for base in range(4)]
    shares = fits[0].probabilities(design)
    assert_allclose(shares.sum(axis=1), 1, rtol=ROUNDING)
    for fit in fits[1:]:
        assert_allclose(fit.probabilities(design), shares, rtol=SEARCHED)
        assert_allclose(fit.log_likelihood, fits[0].log_likelihood, rtol=ROUNDING)
    full = [np.insert(fit.beta, fit.base, 0.0, axis=0) for fit in fits]
    assert_allclose(full[3] - full[3][0], full[0], rtol=SEARCHED, atol=SOLVED)


@pytest.mark.parametrize("kind", Hc)
def test_another_base_changes_no_error_of_an_effect(kind, design, steps):
    found = []
    for base in (0, 3):
        fit = fit_multinomial(design, steps.y, base=base)
        matrix = hc_category_covariance(fit, kind).matrix
        slopes = average_share_slopes(fit, unit(design, 1))
        found.append([slope.gradient @ matrix @ slope.gradient for slope in slopes])
    assert_allclose(found[1], found[0], rtol=STOPPED)


def test_counts_equal_repeated_rows(design, steps):
    times = np.random.default_rng(3).integers(1, 5, 240)
    few = fit_multinomial(design, steps.y, times.astype(float))
    many = fit_multinomial(np.repeat(design, times, axis=0), np.repeat(steps.y, times))
    assert_allclose(few.theta, many.theta, rtol=RTOL_SAME_SUM, atol=SOLVED)
    assert_allclose(few.bread, many.bread, rtol=RTOL_SAME_SUM, atol=ROUNDING)
    assert_allclose(few.log_likelihood, many.log_likelihood, rtol=RTOL_SAME_SUM)
    assert_allclose(few.null_log_likelihood, many.null_log_likelihood, rtol=RTOL_SAME_SUM)
    pairs = zip(average_shares(few), average_shares(many), strict=True)
    assert all(np.isclose(one.estimate, other.estimate, rtol=SOLVED) for one, other in pairs)


def test_units_of_the_design_do_not_matter(design, steps):
    recode = np.diag([1.0, 1e5, 1e-3, 2.0])
    recode[0, 1] = 3e4
    one = fit_multinomial(design, steps.y)
    other = fit_multinomial(design @ recode, steps.y)
    assert_allclose(other.probabilities(other.X), one.probabilities(design), rtol=SEARCHED)


def test_average_probabilities_are_the_observed_shares(design, steps):
    found = [share.estimate for share in average_shares(fit_multinomial(design, steps.y))]
    assert_allclose(found, np.bincount(steps.y) / 240, rtol=SOLVED)


@pytest.mark.parametrize("base", [0, 2])
def test_gradients_of_effects_equal_central_differences(base, design, steps):
    fit = fit_multinomial(design, steps.y, base=base)
    X1, X0 = design.copy(), design.copy()
    X1[:, 2], X0[:, 2] = 1, 0
    weights = np.random.default_rng(0).random(240)
    derivative = unit(design, 1) + 0.3 * design
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
            for h in 1e-5 * np.eye(12)
        ]
        for k in range(4):
            found = [(up[k].estimate - down[k].estimate) / 2e-5 for up, down in ends]
            gradient = margin(fit)[k].gradient
            assert_allclose(gradient, found, rtol=RTOL_DIFFERENCE, atol=SOLVED_TWICE)


def test_slopes_are_the_limit_of_contrasts(design, steps):
    fit, h = fit_multinomial(design, steps.y), 1e-5
    step = h * unit(design, 1)
    contrasts = average_share_contrasts(fit, design + step, design - step)
    found = [slope.estimate for slope in average_share_slopes(fit, unit(design, 1))]
    assert_allclose(found, [one.estimate / (2 * h) for one in contrasts], rtol=DIFFERENCED)
    assert_allclose(np.sum(found), 0, atol=LAST_DIGIT)


def test_a_separated_outcome_does_not_converge_and_is_named(design, steps):
    X = np.column_stack([design, steps.y == 2]).astype(float)
    with pytest.raises(ConvergenceError, match="no maximum"):
        fit_multinomial(X, steps.y)
    found = find_multinomial_separation(X, steps.y)
    assert found.kind.value == "quasi"
    assert 4 in found.columns
    assert find_multinomial_separation(design, steps.y).kind.value == "none"


def test_dependent_columns_are_named(design, steps):
    with pytest.raises(DependentColumnsError) as raised:
        fit_multinomial(np.column_stack([design, design[:, 1] * 2 + 1]), steps.y)
    assert raised.value.columns == (4,)


@pytest.mark.parametrize("base", [-1, 4])
def test_a_base_that_is_no_category_is_refused(base, design, steps):
    with pytest.raises(StatisticsError, match="0 to 3"):
        fit_multinomial(design, steps.y, base=base)
