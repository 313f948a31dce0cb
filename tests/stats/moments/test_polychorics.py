import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import optimize
from tolerances import DIFFERENCED, FEW_STEPS, ROUNDING, SEARCHED, SOLVED_TWICE

from campaign_effect.errors import NoVariationError, TooFewRowsError
from campaign_effect.stats.moments import polychorics
from campaign_effect.stats.moments.pair_cells import (
    cell_probabilities,
    cell_slopes,
    threshold_bounds,
    threshold_slopes,
)
from campaign_effect.stats.moments.polychorics import estimate_polychorics
from campaign_effect.stats.moments.tables import count_tables, encode

ATOL_OPTIMISER = 1e-7  # lavaan's optimiser stops within 4e-8 of the maximum
RTOL_SAME_FORMULA = 1e-10  # closed form, float64 on both sides
RTOL_AT_OPTIMUM = 1e-6  # formulas evaluated at two optimisers' stops
GRADIENT = 1e-10  # per row, at the maximum
CELLS = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])


def polychorics_of(answers, **options):
    return estimate_polychorics(count_tables(encode(answers).codes), **options)


def lower(matrix):
    return matrix[np.triu_indices(len(matrix), 1)]


def mixed_categories(bfi_complete):
    """The columns that the reference script makes of A1, A2, C1, C4, N1 and N2."""
    columns = bfi_complete[:, [0, 1, 5, 8, 15, 16]].copy()
    columns[:, 0] = columns[:, 0] > 2
    columns[:, 1] = columns[:, 1] > 3
    columns[:, 2] = np.digitize(columns[:, 2], [3.5, 5.5])
    columns[:, 3] = np.digitize(columns[:, 3], [1.5, 2.5, 3.5])
    return columns


def simulated(n, r, seed, cuts=(-0.8, 0.1, 1.0)):
    rng = np.random.default_rng(seed)
    normal = rng.multivariate_normal([0, 0], [[1, r], [r, 1]], size=n)
    return np.digitize(normal, cuts).astype(float)


@pytest.fixture(scope="module")
def answers_of(bfi, bfi_complete):
    return {
        "listwise": bfi_complete,
        "pairwise": bfi[:, :10],
        "mixed": mixed_categories(bfi_complete),
    }


@pytest.mark.parametrize("case", ["listwise", "pairwise", "mixed"])
def test_polychorics_match_lavaan(case, answers_of, reference):
    found, expected = polychorics_of(answers_of[case]), reference("polychorics")[case]
    assert found.n == expected["n"]
    assert_allclose(
        lower(found.correlations), expected["correlations"], rtol=0, atol=ATOL_OPTIMISER
    )
    assert_allclose(
        np.concatenate(found.thresholds), expected["thresholds"], rtol=RTOL_SAME_FORMULA
    )


@pytest.mark.parametrize("case", ["listwise", "pairwise", "mixed"])
def test_standard_errors_match_lavaans_gamma(case, answers_of, reference):
    found, expected = polychorics_of(answers_of[case]), reference("polychorics")[case]
    errors = np.sqrt(np.array(expected["gamma_diagonal"]) / expected["n"])
    split = len(np.concatenate(found.thresholds))
    if case != "pairwise":  # lavaan divides by all rows, here an item's own answers count
        assert_allclose(
            np.concatenate(found.threshold_std_errors), errors[:split], rtol=RTOL_AT_OPTIMUM
        )
    assert_allclose(lower(found.std_errors), errors[split:], rtol=RTOL_AT_OPTIMUM)


@pytest.mark.parametrize(
    ("position", "cells"), list(enumerate([(40, 0, 25, 35), (0, 31, 22, 47), (50, 0, 0, 30)]))
)
def test_two_by_two_tables_with_empty_cells_match_lavaan(position, cells, reference):
    expected = reference("polychorics")["empty"][position]
    found = polychorics_of(np.repeat(CELLS, cells, axis=0))
    assert_allclose(found.correlations[0, 1], expected, rtol=0, atol=ATOL_OPTIMISER)
    assert found.n_empty_cells[0, 1] == cells.count(0)


def test_every_gradient_is_zero(bfi):
    tables = count_tables(encode(bfi).codes)
    found = estimate_polychorics(tables)
    bounds = threshold_bounds(tables)
    first, second = np.triu_indices(25, 1)
    r = lower(found.correlations)
    score = cell_slopes(bounds[first], bounds[second], r)[0] / cell_probabilities(
        bounds[first], bounds[second], r
    )
    gradient = (tables.counts * score).sum(axis=(1, 2)) / tables.counts.sum(axis=(1, 2))
    assert np.abs(gradient).max() < GRADIENT


@pytest.mark.parametrize("r", [-0.98, -0.6, 0.0, 0.3, 0.93, 0.995])
def test_estimate_is_the_likeliest_correlation(r):
    tables = count_tables(encode(simulated(3000, r, seed=8)).codes)
    bounds = threshold_bounds(tables)

    def minus_loglik(value):
        P = cell_probabilities(bounds[:1], bounds[1:], np.array([value]))
        return -(tables.counts * np.log(np.maximum(P, 1e-300))).sum()

    best = optimize.minimize_scalar(minus_loglik, bounds=(-1, 1), options={"xatol": 1e-9})
    found = estimate_polychorics(tables).correlations[0, 1]
    assert_allclose(found, best.x, rtol=0, atol=DIFFERENCED)
    assert minus_loglik(found) <= best.fun + 1e-9


def test_estimates_and_standard_errors_are_right_on_average():
    truth, n, replicates = 0.6, 400, 300
    found = [polychorics_of(simulated(n, truth, seed=seed)) for seed in range(replicates)]
    estimates = np.array([result.correlations[0, 1] for result in found])
    errors = np.array([result.std_errors[0, 1] for result in found])
    spread = estimates.std(ddof=1)
    assert abs(estimates.mean() - truth) < 4 * spread / np.sqrt(replicates) + 1 / n
    assert abs(errors.mean() / spread - 1) < 4 / np.sqrt(2 * replicates)


def test_reversing_an_item_turns_its_signs(bfi_complete):
    answers = bfi_complete[:, :4].copy()
    plain = polychorics_of(answers)
    answers[:, 2] = 7 - answers[:, 2]
    turned = polychorics_of(answers)
    signs = np.array([1, 1, -1, 1])
    expected = plain.correlations * np.outer(signs, signs)
    assert_allclose(turned.correlations, expected, rtol=0, atol=ROUNDING)
    assert_allclose(turned.std_errors, plain.std_errors, rtol=SOLVED_TWICE)
    assert_allclose(turned.thresholds[2], -plain.thresholds[2][::-1], rtol=0, atol=ROUNDING)


def test_counts_of_unique_rows_equal_repeated_rows(bfi_complete):
    codes = encode(bfi_complete[:, :4]).codes
    rows, counts = np.unique(codes, axis=0, return_counts=True)
    weighted = estimate_polychorics(count_tables(rows, weights=counts))
    plain = estimate_polychorics(count_tables(codes))
    assert_allclose(weighted.correlations, plain.correlations, rtol=0, atol=FEW_STEPS)
    assert_allclose(weighted.std_errors, plain.std_errors, rtol=ROUNDING)


def test_pairwise_counts_are_reported(bfi):
    found = polychorics_of(bfi[:, :3])
    answered = ~np.isnan(bfi[:, :3])
    assert_array_equal(found.n_pairs, answered.T.astype(float) @ answered)


def test_equal_items_have_a_perfect_correlation():
    item = simulated(500, 0.2, seed=0)[:, :1]
    found = polychorics_of(np.hstack([item, item, 3 - item, simulated(500, 0, seed=1)]))
    assert found.correlations[0, 1] == 1
    assert found.correlations[0, 2] == -1
    assert_array_equal(found.is_perfect[0], [False, True, True, False, False])
    assert np.isnan(found.std_errors[0, 1])
    assert found.std_errors[0, 3] > 0


def test_nothing_added_leaves_an_empty_cell_perfect():
    answers = np.repeat(CELLS, (40, 0, 25, 35), axis=0)
    assert polychorics_of(answers, added_to_empty=0).is_perfect[0, 1]
    assert not polychorics_of(answers).is_perfect[0, 1]


def test_median_splits_give_sheppards_formula():
    found = polychorics_of(np.repeat(CELLS, (40, 10, 10, 40), axis=0))
    assert_allclose(found.correlations[0, 1], np.sin(np.pi * 0.3), rtol=RTOL_SAME_FORMULA)


def test_slopes_of_cells_equal_differences():
    bounds = np.array([[-np.inf, -0.7, 0.4, np.inf], [-np.inf, 0.1, np.inf, np.inf]])
    rows, columns, step = bounds[:1], bounds[1:], 1e-6
    r = np.array([0.45])
    slope, curvature = cell_slopes(rows, columns, r)
    P = lambda move=0.0: cell_probabilities(rows, columns, r + move)
    assert_allclose(slope, (P(step) - P(-step)) / (2 * step), rtol=0, atol=SOLVED_TWICE)
    change = cell_slopes(rows, columns, r + step)[0] - cell_slopes(rows, columns, r - step)[0]
    assert_allclose(curvature, change / (2 * step), rtol=0, atol=SOLVED_TWICE)
    moved = rows.copy()
    moved[0, 1] += step
    by_first = (cell_probabilities(moved, columns, r) - P()) / step
    assert_allclose(threshold_slopes(rows, columns, r)[0, 0], by_first[0, 0], atol=DIFFERENCED)
    assert_allclose(by_first[0, 1], -by_first[0, 0], rtol=0, atol=SEARCHED)


def test_constant_items_are_named():
    with pytest.raises(NoVariationError, match=r"\[1\]") as caught:
        polychorics_of([[1, 2, 1], [2, 2, 3], [1, 2, 1]])
    assert caught.value.items == (1,)


def test_unanswered_items_are_named():
    with pytest.raises(NoVariationError, match=r"\[0\]"):
        polychorics_of([[np.nan, 1], [np.nan, 2]])


def test_unused_categories_are_named():
    codes = encode([[1, 1], [2, 2], [3, 1], [1, 2]]).codes
    tables = count_tables(codes[[0, 1, 3]], n_categories=[3, 2])
    with pytest.raises(NoVariationError, match="unused category") as caught:
        estimate_polychorics(tables)
    assert caught.value.items == (0,)


def test_pairs_without_common_answers_are_named():
    gap = np.nan
    with pytest.raises(TooFewRowsError, match=r"\[\[0, 2\]\]"):
        polychorics_of([[1, 1, gap], [2, 2, gap], [gap, 1, 1], [gap, 2, 2]])


def test_no_convergence_is_said(monkeypatch):
    monkeypatch.setattr(polychorics, "MAX_STEPS", 1)
    with pytest.raises(ValueError, match="1 of 1 pairs after 1 steps"):
        polychorics_of(simulated(100, 0.5, seed=0))


def test_two_answers_against_a_nearly_perfect_pair_has_finite_errors():
    table = np.diag([12, 60, 90, 153, 96])[:, ::-1].copy()
    table[0, 0] = table[3, 3] = 1
    rows = np.repeat(np.indices(table.shape).reshape(2, -1).T, table.ravel(), axis=0)
    found = estimate_polychorics(count_tables(encode(rows).codes))
    assert -1 < found.correlations[0, 1] < -0.95
    assert 0 < found.std_errors[0, 1] < 0.05
