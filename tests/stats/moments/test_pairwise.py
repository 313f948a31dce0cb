import numpy as np
import pandas as pd
from numpy.testing import assert_allclose

from campaign_effect.stats.moments.pairwise import pairwise_moments

RTOL_SAME_FORMULA = 1e-10  # closed form, float64 on both sides


def answers(n, k, seed, missing=0.0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 1)) + rng.normal(size=(n, k)) + 100
    return np.where(rng.random((n, k)) < missing, np.nan, X)


def test_complete_rows_have_the_usual_covariance():
    X = answers(50, 4, seed=1)
    found = pairwise_moments(X)
    assert_allclose(found.covariances, np.cov(X, rowvar=False), rtol=RTOL_SAME_FORMULA)
    assert_allclose(found.means, X.mean(axis=0), rtol=RTOL_SAME_FORMULA)


def test_incomplete_rows_have_the_covariance_of_pandas():
    X = answers(60, 4, seed=2, missing=0.2)
    found = pairwise_moments(X)
    assert_allclose(found.covariances, pd.DataFrame(X).cov(), rtol=RTOL_SAME_FORMULA)
    both = ~np.isnan(X[:, 0]) & ~np.isnan(X[:, 1])
    assert found.n_pairs[0, 1] == both.sum()


def test_weights_are_duplicated_rows():
    X = answers(30, 3, seed=3, missing=0.1)
    times = np.random.default_rng(3).integers(1, 5, size=30)
    weighted = pairwise_moments(X, weights=times)
    repeated = pairwise_moments(np.repeat(X, times, axis=0))
    assert_allclose(weighted.covariances, repeated.covariances, rtol=RTOL_SAME_FORMULA)
    assert_allclose(weighted.means, repeated.means, rtol=RTOL_SAME_FORMULA)


def test_a_pair_that_one_person_answered_has_no_covariance():
    found = pairwise_moments([[1.0, np.nan], [2.0, 3.0], [4.0, np.nan]])
    assert np.isnan(found.covariances[0, 1])
    assert_allclose(found.covariances[0, 0], 7 / 3)
