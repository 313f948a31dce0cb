"""Chained-equation imputation: draws, chains, diagnostics, sensitivity."""

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import optimize
from scipy.special import expit
from tolerances import ROUNDING

from campaign_effect.errors import NoVariationError, StatisticsError
from campaign_effect.stats.design.category_draws import draw_categories
from campaign_effect.stats.design.chained import impute_chained
from campaign_effect.stats.design.imputations import (
    ChainSettings,
    VariableKind,
    VillageTerms,
    potential_scale_reduction,
)
from campaign_effect.stats.design.matching import draw_matched
from campaign_effect.stats.design.ordered_draws import draw_ordered, ordered_start
from campaign_effect.stats.design.pooling import pool_estimates
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.logit import fit_logit

MC_ERRORS = 4  # of draws with a fixed seed: one false alarm in 16,000 seeds
ATOL_MODE = 1e-3  # the searches stop at steps of 1e-4 of a log odds
NUMBER, ORDERED, CATEGORY = VariableKind.NUMBER, VariableKind.ORDERED, VariableKind.CATEGORY


def likert(eta, rng, cuts=(-1.0, 0.5, 1.5)):
    return np.searchsorted(cuts, eta + rng.logistic(size=len(eta))).astype(float)


@pytest.fixture(scope="module")
def survey():
    """600 people of 20 villages; three variables of which some answers are missing."""
    rng = np.random.default_rng(11)
    n, village = 600, np.repeat(np.arange(20), 30)
    x = rng.normal(size=n)
    trust = likert(0.8 * x + 0.7 * rng.normal(size=20)[village], rng)
    party = np.argmax(
        np.column_stack([np.zeros(n), x, 0.5 * trust - 1]) + rng.gumbel(size=(n, 3)), 1
    )
    income = 2 + 0.5 * x + 0.4 * trust + rng.normal(size=n)
    vote = (rng.random(n) < expit(0.8 * x + 0.4 * trust - 0.6)).astype(float)
    full = np.column_stack([x, trust, party.astype(float), income, vote])
    data = full.copy()
    for column in (1, 2, 3):
        data[rng.random(n) < expit(-1.3 + 0.8 * x), column] = np.nan
    return SimpleNamespace(
        full=full, data=data, village=village, kinds=(NUMBER, ORDERED, CATEGORY, NUMBER, NUMBER)
    )


def brief(**options):
    return ChainSettings(**({"imputations": 3, "iterations": 2} | options))


def test_given_answers_stay_as_they_are(survey):
    found = impute_chained(survey.data, survey.kinds, brief())
    for i in range(3):
        full = found.completed(i)
        given = ~np.isnan(survey.data)
        assert np.array_equal(full[given], survey.data[given])
        assert not np.isnan(full).any()


def test_imputed_answers_are_answers_that_someone_gave(survey):
    found = impute_chained(survey.data, survey.kinds, brief())
    for column in (1, 2, 3):
        drawn = found.draws[:, found.columns == column]
        assert np.isin(drawn, survey.data[:, column]).all()


def test_the_same_seed_gives_the_same_draws_and_more_chains_keep_the_first(survey):
    one, two = (impute_chained(survey.data, survey.kinds, brief(seed=5)) for _ in range(2))
    assert np.array_equal(one.draws, two.draws)
    more = impute_chained(survey.data, survey.kinds, brief(seed=5, imputations=5))
    assert np.array_equal(more.draws[:3], one.draws)
    other = impute_chained(survey.data, survey.kinds, brief(seed=6))
    assert not np.array_equal(other.draws, one.draws)


def test_the_data_are_not_touched(survey):
    before = survey.data.copy()
    impute_chained(survey.data, survey.kinds, brief(), villages=survey.village)
    assert np.array_equal(before, survey.data, equal_nan=True)


def slope_of_vote(full):
    X = np.column_stack([np.ones(len(full)), full[:, 0], full[:, 1]])
    fit = fit_logit(X, full[:, 4])
    return fit.beta, np.diag(fit.bread)


@pytest.mark.parametrize("kind", [ORDERED, NUMBER])
def test_pooled_estimates_are_near_those_without_missing_answers(kind, survey):
    kinds = (NUMBER, kind, CATEGORY, NUMBER, NUMBER)
    found = impute_chained(survey.data, kinds, ChainSettings(imputations=10, iterations=5))
    fits = [slope_of_vote(found.completed(i)) for i in range(10)]
    pooled = pool_estimates(np.array([b for b, _ in fits]), np.array([v for _, v in fits]))
    complete, variances = slope_of_vote(survey.full)
    assert np.all(np.abs(pooled.estimate - complete) < 1.5 * np.sqrt(variances))
    assert np.all(pooled.std_error > 0.95 * np.sqrt(variances))
    assert 0.02 < pooled.fmi[2] < 0.6


def incomplete_lines(rng):
    x = rng.normal(size=120)
    y = 1 + x + rng.normal(size=120)
    x[rng.random(120) < expit(y - 1)] = np.nan  # missing at random given y
    return np.column_stack([x, y])


def line_of(data):
    return fit_ols(np.column_stack([np.ones(len(data)), data[:, 0]]), data[:, 1])


def test_imputation_removes_the_bias_of_listwise_deletion_and_its_intervals_hold():
    rng, estimates, holds, listwise = np.random.default_rng(3), [], [], []
    for seed in range(60):
        data = incomplete_lines(rng)
        settings = ChainSettings(imputations=5, iterations=3, seed=seed)
        found = impute_chained(data, (NUMBER, NUMBER), settings)
        fits = [line_of(found.completed(i)) for i in range(5)]
        pooled = pool_estimates(
            np.array([fit.beta for fit in fits]),
            np.array([fit.dispersion * np.diag(fit.bread) for fit in fits]),
            118.0,
        )
        kept = data[~np.isnan(data[:, 0])]
        listwise.append(
            fit_ols(np.column_stack([np.ones(len(kept)), kept[:, 0]]), kept[:, 1]).beta[1]
        )
        estimates.append(pooled.estimate[1])
        holds.append(abs(pooled.estimate[1] - 1) < 2.1 * pooled.std_error[1])
    error = np.std(estimates) / np.sqrt(60)
    assert abs(np.mean(estimates) - 1) < 0.05 + MC_ERRORS * error
    assert abs(np.mean(listwise) - 1) > abs(np.mean(estimates) - 1)
    assert np.mean(holds) > 0.85


def village_icc(full, village):
    means = np.array([full[village == g].mean() for g in range(village.max() + 1)])
    return means.var() / full.var()


@pytest.mark.parametrize("terms", [VillageTerms.FIXED, VillageTerms.MEANS])
def test_villages_in_the_model_keep_imputed_people_of_one_village_alike(terms):
    rng = np.random.default_rng(4)
    village = np.repeat(np.arange(30), 20)
    leaning = 2.0 * rng.normal(size=30)[village]
    data = np.column_stack([leaning + rng.normal(size=600), leaning + rng.normal(size=600)])
    truth = data[:, 1].copy()
    data[rng.random(600) < 0.4, 1] = np.nan
    kinds, rows = (NUMBER, NUMBER), np.flatnonzero(np.isnan(data[:, 1]))

    def icc_of_imputed(terms):
        settings = brief(villages=terms, iterations=3)
        found = impute_chained(data, kinds, settings, villages=village)
        return village_icc(found.completed(0)[rows, 1], village[rows])

    aware, ignorant = icc_of_imputed(terms), icc_of_imputed(VillageTerms.NONE)
    expected = village_icc(truth[rows], village[rows])
    assert abs(aware - expected) < 0.03
    assert ignorant < expected - 0.05


@pytest.mark.parametrize("kind", [NUMBER, ORDERED, CATEGORY])
@pytest.mark.parametrize("silent", [0, 3])
def test_a_village_where_nobody_answered_is_taken_as_average(silent, kind):
    rng = np.random.default_rng(7)
    village = np.repeat(np.arange(6), 100)
    leaning = np.array([0.0, 4.0, -4.0, 4.0, -4.0, 0.0])[village]
    x = rng.normal(size=600)
    data = np.column_stack([x, np.clip(np.rint(2 + leaning / 3 + rng.normal(size=600)), 0, 4)])
    data[village == silent, 1] = np.nan
    found = impute_chained(data, (NUMBER, kind), brief(), villages=village)
    expected = np.nanmean([np.mean(data[village == g, 1]) for g in range(6) if g != silent])
    # The mean of three draws of a village's effect, SD 1.2: one error is 0.7.
    assert_allclose(found.draws.mean(), expected, atol=0.6)
    assert np.isin(found.draws, np.arange(5)).all()


def test_a_delta_moves_what_is_imputed(survey):
    zero = impute_chained(survey.data, survey.kinds, brief(seed=2))
    deltas = np.array([0.0, -2.0, 0.0, 1.5, 0.0])
    moved = impute_chained(survey.data, survey.kinds, brief(seed=2), deltas=deltas)

    def mean_of(found, column):
        return found.draws[:, found.columns == column].mean()

    assert mean_of(moved, 1) < mean_of(zero, 1) - 0.5
    # The chains differ after the first draw.
    assert_allclose(mean_of(moved, 3) - mean_of(zero, 3), 1.5, atol=0.5)


def test_chains_mix_and_their_course_is_kept(survey):
    found = impute_chained(
        survey.data, survey.kinds, ChainSettings(imputations=6, iterations=12)
    )
    assert found.means.shape == found.spreads.shape == (6, 12, 3)
    assert set(found.variables.tolist()) == {1, 2, 3}
    assert np.all(found.r_hat < 1.2)
    last = found.draws[:, found.columns == found.variables[0]].mean(axis=1)
    assert_allclose(found.means[:, -1, 0], last, rtol=ROUNDING)


def test_r_hat_is_that_of_variances_worked_by_hand():
    """Two chains of 3 with variances 1 and means 2 and 3: (2/3 1 + 1/2) / 1."""
    chains = np.array([[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]])[:, :, None]
    assert_allclose(potential_scale_reduction(chains), np.sqrt(2 / 3 + 1 / 2), rtol=ROUNDING)


def test_r_hat_sees_chains_that_stay_apart():
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(4, 50, 1))
    assert potential_scale_reduction(noise)[0] < 1.05
    assert potential_scale_reduction(noise + 5 * np.arange(4)[:, None, None])[0] > 2
    assert np.isnan(potential_scale_reduction(np.ones((4, 5, 1))))[0]
    assert np.isnan(potential_scale_reduction(np.ones((1, 5, 1))))[0]


def test_matching_takes_one_of_the_nearest_donors():
    rng = np.random.default_rng(1)
    x = np.linspace(0, 100, 101)
    X = np.column_stack([np.ones(101), x])
    drawn = np.array([draw_matched(X, x, X[[0, 50, 100]], rng, 3) for _ in range(300)])
    assert set(drawn[:, 1]) == {49.0, 50.0, 51.0}
    assert set(drawn[:, 0]) == {0.0, 1.0, 2.0}
    assert set(drawn[:, 2]) == {98.0, 99.0, 100.0}
    assert np.bincount((drawn[:, 1] - 49).astype(int)).min() > 60


def test_the_mode_of_the_ordered_draw_maximises_its_posterior():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(400, 2))
    y = likert(X @ [1.0, -0.5], rng).astype(int)
    _, mode = draw_ordered(X, y, X[:1], rng, start=ordered_start(y, 4, 2))

    def loss(theta):
        if np.any(np.diff(theta[:3]) <= 0):
            return 1e9
        edges = expit(np.concatenate([[-50], theta[:3], [50]]) - (X @ theta[3:])[:, None])
        share = np.diff(edges, axis=1)[np.arange(400), y]
        return -np.sum(np.log(share)) + 0.02 * theta[3:] @ theta[3:]

    best = optimize.minimize(loss, mode + 0.05, method="BFGS", options={"gtol": 1e-4})
    assert_allclose(mode, best.x, atol=ATOL_MODE)


def test_a_level_that_nobody_chose_has_a_finite_start():
    start = ordered_start(np.array([0, 0, 3, 3]), 4, 1)
    assert np.isfinite(start).all()
    assert (np.diff(start[:3]) > 0).all()


def test_ordered_draws_have_the_models_shares():
    rng = np.random.default_rng(5)
    X = rng.normal(size=(3000, 1))
    y = likert(X[:, 0], rng).astype(int)
    at = np.full((20_000, 1), 0.7)
    drawn, mode = draw_ordered(X, y, at, rng, start=ordered_start(y, 4, 1))
    shares = np.diff(np.concatenate([[0], expit(np.array([-1, 0.5, 1.5]) - 0.7), [1]]))
    # Coefficients of 3,000 answers err by 0.04 to 0.05, shares by a fourth of that.
    assert_allclose(np.bincount(drawn) / 20_000, shares, atol=0.04)
    assert_allclose(mode, [-1, 0.5, 1.5, 1], atol=0.2)


def test_the_mode_of_the_category_draw_is_the_logits_where_the_prior_is_weak():
    rng = np.random.default_rng(3)
    X = np.column_stack([np.ones(5000), rng.normal(size=5000)])
    y = (rng.random(5000) < expit(X @ [0.3, 1.0])).astype(np.int64)
    _, mode = draw_categories(X, y, X[:1], rng, start=np.zeros((2, 1)))
    assert_allclose(mode[:, 0], fit_logit(X, y.astype(float)).beta, atol=ATOL_MODE)


def test_coefficients_of_draws_vary_as_their_posterior():
    rng = np.random.default_rng(4)
    X = np.column_stack([np.ones(300), rng.normal(size=300)])
    y = (rng.random(300) < expit(X @ [0.2, 0.7])).astype(np.int64)
    fit = fit_logit(X, y.astype(float))
    at = np.tile([[1.0, 2.0]], (2000, 1))
    start = np.zeros((2, 1))
    logits = []
    for _ in range(300):
        share = draw_categories(X, y, at, rng, start=start)[0].mean()
        logits.append(np.log(share / (1 - share)))
    x = at[0]
    of_share = 1 / (2000 * expit(x @ fit.beta) * expit(-x @ fit.beta))
    assert_allclose(
        np.std(logits) ** 2, x @ fit.bread @ x + of_share, rtol=4 * np.sqrt(2 / 300)
    )


def test_a_predictor_that_separates_categories_does_no_harm():
    rng = np.random.default_rng(5)
    x = rng.normal(size=200)
    data = np.column_stack([x, (x > 0).astype(float)])
    data[::7, 1] = np.nan
    found = impute_chained(data, (NUMBER, CATEGORY), brief())
    rows = np.flatnonzero(np.isnan(data[:, 1]))
    clear = np.abs(x[rows]) > 1
    wrong = found.draws[:, clear] != (x[rows][clear] > 0)
    assert wrong.mean() < 0.05


def test_what_cannot_be_imputed_is_refused(survey):
    kinds = survey.kinds
    with pytest.raises(StatisticsError, match="nothing to impute"):
        impute_chained(survey.full, kinds)
    with pytest.raises(StatisticsError, match="needs a kind"):
        impute_chained(survey.data, kinds[:-1])
    with pytest.raises(StatisticsError, match="start at 1"):
        impute_chained(survey.data, kinds, brief(imputations=0))
    with pytest.raises(StatisticsError, match="at least 2 answers a village"):
        impute_chained(survey.data, kinds, brief(), villages=np.arange(600))
    same = np.column_stack([survey.data, np.full(600, 3.0)])
    with pytest.raises(NoVariationError, match="Variable 5"):
        impute_chained(same, (*kinds, NUMBER), brief())
