import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from tolerances import SOLVED_TWICE

from campaign_effect.errors import TooFewRowsError
from campaign_effect.stats.items.critical import (
    critical_correlation,
    standard_error_of_measurement,
)

ATOL_PRINTED = 5.1e-4  # printed tables give three decimals


@pytest.mark.parametrize(
    ("n", "printed"), [(3, 0.997), (10, 0.632), (30, 0.361), (50, 0.279), (100, 0.197)]
)
def test_critical_correlations_are_those_of_printed_tables(n, printed):
    assert_allclose(critical_correlation(n), printed, rtol=0, atol=ATOL_PRINTED)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
@pytest.mark.parametrize("n", [5, 42, 1000])
def test_a_critical_correlation_is_just_significant(n, level):
    r = critical_correlation(n, level=level)
    t = r * np.sqrt((n - 2) / (1 - r**2))
    assert_allclose(2 * stats.t.sf(t, n - 2), 1 - level, rtol=SOLVED_TWICE)


def test_two_respondents_have_no_critical_correlation():
    with pytest.raises(TooFewRowsError, match="at least 3"):
        critical_correlation(2)


def test_error_of_measurement_is_the_spread_around_true_scores():
    rng = np.random.default_rng(2)
    true, error = rng.normal(size=200_000) * 2, rng.normal(size=200_000)
    observed = true + error
    found = standard_error_of_measurement(observed.std(), true.var() / observed.var())
    assert_allclose(found, error.std(), rtol=0.01)  # six errors of 200,000 answers
