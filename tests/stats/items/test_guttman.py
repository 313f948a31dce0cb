import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import SOLVED_TWICE

from campaign_effect.errors import CollinearityError
from campaign_effect.stats.items.alpha import coefficient_alpha
from campaign_effect.stats.items.guttman import guttman_lambdas, residual_variances

RTOL_SAME_FORMULA = 1e-10  # closed form, float64 on both sides
ATOL_ROUNDING = 1e-14  # of sums in another order


def lambdas_of(matrix):
    found = guttman_lambdas(matrix)
    return [getattr(found, f"lambda_{number}") for number in range(1, 7)]


@pytest.mark.parametrize("scale", "ACENO")
def test_lambdas_of_correlations_match_psych(scale, reference, bfi_complete, turned):
    R = np.corrcoef(turned(bfi_complete, scale), rowvar=False)
    expected = reference("reliability")[scale]["bounds"]["lambdas"]
    without_splits = [0, 1, 2, 4, 5]  # for 5 items psych tries half of the splits only
    found = np.array(lambdas_of(R))
    assert_allclose(
        found[without_splits], np.array(expected)[without_splits], rtol=RTOL_SAME_FORMULA
    )
    assert found[3] >= expected[3] - ATOL_ROUNDING


def test_residual_variances_match_psych(reference, bfi_complete):
    R = np.corrcoef(bfi_complete, rowvar=False)
    assert_allclose(
        1 - residual_variances(R), reference("reliability")["smc"], rtol=SOLVED_TWICE
    )


def test_residual_variances_are_those_of_regressions(hs):
    X = hs - hs.mean(axis=0)
    found = residual_variances(np.cov(X, rowvar=False))
    for item in range(9):
        others = np.delete(X, item, axis=1)
        left = X[:, item] - others @ np.linalg.lstsq(others, X[:, item])[0]
        assert_allclose(found[item], left @ left / (len(X) - 1), rtol=SOLVED_TWICE)


def test_lambda_3_is_alpha_and_bounds_are_ordered(hs):
    S = np.cov(hs, rowvar=False)
    found = guttman_lambdas(S)
    assert_allclose(found.lambda_3, coefficient_alpha(S), rtol=RTOL_SAME_FORMULA)
    assert found.lambda_1 < found.lambda_3 <= found.lambda_2 <= found.lambda_4
    assert found.lambda_1 < found.lambda_5


def test_parallel_items_have_equal_bounds():
    found = guttman_lambdas(np.full((4, 4), 0.4) + 0.6 * np.eye(4))
    truth = 4 * 0.4 / (1 + 3 * 0.4)
    assert_allclose([found.lambda_2, found.lambda_3, found.lambda_4], truth)


def test_repeated_items_are_refused():
    with pytest.raises(CollinearityError, match="sum of others"):
        guttman_lambdas(np.ones((3, 3)))
