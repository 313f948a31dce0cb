"""Alignment of groups: derivatives, invariances and a known truth."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from campaign_effect.stats.sem.alignment import GroupMeasures, Loss, _basis, align_measures
from campaign_effect.stats.sem.alignment_errors import (
    alignment_errors,
    explained_by_factor,
    find_invariant_set,
)

STEP = 1e-6
ATOL_DIFFERENCES = 1e-7  # central differences err by their square and by rounding
ATOL_REMADE = 1e-5  # a minimum found again near another one, divided by the step
ATOL_MINIMUM = 1e-8  # two searches that end where the gradient is zero
ATOL_EXACT = 1e-6


def simulated(seed=1, n_groups=8, k=5, away=0.0, noise=0.0):
    """Make measures from known means and SDs; one intercept a group may be away."""
    rng = np.random.default_rng(seed)
    loadings = np.tile(rng.uniform(0.5, 0.9, k), (n_groups, 1))
    intercepts = np.tile(rng.normal(size=k), (n_groups, 1))
    intercepts[np.arange(n_groups), np.arange(n_groups) % k] += away
    means = rng.normal(0, 0.4, n_groups)
    means[0] = 0
    logs = rng.normal(0, 0.2, n_groups)
    sds = np.exp(logs - logs.mean())
    own = loadings * sds[:, None]
    measured = intercepts + means[:, None] * loadings
    given = GroupMeasures(
        loadings=own + noise * rng.normal(size=own.shape),
        intercepts=measured + noise * rng.normal(size=own.shape),
        item=np.arange(k),
        sizes=rng.integers(50, 200, n_groups).astype(float),
    )
    return given, means, sds


@pytest.mark.parametrize("reference", [0, 3, None])
def test_derivatives_of_the_loss(reference):
    measures, *_ = simulated(noise=0.1)
    basis = _basis(measures.n_groups, reference)
    loss = Loss(measures=measures, basis=basis)
    x = np.random.default_rng(2).normal(0, 0.3, basis.shape[1])
    steps = STEP * np.eye(len(x))
    gradient, half = loss.slope(x, exact=True)
    differences = [(loss.value(x + h) - loss.value(x - h)) / (2 * STEP) for h in steps]
    assert_allclose(gradient, differences, atol=ATOL_DIFFERENCES)
    slopes = [
        loss.slope(x + h, exact=True)[0] - loss.slope(x - h, exact=True)[0] for h in steps
    ]
    assert_allclose(2 * half, np.array(slopes) / (2 * STEP), atol=ATOL_DIFFERENCES)


def test_the_bound_is_above_and_never_indefinite():
    measures, *_ = simulated(noise=0.3)
    loss = Loss(measures=measures, basis=_basis(measures.n_groups, 0))
    x = np.random.default_rng(3).normal(0, 0.5, loss.basis.shape[1])
    assert np.linalg.eigvalsh(loss.slope(x, exact=False)[1])[0] > 0


@pytest.mark.parametrize("reference", [0, None])
def test_the_minimum_moves_with_the_measures_as_said(reference):
    measures, *_ = simulated(noise=0.1)
    found = align_measures(measures, reference=reference)
    size = measures.stacked.shape[1]
    group, place = 2, 6
    one = np.zeros((size, size))
    one[place, place] = 1.0
    nothing = np.zeros((size, size))
    spreads = [one if g == group else nothing for g in range(measures.n_groups)]
    errors = alignment_errors(measures, found, spreads)
    remade = []
    for step in (1e-5, -1e-5):
        intercepts = measures.intercepts.copy()
        intercepts[group, place - measures.loadings.shape[1]] += step
        remade.append(
            align_measures(replace(measures, intercepts=intercepts), reference=reference)
        )
    moved = (remade[0].means - remade[1].means) / 2e-5
    assert_allclose(errors.means, np.outer(moved, moved), atol=ATOL_REMADE)
    aligned = (remade[0].aligned - remade[1].aligned) / 2e-5
    for j in range(size):
        assert_allclose(
            errors.parameters[j], np.outer(aligned[:, j], aligned[:, j]), atol=ATOL_REMADE
        )


def test_invariant_groups_give_their_true_means():
    measures, means, sds = simulated()
    found = align_measures(measures)
    assert_allclose(found.means, means, atol=ATOL_EXACT)
    assert_allclose(found.sds, sds, atol=ATOL_EXACT)
    assert_allclose(explained_by_factor(measures, found), 1, atol=ATOL_EXACT)


def test_few_large_differences_hardly_move_the_means():
    measures, means, _ = simulated(n_groups=10, away=0.8)
    found = align_measures(measures)
    least_squares = np.array(
        [np.polyfit(measures.loadings[g], measures.intercepts[g], 1)[0] for g in range(10)]
    )
    assert np.abs(found.means - means).max() < 0.03
    assert np.abs(least_squares - least_squares[0] - means).max() > 0.1


def test_order_of_groups_and_items_does_not_matter():
    measures, *_ = simulated(noise=0.1)
    found = align_measures(measures, reference=2)
    rng = np.random.default_rng(1)
    groups, items = rng.permutation(8), rng.permutation(5)
    moved = GroupMeasures(
        loadings=measures.loadings[groups][:, items],
        intercepts=measures.intercepts[groups],
        item=np.argsort(items),
        sizes=measures.sizes[groups],
    )
    again = align_measures(moved, reference=int(np.flatnonzero(groups == 2)[0]))
    assert_allclose(again.means, found.means[groups], atol=ATOL_MINIMUM)
    assert_allclose(again.loss, found.loss, atol=ATOL_MINIMUM)


@pytest.mark.parametrize("seed", range(3))
def test_every_start_reaches_the_same_minimum(seed):
    measures, *_ = simulated(seed, n_groups=12, away=0.5, noise=0.15)
    found = align_measures(measures)
    assert found.n_best == found.n_starts == 11


def test_free_means_of_nearly_invariant_groups_are_unsure():
    measures, *_ = simulated(noise=0.03)
    spreads = [0.03**2 * np.eye(10)] * 8
    fixed, free = (
        alignment_errors(measures, align_measures(measures, reference=reference), spreads)
        for reference in (0, None)
    )
    assert np.sqrt(free.means.diagonal().min()) > 3 * np.sqrt(fixed.means.diagonal().max())


def test_the_invariant_set_leaves_out_whom_it_should():
    rng = np.random.default_rng(4)
    values = 0.7 + 0.05 * rng.normal(size=20)
    values[[3, 11]] += (0.5, -0.4)
    found = find_invariant_set(values, 0.05**2 * np.eye(20), np.full(20, 100.0))
    assert np.flatnonzero(~found.is_invariant).tolist() == [3, 11]
    kept = np.delete(values, [3, 11])
    assert_allclose(found.average, kept.mean())


def test_a_single_group_of_its_own_is_a_set():
    values = np.array([0.0, 10.0, 20.0])
    found = find_invariant_set(values, 0.01 * np.eye(3), np.full(3, 50.0))
    assert found.is_invariant.sum() == 1
