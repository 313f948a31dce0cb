import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from tolerances import SEARCHED

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.items.outlying import mahalanobis_distances

RTOL_DISTANCE = 1e-10  # another factorisation of the same covariances


def test_distances_of_complete_answers_agree_with_r(bfi_complete, reference):
    X = bfi_complete
    found = mahalanobis_distances(X, X.mean(axis=0), np.cov(X.T))
    assert_allclose(
        found.squared[:200], reference("quality")["mahalanobis"], rtol=RTOL_DISTANCE
    )
    assert_allclose(found.p_values, stats.chi2.sf(found.squared, 25))


def test_distances_of_a_sample_add_up_to_its_degrees_of_freedom(bfi_complete):
    X = bfi_complete
    found = mahalanobis_distances(X, X.mean(axis=0), np.cov(X.T))
    assert_allclose(found.squared.sum(), (len(X) - 1) * 25, rtol=RTOL_DISTANCE)


def test_distances_do_not_depend_on_units_or_mixtures_of_items():
    rng = np.random.default_rng(6)
    X, A = rng.normal(size=(50, 4)), rng.normal(size=(4, 4))
    Y = X @ A + 7
    one, other = (mahalanobis_distances(Z, Z.mean(axis=0), np.cov(Z.T)) for Z in (X, Y))
    assert_allclose(one.squared, other.squared, rtol=SEARCHED)


def test_a_row_with_gaps_is_as_far_as_its_answers_alone():
    rng = np.random.default_rng(7)
    X = rng.normal(size=(60, 3)) @ rng.normal(size=(3, 3))
    mean, cov = X.mean(axis=0), np.cov(X.T)
    gaps = X.copy()
    gaps[::2, 1] = np.nan
    gaps[0] = np.nan
    found = mahalanobis_distances(gaps, mean, cov)
    two = mahalanobis_distances(X[:, [0, 2]], mean[[0, 2]], cov[np.ix_([0, 2], [0, 2])])
    assert_allclose(found.squared[2::2], two.squared[2::2])
    assert np.isnan(found.squared[0])
    assert np.isnan(found.p_values[0])
    assert found.df[:3].tolist() == [0, 3, 2]


def test_normal_answers_are_outlying_as_often_as_chi_square_says():
    rng = np.random.default_rng(8)
    found = mahalanobis_distances(rng.normal(size=(20_000, 6)), np.zeros(6), np.eye(6))
    assert_allclose(
        np.mean(found.p_values < 0.05), 0.05, atol=4 * np.sqrt(0.05 * 0.95 / 20_000)
    )


def test_singular_covariances_are_refused():
    X = np.random.default_rng(9).normal(size=(20, 2))
    with pytest.raises(StatisticsError, match="not singular"):
        mahalanobis_distances(X, np.zeros(2), np.ones((2, 2)))
