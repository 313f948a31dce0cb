import numpy as np
import pytest
from numpy.testing import assert_allclose

from campaign_effect.stats.moments import resampling
from campaign_effect.stats.moments.resampling import correlations_of, resampled_covariances

RTOL_SUMS = 1e-9  # sums of products, less those of means


@pytest.fixture
def rows():
    return np.random.default_rng(0).normal(loc=50, size=(30, 3))


@pytest.mark.parametrize("rows_per_block", [4, 4096])
def test_covariances_equal_those_of_the_resamples(rows, rows_per_block, monkeypatch):
    monkeypatch.setattr(resampling, "ROWS_PER_BLOCK", rows_per_block)
    counts = np.random.default_rng(1).multinomial(30, np.full(30, 1 / 30), size=5)
    expected = [np.cov(np.repeat(rows, count, axis=0), rowvar=False) for count in counts]
    assert_allclose(resampled_covariances(rows, counts), expected, rtol=RTOL_SUMS)


def test_whole_clusters_are_resampled(rows):
    clusters = np.arange(30) % 4
    counts = np.random.default_rng(2).multinomial(4, np.full(4, 1 / 4), size=5)
    expected = [
        np.cov(np.repeat(rows, count[clusters], axis=0), rowvar=False) for count in counts
    ]
    found = resampled_covariances(rows, counts, clusters=clusters)
    assert_allclose(found, expected, rtol=RTOL_SUMS)


def test_correlations_of_a_stack_are_those_of_each(rows):
    stack = resampled_covariances(rows, np.ones((2, 30)))
    assert_allclose(correlations_of(stack), [np.corrcoef(rows, rowvar=False)] * 2)


def test_a_constant_has_no_correlation():
    found = correlations_of([[1.0, 0.0], [0.0, 0.0]])
    assert np.isnan(found[1]).all()
    assert found[0, 0] == 1
