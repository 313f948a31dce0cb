"""Few villages for every model: jackknife, score bootstrap, effective clusters."""

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED, ROUNDING, SEARCHED, SOLVED_TWICE, STOPPED

from campaign_effect.errors import ConvergenceError, StatisticsError
from campaign_effect.stats.covariances.bootstrap_weights import bootstrap_weights
from campaign_effect.stats.covariances.cluster_information import (
    cluster_information,
    estimates_of,
)
from campaign_effect.stats.covariances.covariance import Cr, standard_errors
from campaign_effect.stats.covariances.effective_clusters import (
    effective_category_clusters,
    effective_clusters,
)
from campaign_effect.stats.covariances.jackknife import jackknife_covariance, leave_one_out
from campaign_effect.stats.covariances.mixed import mixed_cr
from campaign_effect.stats.covariances.score_bootstrap import score_bootstrap
from campaign_effect.stats.covariances.village_panel import unsuited_methods, village_panels
from campaign_effect.stats.models.clusters import group_rows
from campaign_effect.stats.models.firth import fit_firth
from campaign_effect.stats.models.fractional import fit_fractional_logit
from campaign_effect.stats.models.gee import fit_gee
from campaign_effect.stats.models.links import PROBIT
from campaign_effect.stats.models.logit import fit_logit
from campaign_effect.stats.models.multinomial import fit_multinomial
from campaign_effect.stats.models.ordered import fit_ordered
from campaign_effect.stats.models.partial_ordered import fit_partial_ordered
from campaign_effect.stats.models.probit import fit_probit
from campaign_effect.stats.models.random_intercept import fit_random_intercept
from campaign_effect.stats.models.weighted_categories import fit_weighted_multinomial

RTOL_SEARCH_R = 2e-5  # glmer searches without derivatives; multinom stops by its likelihood
RTOL_MIXED = 1e-3  # Laplace nowhere, but glmer's 25 nodes and its search against ours
T_OF_11_DF = 2.20099  # at 5%
ATOL_REFIT = 1e-8  # two searches; that of a random intercept ends at 1e-10 of the root of n

FITS = {
    "probit": lambda s: fit_probit(s.X, s.y),
    "fractional": lambda s: fit_fractional_logit(s.X, s.share),
    "firth": lambda s: fit_firth(s.X, s.y),
    "ordered_logit": lambda s: fit_ordered(s.X[:, 1:], s.grade),
    "ordered_probit": lambda s: fit_ordered(s.X[:, 1:], s.grade, link=PROBIT),
    "partial": lambda s: fit_partial_ordered(s.X[:, 1:], s.grade, free=[0]),
    "multinomial": lambda s: fit_multinomial(s.X, s.grade),
    "gee": lambda s: fit_gee(s.X, s.y, s.codes),
    "mixed": lambda s: fit_random_intercept(s.X, s.y, s.codes),
}
MODELS = pytest.mark.parametrize("model", FITS)


@pytest.fixture(scope="module")
def panels(reference):
    return reference("panels")


@pytest.fixture(scope="module")
def twelve(chile):
    """The 12 largest communities, with the columns of panels.R."""
    largest = np.argsort(-np.bincount(chile.comm), kind="stable")[:12]
    kept = np.isin(chile.comm, largest)
    X = chile.X[kept]
    X = np.column_stack([X[:, :2], X[:, 2] / 10, X[:, 6]])
    share = (X[:, 3] - X[:, 3].min()) / np.ptp(X[:, 3])
    grade = (chile.X[kept, 3] + 2 * chile.X[kept, 4]).astype(int)
    return SimpleNamespace(
        X=X, y=chile.y[kept], share=share, grade=grade, codes=chile.comm[kept]
    )


@pytest.fixture(scope="module")
def fewer_columns(twelve):
    """The same for the models that R fits without statusquo."""
    return SimpleNamespace(**{**vars(twelve), "X": twelve.X[:, :3]})


@pytest.fixture(scope="module")
def survey():
    """300 answers of 10 villages: a number, a dummy, binary, share and ordered outcomes."""
    rng = np.random.default_rng(31)
    codes = rng.integers(0, 10, 300)
    X = np.column_stack([np.ones(300), rng.normal(size=300), rng.random(300) < 0.4])
    latent = X @ [-0.2, 0.6, 0.5] + 0.5 * rng.normal(size=10)[codes] + rng.logistic(size=300)
    return SimpleNamespace(
        X=X.astype(float),
        y=(latent > 0).astype(float),
        share=1 / (1 + np.exp(-latent)),
        grade=np.digitize(latent, [-1.0, 0.5]),
        codes=codes,
    )


def part(survey, rows):
    return SimpleNamespace(**{name: values[rows] for name, values in vars(survey).items()})


def of_r(model, twelve, fewer_columns):
    return fewer_columns if model in {"fractional", "mixed"} else twelve


@pytest.mark.parametrize("model", [name for name in FITS if name != "gee"])
def test_jackknife_errors_match_refits_of_r(model, twelve, fewer_columns, panels):
    data, expected = of_r(model, twelve, fewer_columns), panels["jackknife"][model]
    fit = FITS[model](data)
    rtol = RTOL_SEARCH_R if model in {"mixed", "multinomial"} else STOPPED
    assert_allclose(estimates_of(fit), expected["b"], rtol=rtol, atol=SEARCHED)
    found = jackknife_covariance(fit, data.codes)
    rtol = RTOL_MIXED if model == "mixed" else max(rtol, DIFFERENCED)
    assert_allclose(np.sqrt(np.diag(found.matrix)), expected["se"], rtol=rtol)
    assert (found.kind, found.df) == ("CV3", 11)


@pytest.mark.parametrize("model", ["probit", "ordered_logit", "multinomial"])
def test_score_bootstraps_match_r(model, twelve, fewer_columns, panels):
    data = of_r(model, twelve, fewer_columns)
    fit, weights = FITS[model](data), bootstrap_weights(12)
    for expected in panels["score"][model].values():
        contrast = np.eye(len(estimates_of(fit)))[expected["j"] - 1]
        found = score_bootstrap(fit, data.codes, contrast, weights)
        assert_allclose(found.statistic, expected["t"], rtol=1e-5)
        assert_allclose(found.p_value, expected["p"], rtol=ROUNDING)


def test_the_clustered_errors_of_a_random_intercept_match_r(fewer_columns, panels):
    fit = FITS["mixed"](fewer_columns)
    expected, terms = panels["mixed"], np.eye(4)
    found = mixed_cr(fit, fewer_columns.codes, Cr.CR0)
    assert_allclose(np.sqrt(np.diag(fit.vcov)), expected["classic"], rtol=RTOL_SEARCH_R)
    assert_allclose(standard_errors(found, terms), expected["cr0"], rtol=RTOL_SEARCH_R)
    n, ratio = fit.n, mixed_cr(fit, fewer_columns.codes).matrix / found.matrix
    assert_allclose(ratio, 12 / 11 * (n - 1) / (n - 4), rtol=SOLVED_TWICE)
    with pytest.raises(StatisticsError, match="no CR2"):
        mixed_cr(fit, fewer_columns.codes, Cr.CR2)


@MODELS
def test_leaving_a_cluster_out_equals_the_fit_without_it(model, survey):
    found = leave_one_out(FITS[model](survey), survey.codes)
    for g in range(10):
        expected = estimates_of(FITS[model](part(survey, survey.codes != g)))
        assert_allclose(found[g], expected, atol=ATOL_REFIT)


@MODELS
def test_without_its_only_cluster_a_term_stays_where_it_was(model, survey):
    alone = np.column_stack([survey.X, survey.codes == 7]).astype(float)
    wider = SimpleNamespace(**{**vars(survey), "X": alone})
    fit = FITS[model](wider)
    contrasts = np.eye(len(estimates_of(fit)))
    pivotal = cluster_information(fit, group_rows(survey.codes)).inestimable_without(contrasts)
    found = leave_one_out(fit, survey.codes)[7][~pivotal[:, 7]]
    expected = estimates_of(FITS[model](part(survey, survey.codes != 7)))
    assert_allclose(found, expected, atol=1e-7)
    for panel, is_pivotal in zip(
        village_panels(fit, survey.codes, contrasts[pivotal.any(axis=1)]),
        pivotal[pivotal.any(axis=1)],
        strict=True,
    ):
        assert panel.tests == ()
        assert panel.pivotal.tolist() == [7] == np.flatnonzero(is_pivotal).tolist()


@MODELS
def test_information_is_shared_out_among_the_clusters(model, survey):
    fit = FITS[model](survey)
    found = cluster_information(fit, group_rows(survey.codes))
    q = len(estimates_of(fit))
    whole = np.eye(q) if model != "mixed" else np.diag([1.0, 1.0, 1.0, 0.0])
    assert_allclose(found.hats.sum(axis=0), whole, atol=SEARCHED)
    shares = found.partial_leverage(np.eye(q)[:3])
    assert_allclose(shares.sum(axis=1), 1)
    assert (shares > 0).all()


@MODELS
def test_every_method_that_suits_a_model_is_given(model, survey):
    fit = FITS[model](survey)
    (panel,) = village_panels(fit, survey.codes, np.eye(len(estimates_of(fit)))[[1]])
    given = {"CR1", "CR2", "CV3", "wild", "score"} - set(unsuited_methods(fit))
    assert {test.method for test in panel.tests} == given
    assert panel.missing == ()
    assert 1 <= panel.effective_worst <= panel.effective_equal <= 10
    for test in panel.tests:
        assert test.conf_low < test.estimate < test.conf_high
        assert (test.conf_low > 0 or test.conf_high < 0) == (test.p_value < 0.05)


def test_a_cluster_without_which_there_is_no_estimate_is_named(survey):
    grade = np.where(survey.codes == 3, 2, survey.grade % 2)
    for fit in (fit_ordered(survey.X[:, 1:], grade), fit_multinomial(survey.X, grade)):
        with pytest.raises(ConvergenceError, match="Without cluster 3 the model"):
            leave_one_out(fit, survey.codes)
        (panel,) = village_panels(fit, survey.codes, np.eye(fit.q)[[1]])
        assert "CV3" in panel.missing


def test_score_bootstraps_of_two_categories_are_those_of_the_binary_model(survey):
    weights = bootstrap_weights(10)
    pairs = {
        "probit": (fit_probit, lambda X, y: fit_ordered(X[:, 1:], y, link=PROBIT), 0),
        "logit": (fit_logit, lambda X, y: fit_ordered(X[:, 1:], y), 0),
        "choice": (fit_logit, fit_multinomial, 1),
    }
    for binary, categories, place in pairs.values():
        one = binary(survey.X, survey.y)
        two = categories(survey.X, survey.y.astype(int))
        left = score_bootstrap(one, survey.codes, np.eye(3)[1], weights)
        right = score_bootstrap(two, survey.codes, np.eye(3)[place], weights)
        assert left.p_value == right.p_value
        assert_allclose(right.statistic, left.statistic, rtol=STOPPED)
        assert_allclose(right.conf_high, left.conf_high, rtol=1e-3)


@pytest.mark.parametrize("model", ["ordered_logit", "multinomial"])
def test_counts_equal_repeated_rows(model, survey):
    times = np.random.default_rng(3).integers(1, 4, 300)
    rows = np.repeat(np.arange(300), times)
    fit = {"ordered_logit": fit_ordered, "multinomial": fit_multinomial}[model]
    X = survey.X[:, 1:] if model == "ordered_logit" else survey.X
    once, many = fit(X, survey.grade, times.astype(float)), fit(X[rows], survey.grade[rows])
    contrasts, codes = np.eye(once.q)[[1]], survey.codes
    (left,) = village_panels(once, codes, contrasts, seed=2)
    (right,) = village_panels(many, codes[rows], contrasts, seed=2)
    assert_allclose(left.effective_worst, right.effective_worst, rtol=STOPPED)
    assert_allclose(left.effective_equal, right.effective_equal, rtol=STOPPED)
    for one, other in zip(left.tests, right.tests, strict=True):
        assert_allclose(one.p_value, other.p_value, rtol=STOPPED)


def test_whole_weights_are_repeated_answers_to_what_sums_over_villages(survey):
    times = np.arange(300) % 3 + 1
    rows = np.repeat(np.arange(300), times)
    once = fit_weighted_multinomial(survey.X, survey.grade, times.astype(float))
    many = fit_multinomial(survey.X[rows], survey.grade[rows])
    contrasts = np.eye(6)[[1]]
    (left,) = village_panels(once, survey.codes, contrasts, seed=2)
    (right,) = village_panels(many, survey.codes[rows], contrasts, seed=2)
    assert_allclose(left.effective_worst, right.effective_worst, rtol=STOPPED)
    for one, other in zip(left.tests, right.tests, strict=True):
        assert_allclose(one.estimate, other.estimate, rtol=STOPPED)
        if one.method in {"CV3", "score"}:
            assert_allclose(one.p_value, other.p_value, rtol=STOPPED)


def test_effective_clusters_of_two_categories_are_those_of_the_logit(survey):
    logit = fit_logit(survey.X, survey.y)
    choice = fit_multinomial(survey.X, survey.y.astype(int))
    for correlation in (0.0, 0.3, 1.0):
        left = effective_clusters(logit, survey.codes, np.eye(3), correlation)
        right = effective_category_clusters(choice, survey.codes, np.eye(3), correlation)
        assert_allclose(right, left, rtol=STOPPED)


def test_effective_clusters_of_shares_alone_are_those_of_sizes_squared(survey):
    fit = fit_multinomial(np.ones((300, 1)), survey.grade)
    squares = np.bincount(survey.codes).astype(float) ** 2
    expected = squares.sum() ** 2 / np.sum(squares**2)
    found = effective_category_clusters(fit, survey.codes, np.eye(2), 1.0)
    assert_allclose(found, expected, rtol=SEARCHED)


def test_a_random_intercept_of_0_has_the_clustered_errors_of_the_logit():
    rng = np.random.default_rng(5)
    codes = np.repeat(np.arange(8), 20)
    X = np.column_stack([np.ones(160), rng.normal(size=160)])
    y = np.tile(np.repeat([0.0, 1.0], 10), 8)
    fit, logit = fit_random_intercept(X, y, codes), fit_logit(X, y)
    assert fit.is_boundary
    found = village_panels(fit, codes, np.eye(3)[[1]])[0].tests
    expected = village_panels(logit, codes, np.eye(2)[[1]])[0].tests
    errors = {test.method: test.std_error for test in expected}
    assert_allclose(found[0].std_error, errors["CR1"] * np.sqrt(158 / 157), rtol=SEARCHED)
    assert (found[1].method, len(found)) == ("CV3", 4)


@pytest.mark.parametrize("model", ["probit", "ordered_logit", "multinomial"])
def test_the_size_is_about_nominal_with_twelve_villages(model):
    """150 surveys of a true null: the jackknife rejects no more than chance would allow."""
    rng, runs, rejected = np.random.default_rng(9), 150, 0
    codes = np.repeat(np.arange(12), 20)
    for _ in range(runs):
        x = rng.normal(size=12)[codes] + rng.normal(size=240)
        latent = 0.4 * rng.normal(size=12)[codes] + rng.logistic(size=240)
        data = SimpleNamespace(
            X=np.column_stack([np.ones(240), x]),
            y=(latent > 0).astype(float),
            grade=np.digitize(latent, [-1.0, 0.5]),
        )
        fit = FITS[model](data)
        contrast = np.eye(len(estimates_of(fit)))[0 if model == "ordered_logit" else 1]
        error = standard_errors(jackknife_covariance(fit, codes), contrast[None])[0]
        rejected += abs(contrast @ estimates_of(fit)) / error > T_OF_11_DF
    assert rejected / runs < 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
