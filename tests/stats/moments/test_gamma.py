import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from tolerances import SOLVED

from campaign_effect.errors import CollinearityError
from campaign_effect.stats.moments import gamma
from campaign_effect.stats.moments.gamma import estimate_gamma, threshold_positions
from campaign_effect.stats.moments.polychorics import estimate_polychorics
from campaign_effect.stats.moments.tables import count_tables, encode

SINGLE = 1e-5  # of a variance, by rounded sums; standard errors feel half of it

ATOL_OPTIMISER = 5e-7  # at two optimisers' stops; elements are of size 1


def gamma_of(answers, weights=None):
    codes = encode(answers).codes
    tables = count_tables(codes, weights=weights)
    return estimate_gamma(codes, tables, estimate_polychorics(tables), weights=weights)


def from_lower(values):
    m = int(np.sqrt(2 * len(values)))
    matrix = np.zeros((m, m))
    matrix[np.triu_indices(m)] = values  # a lower triangle by columns is an upper by rows
    return matrix + np.triu(matrix, 1).T


@pytest.fixture(scope="module")
def answers_of(bfi, bfi_complete):
    mixed = bfi_complete[:, :4].copy()
    mixed[:, 0] = mixed[:, 0] > 2
    mixed[:, 2] = np.digitize(mixed[:, 2], [3.5, 5.5])
    gaps = bfi[:, :4]
    return {
        "listwise": bfi_complete[:, :4],
        "mixed": mixed,
        "weighted": mixed,
        "pairwise": gaps[~np.isnan(gaps).all(axis=1)],
    }


@pytest.mark.parametrize("case", ["listwise", "mixed", "pairwise", "weighted"])
def test_gamma_matches_lavaan(case, answers_of, reference, monkeypatch):
    monkeypatch.setattr(gamma, "ROWS_PER_BLOCK", 1000)
    weights = np.resize([0.5, 0.75, 1, 1.75], 2436) if case == "weighted" else None
    if weights is not None:
        weights /= weights.mean()
    expected = from_lower(reference("gamma")[case]["lower"])
    found = gamma_of(answers_of[case], weights)
    assert_allclose(found, expected, rtol=0, atol=ATOL_OPTIMISER)


def test_its_diagonal_holds_the_standard_errors(bfi):
    codes = encode(bfi[:, :5]).codes
    tables = count_tables(codes)
    found = estimate_polychorics(tables)
    errors = np.sqrt(np.diag(estimate_gamma(codes, tables, found)) / tables.n)
    split = len(np.concatenate(found.thresholds))
    assert_allclose(errors[:split], np.concatenate(found.threshold_std_errors), rtol=SOLVED)
    pairs = found.std_errors[np.triu_indices(5, 1)]
    assert_allclose(errors[split:], pairs, rtol=SOLVED)


def test_counts_of_unique_rows_equal_repeated_rows(bfi_complete):
    codes = encode(bfi_complete[:, :3]).codes
    rows, counts = np.unique(codes, axis=0, return_counts=True)
    tables = count_tables(rows, weights=counts)
    found = estimate_gamma(rows, tables, estimate_polychorics(tables), counts=counts)
    assert_allclose(found, gamma_of(bfi_complete[:, :3]), rtol=0, atol=SOLVED)


def test_gamma_covers_what_estimates_vary():
    """Covariance of the estimates over simulated samples of a known truth."""
    n, replicates = 300, 150
    rng = np.random.default_rng(6)
    estimates, gammas = [], []
    for _ in range(replicates):
        draws = rng.multivariate_normal(np.zeros(3), 0.5 + 0.5 * np.eye(3), n)
        codes = encode(np.digitize(draws, [-0.4, 0.6]).astype(float)).codes
        tables = count_tables(codes)
        found = estimate_polychorics(tables)
        pairs = found.correlations[np.triu_indices(3, 1)]
        estimates.append(np.concatenate([*found.thresholds, pairs]))
        gammas.append(estimate_gamma(codes, tables, found))
    spread = n * np.cov(np.array(estimates), rowvar=False)
    scale = np.sqrt(np.outer(np.diag(spread), np.diag(spread)))
    four_errors = 4 * np.sqrt(2 / replicates)
    assert np.abs((np.mean(gammas, axis=0) - spread) / scale).max() < four_errors


def test_thresholds_come_item_by_item():
    items, levels = threshold_positions([2, 4, 3])
    assert_array_equal(items, [0, 1, 1, 1, 2, 2])
    assert_array_equal(levels, [0, 0, 1, 2, 0, 1])


def test_perfect_pairs_are_named():
    item = np.repeat([[1.0], [2.0], [3.0]], 5, axis=0)
    with pytest.raises(CollinearityError, match=r"\[\[0, 1\]\]"):
        gamma_of(np.hstack([item, item]))


def test_rows_of_other_tables_are_refused(bfi_complete):
    codes = encode(bfi_complete[:, :3]).codes
    tables = count_tables(codes)
    with pytest.raises(ValueError, match="2436 rows, but these rows count 2435"):
        estimate_gamma(codes[1:], tables, estimate_polychorics(tables))


def test_many_rows_in_single_precision_change_nothing_that_matters(bfi_complete, monkeypatch):
    codes = encode(bfi_complete).codes
    tables = count_tables(codes)
    found = estimate_polychorics(tables)
    exact = estimate_gamma(codes, tables, found)
    monkeypatch.setattr(gamma, "MANY_ROWS", 1)
    single = estimate_gamma(codes, tables, found)
    scale = np.sqrt(np.diag(exact))
    assert 0 < np.abs((single - exact) / np.outer(scale, scale)).max() < SINGLE
    weights = np.random.default_rng(1).uniform(0.5, 2, len(codes))
    tables = count_tables(codes, weights=weights)
    found = estimate_polychorics(tables)
    single = estimate_gamma(codes, tables, found, weights=weights)
    monkeypatch.setattr(gamma, "MANY_ROWS", len(codes) + 1)
    exact = estimate_gamma(codes, tables, found, weights=weights)
    assert_allclose(np.diag(single), np.diag(exact), rtol=SINGLE)
