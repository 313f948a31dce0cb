import numpy as np
from numpy.testing import assert_allclose

from campaign_effect.stats.items.alignment import align_factors, congruence
from campaign_effect.stats.items.factors import extract_factors
from campaign_effect.stats.items.rotation import RotatedFactors, rotate


def solution(seed, k=8, m=3):
    rng = np.random.default_rng(seed)
    phi = np.corrcoef(rng.normal(size=(m, 20)))
    return RotatedFactors(loadings=rng.normal(size=(k, m)), phi=phi, criterion=0.0)


def test_shuffled_and_turned_factors_are_brought_back():
    plain = solution(1)
    order, signs = [2, 0, 1], np.array([-1, 1, -1])
    shuffled = RotatedFactors(
        loadings=plain.loadings[:, order] * signs,
        phi=plain.phi[np.ix_(order, order)] * np.outer(signs, signs),
        criterion=0.0,
    )
    found = align_factors(shuffled, plain.loadings)
    assert_allclose(found.loadings, plain.loadings)
    assert_allclose(found.phi, plain.phi)


def test_aligned_factors_imply_the_same_correlations():
    found = align_factors(solution(2), solution(3).loadings)
    plain = solution(2)
    assert_allclose(
        found.loadings @ found.phi @ found.loadings.T,
        plain.loadings @ plain.phi @ plain.loadings.T,
    )


def test_bootstrap_factors_resemble_those_of_all_answers(bfi_complete):
    whole = rotate(extract_factors(np.corrcoef(bfi_complete, rowvar=False), 5).loadings)
    rng = np.random.default_rng(4)
    part = bfi_complete[rng.integers(0, len(bfi_complete), len(bfi_complete))]
    resampled = rotate(extract_factors(np.corrcoef(part, rowvar=False), 5).loadings)
    found = align_factors(resampled, whole.loadings)
    assert (np.diag(congruence(found.loadings, whole.loadings)) > 0.98).all()


def test_congruence_ignores_size_and_follows_sign():
    L = solution(5).loadings
    assert_allclose(np.diag(congruence(L, -3 * L)), -1)
