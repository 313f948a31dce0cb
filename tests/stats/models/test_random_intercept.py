"""Logit with a random intercept."""

import csv
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate
from scipy.special import expit, ndtri
from scipy.stats import norm
from tolerances import DIFFERENCED, SEARCHED, SOLVED, SOLVED_TWICE, STOPPED

from campaign_effect.errors import ConvergenceError, StatisticsError
from campaign_effect.stats.covariances.mixed import mixed_covariance
from campaign_effect.stats.models.clusters import group_rows
from campaign_effect.stats.models.errors import SingleClusterError
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.margins import average_slope
from campaign_effect.stats.models.quadrature import GroupedAnswers
from campaign_effect.stats.models.random_intercept import (
    cluster_variation,
    fit_random_intercept,
)
from campaign_effect.stats.models.random_intercept_margins import (
    average_mixed_contrast,
    average_mixed_prediction,
    average_mixed_slope,
)

ATOL_GLMER = 1e-4  # glmer's optimiser stops short of the maximum
RTOL_ERROR = 2e-5  # glmer's differences
RTOL_ERROR_FEW_NODES = 2e-3  # Louis's information and differences of 7 nodes' likelihood
ATOL_LIKELIHOOD = 3e-5  # glmer's modes stop short, and 7 nodes feel where they are
RTOL_QUADRATURE = 1e-8  # 25 nodes
RTOL_DIFFERENCE = 1e-6  # of central differences


@pytest.fixture(scope="module")
def bacteria():
    return _mixed_data("bact", ("tr", "wk"), "yy", "ID")


@pytest.fixture(scope="module")
def provinces():
    data = _mixed_data("ces_cc", ("imp",), "ab", "province")
    columns = [data.columns["gender"] == "Male", data.columns["urban"] == "urban"]
    data.X = np.column_stack([data.X, *columns]).astype(float)
    return data


def _mixed_data(name, regressors, outcome, cluster):
    path = Path(__file__).parents[2] / "reference" / "data" / f"{name}.csv"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    columns = {column: np.array([row[column] for row in rows]) for column in rows[0]}
    numbers = [columns[column].astype(float) for column in regressors]
    return SimpleNamespace(
        X=np.column_stack([np.ones(len(rows)), *numbers]),
        y=columns[outcome].astype(float),
        codes=np.unique(columns[cluster], return_inverse=True)[1],
        columns=columns,
    )


def check(fit, expected, rtol):
    assert_allclose(fit.beta, expected["b"], atol=ATOL_GLMER)
    assert_allclose(fit.sd, expected["sd"], atol=ATOL_GLMER)
    assert_allclose(fit.log_likelihood, expected["log_likelihood"], atol=ATOL_LIKELIHOOD)
    errors = np.sqrt(np.diag(fit.vcov))[:-1]
    assert_allclose(errors, expected["se"], rtol=rtol)


@pytest.mark.parametrize(("nodes", "rtol"), [(7, RTOL_ERROR_FEW_NODES), (25, RTOL_ERROR)])
def test_estimates_match_glmer_on_bacteria(nodes, rtol, bacteria, outcomes):
    fit = fit_random_intercept(bacteria.X, bacteria.y, bacteria.codes, n_nodes=nodes)
    check(fit, outcomes[f"bact_{nodes}"], rtol)


def test_estimates_match_glmer_on_provinces(provinces, outcomes):
    fit = fit_random_intercept(provinces.X, provinces.y, provinces.codes)
    check(fit, outcomes["ces_25"], RTOL_ERROR)


def test_the_boundary_is_said_and_gives_the_logit(chile):
    fit, plain = fit_random_intercept(chile.X, chile.y, chile.comm), fit_logit(chile.X, chile.y)
    assert fit.is_boundary
    assert fit.sd == 0
    assert_allclose(fit.beta, plain.beta, atol=SOLVED_TWICE)
    assert_allclose(fit.vcov[:-1, :-1], plain.bread, rtol=SEARCHED)
    found = cluster_variation(fit)
    assert (found.icc, found.median_odds_ratio, found.p_value) == (0, 1, 1)
    assert np.isnan(found.sd_high)


def test_the_likelihood_is_the_integral(villages):
    def cluster_likelihood(g):
        rows = villages.codes == g
        eta, side = villages.X[rows] @ beta, 2 * villages.y[rows] - 1

        def density(b):
            return np.prod(expit(side * (eta + 0.9 * b))) * norm.pdf(b)

        return integrate.quad(density, -9, 9, epsabs=1e-14, epsrel=1e-12, points=[0.0])[0]

    beta = np.array([-0.4, 0.8, 0.5, -0.6])
    answers = _answers(villages)
    expected = sum(np.log(cluster_likelihood(g)) for g in range(9))
    assert_allclose(answers.at(beta, 0.9).value, expected, rtol=RTOL_QUADRATURE)


@pytest.mark.parametrize("nodes", [7, 25])
def test_the_gradient_is_that_of_the_approximation(nodes, villages):
    answers = _answers(villages, nodes)
    theta = np.array([-0.4, 0.8, 0.5, -0.6, 0.9])

    def value(theta):
        return answers.at(theta[:-1], theta[-1]).value

    steps = 1e-5 * np.eye(5)
    found = [(value(theta + h) - value(theta - h)) / 2e-5 for h in steps]
    gradient = answers.at(theta[:-1], theta[-1]).gradient
    assert_allclose(gradient, found, rtol=RTOL_DIFFERENCE, atol=STOPPED)


def test_the_covariance_is_the_inverse_of_the_gradients_differences(villages):
    fit = fit_random_intercept(villages.X, villages.y, villages.codes)
    answers, theta = _answers(villages), np.append(fit.beta, fit.sd)

    def gradient(theta):
        return answers.at(theta[:-1], theta[-1]).gradient

    steps = 1e-5 * np.eye(5)
    information = [(gradient(theta - h) - gradient(theta + h)) / 2e-5 for h in steps]
    assert_allclose(fit.vcov @ np.array(information), np.eye(5), atol=10 * DIFFERENCED)


def _answers(data, nodes=25):
    return GroupedAnswers.of(data.X, data.y, None, group_rows(data.codes), nodes)


def test_counts_equal_repeated_rows(villages):
    times = np.random.default_rng(3).integers(1, 4, 200)
    few = fit_random_intercept(villages.X, villages.y, villages.codes, times.astype(float))
    X, y, codes = (np.repeat(part, times, axis=0) for part in vars(villages).values())
    many = fit_random_intercept(X, y, codes)
    assert few.n == many.n
    assert_allclose(few.beta, many.beta, rtol=SEARCHED)
    assert_allclose(few.vcov, many.vcov, rtol=STOPPED, atol=SOLVED)
    assert_allclose(few.log_likelihood, many.log_likelihood, rtol=SOLVED)
    one, other = average_mixed_prediction(few), average_mixed_prediction(many)
    assert_allclose(one.estimate, other.estimate, rtol=SOLVED_TWICE)


def test_units_of_the_design_do_not_matter(villages):
    recode = np.diag([1.0, 1e4, 1e-3, 2.0])
    recode[0, 1] = 3e3
    one = fit_random_intercept(villages.X, villages.y, villages.codes)
    other = fit_random_intercept(villages.X @ recode, villages.y, villages.codes)
    assert_allclose(recode @ other.beta, one.beta, rtol=STOPPED)
    assert_allclose(other.sd, one.sd, rtol=STOPPED)


def test_known_variation_is_found_again():
    rng = np.random.default_rng(12)
    codes = np.repeat(np.arange(300), 20)
    x = rng.normal(size=6000)
    eta = -0.5 + 0.7 * x + 1.2 * rng.normal(size=300)[codes]
    y = (rng.random(6000) < expit(eta)).astype(float)
    fit = fit_random_intercept(np.column_stack([np.ones(6000), x]), y, codes)
    truth = np.array([-0.5, 0.7, 1.2])
    off = (np.append(fit.beta, fit.sd) - truth) / np.sqrt(np.diag(fit.vcov))
    assert np.all(np.abs(off) < 3)
    assert cluster_variation(fit).p_value < 1e-10


def test_a_large_variation_converges():
    codes = np.repeat(np.arange(40), 10)
    y = np.where(np.arange(400) % 10 < np.where(codes % 2 == 0, 1, 9), 1.0, 0.0)
    fit = fit_random_intercept(np.ones((400, 1)), y, codes)
    assert 1.5 < fit.sd < 4
    assert_allclose(fit.beta, 0, atol=DIFFERENCED)


def test_variation_between_clusters_is_its_formulas(villages):
    fit = fit_random_intercept(villages.X, villages.y, villages.codes)
    found = cluster_variation(replace(fit, sd=1.3))
    assert_allclose(found.icc, 1.69 / (1.69 + np.pi**2 / 3))
    rng = np.random.default_rng(1)
    gaps = np.abs(1.3 * np.diff(rng.normal(size=(400_000, 2)), axis=1))
    assert_allclose(found.median_odds_ratio, np.exp(np.median(gaps)), rtol=0.01)  # 4 errors
    reach = ndtri(0.975) * np.sqrt(fit.vcov[-1, -1]) / 1.3
    assert_allclose(np.log(found.sd_high / 1.3), reach)
    assert found.icc_low < found.icc < found.icc_high


def test_gradients_of_effects_equal_central_differences(villages):
    fit = fit_random_intercept(villages.X, villages.y, villages.codes)
    X1, X0 = villages.X.copy(), villages.X.copy()
    X1[:, 2], X0[:, 2] = 1, 0
    weights = np.random.default_rng(0).random(200)
    derivative = 0.3 * villages.X
    derivative[:, 1] += 1
    margins = [
        lambda fit: average_mixed_prediction(fit, weights=weights),
        lambda fit: average_mixed_contrast(fit, X1, X0, weights),
        lambda fit: average_mixed_slope(fit, derivative, weights=weights),
    ]
    for margin in margins:
        found = []
        for h in 1e-5 * np.eye(5):
            up = replace(fit, beta=fit.beta + h[:4], sd=fit.sd + h[4])
            down = replace(fit, beta=fit.beta - h[:4], sd=fit.sd - h[4])
            found.append((margin(up).estimate - margin(down).estimate) / 2e-5)
        assert_allclose(margin(fit).gradient, found, rtol=RTOL_DIFFERENCE, atol=SOLVED_TWICE)


@pytest.mark.parametrize("sd", [0.5, 2.0])
def test_the_average_prediction_is_the_integral(sd, villages):
    fit = fit_random_intercept(villages.X, villages.y, villages.codes)
    fit = replace(fit, sd=sd)
    row = villages.X[:1]
    eta = float(row[0] @ fit.beta)
    expected = integrate.quad(lambda b: expit(eta + sd * b) * norm.pdf(b), -9, 9)[0]
    assert_allclose(average_mixed_prediction(fit, row).estimate, expected, rtol=STOPPED)


def test_effects_without_variation_are_those_of_the_logit(chile):
    fit, plain = fit_random_intercept(chile.X, chile.y, chile.comm), fit_logit(chile.X, chile.y)
    derivative = np.zeros_like(chile.X)
    derivative[:, 2] = 1.0
    one, other = average_mixed_slope(fit, derivative), average_slope(plain, derivative)
    assert_allclose(one.estimate, other.estimate, rtol=SEARCHED)
    found = one.gradient @ mixed_covariance(fit).matrix @ one.gradient
    assert_allclose(found, other.gradient @ plain.bread @ other.gradient, rtol=STOPPED)


def test_few_nodes_are_refused(villages):
    with pytest.raises(StatisticsError, match="7 nodes"):
        fit_random_intercept(villages.X, villages.y, villages.codes, n_nodes=5)


def test_one_cluster_is_refused(villages):
    with pytest.raises(SingleClusterError, match="2 clusters"):
        fit_random_intercept(villages.X, villages.y, np.zeros(200, dtype=int))


def test_codes_of_other_length_are_refused(villages):
    with pytest.raises(StatisticsError, match="one cluster code"):
        fit_random_intercept(villages.X, villages.y, villages.codes[:5])


def test_a_separated_outcome_does_not_converge(villages):
    X = np.column_stack([villages.X, villages.y])
    with pytest.raises(ConvergenceError, match="no maximum"):
        fit_random_intercept(X, villages.y, villages.codes)
