"""Generalised estimating equations: logit, linear probability, probit."""

import csv
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from scipy.special import expit
from tolerances import ROUNDING, SEARCHED, SOLVED_TWICE, STOPPED

from campaign_effect.errors import ConvergenceError, StatisticsError
from campaign_effect.stats.covariances.cluster_information import cluster_information
from campaign_effect.stats.covariances.covariance import (
    Cr,
    classic_covariance,
    contrast_df,
    cr_covariance,
    standard_errors,
)
from campaign_effect.stats.covariances.jackknife import jackknife_covariance
from campaign_effect.stats.models.clusters import group_rows
from campaign_effect.stats.models.errors import SingleClusterError
from campaign_effect.stats.models.gee import WorkingCorrelation, fit_gee
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.links import IDENTITY, LOGIT, PROBIT
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.margins import average_slope
from campaign_effect.stats.models.probit import fit_probit

REFERENCE = Path(__file__).parents[2] / "reference"
ATOL_GEEPACK = 2e-7  # geepack's rounds stop short of the solution
RTOL_GEEPACK = 1e-6
RTOL_SAME_SUM = 1e-9  # the same numbers summed in another order
N_SIMULATED = 300
LARGEST_SIZE = 0.05 + 3 * np.sqrt(0.05 * 0.95 / N_SIMULATED)  # three standard errors
LINKS = pytest.mark.parametrize("link", [LOGIT, IDENTITY, PROBIT], ids=lambda link: link.name)
BOTH = pytest.mark.parametrize("structure", list(WorkingCorrelation))


def _rows(name):
    with (REFERENCE / "data" / f"{name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {column: np.array([row[column] for row in rows]) for column in rows[0]}


def _data(columns, y, cluster):
    codes = np.unique(cluster, return_inverse=True)[1]
    X = np.column_stack([np.ones(len(y)), *columns]).astype(float)
    return SimpleNamespace(X=X, y=y.astype(float), codes=codes)


@pytest.fixture(scope="module")
def data():
    """The data that R had."""
    bact = _rows("bact")
    ces = {name: column[::4] for name, column in _rows("ces_cc").items()}
    regressors = [ces["imp"].astype(float), ces["gender"] == "Male", ces["urban"] == "urban"]
    return {
        "bact": _data([bact["tr"], bact["wk"]], bact["yy"], bact["ID"]),
        "ces": _data(regressors, ces["ab"], ces["province"]),
    }


@pytest.fixture(scope="module")
def reference():
    return json.loads((REFERENCE / "gee.json").read_text())["values"]


@LINKS
@BOTH
@pytest.mark.parametrize("name", ["bact", "ces"])
def test_estimates_and_covariances_match_r(name, structure, link, data, reference):
    one, expected = data[name], reference[link.name][name][structure]
    fit = fit_gee(one.X, one.y, one.codes, correlation=structure, link=link)
    assert_allclose(fit.beta, expected["b"], atol=ATOL_GEEPACK)
    assert_allclose(fit.alpha, expected["alpha"], rtol=RTOL_GEEPACK)
    assert_allclose(fit.dispersion, expected["dispersion"], rtol=RTOL_GEEPACK)
    G, terms = one.codes.max() + 1, np.eye(one.X.shape[1])
    CR2 = cr_covariance(fit.whitened, one.codes)
    found = {
        "naive": classic_covariance(fit.whitened),
        "robust": cr_covariance(fit.whitened, one.codes, Cr.CR0),
        "kauermann_carroll": CR2,
        "clubSandwich": CR2,
    }
    for kind, covariance in found.items():
        errors = standard_errors(covariance, terms)
        assert_allclose(errors, expected[kind], rtol=RTOL_GEEPACK)
    assert_allclose(contrast_df(CR2, terms), expected["df"], rtol=RTOL_GEEPACK)
    assert_allclose(contrast_df(CR2, terms), expected["club_df"], rtol=RTOL_GEEPACK)
    jackknife = standard_errors(jackknife_covariance(fit.whitened, one.codes), terms)
    mancl_derouen = np.sqrt((G - 1) / G) * np.array(expected["mancl_derouen"])
    assert_allclose(jackknife, mancl_derouen, rtol=RTOL_GEEPACK)


@LINKS
@BOTH
@pytest.mark.parametrize("name", ["bact", "ces"])
def test_average_effects_match_r(name, structure, link, data, reference):
    one, expected = data[name], reference[link.name][name][structure]["effect"]
    fit = fit_gee(one.X, one.y, one.codes, correlation=structure, link=link)
    derivative = np.zeros_like(one.X)
    derivative[:, 1] = 1.0
    slope = average_slope(fit.fit, derivative)
    CR2 = cr_covariance(fit.whitened, one.codes)
    assert_allclose(slope.estimate, expected["estimate"], rtol=RTOL_GEEPACK)
    errors = standard_errors(CR2, slope.gradient[None])
    assert_allclose(errors, expected["se"], rtol=RTOL_GEEPACK)
    assert_allclose(contrast_df(CR2, slope.gradient[None]), expected["df"], rtol=RTOL_GEEPACK)


@LINKS
def test_the_equations_are_zero_with_full_matrices(link, data):
    one = data["bact"]
    fit = fit_gee(one.X, one.y, one.codes, link=link)
    eta = one.X @ fit.beta
    mu = link.mean(eta)
    alike = one.codes[:, None] == one.codes
    R = np.where(alike, fit.alpha, 0.0) + (1 - fit.alpha) * np.eye(len(mu))
    spread = np.ones(len(mu)) if link is IDENTITY else np.sqrt(mu * (1 - mu))
    D = one.X * link.slope(eta)[:, None]
    W = np.linalg.inv(spread[:, None] * R * spread)
    assert_allclose(D.T @ W @ (one.y - mu), 0, atol=SOLVED_TWICE)
    assert_allclose(fit.whitened.bread, np.linalg.inv(D.T @ W @ D), rtol=RTOL_SAME_SUM)
    assert_allclose(fit.fit.mean, mu, rtol=RTOL_SAME_SUM)
    e = (one.y - mu) / spread
    pairs = np.outer(e, e)[alike & ~np.eye(len(mu), dtype=bool)]
    assert_allclose(fit.alpha, pairs.mean() / np.mean(e**2), rtol=RTOL_SAME_SUM)


@pytest.mark.parametrize(
    ("link", "fit_it"), [(LOGIT, fit_logit), (IDENTITY, fit_ols), (PROBIT, fit_probit)]
)
def test_without_correlation_it_is_the_model_of_independent_answers(link, fit_it, data):
    one = data["ces"]
    plain = fit_it(one.X, one.y)
    independence = WorkingCorrelation.INDEPENDENCE
    fit = fit_gee(one.X, one.y, one.codes, correlation=independence, link=link)
    assert_allclose(fit.beta, plain.beta, rtol=RTOL_SAME_SUM)
    for kind in (Cr.CR0, Cr.CR1):
        found = cr_covariance(fit.whitened, one.codes, kind).matrix
        expected = cr_covariance(plain, one.codes, kind).matrix
        assert_allclose(found, expected, rtol=STOPPED)


def test_the_coefficients_of_the_linear_probability_model_are_its_average_effects(data):
    one = data["ces"]
    fit = fit_gee(one.X, one.y, one.codes, link=IDENTITY)
    covariance = cr_covariance(fit.whitened, one.codes)
    for j, term in enumerate(np.eye(4)[1:], start=1):
        slope = average_slope(fit.fit, np.tile(term, (len(one.y), 1)))
        assert_allclose(slope.estimate, fit.beta[j], rtol=ROUNDING)
        assert_allclose(slope.gradient, term, atol=ROUNDING)
    moved = fit_gee(one.X, 1 - one.y, one.codes, link=IDENTITY)
    assert_allclose(moved.beta, np.eye(4)[0] - fit.beta, atol=SOLVED_TWICE)
    opposite = cr_covariance(moved.whitened, one.codes)
    assert_allclose(opposite.matrix, covariance.matrix, rtol=SEARCHED)


def test_answers_less_alike_than_by_chance_are_taken_as_independent():
    y = np.tile([0.0, 1.0], 20)
    X = np.column_stack([np.ones(40), np.repeat([0.0, 1.0], 20)])
    codes = np.repeat(np.arange(20), 2)
    X[[3, 17], 1] = 1.0
    fit = fit_gee(X, y, codes)
    assert (fit.alpha, fit.is_boundary) == (0.0, True)
    assert_allclose(fit.beta, fit_logit(X, y).beta, atol=ROUNDING)


@BOTH
def test_the_order_of_rows_and_the_names_of_clusters_do_not_matter(structure, data):
    one, order = data["bact"], np.random.default_rng(1).permutation(len(data["bact"].y))
    fit = fit_gee(one.X, one.y, one.codes, correlation=structure)
    turned = fit_gee(one.X[order], one.y[order], 90 - one.codes[order], correlation=structure)
    assert_allclose(turned.beta, fit.beta, rtol=RTOL_SAME_SUM)
    assert_allclose(turned.alpha, fit.alpha, rtol=RTOL_SAME_SUM)
    covariances = [
        cr_covariance(fit.whitened, one.codes).matrix,
        cr_covariance(turned.whitened, one.codes[order]).matrix,
    ]
    assert_allclose(covariances[1], covariances[0], rtol=SEARCHED)


def test_units_of_the_design_do_not_matter(data):
    one, scale = data["ces"], np.array([1.0, 1e6, 1e-3, 1.0])
    fit = fit_gee(one.X, one.y, one.codes)
    moved = fit_gee(one.X * scale, one.y, one.codes)
    assert_allclose(moved.beta * scale, fit.beta, rtol=SEARCHED)
    assert_allclose(moved.alpha, fit.alpha, rtol=SEARCHED)


def test_a_term_of_one_village_is_known(data):
    one = data["ces"]
    X = np.column_stack([one.X, one.codes == 3]).astype(float)
    fit = fit_gee(X, one.y, one.codes)
    found = cluster_information(fit, group_rows(one.codes)).inestimable_without(np.eye(5))
    assert found.any(axis=1).tolist() == [False, False, False, False, True]


@pytest.mark.parametrize("sd", [0.0, 0.6])
def test_few_villages_keep_the_size_of_the_test(sd):
    rng = np.random.default_rng(5)
    codes = np.repeat(np.arange(12), 20)
    X = np.column_stack([np.ones(240), codes < 4, rng.normal(size=240)]).astype(float)
    rejected, alphas = [], []
    for _ in range(N_SIMULATED):
        eta = 0.5 * X[:, 2] + sd * rng.normal(size=12)[codes]
        fit = fit_gee(X, (rng.random(240) < expit(eta)).astype(float), codes)
        covariance = cr_covariance(fit.whitened, codes)
        term = np.eye(3)[1:2]
        t = abs(fit.beta[1]) / standard_errors(covariance, term)[0]
        rejected.append(2 * stats.t.sf(t, contrast_df(covariance, term)[0]) < 0.05)
        alphas.append(fit.alpha)
    assert np.mean(rejected) < LARGEST_SIZE
    # In a survey alpha errs by 0.06 or so; the mean of 300 by 0.004, and 12 villages bias it.
    assert_allclose(np.mean(alphas), 0.05 if sd else 0.0, atol=0.02)


def test_separation_does_not_converge(data):
    one = data["ces"]
    X = np.column_stack([one.X, one.y])
    with pytest.raises(ConvergenceError, match="no maximum"):
        fit_gee(X, one.y, one.codes)


def test_clusters_that_tell_nothing_are_refused(data):
    one = data["bact"]
    with pytest.raises(StatisticsError, match="No cluster has two answers"):
        fit_gee(one.X, one.y, np.arange(len(one.y)))
    pairs = np.arange(len(one.y)) // 2
    with pytest.raises(StatisticsError, match="all alike"):
        fit_gee(one.X[:, :1], (pairs % 3 == 0).astype(float), pairs)
    with pytest.raises(SingleClusterError):
        fit_gee(one.X, one.y, np.zeros(len(one.y), dtype=int))
    with pytest.raises(StatisticsError, match="one cluster code"):
        fit_gee(one.X, one.y, one.codes[1:])
