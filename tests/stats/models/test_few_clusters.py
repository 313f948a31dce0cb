"""Jackknife, two-way clustering, joint tests and effective clusters."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from tolerances import DIFFERENCED, ROUNDING, SEARCHED, SOLVED, SOLVED_TWICE, STOPPED

from campaign_effect.errors import ConvergenceError, StatisticsError
from campaign_effect.stats.covariances.cluster_information import cluster_information
from campaign_effect.stats.covariances.covariance import (
    Cr,
    classic_covariance,
    contrast_df,
    cr_covariance,
    standard_errors,
)
from campaign_effect.stats.covariances.effective_clusters import (
    effective_clusters,
)
from campaign_effect.stats.covariances.hotelling import joint_test, wishart_df
from campaign_effect.stats.covariances.jackknife import jackknife_covariance, leave_one_out
from campaign_effect.stats.covariances.two_way import two_way_covariance
from campaign_effect.stats.models.clusters import group_rows
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.logit import fit_logit

RTOL_R = 2e-8  # both closed forms or Newton to the end; glm's IRLS leaves up to 1e-8
RTOL_SAME_SUM = 1e-9  # the same numbers summed in another order
FITS = {"logit": fit_logit, "lpm": fit_ols}


@pytest.fixture(params=FITS)
def model(request):
    return request.param


@pytest.fixture(scope="module")
def few(reference):
    return reference("few_clusters")


@pytest.fixture(scope="module")
def decades(chile):
    return (chile.X[:, 2] // 10).astype(int)


def without(data, g):
    kept = data.codes != g
    return data.X[kept], data.y[kept]


@pytest.mark.parametrize("name", ["logit", "lpm"])
def test_jackknife_errors_match_r(name, chile, few):
    found = jackknife_covariance(FITS[name](chile.X, chile.y), chile.comm)
    assert_allclose(
        standard_errors(found, np.eye(7)), few["jackknife"][name]["se"], rtol=RTOL_R
    )
    assert_allclose(found.matrix[0, 1], few["jackknife"][name]["V12"], rtol=STOPPED)
    assert (found.kind, found.df) == ("CV3", 28)


def test_leaving_a_cluster_out_equals_the_fit_without_it(model, villages):
    fit = FITS[model](villages.X, villages.y)
    found = leave_one_out(fit, villages.codes)
    for g in range(9):
        expected = FITS[model](*without(villages, g)).beta
        assert_allclose(found[g], expected, rtol=SOLVED_TWICE, atol=SOLVED)


def test_leaving_out_with_counts_equals_repeated_rows(model, villages):
    counts = np.random.default_rng(3).integers(1, 5, 200).astype(float)
    times = counts.astype(int)
    few_rows = FITS[model](villages.X, villages.y, counts)
    many = FITS[model](np.repeat(villages.X, times, axis=0), np.repeat(villages.y, times))
    found = leave_one_out(few_rows, villages.codes)
    expected = leave_one_out(many, np.repeat(villages.codes, times))
    assert_allclose(found, expected, rtol=RTOL_SAME_SUM, atol=SOLVED)


def test_without_its_only_cluster_a_term_stays_where_it_was(model, villages):
    X = np.column_stack([villages.X, villages.codes == 7])
    fit = FITS[model](X, villages.y)
    found = leave_one_out(fit, villages.codes)[7]
    expected = FITS[model](*without(villages, 7)).beta
    assert_allclose(found[[1, 2, 3]], expected[1:], rtol=SEARCHED)
    assert np.isfinite(found).all()


def test_the_jackknife_of_balanced_means_is_their_variance():
    y = np.random.default_rng(2).normal(size=60)
    codes = np.arange(60) % 12
    means = np.array([y[codes == g].mean() for g in range(12)])
    found = jackknife_covariance(fit_ols(np.ones((60, 1)), y), codes).matrix
    assert_allclose(found, means.var(ddof=1) / 12, rtol=SOLVED)


def test_separation_without_a_cluster_names_it():
    x = np.tile([0.0, 1.0], 12)
    codes = np.repeat(np.arange(4), 6)
    y = np.where(codes == 2, 1 - x, x)
    with pytest.raises(ConvergenceError, match="Without cluster 2"):
        leave_one_out(fit_logit(np.column_stack([np.ones(24), x]), y), codes)


def test_two_way_covariance_matches_sandwich(model, chile, decades, few):
    expected = few["two_way"][model]
    found = two_way_covariance(FITS[model](chile.X, chile.y), chile.comm, decades)
    V = np.array(expected["repaired" if found.is_repaired else "V"])
    assert_allclose(
        found.covariance.matrix, V, rtol=STOPPED, atol=SOLVED_TWICE * np.abs(V).max()
    )
    assert found.covariance.df == len(np.unique(decades)) - 1


def test_negative_eigenvalues_are_repaired_as_sandwich_does(model, chile, few):
    sex = chile.X[:, 1].astype(int)
    found = two_way_covariance(FITS[model](chile.X, chile.y), chile.region, sex)
    V = np.array(few["two_way"][model]["narrow_repaired"])
    assert found.is_repaired
    assert found.n_intersections == 10
    assert_allclose(
        found.covariance.matrix, V, rtol=DIFFERENCED, atol=SEARCHED * np.abs(V).max()
    )
    assert np.linalg.eigvalsh(found.covariance.matrix)[0] > -1e-12 * np.abs(V).max()


def test_two_equal_ways_are_one_way(model, villages):
    fit = FITS[model](villages.X, villages.y)
    found = two_way_covariance(fit, villages.codes, 5 - villages.codes).covariance.matrix
    one = cr_covariance(fit, villages.codes, Cr.CR1).matrix
    assert_allclose(found, one, rtol=STOPPED, atol=ROUNDING)


EDUCATION = np.eye(7)[[3, 4]]
EQUAL = np.eye(7)[[3, 4]] - np.eye(7)[1]


@pytest.mark.parametrize(
    ("name", "test", "contrasts", "cluster"),
    [
        ("logit", "education", EDUCATION, "comm"),
        ("logit", "equal", EQUAL, "comm"),
        ("lpm", "education", EDUCATION, "comm"),
        ("lpm", "equal", EQUAL, "comm"),
        ("logit_region", "education", EDUCATION, "region"),
        ("logit_region", "equal", EQUAL, "region"),
        ("lpm_slopes", None, np.eye(7)[1:], "comm"),
    ],
)
def test_hotelling_tests_match_clubsandwich(name, test, contrasts, cluster, chile, few):
    fit = FITS[name.split("_")[0]](chile.X, chile.y)
    expected = few["hotelling"][name] if test is None else few["hotelling"][name][test]
    covariance = cr_covariance(fit, getattr(chile, cluster))
    found = joint_test(covariance, contrasts, contrasts @ fit.beta)
    assert_allclose(found.df_denom, expected["df_denom"], rtol=STOPPED)
    assert_allclose(found.statistic, expected["statistic"], rtol=STOPPED)
    assert_allclose(found.p_value, expected["p_value"], rtol=DIFFERENCED)


def test_the_joint_test_of_one_contrast_is_its_t_test(model, villages):
    fit = FITS[model](villages.X, villages.y)
    covariance = cr_covariance(fit, villages.codes)
    c = np.array([[0.0, 1, -1, 0]])
    found = joint_test(covariance, c, c @ fit.beta)
    t = (c @ fit.beta / standard_errors(covariance, c))[0]
    df = contrast_df(covariance, c)[0]
    assert_allclose(found.statistic, t**2, rtol=SOLVED)
    assert_allclose(found.p_value, 2 * stats.t.sf(abs(t), df), rtol=SOLVED_TWICE)
    assert_allclose(found.df_denom, df, rtol=SOLVED_TWICE)


def test_the_joint_test_does_not_depend_on_how_contrasts_are_written(villages):
    fit = fit_logit(villages.X, villages.y)
    covariance = cr_covariance(fit, villages.codes)
    one = np.eye(4)[1:]
    other = np.array([[1.0, 2, 0], [0, 1e3, 1], [1, 0, -1]]) @ one
    found = [joint_test(covariance, c, c @ fit.beta) for c in (one, other)]
    assert_allclose(found[0].statistic, found[1].statistic, rtol=STOPPED)
    assert_allclose(found[0].df_denom, found[1].df_denom, rtol=STOPPED)


def test_wishart_df_of_balanced_means_is_g_minus_1():
    rng = np.random.default_rng(2)
    group = np.repeat([0, 1], 60)
    X = np.column_stack([group == 0, group == 1]).astype(float)
    y, codes = rng.normal(size=120), np.tile(np.arange(60) % 12, 2)
    covariance = cr_covariance(fit_ols(X, y), codes)
    assert_allclose(wishart_df(covariance.blocks, np.eye(2)), 11, rtol=SEARCHED)


def test_joint_tests_without_clusters_are_walds(villages):
    logit, linear = (fit(villages.X, villages.y) for fit in (fit_logit, fit_ols))
    for fit in (logit, linear):
        found = joint_test(classic_covariance(fit), np.eye(4)[1:], fit.beta[1:])
        V = classic_covariance(fit).matrix[1:, 1:]
        assert_allclose(found.statistic * 3, fit.beta[1:] @ np.linalg.solve(V, fit.beta[1:]))
        assert found.df_denom == fit.df
    chi_square = joint_test(classic_covariance(logit), np.eye(4)[1:], logit.beta[1:])
    assert_allclose(
        chi_square.p_value, stats.chi2.sf(3 * chi_square.statistic, 3), rtol=SOLVED_TWICE
    )


def test_contrasts_that_depend_on_each_other_are_refused(villages):
    fit = fit_ols(villages.X, villages.y)
    twice = np.eye(4)[[1, 1]]
    for covariance in (cr_covariance(fit, villages.codes), classic_covariance(fit)):
        with pytest.raises(StatisticsError, match="cannot be told apart"):
            joint_test(covariance, twice, twice @ fit.beta)


def test_too_few_clusters_for_the_contrasts_give_no_p(chile):
    fit = fit_ols(chile.X, chile.y)
    covariance = cr_covariance(fit, chile.region)
    found = joint_test(covariance, np.eye(7)[[2, 3, 4, 5]], fit.beta[[2, 3, 4, 5]])
    assert found.df_denom <= 0 or found.df_denom < 2
    assert np.isnan(found.p_value) == (found.df_denom <= 0)


@pytest.mark.parametrize(("name", "rho"), [("rho0", 0.0), ("rho_half", 0.5), ("rho1", 1.0)])
def test_effective_clusters_match_r(name, rho, chile, few):
    found = effective_clusters(fit_ols(chile.X, chile.y), chile.comm, np.eye(7), rho)
    assert_allclose(found, few["effective"][name], rtol=RTOL_R)


def test_partial_leverages_match_r(chile, few):
    fit, clusters = fit_ols(chile.X, chile.y), group_rows(chile.comm)
    found = cluster_information(fit, clusters).partial_leverage(np.eye(7))
    expected = np.sort(few["partial_leverage"], axis=0)  # R sorts names by its locale
    assert_allclose(np.sort(found.T, axis=0), expected, rtol=STOPPED)


def test_equal_clusters_are_all_effective():
    X = np.tile(np.column_stack([np.ones(6), np.arange(6.0)]), (8, 1))
    y = np.random.default_rng(1).normal(size=48)
    codes = np.repeat(np.arange(8), 6)
    for rho in (0.0, 0.3, 1.0):
        found = effective_clusters(fit_ols(X, y), codes, np.eye(2), rho)
        assert_allclose(found, 8, rtol=SOLVED)


def test_counts_do_not_change_effective_clusters(model, villages):
    counts = np.random.default_rng(3).integers(1, 5, 200).astype(float)
    times = counts.astype(int)
    few_rows = FITS[model](villages.X, villages.y, counts)
    many = FITS[model](np.repeat(villages.X, times, axis=0), np.repeat(villages.y, times))
    for rho in (0.0, 0.4, 1.0):
        one = effective_clusters(few_rows, villages.codes, np.eye(4), rho)
        other = effective_clusters(many, np.repeat(villages.codes, times), np.eye(4), rho)
        assert_allclose(one, other, rtol=RTOL_SAME_SUM)


def test_a_correlation_beyond_one_is_refused(villages):
    fit = fit_ols(villages.X, villages.y)
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        effective_clusters(fit, villages.codes, np.eye(4), 1.2)
