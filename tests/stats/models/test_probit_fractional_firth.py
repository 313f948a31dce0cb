"""Probit, fractional logit and Firth's penalised logit."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED, ROUNDING, SEARCHED, SOLVED, SOLVED_TWICE, STOPPED

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.covariances.covariance import Cr, Hc, cr_covariance, hc_covariance
from campaign_effect.stats.models.firth import fit_firth, profile_firth
from campaign_effect.stats.models.fractional import fit_fractional_logit
from campaign_effect.stats.models.links import IDENTITY, LOGIT, PROBIT
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.penalised import PenalisedLikelihood
from campaign_effect.stats.models.probit import fit_probit

ATOL_COEFFICIENT = 1e-10  # both sides stop at a gradient of machine size
RTOL_ERROR = 1e-8  # R's expected information, one step before its last
ATOL_FIRTH = 1e-8  # brglm2 stops at a score of 1e-12
RTOL_PROFILE = 1e-7  # R: optim and uniroot
RTOL_DIFFERENCE = 1e-6  # of central differences
FITS = {"probit": fit_probit, "fractional": fit_fractional_logit, "firth": fit_firth}


def errors_of(matrix):
    return np.sqrt(np.diag(matrix))


@pytest.fixture(scope="module")
def share(chile):
    """Support for the status quo, from 0 to 1."""
    statusquo = chile.X[:, 6]
    return (statusquo - statusquo.min()) / np.ptp(statusquo)


def test_probit_matches_r(anes, outcomes):
    fit, expected = fit_probit(anes.X, anes.y), outcomes["anes_probit"]
    assert_allclose(fit.beta, expected["coef"]["b"], atol=ATOL_COEFFICIENT)
    assert_allclose(errors_of(fit.bread), expected["coef"]["se"], rtol=RTOL_ERROR)
    assert_allclose(fit.log_likelihood, expected["log_likelihood"], rtol=ROUNDING)
    for kind in Hc:
        found = errors_of(hc_covariance(fit, kind).matrix)
        assert_allclose(found, expected["hc"][kind.value], rtol=RTOL_ERROR)


def test_fractional_logit_matches_r(chile, share, outcomes):
    fit, expected = fit_fractional_logit(chile.X[:, :6], share), outcomes["fractional"]
    assert_allclose(fit.beta, expected["b"], atol=ATOL_COEFFICIENT)
    assert_allclose(fit.dispersion, expected["dispersion"], rtol=RTOL_ERROR)
    assert_allclose(errors_of(fit.dispersion * fit.bread), expected["se"], rtol=RTOL_ERROR)
    for kind in (Hc.HC0, Hc.HC3):
        found = errors_of(hc_covariance(fit, kind).matrix)
        assert_allclose(found, expected[kind.value], rtol=RTOL_ERROR)
    clustered = errors_of(cr_covariance(fit, chile.comm, Cr.CR1).matrix)
    assert_allclose(clustered, expected["CR1"], rtol=RTOL_ERROR)


def test_firth_matches_brglm2_under_separation(endometrial, outcomes):
    fit = fit_firth(endometrial.X, endometrial.y)
    assert_allclose(fit.beta, outcomes["endo"]["b"], atol=ATOL_FIRTH)
    assert_allclose(errors_of(fit.bread), outcomes["endo"]["se"], rtol=ATOL_FIRTH)


def test_penalised_profile_matches_brute_force_in_r(endometrial, outcomes):
    found = profile_firth(fit_firth(endometrial.X, endometrial.y))
    expected = outcomes["endo_profile"]
    assert_allclose(found.lr, expected["lr"], rtol=RTOL_PROFILE)
    assert_allclose(found.conf_low, expected["low"], rtol=RTOL_PROFILE)
    assert_allclose(found.conf_high, expected["high"], rtol=RTOL_PROFILE)


def test_penalised_derivatives_equal_central_differences(villages):
    counts = np.random.default_rng(1).integers(1, 4, 200).astype(float)
    likelihood = PenalisedLikelihood(X=villages.X, y=villages.y, times=counts)
    beta, steps = np.array([0.2, -0.5, 0.4, 0.1]), 1e-5 * np.eye(4)
    ends = [(likelihood.at(beta + step), likelihood.at(beta - step)) for step in steps]
    slope = [(up.value - down.value) / 2e-5 for up, down in ends]
    curvature = [(up.gradient - down.gradient) / 2e-5 for up, down in ends]
    point = likelihood.at(beta)
    assert_allclose(point.gradient, slope, rtol=RTOL_DIFFERENCE, atol=SEARCHED)
    assert_allclose(point.information, -np.array(curvature), rtol=RTOL_DIFFERENCE, atol=STOPPED)


def test_firth_of_one_share_adds_half_an_answer_to_each_side():
    y = np.array([1.0, 1, 1, 0, 0, 0, 0, 0])
    assert_allclose(fit_firth(np.ones((8, 1)), y).beta, np.log(3.5 / 5.5), rtol=ROUNDING)


def test_profile_ends_are_where_the_likelihood_has_fallen(villages):
    fit = fit_firth(villages.X, villages.y)
    likelihood = PenalisedLikelihood(X=fit.X, y=fit.y, times=np.ones(200))
    found = profile_firth(fit, [2], level=0.9)
    for end in (found.conf_low[0], found.conf_high[0]):
        start = np.where(np.arange(4) == 2, end, fit.beta)
        fallen = likelihood.at(likelihood.maximum(start, np.arange(4) != 2)).value
        assert_allclose(2 * (fit.log_likelihood - fallen), 2.705543454095404, rtol=SEARCHED)


@pytest.mark.parametrize("name", FITS)
def test_counts_equal_repeated_rows(name, villages):
    times = np.random.default_rng(3).integers(1, 5, 200)
    few = FITS[name](villages.X, villages.y, times.astype(float))
    many = FITS[name](np.repeat(villages.X, times, axis=0), np.repeat(villages.y, times))
    assert_allclose(few.beta, many.beta, rtol=SOLVED_TWICE)
    assert_allclose(few.bread, many.bread, rtol=SOLVED_TWICE)
    assert_allclose(few.dispersion, many.dispersion, rtol=SOLVED_TWICE)
    assert_allclose(few.log_likelihood, many.log_likelihood, rtol=SOLVED)
    assert_allclose(few.null_log_likelihood, many.null_log_likelihood, rtol=SOLVED)


@pytest.mark.parametrize("name", ["probit", "fractional"])
def test_gradient_is_zero(name, villages):
    fit = FITS[name](villages.X, villages.y)
    assert_allclose(fit.X.T @ fit.scores, 0, atol=SOLVED)


@pytest.mark.parametrize("name", FITS)
def test_units_of_the_design_do_not_matter(name, villages):
    recode = np.diag([1.0, 1e5, 1e-3, 2.0])
    recode[0, 1] = 3e4
    one = FITS[name](villages.X, villages.y)
    other = FITS[name](villages.X @ recode, villages.y)
    assert_allclose(other.mean, one.mean, rtol=SEARCHED)


def test_a_fractional_logit_of_zeros_and_ones_is_the_logit(villages):
    one = fit_fractional_logit(villages.X, villages.y)
    assert_allclose(one.beta, fit_logit(villages.X, villages.y).beta, rtol=SOLVED)


@pytest.mark.parametrize("link", [IDENTITY, LOGIT, PROBIT], ids=lambda link: link.name)
def test_derivatives_of_links_equal_central_differences(link):
    eta, h = np.linspace(-6, 6, 25), 1e-6
    slope = (link.mean(eta + h) - link.mean(eta - h)) / (2 * h)
    curvature = (link.slope(eta + h) - link.slope(eta - h)) / (2 * h)
    assert_allclose(link.slope(eta), slope, rtol=DIFFERENCED, atol=SOLVED_TWICE)
    assert_allclose(link.curvature(eta), curvature, rtol=DIFFERENCED, atol=SOLVED_TWICE)


def test_a_share_outside_0_to_1_is_refused(villages):
    with pytest.raises(StatisticsError, match="from 0 to 1"):
        fit_fractional_logit(villages.X, villages.y * 1.5)


@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_a_level_outside_0_to_1_is_refused(level, endometrial):
    fit = fit_firth(endometrial.X, endometrial.y)
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        profile_firth(fit, level=level)
