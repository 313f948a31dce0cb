import numpy as np
from numpy.testing import assert_allclose
from tolerances import SOLVED, SOLVED_TWICE

from campaign_effect.stats.items.alpha import cronbach_alpha
from campaign_effect.stats.items.resampled_alpha import leave_out_alphas, resampled_alphas


def one_factor_scores(n, k, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 1)) + rng.normal(size=(n, k))


def test_resampled_alphas_equal_alphas_of_the_resamples():
    X = one_factor_scores(25, 3, seed=5) + 1000
    rng = np.random.default_rng(5)
    counts = rng.multinomial(25, np.full(25, 1 / 25), size=7)
    expected = [cronbach_alpha(np.repeat(X, count, axis=0)).alpha for count in counts]
    assert_allclose(resampled_alphas(X, counts), expected, rtol=SOLVED_TWICE)


def test_resampled_clusters_equal_alphas_of_the_resamples():
    X = one_factor_scores(30, 3, seed=6)
    clusters = np.random.default_rng(6).integers(0, 5, size=30)
    counts = np.random.default_rng(7).multinomial(5, np.full(5, 1 / 5), size=6)
    expected = [cronbach_alpha(np.repeat(X, count[clusters], axis=0)).alpha for count in counts]
    assert_allclose(resampled_alphas(X, counts, clusters=clusters), expected, rtol=SOLVED_TWICE)


def test_leave_out_alphas_equal_alphas_of_what_is_left():
    X = one_factor_scores(12, 3, seed=8)
    without_rows = [cronbach_alpha(np.delete(X, row, axis=0)).alpha for row in range(12)]
    assert_allclose(leave_out_alphas(X), without_rows, rtol=SOLVED)
    clusters = np.arange(12) // 3
    without_clusters = [cronbach_alpha(X[clusters != cluster]).alpha for cluster in range(4)]
    assert_allclose(leave_out_alphas(X, clusters=clusters), without_clusters, rtol=SOLVED)
