import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from campaign_effect.stats.moments.smoothing import smooth_correlations

ATOL_SAME_FORMULA = 1e-10  # closed form, float64 on both sides


def test_smoothing_matches_psych(reference):
    block = reference("polychorics")["smoothed"]
    found = smooth_correlations(block["before"])
    assert_allclose(found.correlations, block["after"], rtol=0, atol=ATOL_SAME_FORMULA)
    assert found.is_smoothed
    assert_allclose(found.smallest_eigenvalue, np.linalg.eigvalsh(block["before"])[0])


def test_smoothed_correlations_are_a_correlation_matrix(reference):
    smoothed = smooth_correlations(reference("polychorics")["smoothed"]["before"]).correlations
    assert_array_equal(np.diag(smoothed), 1)
    assert np.linalg.eigvalsh(smoothed)[0] > -1e-15


def test_a_positive_definite_matrix_is_left_alone():
    R = np.array([[1, 0.5], [0.5, 1]])
    found = smooth_correlations(R)
    assert_array_equal(found.correlations, R)
    assert not found.is_smoothed
