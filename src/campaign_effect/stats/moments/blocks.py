"""Sums over blocks of rows, on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

from campaign_effect.stats.moments.arrays import Floats

FEW_BLOCKS = 4  # not worth starting threads for


def sum_over_blocks(
    part: Callable[[slice], Floats], n_rows: int, *, rows_per_block: int
) -> Floats:
    """Add up an array that is a sum over rows.

    Parameters
    ----------
    part : callable
        Gives the sum over a slice of rows; an empty slice gives zeros.
    n_rows : int
        Rows in all.
    rows_per_block : int
        Rows that one call gets, at most: what fits a core's cache.

    Returns
    -------
    ndarray of float
        The same on every run with as many cores.

    Notes
    -----
    With w cores each takes every w-th block, with its own single-threaded BLAS: the products
    of a block are too small to be worth splitting, and waiting threads slow each other.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.arange(6.0).reshape(3, 2)
    >>> sum_over_blocks(lambda block: rows[block].sum(axis=0), 3, rows_per_block=2)
    array([6., 9.])
    """
    blocks = [slice(s, s + rows_per_block) for s in range(0, max(n_rows, 1), rows_per_block)]
    workers = os.cpu_count() or 1

    def share(first: int, step: int) -> Floats:
        total = part(blocks[first])
        for block in blocks[first + step :: step]:
            total += part(block)
        return total

    if workers == 1 or len(blocks) < max(FEW_BLOCKS, workers):
        return share(0, 1)
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(workers) as pool:
        shares = list(pool.map(share, range(workers), [workers] * workers))
    for other in shares[1:]:
        shares[0] += other
    return shares[0]
