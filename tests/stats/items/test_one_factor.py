import numpy as np
import pytest
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED, SOLVED_TWICE

from campaign_effect.errors import CollinearityError, TooFewItemsError
from campaign_effect.stats.items.categorical import categorical_omega
from campaign_effect.stats.items.one_factor import (
    fit_one_factor,
    fit_one_factor_weighted,
    mcdonald_omega,
    omega_if_dropped,
)
from campaign_effect.stats.items.validity import composite_reliability
from campaign_effect.stats.moments.polychorics import estimate_polychorics
from campaign_effect.stats.moments.tables import count_tables, encode

RTOL_OPTIMISER = 2e-6  # lavaan stops up to 1e-6 from the maximum
ATOL_WLSMV = 2e-6  # lavaan's weights rest on polychorics good to 4e-8
RTOL_SAME_FORMULA = 1e-10  # closed form, float64 on both sides


def polychorics_of(answers):
    return estimate_polychorics(count_tables(encode(answers).codes))


@pytest.mark.parametrize("scale", "ACENO")
def test_one_factor_matches_lavaan(scale, reference, bfi_complete, turned):
    answers = turned(bfi_complete, scale)
    found = fit_one_factor(np.cov(answers, rowvar=False), n=len(answers))
    expected = reference("reliability")[scale]["one_factor"]
    assert_allclose(found.loadings, expected["loadings"], rtol=RTOL_OPTIMISER)
    assert_allclose(
        found.residual_variances, expected["residual_variances"], rtol=RTOL_OPTIMISER
    )
    errors = np.sqrt(np.diag(found.vcov))
    assert_allclose(errors[:5], expected["loadings_se"], rtol=RTOL_OPTIMISER)
    assert_allclose(errors[5:], expected["residual_se"], rtol=RTOL_OPTIMISER)


@pytest.mark.parametrize("scale", "ACENO")
def test_omega_and_its_interval_match_lavaan(scale, reference, bfi_complete, turned):
    answers = turned(bfi_complete, scale)
    S = np.cov(answers, rowvar=False)
    found = mcdonald_omega(S, n=len(answers))
    expected = reference("reliability")[scale]["one_factor"]
    for field, name in [
        ("omega", "omega"),
        ("std_error", "omega_se"),
        ("conf_low", "omega_low"),
        ("conf_high", "omega_high"),
    ]:
        assert_allclose(getattr(found, field), expected[name], rtol=RTOL_OPTIMISER)
    fit = fit_one_factor(S, n=len(answers))
    variance = S.sum() * (len(answers) - 1) / len(answers)
    of_observed = composite_reliability(
        fit.loadings, fit.residual_variances, total_variance=variance
    )
    assert_allclose(of_observed, expected["omega_of_observed_variance"], rtol=RTOL_OPTIMISER)


def test_the_likelihood_gradient_is_zero(hs):
    S = np.cov(hs, rowvar=False)
    fit = fit_one_factor(S, n=301)
    S = S * 300 / 301
    A = np.linalg.inv(np.outer(fit.loadings, fit.loadings) + np.diag(fit.residual_variances))
    left = A - A @ S @ A
    assert_allclose(left @ fit.loadings, 0, atol=SOLVED_TWICE)
    assert_allclose(np.diag(left), 0, atol=SOLVED_TWICE)


def test_omega_ignores_the_order_and_common_units_of_items(hs):
    S = np.cov(hs, rowvar=False)
    order = np.random.default_rng(0).permutation(9)
    found = mcdonald_omega(100 * S[np.ix_(order, order)], n=301)
    assert_allclose(found.omega, mcdonald_omega(S, n=301).omega, rtol=SOLVED_TWICE)
    assert_allclose(found.std_error, mcdonald_omega(S, n=301).std_error, rtol=DIFFERENCED)


def test_the_interval_of_omega_covers_the_truth():
    lam, n, replicates = np.array([0.8, 0.7, 0.6, 0.5]), 200, 500
    truth = composite_reliability(lam, 1 - lam**2)
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(replicates):
        X = rng.normal(size=(n, 1)) * lam + rng.normal(size=(n, 4)) * np.sqrt(1 - lam**2)
        omega = mcdonald_omega(np.cov(X, rowvar=False), n=n)
        covered += omega.conf_low <= truth <= omega.conf_high
    four_errors = 4 * np.sqrt(0.95 * 0.05 / replicates)
    assert abs(covered / replicates - 0.95) < four_errors


@pytest.mark.parametrize("scale", "ACENO")
def test_weighted_loadings_match_lavaans_wlsmv(scale, reference, bfi_complete, turned):
    found = polychorics_of(turned(bfi_complete, scale))
    loadings = fit_one_factor_weighted(found.correlations, found.std_errors)
    expected = np.array(reference("reliability")[scale]["categorical"]["loadings"])
    assert_allclose(loadings, expected * np.sign(expected.sum()), rtol=0, atol=ATOL_WLSMV)


def test_the_weighted_gradient_is_zero(bfi_complete, turned):
    found = polychorics_of(turned(bfi_complete, "C"))
    loadings = fit_one_factor_weighted(found.correlations, found.std_errors)
    with np.errstate(divide="ignore"):
        weights = np.where(np.eye(5), 0, 1 / found.std_errors**2)
    gradient = (weights * (found.correlations - np.outer(loadings, loadings))) @ loadings
    assert np.abs(gradient).max() < 1e-8 * weights.max()


@pytest.mark.parametrize("scale", "ACENO")
def test_categorical_omega_matches_semtools(scale, reference, bfi_complete, turned):
    found = polychorics_of(turned(bfi_complete, scale))
    expected = reference("reliability")[scale]["categorical"]
    loadings = fit_one_factor_weighted(found.correlations, found.std_errors)
    implied = categorical_omega(loadings, found.thresholds)
    observed = categorical_omega(loadings, found.thresholds, correlations=found.correlations)
    assert_allclose(implied, expected["omega_implied"], rtol=0, atol=ATOL_WLSMV)
    assert_allclose(observed, expected["omega_observed"], rtol=0, atol=ATOL_WLSMV)


def test_categorical_omega_is_the_correlation_of_two_administrations():
    """Two answers to the same items, with the factor held and the rest drawn anew."""
    lam, n = np.array([0.8, 0.6, 0.7]), 400_000
    thresholds = [[-1.0, 0.2], [0.0], [-0.5, 0.5, 1.5]]
    rng = np.random.default_rng(9)
    factor = rng.normal(size=(n, 1))
    totals = []
    for _ in range(2):
        latent = factor * lam + rng.normal(size=(n, 3)) * np.sqrt(1 - lam**2)
        totals.append(sum(np.digitize(latent[:, j], tau) for j, tau in enumerate(thresholds)))
    expected = np.corrcoef(totals)[0, 1]
    assert_allclose(categorical_omega(lam, thresholds), expected, atol=4 / np.sqrt(n))


def test_many_categories_give_the_omega_of_numbers():
    lam = np.array([0.8, 0.6, 0.7])
    fine = [np.linspace(-4, 4, 80)] * 3
    # Steps of 0.1 add a hundredth of 1/12 to an answer's variance of 1.
    assert_allclose(
        categorical_omega(lam, fine), composite_reliability(lam, 1 - lam**2), atol=2e-3
    )


def test_omega_if_dropped_is_omega_of_the_others(hs):
    S = np.cov(hs[:, :5], rowvar=False)
    found = omega_if_dropped(S, n=301)
    without_second = np.cov(np.delete(hs[:, :5], 1, axis=1), rowvar=False)
    assert_allclose(found[1], mcdonald_omega(without_second, n=301).omega)
    with pytest.raises(TooFewItemsError, match="at least 4 items"):
        omega_if_dropped(S[:3, :3], n=301)


def test_two_items_have_no_one_factor_model():
    with pytest.raises(TooFewItemsError, match="at least 3 items"):
        fit_one_factor([[1, 0.5], [0.5, 1]], n=100)


def test_a_perfect_loading_is_refused():
    with pytest.raises(CollinearityError, match="1 or more"):
        categorical_omega([1.0, 0.5, 0.5], [[0.0]] * 3)


def test_a_heywood_case_is_said():
    R = np.array([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1]])
    assert fit_one_factor(R, n=100).is_bounded
    assert not fit_one_factor(np.full((3, 3), 0.4) + 0.6 * np.eye(3), n=100).is_bounded
