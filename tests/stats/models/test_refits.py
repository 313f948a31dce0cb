"""Refits with many weights, cluster bootstrap, dominance, comparisons."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import ROUNDING, SEARCHED, SOLVED, SOLVED_TWICE

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.covariances.cluster_bootstrap import cluster_bootstrap
from campaign_effect.stats.covariances.covariance import Cr, cr_covariance
from campaign_effect.stats.covariances.hotelling import joint_test
from campaign_effect.stats.covariances.jackknife import leave_one_out
from campaign_effect.stats.models.comparisons import (
    benjamini_hochberg,
    equality_contrasts,
    holm,
)
from campaign_effect.stats.models.dominance import dominance_analysis
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.refits import refit

RTOL_EXACT = 1e-9  # both at a gradient of rounding size
RTOL_R = 1e-8  # glm's deviance, to its own convergence
FITS = {"logit": fit_logit, "lpm": fit_ols}


@pytest.fixture(params=FITS)
def model(request):
    return request.param


def test_refits_equal_the_fit_to_repeated_rows(model, villages):
    fit = FITS[model](villages.X, villages.y)
    times = np.random.default_rng(1).integers(0, 4, (200, 20))
    found = refit(fit, times.astype(float))
    for b in range(20):
        X, y = (np.repeat(part, times[:, b], axis=0) for part in (villages.X, villages.y))
        assert_allclose(found[b], FITS[model](X, y).beta, rtol=RTOL_EXACT, atol=SOLVED)


def test_refits_without_a_cluster_are_the_jackknifes(model, villages):
    fit = FITS[model](villages.X, villages.y)
    times = (villages.codes[:, None] != np.arange(9)).astype(float)
    assert_allclose(refit(fit, times), leave_one_out(fit, villages.codes), rtol=RTOL_EXACT)


def test_the_scale_of_weights_does_not_matter(model, villages):
    fit = FITS[model](villages.X, villages.y)
    w = np.random.default_rng(1).uniform(0.2, 3, (200, 4))
    assert_allclose(refit(fit, w * 1e3), refit(fit, w), rtol=RTOL_EXACT)


def test_refits_far_from_the_fit_arrive(villages):
    fit = fit_logit(villages.X, villages.y)
    w = np.where(villages.y == 1, 500.0, 1.0)[:, None]
    repeated = np.where(villages.y == 1, 500, 1)
    expected = fit_logit(villages.X, villages.y, repeated.astype(float)).beta
    assert_allclose(refit(fit, w)[0], expected, rtol=RTOL_EXACT)


def test_sets_without_an_estimate_are_nan_and_harm_no_other(model, villages):
    fit = FITS[model](villages.X, villages.y)
    times = np.ones((200, 3))
    times[villages.X[:, 2] == 1, 1] = 0.0  # a term that is zero everywhere
    found = refit(fit, times)
    assert np.isnan(found[1]).all()
    assert_allclose(found[[0, 2]], np.tile(fit.beta, (2, 1)), rtol=RTOL_EXACT)


def test_separated_sets_are_nan(villages):
    fit = fit_logit(villages.X, villages.y)
    times = np.ones((200, 2))
    times[:, 1] = villages.y == (villages.X[:, 3] == 1)
    found = refit(fit, times)
    assert np.isnan(found[1]).all()
    assert np.isfinite(found[0]).all()


def test_bootstrapped_villages_equal_the_fit_to_them(model, villages):
    fit = FITS[model](villages.X, villages.y)
    found = cluster_bootstrap(fit, villages.codes, draws=50, seed=3)
    assert found.n_failed < 10
    for b in np.flatnonzero(np.isfinite(found.beta[:, 0]))[:10]:
        rows = np.concatenate(
            [np.flatnonzero(villages.codes == g).repeat(found.times[b, g]) for g in range(9)]
        )
        expected = FITS[model](villages.X[rows], villages.y[rows]).beta
        assert_allclose(found.beta[b], expected, rtol=SEARCHED, atol=SOLVED)


def test_joining_equal_rows_changes_nothing(model):
    rng = np.random.default_rng(2)
    X = np.column_stack([np.ones(400), rng.integers(0, 3, 400), rng.integers(0, 2, 400)])
    y, codes = rng.integers(0, 2, 400).astype(float), rng.integers(0, 12, 400)
    fit = FITS[model](X.astype(float), y)
    joined = cluster_bootstrap(fit, codes, draws=20, seed=1)
    apart = refit(fit, joined.times.T[codes].astype(float))
    assert_allclose(joined.beta, apart, rtol=RTOL_EXACT, atol=ROUNDING)


def test_counts_equal_repeated_rows(model, villages):
    counts = np.random.default_rng(3).integers(1, 5, 200)
    few = FITS[model](villages.X, villages.y, counts.astype(float))
    X, y, codes = (
        np.repeat(part, counts, axis=0) for part in (villages.X, villages.y, villages.codes)
    )
    one = cluster_bootstrap(few, villages.codes, draws=20, seed=1).beta
    other = cluster_bootstrap(FITS[model](X, y), codes, draws=20, seed=1).beta
    assert_allclose(one, other, rtol=RTOL_EXACT, atol=SOLVED)


def test_with_many_clusters_the_bootstrap_agrees_with_cr1():
    rng = np.random.default_rng(4)
    codes = np.repeat(np.arange(120), 8)
    x = rng.normal(size=120)[codes] + rng.normal(size=960)
    y = x + rng.normal(size=120)[codes] + rng.normal(size=960)
    fit = fit_ols(np.column_stack([np.ones(960), x]), y)
    found = np.sqrt(np.diag(cluster_bootstrap(fit, codes, draws=3000).covariance))
    expected = np.sqrt(np.diag(cr_covariance(fit, codes, Cr.CR1).matrix))
    assert_allclose(found, expected, rtol=0.08)  # 3,000 draws: 1.3%; 120 clusters: 4%


def test_models_and_draws_that_do_not_fit_are_refused(villages):
    fit = fit_ols(villages.X, villages.y)
    with pytest.raises(StatisticsError, match="weights of every row"):
        refit(fit, np.ones((199, 2)))
    with pytest.raises(StatisticsError, match="at least 1 draw"):
        cluster_bootstrap(fit, villages.codes, draws=0)


def test_general_dominance_is_the_mean_over_all_orders_as_in_r(anes, reference):
    expected = reference("dominance")
    columns = [0, *(1 + anes.names.index(n) for n in ("TVnews", "selfLR", "educ", "income"))]
    X = anes.X[:, columns]
    for model, fit in FITS.items():
        found = dominance_analysis(fit, X, anes.y, ((1,), (2,), (3,), (4,)))
        assert_allclose(found.general, expected[model], rtol=RTOL_R)
        assert_allclose(found.general.sum(), found.total, rtol=ROUNDING)
        assert found.measure == {"logit": "McFadden", "lpm": "R2"}[model]


def test_blocks_and_controls_are_as_in_r(anes, reference):
    names = ("TVnews", "educ", "income", "selfLR", "age")
    X = anes.X[:, [0, *(1 + anes.names.index(n) for n in names)]]
    found = dominance_analysis(fit_logit, X, anes.y, ((1,), (2, 3), (4,)))
    assert_allclose(found.general, reference("dominance")["blocks"], rtol=RTOL_R)


def test_uncorrelated_predictors_dominate_by_their_own_r_squared():
    levels = np.array([-1.0, 1.0])
    a, b, c = (part.ravel() for part in np.meshgrid(levels, levels, levels))
    X = np.column_stack([np.ones(8), a, b, c])
    y = 3 * a + 2 * b + c + a * b * c
    found = dominance_analysis(fit_ols, X, y, ((1,), (2,), (3,)))
    assert_allclose(found.general, np.array([9, 4, 1]) / 15, rtol=SOLVED)
    assert_allclose(found.share, np.array([9, 4, 1]) / 14, rtol=SOLVED)
    assert_allclose(
        found.conditional, np.repeat(found.general[:, None], 3, axis=1), rtol=SOLVED_TWICE
    )
    assert found.complete.tolist() == [[0.5, 1, 1], [0, 0.5, 1], [0, 0, 0.5]]


def test_nothing_dominates_what_helps_more_beside_a_third():
    rng = np.random.default_rng(3)
    a, c = rng.normal(size=(2, 400))
    b = c + 0.5 * rng.normal(size=400)
    y = 0.45 * a + c - b + 0.5 * rng.normal(size=400)
    X = np.column_stack([np.ones(400), a, b, c])
    found = dominance_analysis(fit_ols, X, y, ((1,), (2,), (3,)))
    assert found.conditional[0, 0] > found.conditional[1, 0]
    assert found.conditional[0, 2] < found.conditional[1, 2]
    assert found.complete.tolist() == [[0.5, 0.5, 1], [0.5, 0.5, 1], [0, 0, 0.5]]


def test_predictors_that_cannot_be_compared_are_refused(villages):
    for predictors in (((1,),), tuple((j,) for j in range(13))):
        with pytest.raises(StatisticsError, match="2 to 12 predictors"):
            dominance_analysis(fit_ols, villages.X, villages.y, predictors)
    with pytest.raises(StatisticsError, match="one predictor"):
        dominance_analysis(fit_ols, villages.X, villages.y, ((1, 2), (2, 3)))


def test_adjusted_p_values_match_r(reference):
    expected = reference("dominance")
    p = np.array(expected["p"])
    assert_allclose(holm(p), expected["holm"], rtol=ROUNDING)
    assert_allclose(benjamini_hochberg(p), expected["BH"], rtol=ROUNDING)


def test_tests_that_were_not_made_do_not_count():
    p = np.array([0.01, np.nan, 0.04])
    for adjust in (holm, benjamini_hochberg):
        assert_allclose(adjust(p)[[0, 2]], adjust(p[[0, 2]]))
        assert np.isnan(adjust(p)[1])


def test_equal_effects_are_equal_whichever_comes_first(villages):
    fit = fit_logit(villages.X, villages.y)
    covariance = cr_covariance(fit, villages.codes)
    found = []
    for columns in ([1, 2, 3], [3, 1, 2]):
        contrasts = equality_contrasts(columns, 4)
        found.append(joint_test(covariance, contrasts, contrasts @ fit.beta))
    assert_allclose(found[0].statistic, found[1].statistic, rtol=SEARCHED)
    assert_allclose(found[0].df_denom, found[1].df_denom, rtol=SEARCHED)
    with pytest.raises(StatisticsError, match="2 or more different"):
        equality_contrasts([1, 1], 4)
