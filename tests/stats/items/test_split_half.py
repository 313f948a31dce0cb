from itertools import combinations
from math import comb

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from tolerances import ROUNDING

from campaign_effect.stats.items.alpha import coefficient_alpha
from campaign_effect.stats.items.split_half import (
    all_splits,
    spearman_brown,
    split_coefficients,
    split_halves,
)

RTOL_SAME_FORMULA = 1e-10  # closed form, float64 on both sides
ATOL_ROUNDING = 1e-14  # of sums in another order


def covariance_of(k, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(100, 1)) + rng.normal(size=(100, k)) * rng.uniform(0.5, 2, k)
    return np.cov(X, rowvar=False)


@pytest.mark.parametrize("scale", "ACENO")
def test_splits_match_those_that_psych_tries(scale, reference, bfi_complete, turned):
    """For odd k psych stops after half of the splits."""
    R = np.corrcoef(turned(bfi_complete, scale), rowvar=False)
    expected = reference("reliability")[scale]["bounds"]
    found = split_halves(R)
    tried = found.coefficients[: expected["n_splits"]]
    assert_allclose(tried, expected["splits"], rtol=RTOL_SAME_FORMULA)
    assert found.n_splits == 2 * expected["n_splits"]
    assert found.best >= expected["best"] - ATOL_ROUNDING
    assert found.worst <= expected["worst"] + ATOL_ROUNDING


def test_splits_of_nine_items_match_those_that_psych_tries(reference, hs):
    expected = reference("reliability")["hs"]["bounds"]
    found = split_halves(np.corrcoef(hs, rowvar=False)).coefficients
    assert_allclose(found[: expected["n_splits"]], expected["splits"], rtol=RTOL_SAME_FORMULA)


@pytest.mark.parametrize("k", [2, 4, 5, 8])
def test_every_split_is_tried_once(k):
    splits = all_splits(k)
    assert len(splits) == comb(k, k // 2) // (2 if k % 2 == 0 else 1)
    sets = {
        frozenset((frozenset(np.flatnonzero(s)), frozenset(np.flatnonzero(~s)))) for s in splits
    }
    assert len(sets) == len(splits)
    assert_array_equal(splits.sum(axis=1), k // 2)


def test_coefficients_equal_their_definition():
    S = covariance_of(5)
    found = split_halves(S)
    expected = []
    for half in combinations(range(5), 2):
        other = [item for item in range(5) if item not in half]
        expected.append(4 * S[np.ix_(half, other)].sum() / S.sum())
    assert_allclose(found.coefficients, expected, rtol=RTOL_SAME_FORMULA)
    assert_allclose(found.average, np.mean(expected), rtol=RTOL_SAME_FORMULA)
    assert found.best_half == list(combinations(range(5), 2))[int(np.argmax(expected))]
    assert found.worst_half == list(combinations(range(5), 2))[int(np.argmin(expected))]


@pytest.mark.parametrize("k", [2, 6, 10])
def test_average_over_equal_halves_is_alpha(k):
    S = covariance_of(k)
    assert_allclose(split_halves(S).average, coefficient_alpha(S), rtol=RTOL_SAME_FORMULA)


def test_odd_even_halves_by_both_formulas():
    S = covariance_of(6)
    odd, even = [0, 2, 4], [1, 3, 5]
    between = S[np.ix_(odd, even)].sum()
    r = between / np.sqrt(S[np.ix_(odd, odd)].sum() * S[np.ix_(even, even)].sum())
    found = split_halves(S)
    assert_allclose(found.odd_even, 4 * between / S.sum(), rtol=RTOL_SAME_FORMULA)
    assert_allclose(found.odd_even_spearman_brown, 2 * r / (1 + r), rtol=RTOL_SAME_FORMULA)


def test_long_scales_are_sampled_by_seed():
    S = covariance_of(18)
    found = split_halves(S, seed=3)
    assert not found.is_exhaustive
    assert found == split_halves(S, seed=3)
    assert found != split_halves(S, seed=4)
    error = found.coefficients.std() / np.sqrt(found.n_splits)
    assert abs(found.average - coefficient_alpha(S)) < 4 * error


def test_spearman_brown_is_undone_by_the_inverse_length():
    assert_allclose(spearman_brown(spearman_brown(0.6, length=3), length=1 / 3), 0.6)


def test_halves_that_correlate_by_minus_one_have_no_stepped_up_value():
    assert np.isnan(spearman_brown(-1.0))


def test_coefficient_of_a_split_is_that_of_its_complement():
    S, splits = covariance_of(5), all_splits(5)
    assert_allclose(
        split_coefficients(S, splits), split_coefficients(S, ~splits), rtol=ROUNDING
    )
