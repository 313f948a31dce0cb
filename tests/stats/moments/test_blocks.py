import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from campaign_effect.stats.moments import blocks
from campaign_effect.stats.moments.blocks import sum_over_blocks

RTOL_SUMS = 1e-13  # the same numbers, summed in another order


def cross_products(rows):
    return lambda block: rows[block].T @ rows[block]


@pytest.mark.parametrize("cores", [1, 2, 3, 8])
@pytest.mark.parametrize("rows_per_block", [1, 7, 1000])
def test_blocks_add_up_to_the_whole(cores, rows_per_block, monkeypatch):
    monkeypatch.setattr(blocks.os, "cpu_count", lambda: cores)
    rows = np.random.default_rng(0).normal(size=(50, 3))
    found = sum_over_blocks(cross_products(rows), 50, rows_per_block=rows_per_block)
    assert_allclose(found, rows.T @ rows, rtol=RTOL_SUMS)


def test_no_rows_add_up_to_zero():
    found = sum_over_blocks(cross_products(np.empty((0, 2))), 0, rows_per_block=10)
    assert_array_equal(found, np.zeros((2, 2)))


def test_the_sum_is_the_same_on_every_run():
    rows = np.random.default_rng(1).normal(size=(500, 3))
    first, again = (sum_over_blocks(cross_products(rows), 500, rows_per_block=9) for _ in "12")
    assert_array_equal(first, again)


def test_an_error_in_a_block_is_raised():
    def failing(block):
        raise ValueError(f"rows from {block.start}")

    with pytest.raises(ValueError, match="rows from"):
        sum_over_blocks(failing, 100, rows_per_block=5)
