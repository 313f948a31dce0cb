"""Wild cluster and score bootstraps."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import ROUNDING, SEARCHED, SOLVED_TWICE

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.covariances.bootstrap_weights import WeightKind, bootstrap_weights
from campaign_effect.stats.covariances.covariance import Cr, cr_covariance
from campaign_effect.stats.covariances.inversion import accepted_reach
from campaign_effect.stats.covariances.score_bootstrap import score_bootstrap
from campaign_effect.stats.covariances.wild import wild_bootstrap
from campaign_effect.stats.models.linear import fit_ols
from campaign_effect.stats.models.logit import fit_logit

ATOL_WEIGHTS = 0.01  # four errors of 5 times 9,998 weights
RTOL_BOUND = 1e-3  # searched to 1e-4 of a standard error
RTOL_T = 1e-8  # closed form; the score's restricted fit ends with a gradient of 1e-12
NAMES = ("male", "age", "inc", "statusquo")
TESTS = {"wild": (fit_ols, wild_bootstrap), "score": (fit_logit, score_bootstrap)}


@pytest.fixture(scope="module")
def few(reference):
    return reference("few_clusters")


@pytest.fixture(scope="module")
def twelve(chile):
    """The 12 largest communities, with the columns R used."""
    largest = np.argsort(-np.bincount(chile.comm), kind="stable")[:12]
    kept = np.isin(chile.comm, largest)
    return chile.X[np.ix_(kept, [0, 1, 2, 5, 6])], chile.y[kept], chile.comm[kept]


@pytest.fixture(params=TESTS)
def method(request):
    return request.param


def brute_force_wild(X, y, codes, contrast, null, W):
    """The bootstrap as it is told: make outcomes, fit, divide."""
    index = np.unique(codes, return_inverse=True)[1]
    a = np.linalg.inv(X.T @ X) @ contrast
    b = np.linalg.lstsq(X, y, rcond=None)[0]
    restricted = b - a * (contrast @ b - null) / (contrast @ a)

    def t_of(outcome):
        fit = fit_ols(X, outcome)
        V = cr_covariance(fit, codes, Cr.CR1).matrix
        return (contrast @ fit.beta - null) / np.sqrt(contrast @ V @ contrast)

    fitted = X @ restricted
    draws = [t_of(fitted + w[index] * (y - fitted)) for w in W]
    t = t_of(y)
    return t, np.mean(np.abs(draws) >= abs(t) * (1 - 1e-9))


@pytest.mark.parametrize("name", NAMES)
def test_enumerated_p_values_equal_those_of_r(name, method, twelve, few):
    X, y, codes = twelve
    fit, test = TESTS[method]
    contrast = np.eye(5)[1 + NAMES.index(name)]
    found = test(fit(X, y), codes, contrast, bootstrap_weights(12))
    assert_allclose(found.statistic, few[method][name]["t"], rtol=RTOL_T)
    assert found.p_value == few[method][name]["p"]
    assert (found.n_draws, found.is_enumerated) == (4096, True)


def test_any_contrast_and_hypothesis_equals_the_brute_force(villages):
    X, y = villages.X, villages.y
    contrast = np.array([0.0, 1.0, -2.0, 0.5])
    codes = villages.codes % 5
    weights = bootstrap_weights(5)
    assert weights.kind is WeightKind.WEBB
    assert weights.n_draws == 6**5
    some = np.random.default_rng(1).integers(0, 6**5, 60)
    t, _ = brute_force_wild(X, y, codes, contrast, 0.2, weights.values[some])
    found = wild_bootstrap(fit_ols(X, y), codes, contrast, weights, null=0.2)
    assert_allclose(found.statistic, t, rtol=SOLVED_TWICE)


@pytest.mark.parametrize("null", [0.0, 0.15])
def test_drawn_p_values_equal_the_brute_force(null, villages):
    X, y = villages.X, villages.y
    contrast = np.array([0.0, 0.3, 1.0, 0.0])
    weights = bootstrap_weights(9, seed=4, draws=99)
    t, p = brute_force_wild(X, y, villages.codes, contrast, null, weights.values)
    found = wild_bootstrap(fit_ols(X, y), villages.codes, contrast, weights, null=null)
    assert_allclose(found.statistic, t, rtol=SOLVED_TWICE)
    assert_allclose(found.p_value, p, rtol=ROUNDING)


def test_half_the_signs_give_the_p_value_of_all(twelve):
    X, y, codes = twelve
    kept = codes < np.sort(np.unique(codes))[10]
    X, y, codes = X[kept], y[kept], codes[kept]
    found = wild_bootstrap(fit_ols(X, y), codes, np.eye(5)[2], bootstrap_weights(10))
    W = np.array(list(product((1.0, -1.0), repeat=10)))
    _, p = brute_force_wild(X, y, codes, np.eye(5)[2], 0.0, W)
    assert found.p_value == p


def test_bounds_are_where_the_hypothesis_is_rejected(method, twelve):
    X, y, codes = twelve
    fit, test = TESTS[method]
    weights, contrast, model = bootstrap_weights(12), np.eye(5)[1], fit(X, y)
    found = test(model, codes, contrast, weights)
    width = found.conf_high - found.conf_low
    for bound, outward in ((found.conf_low, -1), (found.conf_high, 1)):
        outside, inside = bound + outward * 1e-3 * width, bound - outward * 1e-3 * width
        assert test(model, codes, contrast, weights, null=outside).p_value <= 0.05
        assert test(model, codes, contrast, weights, null=inside).p_value > 0.05


def test_the_hypothesis_of_the_estimate_itself_has_p_1(method, villages):
    fit, test = TESTS[method]
    model = fit(villages.X, villages.y)
    weights = bootstrap_weights(9, seed=1, draws=199)
    c = np.eye(4)[2]
    found = test(model, villages.codes, c, weights, null=float(model.beta[2]))
    assert found.p_value == 1
    assert_allclose(found.statistic, 0, atol=SEARCHED)


def test_counts_equal_repeated_rows(method, villages):
    fit, test = TESTS[method]
    counts = np.random.default_rng(3).integers(1, 5, 200).astype(float)
    times = counts.astype(int)
    few_rows = fit(villages.X, villages.y, counts)
    many = fit(np.repeat(villages.X, times, axis=0), np.repeat(villages.y, times))
    weights, contrast = bootstrap_weights(9, seed=1, draws=199), np.array([0.0, 1, 1, 0])
    one = test(few_rows, villages.codes, contrast, weights)
    other = test(many, np.repeat(villages.codes, times), contrast, weights)
    assert one.p_value == other.p_value
    assert_allclose(one.statistic, other.statistic, rtol=SEARCHED)
    assert_allclose(
        [one.conf_low, one.conf_high], [other.conf_low, other.conf_high], rtol=RTOL_BOUND
    )


def test_units_of_a_term_do_not_matter(method, villages):
    fit, test = TESTS[method]
    weights = bootstrap_weights(9, seed=1, draws=199)
    scale = np.array([1.0, 1e4, 1.0, 1.0])
    one = test(fit(villages.X, villages.y), villages.codes, np.eye(4)[1], weights)
    other = test(fit(villages.X * scale, villages.y), villages.codes, np.eye(4)[1], weights)
    assert one.p_value == other.p_value
    assert_allclose(one.conf_low, other.conf_low * 1e4, rtol=RTOL_BOUND)


def test_a_test_that_can_reject_nothing_gives_an_endless_interval(villages):
    codes = villages.codes % 2
    found = wild_bootstrap(
        fit_ols(villages.X, villages.y), codes, np.eye(4)[1], bootstrap_weights(2)
    )
    assert found.p_value > 0.05
    assert np.isinf([found.conf_low, found.conf_high]).all()


def test_p_is_never_zero(method, twelve):
    X, y, codes = twelve
    fit, test = TESTS[method]
    found = test(fit(X, y), codes, np.eye(5)[4], bootstrap_weights(12))
    assert found.p_value >= 2 / 4096


def test_the_size_is_nominal_with_equal_clusters():
    rng = np.random.default_rng(8)
    weights = bootstrap_weights(12)
    codes, rejected = np.repeat(np.arange(12), 10), 0
    for _ in range(300):
        x = rng.normal(size=12)[codes] + rng.normal(size=120)
        y = rng.normal(size=12)[codes] + rng.normal(size=120)
        fit = fit_ols(np.column_stack([np.ones(120), x]), y)
        rejected += wild_bootstrap(fit, codes, np.eye(2)[1], weights).p_value <= 0.05
    assert rejected / 300 < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)


@pytest.mark.parametrize(
    ("clusters", "kind", "is_enumerated", "rows", "draws"),
    [
        (5, WeightKind.WEBB, True, 7776, 7776),
        (6, WeightKind.WEBB, False, 10_000, 9999),
        (9, WeightKind.WEBB, False, 10_000, 9999),
        (10, WeightKind.RADEMACHER, True, 512, 1024),
        (13, WeightKind.RADEMACHER, True, 4096, 8192),
        (14, WeightKind.RADEMACHER, False, 10_000, 9999),
        (40, WeightKind.RADEMACHER, False, 10_000, 9999),
    ],
)
def test_weights_suit_the_number_of_clusters(clusters, kind, is_enumerated, rows, draws):
    weights = bootstrap_weights(clusters)
    assert (weights.kind, weights.is_enumerated) == (kind, is_enumerated)
    assert weights.values.shape == (rows, clusters)
    assert weights.n_draws == draws
    assert np.all(weights.values[0] == 1)


@pytest.mark.parametrize("clusters", [5, 8, 40])
def test_weights_have_mean_0_and_variance_1(clusters):
    values = bootstrap_weights(clusters).values[1:]
    assert_allclose(values.mean(), 0, atol=ATOL_WEIGHTS)
    assert_allclose(values.var(), 1, atol=ATOL_WEIGHTS)


def test_the_same_seed_draws_the_same_weights():
    one, other = bootstrap_weights(20, seed=3, draws=9), bootstrap_weights(20, seed=3, draws=9)
    assert np.array_equal(one.values, other.values)


def test_a_reach_is_where_p_crosses():
    found = accepted_reach(lambda d: float(np.exp(d)), -0.01, level=0.9, tolerance=1e-9)
    assert_allclose(found, np.log(0.1), rtol=SEARCHED)


def test_models_and_weights_that_do_not_fit_are_refused(villages):
    linear, logit = (fit(villages.X, villages.y) for fit in (fit_ols, fit_logit))
    c, codes, nine = np.eye(4)[1], villages.codes, bootstrap_weights(9, draws=9)
    with pytest.raises(StatisticsError, match="linear models"):
        wild_bootstrap(logit, codes, c, nine)
    with pytest.raises(StatisticsError, match="maximum likelihood"):
        score_bootstrap(linear, codes, c, nine)
    with pytest.raises(StatisticsError, match="one column for each cluster"):
        wild_bootstrap(linear, codes, c, bootstrap_weights(8, draws=9))
    with pytest.raises(StatisticsError, match="at least 2 clusters"):
        bootstrap_weights(1)
