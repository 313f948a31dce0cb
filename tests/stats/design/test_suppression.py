import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.optimize import linprog

from campaign_effect.stats.design.suppression import (
    suppress_cells,
    suppress_line,
    suppress_scored,
)

THRESHOLD = 5


def with_totals(inner):
    rows = np.column_stack([inner, inner.sum(axis=1)])
    return np.vstack([rows, rows.sum(axis=0)])


def tables(seed, n=60):
    rng = np.random.default_rng(seed)
    for _ in range(n):
        shape = rng.integers(2, 7, size=2)
        yield with_totals(rng.poisson(rng.choice([3, 8, 25]), size=shape))


def bounds_of(table, hidden, place):
    """What can be said of a hidden count from the published ones: its least and largest."""
    n_rows, n_columns = table.shape
    hidden_at = np.flatnonzero(hidden.ravel())
    signs = []
    for row in range(n_rows):
        line = np.zeros(table.shape)
        line[row, :-1], line[row, -1] = 1, -1
        signs.append(line.ravel())
    for column in range(n_columns):
        line = np.zeros(table.shape)
        line[:-1, column], line[-1, column] = 1, -1
        signs.append(line.ravel())
    signs = np.array(signs)
    known = np.where(hidden, 0, table).ravel()
    cost = (hidden_at == np.ravel_multi_index(place, table.shape)).astype(float)
    solved = [
        linprog(s * cost, A_eq=signs[:, hidden_at], b_eq=-signs @ known, bounds=(0, None))
        for s in (1, -1)
    ]
    assert all(one.status in (0, 3) for one in solved)
    low, high = solved
    return low.fun, -high.fun if high.status == 0 else np.inf


@pytest.mark.parametrize("seed", range(3))
def test_no_small_count_can_be_worked_out_by_an_attacker(seed):
    for table in tables(seed):
        hidden = suppress_cells(table, threshold=THRESHOLD)
        is_small = (table > 0) & (table < THRESHOLD)
        assert hidden[is_small].all()
        for place in np.argwhere(is_small[:-1, :-1]):
            low, high = bounds_of(table, hidden, tuple(place))
            assert high - low > 0.9, (table, hidden, place)


def test_a_table_without_small_counts_is_left_alone():
    table = with_totals(np.array([[0, 5, 9], [7, 12, 0]]))
    assert not suppress_cells(table, threshold=THRESHOLD).any()


def test_threshold_one_or_zero_hides_nothing():
    table = with_totals(np.array([[1, 2], [3, 4]]))
    for threshold in (0, 1):
        assert not suppress_cells(table, threshold=threshold).any()
        assert not suppress_line(table[0], threshold=threshold).any()


def test_what_was_hidden_before_stays_hidden_and_helps():
    inner = np.array([[2, 30, 11], [20, 40, 60], [50, 30, 40]])
    before = np.zeros((4, 4), dtype=bool)
    before[:, 0] = True
    hidden = suppress_cells(with_totals(inner), threshold=THRESHOLD, hidden=before)
    assert hidden[:, 0].all()


def line_bounds(counts, hidden):
    """Each hidden count lies between 0 and the sum of all hidden ones."""
    return counts[hidden].sum() if hidden.sum() > 1 else 0


@pytest.mark.parametrize("seed", range(20))
def test_small_counts_of_a_line_are_hidden_among_others(seed):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.choice([1, 4, 20]), size=rng.integers(2, 8))
    hidden = suppress_line(counts, threshold=THRESHOLD)
    is_small = (counts > 0) & (counts < THRESHOLD)
    assert hidden[is_small].all()
    assert hidden.any() == is_small.any()
    if is_small.any() and counts.sum() >= THRESHOLD:
        assert line_bounds(counts, hidden) >= THRESHOLD


def test_a_line_hides_the_next_smallest_before_a_zero():
    assert_array_equal(suppress_line(np.array([0, 2, 9, 30])), [False, True, True, False])
    assert_array_equal(suppress_line(np.array([0, 2])), [True, True])
    assert_array_equal(suppress_line(np.array([1, 1, 9, 30])), [True, True, True, False])


def compositions(n, k):
    """Every way to divide n respondents among k answers, shape (ways, k)."""
    if k == 1:
        return np.array([[n]])
    parts = [compositions(n - first, k - 1) for first in range(n + 1)]
    return np.vstack([np.insert(part, 0, first, axis=1) for first, part in enumerate(parts)])


def sums(tables, scores):
    """Total, sum and sum of squares, which total, mean and standard deviation tell."""
    return np.stack([tables @ scores**power for power in range(3)], axis=-1)


@pytest.mark.parametrize("scores", [(1, 2, 3, 4), (1, 2, 3, 4, 5), (-3, -1, 0, 2, 5)])
@pytest.mark.parametrize("n", [12, 25])
def test_total_mean_and_deviation_do_not_tell_a_small_count_of_answers(scores, n):
    """An attacker lists all tables that fit what is published."""
    codes = np.array(scores)
    ways = compositions(n, len(codes))
    rng = np.random.default_rng(n)
    n_safe = 0
    for counts in ways[rng.choice(len(ways), 150)]:
        hidden, is_safe = suppress_scored(counts, codes, threshold=THRESHOLD)
        is_small = (counts > 0) & (counts < THRESHOLD)
        assert hidden[is_small].all()
        assert hidden.any() == is_small.any()
        fits = (ways[:, ~hidden] == counts[~hidden]).all(axis=1)
        if is_safe:
            fits &= (sums(ways, codes) == sums(counts, codes)).all(axis=1)
        elif is_small.any():
            assert hidden.all()
        for place in np.flatnonzero(is_small):
            assert len(np.unique(ways[fits, place])) > 1, (counts, hidden, is_safe)
        n_safe += is_safe
    assert n_safe > 15


def test_answers_without_small_counts_are_shown():
    hidden, is_safe = suppress_scored(np.array([0, 9, 20, 25, 8]), np.arange(1, 6))
    assert (hidden.any(), is_safe) == (False, True)


def test_moments_that_tell_the_counts_are_unsafe():
    hidden, is_safe = suppress_scored(np.array([0, 0, 1, 59, 0]), np.arange(1, 6))
    assert (hidden.all(), is_safe) == (True, False)


def test_a_long_scale_hides_every_small_count_without_trying_all():
    counts = np.random.default_rng(1).integers(0, 9, 101)
    hidden, _ = suppress_scored(counts, np.arange(101))
    assert hidden[(counts > 0) & (counts < 5)].all()
