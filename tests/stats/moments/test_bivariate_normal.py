from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate, special
from tolerances import DIFFERENCED, LAST_DIGIT, NOTHING, SOLVED_TWICE

from campaign_effect.stats.moments.bivariate_normal import (
    bivariate_normal_cdf,
    bivariate_normal_pdf,
)

ATOL_CDF = 2e-15  # a few units of float64's last place near 1
ATOL_QUADRATURE = 1e-12  # scipy's adaptive quadrature of the same integral
LIMITS = np.array([-np.inf, -8, -3.1, -1, -0.3, 0, 1e-9, 0.3, 0.30001, 1, 2.5, 8, np.inf])
CORRELATIONS = np.array(
    [0, 0.01, 0.2, 0.3, 0.31, 0.5, 0.75, 0.76, 0.9, 0.925, 0.926, 0.95, 0.99, 0.9999, 1 - 1e-8]
)


def cdf_on_grid(r):
    return bivariate_normal_cdf(LIMITS[None], LIMITS[None], [r])[0]


def by_quadrature(h, k, r):
    """Integral over x of the density times P(Y <= k | x)."""
    spread = np.sqrt((1 - r) * (1 + r))
    density = lambda x: np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    inner = lambda x: density(x) * special.ndtr((k - r * x) / spread)
    turn = np.clip(k / r, -9, h) if r else 0.0
    points = np.unique(np.clip(turn + np.array([-50, -8, 0, 8, 50]) * spread, -9, h))
    edges = np.concatenate([[-9.0], points, [h]])
    parts = [
        integrate.quad(inner, low, high, epsabs=1e-14, epsrel=1e-13, limit=200)[0]
        for low, high in pairwise(edges)
        if high > low
    ]
    return sum(parts)


@pytest.mark.parametrize("r", [-0.99999, -0.97, -0.6, 0.1, 0.5, 0.8, 0.93, 0.97, 0.9999])
def test_cdf_equals_quadrature(r):
    finite = LIMITS[1:-1]
    finite = finite[np.abs(finite) < 8]
    expected = [[by_quadrature(h, k, r) for k in finite] for h in finite]
    found = bivariate_normal_cdf(finite[None], finite[None], [r])[0]
    assert_allclose(found, expected, rtol=0, atol=ATOL_QUADRATURE)


@pytest.mark.parametrize("r", [-0.9, -0.5, -0.2, 0.1, 0.6, 0.92, 0.93, 0.96])
def test_both_formulas_agree(r):
    """Owen's T and Plackett's integral are two routes to one number."""
    owen = lambda h, k: (
        (special.ndtr(h) + special.ndtr(k)) / 2
        - special.owens_t(h, (k - r * h) / (h * np.sqrt(1 - r * r)))
        - special.owens_t(k, (h - r * k) / (k * np.sqrt(1 - r * r)))
        - (h * k < 0) / 2
    )
    limits = np.array([-4.2, -2, -0.7, 0.4, 1.1, 3.3])
    expected = owen(limits[:, None], limits[None, :])
    found = bivariate_normal_cdf(limits[None], limits[None], [r])[0]
    assert_allclose(found, expected, rtol=0, atol=ATOL_CDF)


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("r", CORRELATIONS)
def test_cdf_at_the_origin_is_sheppards_formula(r, sign):
    expected = 0.25 + np.arcsin(sign * r) / (2 * np.pi)
    assert_allclose(
        bivariate_normal_cdf([[0.0]], [[0.0]], [sign * r]), expected, rtol=0, atol=ATOL_CDF
    )


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("r", CORRELATIONS)
def test_cdf_keeps_its_margins_and_symmetries(r, sign):
    F, mirrored = cdf_on_grid(sign * r), cdf_on_grid(-sign * r)
    marginal = special.ndtr(LIMITS)
    assert_allclose(F[-1], marginal, rtol=0, atol=ATOL_CDF)
    assert_allclose(F[0], 0, atol=NOTHING)
    assert_allclose(F, F.T, rtol=0, atol=ATOL_CDF)
    flipped = bivariate_normal_cdf(LIMITS[None], -LIMITS[None], [-sign * r])[0]
    assert_allclose(F, marginal[:, None] - flipped, rtol=0, atol=2 * ATOL_CDF)
    assert (sign * (F - mirrored) >= -ATOL_CDF).all()


def test_cdf_is_the_product_of_margins_without_correlation():
    marginal = special.ndtr(LIMITS)
    assert_allclose(cdf_on_grid(0.0), np.outer(marginal, marginal), rtol=LAST_DIGIT)


def test_grids_of_many_correlations_are_computed_apart():
    r = np.array([0.1, -0.5, 0.8, 0.99])
    h = np.random.default_rng(0).normal(size=(4, 3))
    k = np.random.default_rng(1).normal(size=(4, 2))
    together = bivariate_normal_cdf(h, k, r)
    assert together.shape == (4, 3, 2)
    for q in range(4):
        alone = bivariate_normal_cdf(h[[q]], k[[q]], r[[q]])[0]
        assert_allclose(together[q], alone, rtol=0, atol=LAST_DIGIT)


@pytest.mark.parametrize("r", [-0.95, -0.4, 0.0, 0.7, 0.97])
def test_density_is_the_derivative_of_the_cdf_by_the_correlation(r):
    points, step = np.array([[-1.5, 0.2, 2.0]]), 1e-5
    sides = [bivariate_normal_cdf(points, points, [r + s]) for s in (-step, step)]
    slope = (sides[1] - sides[0]) / (2 * step)
    assert_allclose(
        bivariate_normal_pdf(points, points, [r]),
        slope,
        rtol=10 * DIFFERENCED,
        atol=SOLVED_TWICE,
    )


def test_density_at_infinity_is_zero():
    assert bivariate_normal_pdf([[np.inf]], [[0.3]], [0.5]) == 0
