"""Average marginal effects, contrasts and predictions."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import FEW_STEPS, LAST_DIGIT, SEARCHED, SOLVED, SOLVED_TWICE, STOPPED

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.covariances.covariance import (
    Cr,
    classic_covariance,
    contrast_df,
    cr_covariance,
    hc_covariance,
    standard_errors,
)
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.margins import (
    average_column_slopes,
    average_contrast,
    average_prediction,
    average_slope,
)

ATOL_ESTIMATE = 1e-9  # R differentiates numerically
RTOL_DELTA = 1e-5  # R's gradient is a central difference: 4e-6 off at most
RTOL_ROUNDING = 1e-12  # the same sums in another order
RTOL_DIFFERENCE = 1e-6  # of our own central differences
FITS = {"logit": fit_logit, "lpm": fit_ols}


def unit(X, column):
    D = np.zeros_like(X)
    D[:, column] = 1.0
    return D


def with_value(X, column, value):
    changed = X.copy()
    changed[:, column] = value
    return changed


def moved(fit, beta):
    """The margin's value at other coefficients."""
    return replace(fit, beta=beta)


def check(margin, expected, covariances):
    assert_allclose(margin.estimate, expected["estimate"], atol=ATOL_ESTIMATE)
    for name, covariance in covariances.items():
        found = standard_errors(covariance, margin.gradient[None])
        assert_allclose(found, expected[name], rtol=RTOL_DELTA)
    if "df" in expected:
        found = contrast_df(covariances["CR2"], margin.gradient[None])
        assert_allclose(found, expected["df"], rtol=RTOL_DELTA)


def covariances_of(fit, codes=None):
    found = {"classic": classic_covariance(fit), "HC3": hc_covariance(fit)}
    if codes is not None:
        found |= {kind.value: cr_covariance(fit, codes, kind) for kind in (Cr.CR1, Cr.CR2)}
    return found


def test_effects_errors_and_df_match_r_on_chile(chile, effects):
    fit = fit_logit(chile.X, chile.y)
    covariances, expected = covariances_of(fit, chile.comm), effects["chile_logit"]["ame"]
    sex = average_contrast(fit, with_value(chile.X, 1, 1.0), with_value(chile.X, 1, 0.0))
    check(sex, expected["sex"], covariances)
    for name, column in (("age", 2), ("inc", 5), ("statusquo", 6)):
        check(average_slope(fit, unit(chile.X, column)), expected[name], covariances)


def test_effects_match_r_on_anes(anes, effects):
    fit = fit_logit(anes.X, anes.y)
    for column, name in enumerate(anes.names, start=1):
        margin = average_slope(fit, unit(anes.X, column))
        check(margin, effects["anes_logit"]["ame"][name], covariances_of(fit))


def test_effects_with_an_interaction_match_r(chile, effects):
    X = chile.X_crossed
    fit = fit_logit(X, chile.y)
    covariances, expected = covariances_of(fit, chile.comm), effects["chile_int"]["ame"]
    statusquo = unit(X, 5)
    statusquo[:, 7:] = X[:, 3:5]
    check(average_slope(fit, statusquo), expected["statusquo"], covariances)
    for name, column in (("age", 2), ("inc", 6)):
        check(average_slope(fit, unit(X, column)), expected[name], covariances)
    sex = average_contrast(fit, with_value(X, 1, 1.0), with_value(X, 1, 0.0))
    check(sex, expected["sex"], covariances)


@pytest.mark.parametrize("model", FITS)
def test_gradients_equal_central_differences(model, villages):
    fit = FITS[model](villages.X, villages.y)
    X, weights = villages.X, np.random.default_rng(0).random(200)
    derivative = unit(X, 1) + 0.3 * X
    margins = [
        lambda fit: average_slope(fit, derivative, weights=weights),
        lambda fit: average_contrast(
            fit, with_value(X, 2, 1.0), with_value(X, 2, 0.0), weights
        ),
        lambda fit: average_prediction(fit, weights=weights),
    ]
    for margin in margins:
        steps = 1e-5 * np.eye(4)
        differences = [
            margin(moved(fit, fit.beta + h)).estimate
            - margin(moved(fit, fit.beta - h)).estimate
            for h in steps
        ]
        found = margin(fit).gradient
        assert_allclose(
            found, np.array(differences) / 2e-5, rtol=RTOL_DIFFERENCE, atol=SOLVED_TWICE
        )


def test_the_slope_of_a_linear_model_is_its_coefficient(villages):
    fit = fit_ols(villages.X, villages.y)
    margin = average_slope(fit, unit(villages.X, 1))
    assert_allclose(margin.estimate, fit.beta[1])
    assert_allclose(margin.gradient, [0, 1, 0, 0], atol=LAST_DIGIT)


@pytest.mark.parametrize("model", FITS)
def test_slopes_by_columns_equal_slopes_one_by_one(model, villages):
    fit = FITS[model](villages.X, villages.y)
    weights = np.random.default_rng(0).random(200)
    together = average_column_slopes(fit, weights)
    for column, found in enumerate(together):
        alone = average_slope(fit, unit(villages.X, column), weights=weights)
        assert_allclose(found.estimate, alone.estimate, rtol=RTOL_ROUNDING)
        assert_allclose(found.gradient, alone.gradient, rtol=RTOL_ROUNDING, atol=LAST_DIGIT)


def test_the_average_prediction_of_a_logit_is_the_observed_share(villages):
    fit = fit_logit(villages.X, villages.y)
    assert_allclose(average_prediction(fit).estimate, villages.y.mean(), rtol=SOLVED)


@pytest.mark.parametrize("model", FITS)
def test_recoding_the_design_leaves_effects_and_their_errors(model, villages):
    recode = np.diag([1.0, 1e4, 1e-3, 2.0])
    recode[0, 1] = 3e3
    found = []
    for change in (np.eye(4), recode):
        fit = FITS[model](villages.X @ change, villages.y)
        margin = average_slope(fit, unit(villages.X, 1) @ change)
        covariance = cr_covariance(fit, villages.codes)
        gradient = margin.gradient[None]
        errors, df = standard_errors(covariance, gradient), contrast_df(covariance, gradient)
        found.append([margin.estimate, errors[0], df[0]])
    assert_allclose(found[1], found[0], rtol=STOPPED)


@pytest.mark.parametrize("model", FITS)
def test_counts_equal_repeated_rows(model, villages):
    times = np.random.default_rng(3).integers(1, 5, 200)
    few = FITS[model](villages.X, villages.y, times.astype(float))
    X = np.repeat(villages.X, times, axis=0)
    many = FITS[model](X, np.repeat(villages.y, times))
    one, other = average_slope(few, unit(villages.X, 1)), average_slope(many, unit(X, 1))
    assert_allclose(one.estimate, other.estimate, rtol=SOLVED)
    assert_allclose(one.gradient, other.gradient, rtol=SEARCHED, atol=FEW_STEPS)


def test_designs_of_other_width_are_refused(villages):
    fit = fit_ols(villages.X, villages.y)
    with pytest.raises(StatisticsError, match="4 columns"):
        average_slope(fit, villages.X[:, :3])


def test_weights_of_other_length_are_refused(villages):
    fit = fit_ols(villages.X, villages.y)
    with pytest.raises(StatisticsError, match="one weight"):
        average_prediction(fit, weights=np.ones(3))
