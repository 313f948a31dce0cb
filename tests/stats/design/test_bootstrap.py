import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from campaign_effect.errors import StatisticsError, TooFewRowsError
from campaign_effect.stats.design.bootstrap import (
    bca_interval,
    percentile_interval,
    resample_counts,
)
from campaign_effect.stats.items.alpha import cronbach_alpha
from campaign_effect.stats.items.resampled_alpha import leave_out_alphas, resampled_alphas

ATOL_COUNTS = 0.03  # four errors of means, variances and covariances of 20,000 draws
RTOL_SAME_FORMULA = 1e-10  # closed form, float64 on both sides


def skewed(n, seed):
    return np.random.default_rng(seed).exponential(size=n)


def means_and_jackknife(x, seed, n_replicates=2000):
    counts = resample_counts(len(x), n_replicates, seed=seed)
    return counts @ x / len(x), (x.sum() - x) / (len(x) - 1)


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_bca_matches_scipy_on_the_same_replicates(level):
    x = skewed(40, seed=1)
    theirs = stats.bootstrap(
        (x,), np.mean, method="BCa", confidence_level=level, n_resamples=999, rng=2
    )
    replicates = theirs.bootstrap_distribution
    found = bca_interval(x.mean(), replicates, (x.sum() - x) / 39, level=level)
    expected = theirs.confidence_interval
    assert_allclose([found.conf_low, found.conf_high], expected, rtol=RTOL_SAME_FORMULA)
    assert_allclose(found.std_error, theirs.standard_error, rtol=RTOL_SAME_FORMULA)
    assert found.n_used == 999


def test_percentiles_match_scipy_on_the_same_replicates():
    x = skewed(40, seed=1)
    theirs = stats.bootstrap((x,), np.mean, method="percentile", n_resamples=999, rng=2)
    found = percentile_interval(x.mean(), theirs.bootstrap_distribution)
    expected = theirs.confidence_interval
    assert_allclose([found.conf_low, found.conf_high], expected, rtol=RTOL_SAME_FORMULA)


def test_bca_follows_a_monotone_transformation():
    x = skewed(60, seed=3)
    replicates, jackknife = means_and_jackknife(x, seed=3, n_replicates=9999)
    plain = bca_interval(x.mean(), replicates, jackknife)
    logs = bca_interval(np.log(x.mean()), np.log(replicates), np.log(jackknife))
    # All but the acceleration follows exactly: the jackknife is of another scale.
    assert_allclose(
        np.exp([logs.conf_low, logs.conf_high]), [plain.conf_low, plain.conf_high], rtol=5e-3
    )


def test_bca_of_alpha_covers_the_truth():
    truth, replicates = 0.8, 300  # four parallel items with correlations of .5
    covered = 0
    for seed in range(replicates):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(80, 1)) + rng.normal(size=(80, 4))
        counts = resample_counts(80, 800, seed=seed)
        interval = bca_interval(
            cronbach_alpha(X).alpha, resampled_alphas(X, counts), leave_out_alphas(X)
        )
        covered += interval.conf_low <= truth <= interval.conf_high
    four_errors = 4 * np.sqrt(0.95 * 0.05 / replicates)
    assert abs(covered / replicates - 0.95) < four_errors


def test_counts_are_multinomial():
    counts = resample_counts(5, 20_000, seed=4)
    assert_array_equal(counts.sum(axis=1), 5)
    assert_allclose(counts.mean(axis=0), 1, atol=ATOL_COUNTS)
    assert_allclose(counts.var(axis=0), 4 / 5, atol=ATOL_COUNTS)
    assert_allclose(np.cov(counts[:, 0], counts[:, 1])[0, 1], -1 / 5, atol=ATOL_COUNTS)


def test_unique_rows_are_drawn_as_often_as_they_occur():
    counts = resample_counts(3, 20_000, seed=5, counts=[1, 2, 7])
    assert_array_equal(counts.sum(axis=1), 10)
    assert_allclose(counts.mean(axis=0), [1, 2, 7], atol=5 * np.sqrt(10 * 0.7 * 0.3 / 20_000))


def test_the_same_seed_gives_the_same_draws():
    assert_array_equal(resample_counts(9, 5, seed=6), resample_counts(9, 5, seed=6))


def test_failed_replicates_are_counted_and_left_out():
    replicates = np.array([0.1, 0.2, np.nan, 0.3, -np.inf, 0.4])
    found = percentile_interval(0.25, replicates)
    assert (found.n_used, found.n_failed) == (4, 2)
    whole = percentile_interval(0.25, replicates[np.isfinite(replicates)])
    assert (found.conf_low, found.std_error) == (whole.conf_low, whole.std_error)


def test_an_estimate_outside_its_replicates_is_refused():
    with pytest.raises(StatisticsError, match="100% of 3 replicates below"):
        bca_interval(9.0, [1.0, 2.0, 3.0], [1.0, 2.0])


def test_too_few_replicates_are_refused():
    with pytest.raises(TooFewRowsError, match="1 of 2 replicates"):
        percentile_interval(0.0, [1.0, np.nan])
