import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from campaign_effect.errors import TooFewItemsError
from campaign_effect.stats.moments import tables
from campaign_effect.stats.moments.tables import count_tables, encode

RTOL_SUMS = 1e-12  # the same weights, summed in another order


def answers_with_gaps(n=500, seed=2):
    rng = np.random.default_rng(seed)
    answers = rng.integers(1, 5, size=(n, 4)).astype(float)
    answers[:, 1] = answers[:, 1] > 2
    answers[rng.random((n, 4)) < 0.1] = np.nan
    return answers


def tables_by_hand(codes, weights, K):
    p = codes.shape[1]
    pairs = [(i, j) for i in range(p) for j in range(i + 1, p)]
    counts = np.zeros((len(pairs), K, K))
    for row, weight in zip(codes, weights, strict=True):
        for q, (i, j) in enumerate(pairs):
            if row[i] >= 0 and row[j] >= 0:
                counts[q, row[i], row[j]] += weight
    return counts


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(tables, "ROWS_PER_BLOCK", 64)


def test_codes_are_ranks_among_the_values_that_occur():
    coded = encode([[1, 0.5], [7, 2.25], [np.nan, 0.5], [4, np.nan]])
    assert_array_equal(coded.codes, [[0, 0], [2, 1], [-1, 0], [1, -1]])
    assert_array_equal(coded.categories[0], [1, 4, 7])
    assert_array_equal(coded.categories[1], [0.5, 2.25])
    assert_array_equal(coded.n_categories, [3, 2])


def test_codes_lead_back_to_the_answers():
    answers = answers_with_gaps()
    coded = encode(answers)
    for item, values in enumerate(coded.categories):
        column = coded.codes[:, item]
        assert_array_equal(np.where(column < 0, np.nan, values[column]), answers[:, item])


def test_an_item_without_answers_has_no_categories():
    coded = encode([[np.nan, 1], [np.nan, 2]])
    assert_array_equal(coded.n_categories, [0, 2])
    assert_array_equal(coded.codes[:, 0], [-1, -1])


@pytest.mark.usefixtures("small_blocks")
def test_pairwise_tables_equal_counting_by_hand():
    codes = encode(answers_with_gaps()).codes
    found = count_tables(codes)
    assert_array_equal(found.counts, tables_by_hand(codes, np.ones(len(codes)), 4))
    assert_array_equal(found.n_categories, [4, 2, 4, 4])
    for item in range(4):
        expected = np.bincount(codes[codes[:, item] >= 0, item], minlength=4)
        assert_array_equal(found.margins[item], expected)


@pytest.mark.usefixtures("small_blocks")
def test_weighted_tables_equal_counting_by_hand():
    codes = encode(answers_with_gaps()).codes
    weights = np.random.default_rng(0).gamma(2, size=len(codes))
    found = count_tables(codes, weights=weights)
    assert_allclose(found.counts, tables_by_hand(codes, weights, 4), rtol=RTOL_SUMS)
    assert_allclose(found.n, weights.sum())


def test_counts_of_unique_rows_equal_repeated_rows():
    codes = encode(answers_with_gaps()).codes
    rows, counts = np.unique(codes, axis=0, return_counts=True)
    assert_array_equal(count_tables(rows, weights=counts).counts, count_tables(codes).counts)


def test_listwise_tables_are_those_of_the_complete_rows():
    codes = encode(answers_with_gaps()).codes
    complete = codes[(codes >= 0).all(axis=1)]
    listwise = count_tables(codes, missing="listwise")
    assert_array_equal(listwise.counts, count_tables(complete).counts)
    assert listwise.n == len(complete)


def test_tables_of_parts_add_up():
    coded = encode(answers_with_gaps())
    whole, sizes = coded.codes, coded.n_categories
    parts = [count_tables(part, n_categories=sizes) for part in (whole[:100], whole[100:])]
    assert_array_equal((parts[0] + parts[1]).counts, count_tables(whole).counts)
    assert_array_equal((parts[0] + parts[1]).margins, count_tables(whole).margins)


def test_tables_of_other_categories_do_not_add():
    two = count_tables(encode([[1, 1], [2, 2]]).codes)
    three = count_tables(encode([[1, 1], [2, 2], [3, 3]]).codes)
    with pytest.raises(ValueError, match="same categories"):
        two + three


def test_one_item_has_no_pairs():
    with pytest.raises(TooFewItemsError, match="at least 2"):
        count_tables(encode([[1], [2]]).codes)


def test_too_many_values_are_refused():
    with pytest.raises(ValueError, match=r"Item 0 .* 200 values"):
        encode(np.linspace(0, 1, 200)[:, None])
