import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import NOTHING, SOLVED_TWICE

from campaign_effect.errors import CollinearityError, TooFewItemsError
from campaign_effect.stats.items.validity import (
    average_variance_extracted,
    composite_reliability,
    heterotrait_monotrait,
    heterotrait_monotrait_2,
    total_variance_extracted,
    variance_inflation,
)
from campaign_effect.stats.moments.polychorics import estimate_polychorics
from campaign_effect.stats.moments.tables import count_tables, encode

RTOL_SAME_FORMULA = 1e-10  # closed form, float64 on both sides
RTOL_IMPLIED = 5e-6  # semTools divides by observed variances; lavaan's fit implies them nearly
ATOL_POLYCHORICS = 1e-6  # from polychorics at two optimisers' stops
CONSTRUCTS = [list(range(first, first + 5)) for first in range(0, 25, 5)]


@pytest.fixture(scope="module")
def items(bfi_complete, turned):
    return np.hstack([turned(bfi_complete, scale) for scale in "ACENO"])


def test_htmt_matches_semtools(items, reference):
    R = np.corrcoef(items, rowvar=False)
    expected = reference("reliability")["five"]
    assert_allclose(
        heterotrait_monotrait(R, CONSTRUCTS), expected["htmt"], rtol=RTOL_SAME_FORMULA
    )
    assert_allclose(
        heterotrait_monotrait_2(R, CONSTRUCTS), expected["htmt2"], rtol=RTOL_SAME_FORMULA
    )


def test_htmt_of_polychorics_matches_semtools(items, reference):
    R = estimate_polychorics(count_tables(encode(items).codes)).correlations
    expected = reference("reliability")["five"]["htmt_polychoric"]
    assert_allclose(heterotrait_monotrait(R, CONSTRUCTS), expected, atol=ATOL_POLYCHORICS)


def test_reliability_and_variance_extracted_match_semtools(reference):
    five = reference("reliability")["five"]
    pairs = list(zip(five["loadings"], five["residual_variances"], strict=True))
    omega = [composite_reliability(*pair) for pair in pairs]
    extracted = [total_variance_extracted(*pair) for pair in pairs]
    assert_allclose(omega, five["omega"], rtol=RTOL_SAME_FORMULA)
    assert_allclose(extracted, five["ave_semtools"], rtol=RTOL_IMPLIED)


def test_the_two_conventions_agree_where_standardised(reference):
    for loadings in reference("reliability")["five"]["standardised"]:
        residuals = 1 - np.square(loadings)
        assert_allclose(
            average_variance_extracted(loadings), total_variance_extracted(loadings, residuals)
        )


def test_observed_variance_replaces_the_implied_one():
    assert_allclose(composite_reliability([1, 1], [1, 1], total_variance=8), 0.5)


def test_htmt_of_stacked_matrices_is_that_of_each():
    rng = np.random.default_rng(0)
    stack = np.stack(
        [
            np.corrcoef(rng.normal(size=(50, 4)) + rng.normal(size=(50, 1)), rowvar=False)
            for _ in range(3)
        ]
    )
    constructs = [[0, 1], [2, 3]]
    for ratio in (heterotrait_monotrait, heterotrait_monotrait_2):
        together = ratio(stack, constructs)
        for position in range(3):
            assert_allclose(together[position], ratio(stack[position], constructs))


def test_htmt_of_one_construct_cut_in_two_is_one():
    R = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    for ratio in (heterotrait_monotrait, heterotrait_monotrait_2):
        assert_allclose(ratio(R, [[0, 1], [2, 3]]), 1)


def test_signed_htmt_is_nan_where_items_oppose_each_other():
    R = np.full((4, 4), 0.3) + 0.7 * np.eye(4)
    R[0, 1] = R[1, 0] = -0.3
    signed = heterotrait_monotrait(R, [[0, 1], [2, 3]], absolute=False)
    assert np.isnan(signed[0, 1])
    assert_allclose(heterotrait_monotrait(R, [[0, 1], [2, 3]])[0, 1], 1)


def test_htmt2_with_a_zero_correlation_is_zero():
    R = np.full((4, 4), 0.3) + 0.7 * np.eye(4)
    R[0, 2] = R[2, 0] = 0
    assert_allclose(heterotrait_monotrait_2(R, [[0, 1], [2, 3]])[0, 1], 0, atol=NOTHING)


def test_single_items_have_no_htmt():
    with pytest.raises(TooFewItemsError, match="two items for each construct"):
        heterotrait_monotrait(np.eye(3), [[0, 1], [2]])


def test_variance_inflation_is_that_of_regressions(hs):
    found = variance_inflation(np.corrcoef(hs, rowvar=False))
    X = hs - hs.mean(axis=0)
    for item in range(9):
        others = np.delete(X, item, axis=1)
        fitted = others @ np.linalg.lstsq(others, X[:, item])[0]
        r_squared = (fitted**2).sum() / (X[:, item] ** 2).sum()
        assert_allclose(found[item], 1 / (1 - r_squared), rtol=SOLVED_TWICE)


def test_variance_inflation_of_repeated_variables_is_refused():
    with pytest.raises(CollinearityError, match="no bound"):
        variance_inflation(np.ones((2, 2)))
