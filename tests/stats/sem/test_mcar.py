from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import STOPPED

from campaign_effect.errors import NoVariationError
from campaign_effect.stats.moments.patterns import find_patterns
from campaign_effect.stats.sem.mcar import little_test

RTOL_STATISTIC = 1e-7  # both EMs end at changes below 1e-10 standard deviations
RTOL_PRINTED = 2e-6  # the printed value comes from EM ended at changes of 1e-4
PRINTED = 35.1061288689702  # naniar's own test for airquality
PRINTED_P = 0.00141778113856683


@pytest.fixture(scope="module")
def airquality():
    path = Path(__file__).parents[2] / "reference" / "data" / "airquality.csv"
    return np.genfromtxt(path, delimiter=",", skip_header=1, missing_values="NA")


@pytest.mark.parametrize("name", ["airquality", "bfi"])
def test_little_test_agrees_with_r(name, airquality, bfi, reference):
    rows = airquality if name == "airquality" else bfi[:400, :10]
    expected = reference("quality")[name]
    found = little_test(find_patterns(rows))
    assert_allclose(found.statistic, expected["statistic"], rtol=RTOL_STATISTIC)
    assert_allclose(found.p_value, expected["p"], rtol=RTOL_STATISTIC)
    counts = (found.df, found.n, found.n_patterns)
    assert counts == (expected["df"], expected["n"], expected["n_patterns"])


def test_little_test_agrees_with_the_value_printed_by_naniar(airquality):
    found = little_test(find_patterns(airquality))
    assert_allclose(found.statistic, PRINTED, rtol=RTOL_PRINTED)
    assert_allclose(found.p_value, PRINTED_P, rtol=10 * RTOL_PRINTED)
    assert (found.df, found.n_patterns) == (14, 4)


def test_units_and_order_do_not_matter(airquality):
    one = little_test(find_patterns(airquality))
    other = little_test(find_patterns(airquality[::-1, ::-1] * 3 - 100))
    assert_allclose(other.statistic, one.statistic, rtol=STOPPED)


def test_empty_rows_do_not_matter(airquality):
    more = np.vstack([airquality, np.full((2, 6), np.nan)])
    assert_allclose(
        little_test(find_patterns(more)).statistic,
        little_test(find_patterns(airquality)).statistic,
    )


def simulated_p_values(seed, n, depends):
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(200):
        X = rng.normal(size=(n, 1)) + rng.normal(size=(n, 3))
        chance = 1 / (1 + np.exp(1.5 - depends * X[:, 0]))
        X[rng.random(n) < chance, 1] = np.nan
        X[rng.random(n) < 0.2, 2] = np.nan
        found.append(little_test(find_patterns(X)).p_value)
    return np.array(found)


def test_the_test_keeps_its_level_where_answers_are_missing_at_random():
    # The Monte-Carlo error of 200 tests is 0.015.
    assert_allclose(np.mean(simulated_p_values(4, 200, 0.0) < 0.05), 0.05, atol=0.035)


def test_the_test_finds_missingness_that_depends_on_answers():
    assert np.mean(simulated_p_values(5, 200, 1.0) < 0.05) > 0.9


def test_complete_answers_have_nothing_to_test():
    with pytest.raises(NoVariationError, match="Nothing is missing"):
        little_test(find_patterns(np.eye(3)))
