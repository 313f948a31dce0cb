import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tolerances import SOLVED_TWICE

from campaign_effect.errors import NoVariationError, TooFewItemsError, TooFewRowsError
from campaign_effect.stats.items.alpha import (
    alpha_from_covariance,
    coefficient_alpha,
    cronbach_alpha,
    feldt_interval,
)

RTOL_SAME_FORMULA = 1e-10  # closed form, float64 on both sides
RTOL_FEW_STEPS = 1e-12  # the same numbers, summed in another order

FIELDS = (
    "alpha",
    "conf_low",
    "conf_high",
    "alpha_standardised",
    "average_r",
    "item_total_r",
    "item_rest_r",
    "alpha_if_dropped",
)


def pairwise_covariance(answers):
    columns = answers.T
    covariance = np.empty((len(columns), len(columns)))
    for i, x in enumerate(columns):
        for j, y in enumerate(columns):
            both = ~(np.isnan(x) | np.isnan(y))
            covariance[i, j] = np.cov(x[both], y[both])[0, 1]
    return covariance


def one_factor_scores(n, k, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 1)) + rng.normal(size=(n, k))


@pytest.mark.parametrize("scale", "ACENO")
@pytest.mark.parametrize("field", FIELDS)
def test_alpha_matches_psych(scale, field, reference, bfi_complete, turned):
    result = cronbach_alpha(turned(bfi_complete, scale))
    expected = reference("alpha")["listwise"][scale][field]
    assert_allclose(getattr(result, field), expected, rtol=RTOL_SAME_FORMULA)


@pytest.mark.parametrize("field", FIELDS)
def test_alpha_of_continuous_items_matches_psych(field, reference, hs):
    expected = reference("alpha")["hs"][field]
    assert_allclose(getattr(cronbach_alpha(hs), field), expected, rtol=RTOL_SAME_FORMULA)


@pytest.mark.parametrize("scale", "ACENO")
@pytest.mark.parametrize("field", ["alpha", "conf_low", "conf_high", "alpha_if_dropped"])
def test_alpha_of_pairwise_covariance_matches_psych(scale, field, reference, bfi, turned):
    items = turned(bfi, scale)
    result = alpha_from_covariance(pairwise_covariance(items), n=len(items))
    expected = reference("alpha")["pairwise"][scale][field]
    assert_allclose(getattr(result, field), expected, rtol=RTOL_SAME_FORMULA)


def test_item_statistics_equal_their_definitions():
    X = one_factor_scores(50, 4, seed=3)
    result = cronbach_alpha(X)
    for item in range(4):
        rest = np.delete(X, item, axis=1)
        for found, other in [(result.item_rest_r, rest), (result.item_total_r, X)]:
            expected = np.corrcoef(X[:, item], other.sum(axis=1))[0, 1]
            assert_allclose(found[item], expected, rtol=RTOL_FEW_STEPS)
        assert_allclose(result.alpha_if_dropped[item], cronbach_alpha(rest).alpha)


def test_alpha_of_equal_items_is_one():
    result = cronbach_alpha(np.tile(np.arange(5.0)[:, None], (1, 3)))
    assert_allclose([result.alpha, result.conf_low, result.conf_high], 1)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000),
    shift=st.floats(-50, 50),
    scale=st.floats(0.1, 10),
    order=st.permutations(range(4)),
)
def test_alpha_ignores_item_order_and_common_affine_recoding(seed, shift, scale, order):
    X = one_factor_scores(30, 4, seed)
    plain, recoded = cronbach_alpha(X), cronbach_alpha(X[:, order] * scale + shift)
    assert_allclose(recoded.alpha, plain.alpha, rtol=SOLVED_TWICE)
    assert_allclose(recoded.item_rest_r, plain.item_rest_r[list(order)], rtol=SOLVED_TWICE)


def test_reversing_an_item_twice_changes_nothing():
    X = np.random.default_rng(1).integers(1, 6, size=(40, 3)).astype(float)
    twice = X.copy()
    twice[:, 1] = 6 - (6 - twice[:, 1])
    assert cronbach_alpha(twice) == cronbach_alpha(X)


def test_two_items_have_no_alpha_if_dropped():
    assert cronbach_alpha([[1, 2], [2, 1], [3, 4]]).alpha_if_dropped is None


def test_opposed_items_give_a_negative_alpha():
    assert cronbach_alpha([[1, 4], [2, 3], [3, 3], [4, 1]]).alpha < 0


def test_item_rest_r_is_nan_where_the_rest_is_constant():
    result = cronbach_alpha([[1, 1, 4], [2, 3, 3], [3, 4, 2], [4, 2, 1]])
    assert np.isnan(result.item_rest_r[1])
    assert result.alpha_if_dropped[1] == -np.inf


def test_feldt_interval_covers_the_true_alpha():
    k, n, replicates = 5, 60, 2000
    truth = k / (k - 1) * (1 - 2 * k / (2 * k + k * (k - 1)))
    scores = one_factor_scores(n * replicates, k, seed=11).reshape(replicates, n, k)
    centred = scores - scores.mean(axis=1, keepdims=True)
    alphas = coefficient_alpha(centred.transpose(0, 2, 1) @ centred)
    low, high = feldt_interval(alphas, n=n, k=k)
    covered = ((low <= truth) & (truth <= high)).mean()
    four_errors = 4 * np.sqrt(0.95 * 0.05 / replicates)
    assert abs(covered - 0.95) < four_errors


def test_equality_of_records_compares_their_numbers():
    X = one_factor_scores(20, 3, seed=0)
    assert cronbach_alpha(X) == cronbach_alpha(X)
    assert cronbach_alpha(X) != cronbach_alpha(X, level=0.9)


def test_constant_items_are_named():
    X = one_factor_scores(10, 4, seed=0)
    X[:, [1, 3]] = 2
    with pytest.raises(NoVariationError, match=r"one value only \(2\).*\[1, 3\]") as caught:
        cronbach_alpha(X)
    assert caught.value.items == (1, 3)


def test_constant_item_of_a_covariance_is_named():
    with pytest.raises(NoVariationError, match=r"\[1\]"):
        alpha_from_covariance([[1, 0], [0, 0]], n=10)


def test_answers_that_cancel_out_are_refused():
    with pytest.raises(NoVariationError, match="cancel out"):
        cronbach_alpha([[1, 4], [2, 3], [3, 2], [4, 1]])


def test_one_item_is_refused():
    with pytest.raises(TooFewItemsError, match="at least 2 items"):
        cronbach_alpha([[1], [2]])


def test_one_row_is_refused():
    with pytest.raises(TooFewRowsError, match="at least 2 complete answers"):
        cronbach_alpha([[1, 2]])


def test_missing_answers_are_refused():
    with pytest.raises(ValueError, match="complete"):
        cronbach_alpha([[1, 2], [np.nan, 3], [2, 2]])


def test_shapes_are_checked():
    with pytest.raises(ValueError, match=r"shape \(n, k\)"):
        cronbach_alpha([1, 2, 3])
    with pytest.raises(ValueError, match=r"shape \(k, k\)"):
        alpha_from_covariance([[1, 2]], n=10)
