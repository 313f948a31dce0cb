from itertools import groupby

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from tolerances import ROUNDING

from campaign_effect.stats.items.responding import (
    even_odd_consistency,
    longest_run,
    response_variability,
)

RTOL_CORRELATION = 1e-12  # the same formula in float64 on both sides
KEYS = np.array(
    [-1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, 1, 1, -1]
)


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
        assert_allclose(found, expected, rtol=ROUNDING)


def test_variability_of_a_straight_line_is_zero():
    assert_array_equal(response_variability([[4, 4, 4, 4]]), [0])


def test_even_odd_consistency_agrees_with_r(bfi, reference):
    turned = np.where(KEYS > 0, bfi, 7 - bfi)[:300]
    expected = np.array(reference("quality")["even_odd"], dtype=float)
    found = even_odd_consistency([turned[:, i : i + 5] for i in range(0, 25, 5)])
    assert_allclose(found, expected, rtol=RTOL_CORRELATION, atol=RTOL_CORRELATION)


def test_equal_halves_are_consistent_and_opposite_halves_are_not():
    rng = np.random.default_rng(2)
    halves = rng.normal(size=(8, 50))
    same = [np.column_stack([half, half]) for half in halves]
    turned = [np.column_stack([half, -half]) for half in halves]
    assert_allclose(even_odd_consistency(same), 1.0)
    assert_allclose(even_odd_consistency(turned), -1.0)


def test_random_answers_are_consistent_with_nothing():
    rng = np.random.default_rng(3)
    found = even_odd_consistency(list(rng.integers(1, 6, size=(30, 2000, 6)).astype(float)))
    assert abs(np.median(found)) < 0.05  # the step up stretches what is below zero
    assert np.mean(found < 0.3) > 0.7


def test_consistency_needs_three_scales_with_halves():
    answers = np.array([[1.0, 2.0], [np.nan, 2.0]])
    assert np.isnan(even_odd_consistency([answers, answers])).all()
    assert np.isnan(even_odd_consistency([answers, answers[::-1], answers])[1])
    assert np.isnan(even_odd_consistency([answers[:, :1]] * 5)).all()
    assert len(even_odd_consistency([])) == 0
