from itertools import groupby

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from campaign_effect.stats.items.responding import longest_run, response_variability


def answers_with_gaps(seed=4, n=200, k=12):
    rng = np.random.default_rng(seed)
    answers = rng.integers(1, 4, size=(n, k)).astype(float)
    answers[rng.random((n, k)) < 0.2] = np.nan
    answers[0] = np.nan
    return answers


def test_longest_run_equals_counting_by_hand():
    answers = answers_with_gaps()
    expected = [
        max((len(list(run)) for key, run in groupby(row) if not np.isnan(key)), default=0)
        for row in answers
    ]
    assert_array_equal(longest_run(answers), expected)


def test_a_straight_line_is_as_long_as_the_block():
    assert_array_equal(longest_run(np.full((2, 9), 3)), [9, 9])


def test_longest_run_of_no_items_is_zero():
    assert_array_equal(longest_run(np.empty((2, 0))), [0, 0])


def test_variability_equals_the_sample_deviation_of_what_was_answered():
    answers = answers_with_gaps()
    for row, found in zip(answers, response_variability(answers), strict=True):
        answered = row[~np.isnan(row)]
        expected = answered.std(ddof=1) if len(answered) > 1 else np.nan
        assert_allclose(found, expected, rtol=1e-12)


def test_variability_of_a_straight_line_is_zero():
    assert_array_equal(response_variability([[4, 4, 4, 4]]), [0])
