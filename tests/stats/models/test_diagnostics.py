"""Calibration, discrimination, specification, influence and the classical assumption tests."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED, ROUNDING, SEARCHED, SOLVED, SOLVED_TWICE, STOPPED

from campaign_effect.errors import NoVariationError, StatisticsError
from campaign_effect.stats.diagnosis.calibration import calibrate, classify, hosmer_lemeshow
from campaign_effect.stats.diagnosis.fit_statistics import binary_statistics
from campaign_effect.stats.diagnosis.linear_tests import (
    breusch_pagan,
    durbin_watson,
    glejser,
    reset,
    shapiro_wilk,
)
from campaign_effect.stats.diagnosis.residuals import influence
from campaign_effect.stats.diagnosis.roc import discriminate
from campaign_effect.stats.diagnosis.specification import link_test, variance_inflation
from campaign_effect.stats.models.errors import DependentColumnsError
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.probit import fit_probit

RTOL_SAME_FORMULA = 1e-8  # R's models stop a step before machine size
ATOL_AUC = 1e-10
RTOL_LINK = 1e-6  # R's refit of the link test stops at a deviance of 1e-14
RTOL_TAIL = 1e-6  # Pan's algorithm in lmtest; a p of 1e-17 from a rounded W
LINEAR_TESTS = [breusch_pagan, glejser, reset, durbin_watson, shapiro_wilk]


@pytest.fixture(scope="module")
def binary_fits(anes, chile):
    return {
        "anes_logit": fit_logit(anes.X, anes.y),
        "anes_probit": fit_probit(anes.X, anes.y),
        "chile_logit": fit_logit(chile.X, chile.y),
    }


NAMES = pytest.mark.parametrize("name", ["anes_logit", "anes_probit", "chile_logit"])


@NAMES
def test_hosmer_lemeshow_matches_r(name, binary_fits, outcomes):
    found = hosmer_lemeshow(binary_fits[name])
    expected = outcomes[f"{name}_diagnostics"]["hosmer"]
    assert_allclose(found.chi2, expected["chi2"], rtol=RTOL_SAME_FORMULA)
    assert_allclose(found.p_value, expected["p"], rtol=RTOL_SAME_FORMULA)
    assert found.df == expected["df"]


@NAMES
def test_area_and_delongs_interval_match_proc(name, binary_fits, outcomes):
    found = discriminate(binary_fits[name])
    expected = outcomes[f"{name}_diagnostics"]["auc"]
    assert_allclose(found.auc, expected["auc"], atol=ATOL_AUC)
    assert_allclose(found.std_error, expected["se"], atol=ATOL_AUC)
    ends = [found.conf_low, found.conf_high]
    assert_allclose(ends, [expected["low"], expected["high"]], atol=ATOL_AUC)
    assert_allclose(found.auc, binary_statistics(binary_fits[name]).auc, rtol=ROUNDING)


@NAMES
def test_link_test_matches_r(name, binary_fits, outcomes):
    found, expected = link_test(binary_fits[name]), outcomes[f"{name}_diagnostics"]["link"]
    assert_allclose(found.beta, expected["b"], rtol=RTOL_LINK, atol=SOLVED_TWICE)
    assert_allclose(found.std_error, expected["se"], rtol=RTOL_LINK)


@NAMES
def test_variance_inflation_matches_car(name, binary_fits, outcomes):
    fit = binary_fits[name]
    one_by_one = [[j] for j in range(1, 7)]
    terms = [[1], [2], [3, 4], [5], [6]] if name == "chile_logit" else one_by_one
    found = variance_inflation(fit.bread, terms)
    assert_allclose(found.gvif, outcomes[f"{name}_diagnostics"]["vif"], rtol=RTOL_SAME_FORMULA)


@NAMES
def test_influence_matches_r(name, binary_fits, outcomes):
    found, expected = influence(binary_fits[name]), outcomes[f"{name}_diagnostics"]
    some = [0, 1, 2, 3, 4, -1, -2, -3, -4, -5]
    assert_allclose(found.hat[some], expected["hat"], rtol=STOPPED)
    assert_allclose(found.standardised[some], expected["pearson"], rtol=STOPPED)
    assert_allclose(found.deviance[some], expected["deviance"], rtol=STOPPED)
    assert_allclose(found.studentised[some], expected["studentised"], rtol=STOPPED)
    assert_allclose(found.cook[some], expected["cook"], rtol=STOPPED)


def test_tests_of_a_linear_model_match_lmtest(anes, outcomes):
    fit, expected = fit_ols(anes.X, anes.y), outcomes["anes_lpm"]
    tests = {
        "breusch_pagan": breusch_pagan(fit),
        "reset": reset(fit),
        "durbin_watson": durbin_watson(fit),
        "shapiro_wilk": shapiro_wilk(fit),
        "durbin_watson_exact": durbin_watson(fit_ols(anes.X[:60], anes.y[:60])),
    }
    for name, found in tests.items():
        rtol = (
            RTOL_TAIL if name in ("durbin_watson_exact", "shapiro_wilk") else RTOL_SAME_FORMULA
        )
        assert_allclose(found.statistic, expected[name]["statistic"], rtol=RTOL_SAME_FORMULA)
        assert_allclose(found.p_value, expected[name]["p"], rtol=rtol)


def test_glejser_matches_r(anes, outcomes):
    found, expected = glejser(fit_ols(anes.X, anes.y)), outcomes["anes_lpm"]
    assert_allclose(found.beta, expected["glejser"]["b"], rtol=RTOL_SAME_FORMULA)
    assert_allclose(found.std_error, expected["glejser"]["se"], rtol=RTOL_SAME_FORMULA)
    overall = [found.overall.statistic, found.overall.df, found.overall.df_residual]
    assert_allclose(overall, expected["glejser_f"], rtol=RTOL_SAME_FORMULA)


def test_inflation_influence_and_link_of_a_linear_model_match_r(anes, outcomes):
    fit, expected = fit_ols(anes.X, anes.y), outcomes["anes_lpm"]
    inflation = variance_inflation(fit.bread, [[j] for j in range(1, 7)])
    assert_allclose(inflation.gvif, expected["vif"], rtol=RTOL_SAME_FORMULA)
    assert_allclose(inflation.scaled, np.sqrt(expected["vif"]), rtol=RTOL_SAME_FORMULA)
    found, linked = influence(fit), link_test(fit)
    for name in ("hat", "standardised", "studentised", "cook"):
        assert_allclose(getattr(found, name)[:8], expected[name], rtol=RTOL_SAME_FORMULA)
    assert_allclose(linked.beta, expected["link"]["b"], rtol=RTOL_SAME_FORMULA)
    assert_allclose(linked.std_error, expected["link"]["se"], rtol=RTOL_SAME_FORMULA)


def test_inflation_is_that_of_a_regression_on_the_other_terms(villages):
    fit = fit_ols(villages.X, villages.y)
    other = fit_ols(villages.X[:, [0, 2, 3]], villages.X[:, 1])
    spread = np.sum((villages.X[:, 1] - villages.X[:, 1].mean()) ** 2)
    expected = spread / np.sum(other.residual**2)
    found = variance_inflation(fit.bread, [[1], [2], [3]]).gvif[0]
    assert_allclose(found, expected, rtol=SOLVED)


def test_inflation_does_not_depend_on_a_factors_base(chile):
    other = chile.X.copy()
    other[:, 3] = 1 - chile.X[:, 3] - chile.X[:, 4]
    terms = [[1], [2], [3, 4], [5], [6]]
    one, two = (
        variance_inflation(fit_logit(X, chile.y).bread, terms).gvif for X in (chile.X, other)
    )
    assert_allclose(two, one, rtol=SEARCHED)


def test_studentised_residuals_of_a_linear_model_are_those_without_the_row(villages):
    fit = fit_ols(villages.X, villages.y)
    kept = np.arange(200) != 7
    other = fit_ols(villages.X[kept], villages.y[kept])
    gap = villages.y[7] - villages.X[7] @ other.beta
    error = np.sqrt(other.dispersion * (1 + villages.X[7] @ other.bread @ villages.X[7]))
    assert_allclose(influence(fit).studentised[7], gap / error, rtol=SOLVED_TWICE)


def test_cooks_distance_of_a_linear_model_is_the_move_without_the_row(villages):
    fit = fit_ols(villages.X, villages.y)
    kept = np.arange(200) != 7
    move = fit_ols(villages.X[kept], villages.y[kept]).beta - fit.beta
    expected = np.sum((villages.X @ move) ** 2) / (4 * fit.dispersion)
    assert_allclose(influence(fit).cook[7], expected, rtol=SOLVED_TWICE)


def test_leverages_sum_to_the_coefficients(binary_fits):
    for fit in binary_fits.values():
        assert_allclose(influence(fit).hat.sum(), 7, rtol=SOLVED)


def test_deviance_residuals_sum_to_the_deviance(binary_fits):
    for fit in binary_fits.values():
        assert_allclose(
            np.sum(influence(fit).deviance ** 2), -2 * fit.log_likelihood, rtol=SOLVED_TWICE
        )


def test_a_row_that_nothing_else_informs_has_no_residual(villages):
    X = np.column_stack([villages.X, np.arange(200) == 3]).astype(float)
    found = influence(fit_ols(X, villages.y))
    assert_allclose(found.hat[3], 1)
    assert np.isnan(found.cook[3])


@pytest.mark.parametrize("fit_model", [fit_logit, fit_probit], ids=["logit", "probit"])
def test_counts_equal_repeated_rows(fit_model, villages):
    times = np.random.default_rng(3).integers(1, 5, 200)
    few = fit_model(villages.X, villages.y, times.astype(float))
    many = fit_model(np.repeat(villages.X, times, axis=0), np.repeat(villages.y, times))
    assert_allclose(hosmer_lemeshow(few).chi2, hosmer_lemeshow(many).chi2, rtol=DIFFERENCED)
    assert_allclose(hosmer_lemeshow(few).groups.n, hosmer_lemeshow(many).groups.n)
    assert_allclose(discriminate(few).std_error, discriminate(many).std_error, rtol=SEARCHED)
    assert_allclose(link_test(few).p_value, link_test(many).p_value, rtol=STOPPED)
    assert_allclose(
        classify(few.y, few.mean, few.counts).sensitivity,
        classify(many.y, many.mean, many.counts).sensitivity,
    )
    found = np.repeat(influence(few).cook, times)
    assert_allclose(found, influence(many).cook, rtol=STOPPED)


def test_calibration_keeps_every_answer_and_event(binary_fits):
    fit = binary_fits["anes_logit"]
    found = calibrate(fit, 7)
    assert found.n.sum() == 944
    assert found.observed.sum() == fit.y.sum()
    assert_allclose(found.expected.sum(), fit.y.sum(), rtol=SOLVED)
    assert np.all(np.diff(found.expected / found.n) > 0)


def test_classification_counts_right_and_wrong(binary_fits, anes):
    fit = binary_fits["anes_logit"]
    found = classify(fit.y, fit.mean, cutoff=0.3)
    called = fit.mean >= 0.3
    assert_allclose(found.accuracy, np.mean(called == anes.y))
    assert_allclose(found.sensitivity, np.mean(called[anes.y == 1]))
    assert_allclose(found.specificity, np.mean(~called[anes.y == 0]))
    assert_allclose(found.share_of_larger, max(anes.y.mean(), 1 - anes.y.mean()))


def test_delongs_error_is_that_of_all_pairs(villages):
    fit = fit_logit(villages.X, villages.y)
    ones, zeros = fit.mean[villages.y == 1], fit.mean[villages.y == 0]
    wins = (ones[:, None] > zeros) + 0.5 * (ones[:, None] == zeros)
    spreads = [wins.mean(axis=axis).var(ddof=1) for axis in (1, 0)]
    expected = np.sqrt(spreads[0] / len(ones) + spreads[1] / len(zeros))
    assert_allclose(discriminate(fit).std_error, expected, rtol=SOLVED)


def test_the_exact_durbin_watson_is_uniform_under_independence():
    rng = np.random.default_rng(5)
    X = np.column_stack([np.ones(20), np.arange(20.0)])
    found = [durbin_watson(fit_ols(X, rng.normal(size=20))).p_value for _ in range(300)]
    assert_allclose(np.mean(found), 0.5, atol=4 / np.sqrt(12 * 300))
    assert_allclose(np.mean(np.less(found, 0.1)), 0.1, atol=4 * 0.3 / np.sqrt(300))


def test_exact_and_normal_durbin_watson_agree_where_they_meet():
    rng = np.random.default_rng(2)
    X = np.column_stack([np.ones(99), rng.normal(size=(99, 2))])
    y = rng.normal(size=99)
    more = np.vstack([X, X[-1:]])
    exact = durbin_watson(fit_ols(X, y)).p_value
    normal = durbin_watson(fit_ols(more, np.append(y, y[-1]))).p_value
    assert_allclose(exact, normal, atol=0.02)  # one row more, and the normal's error


def test_reset_does_not_depend_on_units(villages):
    X = villages.X[:, :2]
    y = X[:, 1] ** 2 + 1
    one, other = (
        reset(fit_ols(X, y + 0.1 * villages.y)),
        reset(fit_ols(X, 1e6 * (y + 0.1 * villages.y))),
    )
    assert_allclose(other.statistic, one.statistic, rtol=STOPPED)


@pytest.mark.parametrize("test", LINEAR_TESTS)
def test_a_logit_is_refused_by_the_tests_of_linear_models(test, villages):
    with pytest.raises(StatisticsError, match="linear model"):
        test(fit_logit(villages.X, villages.y))


@pytest.mark.parametrize("test", LINEAR_TESTS)
def test_counts_are_refused_by_the_tests_of_linear_models(test, villages):
    with pytest.raises(StatisticsError, match="with counts"):
        test(fit_ols(villages.X, villages.y, np.full(200, 2.0)))


@pytest.mark.parametrize("test", LINEAR_TESTS)
def test_a_perfect_fit_is_refused(test, villages):
    with pytest.raises(NoVariationError, match="no residuals"):
        test(fit_ols(villages.X, villages.X[:, 1]))


def test_too_many_answers_for_shapiro_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(StatisticsError, match="5000 answers"):
        shapiro_wilk(fit_ols(np.ones((6000, 1)), rng.normal(size=6000)))


def test_few_groups_are_refused(villages):
    fit = fit_logit(villages.X[:, [0, 2]], villages.y)
    with pytest.raises(StatisticsError, match="3 groups"):
        hosmer_lemeshow(fit)
    with pytest.raises(StatisticsError, match="2 groups"):
        calibrate(fit, 1)
    with pytest.raises(DependentColumnsError):
        link_test(fit)


def test_one_event_has_no_delong_error():
    y = np.zeros(20)
    y[3] = 1.0
    fit = fit_logit(np.ones((20, 1)), y)
    with pytest.raises(NoVariationError, match="1 events"):
        discriminate(fit)


def test_levels_and_cutoffs_outside_0_to_1_are_refused(villages):
    fit = fit_logit(villages.X, villages.y)
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        discriminate(fit, level=95)
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        classify(fit.y, fit.mean, cutoff=1.0)


def test_one_term_overlaps_with_nothing():
    with pytest.raises(StatisticsError, match="two or more"):
        variance_inflation(np.eye(2), [[1]])
