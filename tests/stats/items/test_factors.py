import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import ROUNDING, SEARCHED, SOLVED

from campaign_effect.errors import CollinearityError, TooFewItemsError
from campaign_effect.stats.items.factor_fit import (
    complexity,
    factor_fit,
    sorted_items,
    variance_explained,
)
from campaign_effect.stats.items.factor_scores import score_validity, score_weights
from campaign_effect.stats.items.factors import (
    extract_factors,
    factor_degrees_of_freedom,
)
from campaign_effect.stats.items.rotation import rotate

ATOL_PSYCH = 1e-5  # L-BFGS-B stops up to 6e-6 from psych's optimum
ATOL_TIGHT = 1e-10  # principal axes iterated to 1e-12
RTOL_SAME_FORMULA = 1e-9  # closed forms of given loadings, with inverses
RTOL_FIT = 1e-4  # fit follows loadings that agree to ATOL_PSYCH
FIT_FIELDS = ("chi_square", "rmsea", "rmsea_low", "rmsea_high", "tli", "bic", "rmsr")
METHODS = [("minres", "minres"), ("ml", "ml"), ("paf", "pa")]


@pytest.fixture(scope="module")
def R(bfi_complete):
    return np.corrcoef(bfi_complete, rowvar=False)


@pytest.fixture(scope="module")
def values(reference):
    return reference("factors")


def aligned(found, expected):
    """Columns signed as the expected ones (unrotated factors come in one order)."""
    return found * np.sign((found * np.array(expected)).sum(axis=0))


@pytest.mark.parametrize(("method", "theirs"), METHODS)
def test_unrotated_loadings_match_psych(method, theirs, R, values):
    found = extract_factors(R, 5, method=method)
    expected = values[theirs]["none"]
    atol = ATOL_TIGHT if method == "paf" else ATOL_PSYCH
    assert_allclose(aligned(found.loadings, expected), expected, rtol=0, atol=atol)
    assert_allclose(found.eigenvalues, values["eigenvalues"], rtol=RTOL_SAME_FORMULA)
    assert_allclose(
        found.reduced_eigenvalues, values[theirs]["reduced_eigenvalues"], atol=ATOL_PSYCH
    )
    assert not found.is_bounded


def test_loadings_of_continuous_items_match_psych(hs, values):
    R = np.corrcoef(hs, rowvar=False)
    found = extract_factors(R, 3, method="ml")
    expected = values["hs_ml"]["loadings"]
    assert_allclose(aligned(found.loadings, expected), expected, rtol=0, atol=ATOL_PSYCH)
    fit = factor_fit(R, found.loadings, n=301)
    for field, value in values["hs_ml"]["fit"].items():
        assert_allclose(getattr(fit, field), value, rtol=RTOL_FIT)


@pytest.mark.parametrize(("method", "theirs"), METHODS)
def test_fit_matches_psych(method, theirs, R, values):
    found = factor_fit(R, extract_factors(R, 5, method=method).loadings, n=values["n"])
    expected = values[theirs]["fit"]
    assert found.df == expected["df"]
    for field in FIT_FIELDS:
        assert_allclose(getattr(found, field), expected[field], rtol=RTOL_FIT)


def test_fit_of_correlated_factors_matches_psych(R, values):
    pa, expected = values["pa"], values["oblique"]["fit"]
    found = factor_fit(R, pa["oblimin"], phi=pa["oblimin_phi"], n=values["n"])
    for field, value in expected.items():
        assert_allclose(getattr(found, field), value, rtol=SEARCHED)


def test_minres_leaves_nothing_on_the_diagonal_and_no_gradient(R):
    found = extract_factors(R, 5)
    L = found.loadings
    residuals = R - L @ L.T - np.diag(found.uniquenesses)
    assert_allclose(np.diag(residuals), 0, atol=ROUNDING)
    assert_allclose(residuals @ L, 0, atol=SEARCHED)


def test_maximum_likelihood_has_no_gradient(R):
    found = extract_factors(R, 5, method="ml")
    L, psi = found.loadings, found.uniquenesses
    A = np.linalg.inv(L @ L.T + np.diag(psi))
    left = A - A @ R @ A
    assert_allclose(left @ L, 0, atol=SEARCHED)
    assert_allclose(np.diag(left), 0, atol=SEARCHED)


@pytest.mark.parametrize("method", ["minres", "ml", "paf"])
def test_a_known_factor_model_is_found(method):
    L = np.array([[0.8, 0], [0.7, 0], [0.6, 0.3], [0, 0.7], [0, 0.6], [0.2, 0.5], [0.4, 0.4]])
    R = L @ L.T
    np.fill_diagonal(R, 1)
    found = extract_factors(R, 2, method=method)
    assert_allclose(found.loadings @ found.loadings.T, L @ L.T, atol=SEARCHED)
    assert_allclose(factor_fit(R, found.loadings, n=100).chi_square, 0, atol=SOLVED)


def test_item_order_changes_nothing(R):
    order = np.random.default_rng(3).permutation(25)
    plain, shuffled = extract_factors(R, 3), extract_factors(R[np.ix_(order, order)], 3)
    assert_allclose(shuffled.loadings, plain.loadings[order], rtol=0, atol=SEARCHED)


@pytest.mark.parametrize("method", ["minres", "ml"])
def test_a_heywood_case_stays_at_its_bound(method):
    R = np.array([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1]])
    found = extract_factors(R, 1, method=method)
    assert found.is_bounded
    assert found.uniquenesses.min() < 0.01


def test_saturated_models_have_no_test():
    R = np.full((3, 3), 0.4) + 0.6 * np.eye(3)
    fit = factor_fit(R, extract_factors(R, 1).loadings, n=50)
    assert fit.df == 0
    assert np.isnan([fit.p_value, fit.rmsea, fit.tli]).all()


def test_complexity_and_scores_match_psych(R, values):
    L, phi = values["pa"]["oblimin"], values["pa"]["oblimin_phi"]
    expected = values["oblique"]
    assert_allclose(complexity(L), expected["complexity"], rtol=RTOL_SAME_FORMULA)
    assert_allclose(score_validity(R, L, phi=phi), expected["validity"], rtol=SEARCHED)
    for method in ("regression", "bartlett", "tenberge"):
        found = score_weights(R, L, phi=phi, method=method)
        assert_allclose(found, expected[method], rtol=0, atol=SEARCHED)


def test_ten_berge_scores_correlate_as_the_factors_do(R, values):
    L, phi = np.array(values["pa"]["oblimin"]), np.array(values["pa"]["oblimin_phi"])
    W = score_weights(R, L, phi=phi, method="tenberge")
    assert_allclose(W.T @ R @ W, phi, atol=SOLVED)


def test_bartlett_scores_are_unbiased(R, values):
    L, phi = np.array(values["pa"]["oblimin"]), values["pa"]["oblimin_phi"]
    W = score_weights(R, L, phi=phi, method="bartlett")
    assert_allclose(W.T @ L, np.eye(5), atol=SOLVED)


def test_variance_explained_adds_up_to_the_communalities(R):
    found = extract_factors(R, 5)
    rotated = rotate(found.loadings, "oblimin", n_starts=1)
    explained = variance_explained(rotated.loadings, phi=rotated.phi)
    assert_allclose(explained.sum(), found.communalities.sum(), rtol=SOLVED)
    assert (np.diff(explained) <= 0).all()


def test_items_are_sorted_by_factor_and_size():
    L = np.array([[0.1, 0.9], [0.5, 0.1], [0.2, -0.95], [-0.8, 0.3]])
    assert sorted_items(L).tolist() == [3, 1, 2, 0]


def test_degrees_of_freedom_count_free_correlations():
    for k in range(3, 12):
        for m in range(1, k):
            expected = k * (k - 1) / 2 - (k * m - m * (m - 1) / 2)
            assert factor_degrees_of_freedom(k, m) == expected


def test_too_many_factors_are_refused():
    with pytest.raises(TooFewItemsError, match="4 items cannot have 2 factors"):
        extract_factors(np.eye(4), 2)
    with pytest.raises(TooFewItemsError, match="cannot have 0 factors"):
        extract_factors(np.eye(4), 0)


def test_repeated_items_are_refused():
    with pytest.raises(CollinearityError, match="sum of others"):
        extract_factors(np.ones((4, 4)), 1)


def test_indefinite_correlations_have_a_minres_solution_only():
    R = np.array(
        [[1, 0.9, 0.1, 0.4], [0.9, 1, 0.9, 0.4], [0.1, 0.9, 1, 0.4], [0.4, 0.4, 0.4, 1]]
    )
    found = extract_factors(R, 1)
    assert np.isfinite(found.loadings).all()
    for refused in (
        lambda: extract_factors(R, 1, method="ml"),
        lambda: factor_fit(R, found.loadings, n=100),
    ):
        with pytest.raises(CollinearityError, match="smooth the correlations"):
            refused()
