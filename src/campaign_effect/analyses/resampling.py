"""The bootstrap as a choice: how many resamples, of whom, from which seed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

from campaign_effect.errors import UsageError
from campaign_effect.stats.design.bootstrap import resample_counts
from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.survey import Survey

CELLS_AT_ONCE: Final = 250_000
"""Counts drawn at a time (2 MB), at least `LEAST_AT_ONCE` replicates."""

LEAST_AT_ONCE: Final = 16

OnProgress = Callable[[int, int], None]
"""Told how many resamples are done, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """Resample respondents with replacement, or whole villages where there is a cluster.

    Attributes
    ----------
    reps : int
        Resamples, at least 2.
    seed : int
        Of the draws; the same seed gives the same numbers, whatever the workers.
    workers : int
        Threads.
    on_progress : callable, optional
        Told how many resamples are done, and of how many.

    Examples
    --------
    >>> Bootstrap(reps=500, seed=7)
    Bootstrap(reps=500, seed=7, workers=1)
    """

    reps: int = 2000
    seed: int = 1
    workers: int = 1
    on_progress: OnProgress | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.reps < 2 or self.workers < 1:
            raise UsageError(
                "A bootstrap needs at least 2 resamples and 1 worker.",
                received=f"reps={self.reps}, workers={self.workers}",
            )


def replicate(
    statistic: Callable[[Integers], Floats], n_units: int, bootstrap: Bootstrap
) -> Floats:
    """Compute a statistic of every resample.

    Parameters
    ----------
    statistic : callable
        Takes how often each unit is in each of b resamples, shape (b, n_units); gives values
        of shape (b, ...).
    n_units : int
        Respondents or villages.
    bootstrap : Bootstrap

    Returns
    -------
    ndarray of float, shape (reps, ...)
    """
    size = max(CELLS_AT_ONCE // n_units, LEAST_AT_ONCE)
    sizes = [min(size, bootstrap.reps - done) for done in range(0, bootstrap.reps, size)]
    seeds = np.random.SeedSequence(bootstrap.seed).generate_state(len(sizes), np.uint64)

    def one(place: int) -> Floats:
        counts = resample_counts(n_units, sizes[place], seed=int(seeds[place]))
        return statistic(counts)

    parts: list[Floats] = []
    # One thread of BLAS a worker: these products are too small to be worth splitting.
    with (
        threadpool_limits(limits=1, user_api="blas"),
        ThreadPoolExecutor(bootstrap.workers) as pool,
    ):
        found = (map if bootstrap.workers == 1 else pool.map)(one, range(len(sizes)))
        for part in found:
            parts.append(part)
            if bootstrap.on_progress:
                bootstrap.on_progress(sum(map(len, parts)), bootstrap.reps)
    return np.concatenate(parts)


def cluster_codes(survey: Survey, rows: np.ndarray) -> Integers | None:
    """Give respondents the number of their village, where the schema names a cluster.

    A respondent of no known village is a village of its own.
    """
    cluster = survey.schema.roles.cluster
    if cluster is None:
        return None
    codes, villages = pd.factorize(survey.answers[cluster][rows])
    codes = codes.astype(np.int64)
    alone = codes < 0
    codes[alone] = len(villages) + np.arange(alone.sum())
    return codes
