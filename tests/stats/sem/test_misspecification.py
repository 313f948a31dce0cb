"""Populations in which a model is wrong: the papers' rules, and what must hold of them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.sem.misspecification import (
    FactorPopulation,
    misspecified,
    omissions,
)


def one_factor(*loadings, residuals=None):
    k = len(loadings)
    residuals = np.eye(k) if residuals is None else residuals
    return FactorPopulation(
        loadings=np.array(loadings)[:, None], factors=np.eye(1), residuals=residuals
    )


def several(blocks, factors):
    k = sum(len(block) for block in blocks)
    loadings = np.zeros((k, len(blocks)))
    start = 0
    for factor, block in enumerate(blocks):
        loadings[start : start + len(block), factor] = block
        start += len(block)
    return FactorPopulation(
        loadings=loadings, factors=np.array(factors, dtype=float), residuals=np.eye(k)
    )


HS = several(
    [[0.772, 0.424, 0.581], [0.852, 0.855, 0.838], [0.570, 0.723, 0.665]],
    [[1, 0.459, 0.471], [0.459, 1, 0.283], [0.471, 0.283, 1]],
)
"""Standardised, of Holzinger and Swineford; of the vignette of the R package `dynamic`."""


@pytest.mark.parametrize(
    ("k", "pairs"),
    [(4, [1]), (5, [1, 2]), (6, [1, 2, 3]), (8, [1, 2, 4]), (9, [1, 2, 4]), (12, [2, 4, 6])],
)
def test_one_factor_gets_a_third_two_thirds_and_all_of_the_pairs(k, pairs):
    found = omissions(one_factor(*np.linspace(0.4, 0.8, k)))
    counts = [sum(one.level <= level for one in found) for level in range(1, len(pairs) + 1)]
    assert counts == pairs
    assert [(one.item, one.other) for one in found] == [
        (2 * i, 2 * i + 1) for i in range(pairs[-1])
    ]
    assert {one.value for one in found} == {0.3}


def test_pairs_begin_at_the_weakest_loading_whatever_its_sign():
    found = omissions(one_factor(0.7, -0.3, 0.9, 0.4))
    assert [(one.item, one.other) for one in found] == [(1, 3)]


def test_items_with_correlated_residuals_are_passed_over():
    residuals = np.eye(6)
    residuals[0, 1] = residuals[1, 0] = 0.2
    found = omissions(one_factor(0.3, 0.4, 0.5, 0.6, 0.7, 0.8, residuals=residuals))
    assert [(one.item, one.other) for one in found] == [(2, 3)]
    with pytest.raises(StatisticsError, match="four items"):
        omissions(one_factor(0.3, 0.4, 0.5, 0.6, 0.7, residuals=residuals[:5, :5]))


def test_the_weakest_items_load_on_the_best_measured_factor():
    found = omissions(HS)
    assert [(one.level, one.item, one.factor) for one in found] == [(1, 1, 1), (2, 6, 1)]
    assert_allclose([one.value for one in found], [0.424, 0.570])


def test_a_pair_of_factors_is_used_once():
    blocks = [[0.5, 0.8, 0.8], [0.6, 0.9, 0.9], [0.7, 0.7, 0.75]]
    found = omissions(several(blocks, np.full((3, 3), 0.3) + 0.7 * np.eye(3)))
    assert [(one.item, one.factor) for one in found] == [(0, 1), (3, 2)]


def test_factors_of_two_items_come_last():
    blocks = [[0.3, 0.8], [0.6, 0.9, 0.9], [0.7, 0.7, 0.75]]
    found = omissions(several(blocks, np.full((3, 3), 0.3) + 0.7 * np.eye(3)))
    assert [one.item for one in found] == [2, 5]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("r", [0.8, 0.0, -0.6])
def test_misspecified_populations_exist(sign, r):
    blocks = [[sign * 0.9, 0.92, 0.95], [0.9, 0.95, 0.93]]
    population = several(blocks, [[1, r], [r, 1]])
    for added in (omissions(population), ()):
        found = misspecified(population, added).correlations
        assert_allclose(np.diag(found), 1)
        assert np.linalg.eigvalsh(found)[0] > 0
    (one,) = omissions(population)
    assert np.sign(one.value) == sign


def test_a_cross_loading_moves_other_correlations_only_of_its_item():
    found = misspecified(HS, omissions(HS)[:1])
    moved = np.abs(found.correlations - HS.correlations) > 1e-12
    assert moved[1].sum() == 8
    moved[1] = moved[:, 1] = False
    assert not moved.any()


def test_a_correlated_residual_is_a_correlation():
    population = one_factor(0.4, 0.5, 0.6, 0.7)
    found = misspecified(population, omissions(population))
    errors = population.errors
    wanted = 0.4 * 0.5 + 0.3 * np.sqrt(errors[0] * errors[1])
    assert_allclose(found.correlations[0, 1], wanted)
