"""Rubin's rules and joint tests over imputations."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from tolerances import ROUNDING, SEARCHED, SOLVED

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.design.pooling import (
    pool_estimates,
    pool_likelihood_ratios,
    pool_wald_tests,
)

RTOL_SAME_FORMULA = 1e-10  # closed form, float64 on both sides
RTOL_MICE = 1e-7  # its D3 refits to glm's default precision
EDUCATION = [3, 4]


@pytest.fixture(scope="module")
def mice(reference):
    return reference("mi_pool")


def gap(mice, key):
    return np.array(mice["nested"][key]) - np.array(mice["full"][key])


def test_pooled_estimates_match_mice(mice):
    variances = np.einsum("mii->mi", np.array(mice["V"]))
    found = pool_estimates(np.array(mice["b"]), variances, mice["df_residual"])
    pairs = (
        ("b", found.estimate),
        ("se", found.std_error),
        ("df", found.df),
        ("riv", found.riv),
        ("lambda", found.share_missing),
        ("fmi", found.fmi),
    )
    for name, values in pairs:
        assert_allclose(values, mice["pool"][name], rtol=RTOL_SAME_FORMULA)
    p = 2 * stats.t.sf(np.abs(found.estimate / found.std_error), found.df)
    assert_allclose(p, mice["pool"]["p"], rtol=SEARCHED)


def test_d1_matches_mice(mice):
    V = np.array(mice["V"])[:, EDUCATION][:, :, EDUCATION]
    b = np.array(mice["b"])[:, EDUCATION]
    found = pool_wald_tests(b, V, mice["df_residual"])
    values = (found.statistic, found.df_num, found.df_denom, found.p_value, found.riv)
    assert_allclose(values, mice["D1"], rtol=RTOL_SAME_FORMULA)


def test_d3_matches_mice_where_the_intercept_is_estimated_again(mice):
    found = pool_likelihood_ratios(gap(mice, "own"), gap(mice, "mice"), 2)
    values = (found.statistic, found.df_num, found.df_denom, found.p_value, found.riv)
    assert_allclose(values, mice["D3"], rtol=RTOL_MICE)


def test_d1_and_d3_nearly_agree(mice):
    V = np.array(mice["V"])[:, EDUCATION][:, :, EDUCATION]
    d1 = pool_wald_tests(np.array(mice["b"])[:, EDUCATION], V)
    d3 = pool_likelihood_ratios(gap(mice, "own"), gap(mice, "pooled"), 2)
    assert_allclose(d1.p_value, d3.p_value, atol=0.01)  # 0.030 and 0.027


def test_d1_of_one_quantity_is_its_t_test_squared():
    rng = np.random.default_rng(1)
    estimates, variances = rng.normal(1, 0.2, (20, 1)), rng.uniform(0.1, 0.2, (20, 1))
    t = pool_estimates(estimates, variances)
    found = pool_wald_tests(estimates, variances[:, :, None])
    assert_allclose(found.statistic, (t.estimate / t.std_error) ** 2, rtol=ROUNDING)
    assert_allclose(found.riv, t.riv[0], rtol=ROUNDING)


@pytest.mark.parametrize("m", [2, 3, 5])
def test_d1_of_one_quantity_and_few_imputations_has_rubins_degrees_of_freedom(m):
    rng = np.random.default_rng(m)
    estimates, variances = rng.normal(1, 0.2, (m, 1)), rng.uniform(0.1, 0.2, (m, 1))
    found = pool_wald_tests(estimates, variances[:, :, None])
    assert_allclose(found.df_denom, pool_estimates(estimates, variances).df[0], rtol=ROUNDING)


def test_d1_does_not_depend_on_how_contrasts_are_written():
    rng = np.random.default_rng(2)
    A = rng.normal(size=(2, 2))
    estimates, V = rng.normal(1, 0.3, (10, 2)), np.tile(np.diag([0.1, 0.3]), (10, 1, 1))
    one, other = pool_wald_tests(estimates, V), pool_wald_tests(estimates @ A.T, A @ V @ A.T)
    assert_allclose(one.statistic, other.statistic, rtol=SOLVED)
    assert_allclose(one.df_denom, other.df_denom, rtol=SOLVED)


def test_reiters_df_tends_to_the_large_samples_df():
    rng = np.random.default_rng(3)
    estimates, V = rng.normal(1, 0.3, (10, 3)), np.tile(np.eye(3) / 10, (10, 1, 1))
    small, large = (pool_wald_tests(estimates, V, df).df_denom for df in (20.0, 1e9))
    assert small < 20 < large


def test_without_missing_answers_pooling_changes_nothing():
    b, v = np.tile([1.0, -2.0], (5, 1)), np.tile([0.04, 0.09], (5, 1))
    found = pool_estimates(b, v, np.array([8.0, np.inf]))
    assert_allclose(found.std_error, [0.2, 0.3])
    assert_allclose(found.df, [9 / 11 * 8, np.inf])
    assert_allclose(found.share_missing, 0)
    test = pool_wald_tests(b, np.tile(np.diag([0.04, 0.09]), (5, 1, 1)))
    assert test.df_denom == np.inf
    assert_allclose(test.p_value, stats.chi2.sf(25 + 4 / 0.09, 2), rtol=SEARCHED)


def test_pooled_intervals_hold_the_truth():
    """A mean of 40 normal answers, half of them missing at random, imputed properly."""
    rng, holds, m = np.random.default_rng(4), [], 10
    for _ in range(600):
        y = rng.normal(size=20)
        sigma = np.sqrt(19 * y.var(ddof=1) / rng.chisquare(19, m))
        mu = y.mean() + sigma / np.sqrt(20) * rng.normal(size=m)
        full = [np.concatenate([y, mu[i] + sigma[i] * rng.normal(size=20)]) for i in range(m)]
        means, variances = np.mean(full, axis=1), np.var(full, axis=1, ddof=1) / 40
        found = pool_estimates(means[:, None], variances[:, None], 39.0)
        reach = stats.t.ppf(0.975, found.df) * found.std_error
        holds.append(abs(found.estimate[0]) <= reach[0])
    assert abs(np.mean(holds) - 0.95) < 3.5 * np.sqrt(0.95 * 0.05 / 600)


def test_one_imputation_is_refused():
    with pytest.raises(StatisticsError, match="at least 2 imputations"):
        pool_estimates(np.ones((1, 2)), np.ones((1, 2)))
    with pytest.raises(StatisticsError, match="at least 2 imputations"):
        pool_wald_tests(np.ones((3, 2)), np.ones((3, 3, 3)))
