"""Samples of ordinal answers: thresholds, polychoric correlations and their variation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from campaign_effect.errors import StatisticsError, TooFewRowsError
from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers, frozen
from campaign_effect.stats.moments.gamma import estimate_gamma
from campaign_effect.stats.moments.mixed import estimate_mixed
from campaign_effect.stats.moments.polychorics import estimate_polychorics
from campaign_effect.stats.moments.tables import MISSING, Codes, count_tables
from campaign_effect.stats.sem.sample import GroupSample, Sample

Missing = Literal["listwise", "pairwise"]


def sample_of_codes(
    groups: Sequence[Codes],
    *,
    n_categories: Integers | None = None,
    missing: Missing = "listwise",
    weights: Sequence[Floats] | None = None,
) -> Sample:
    """Summarise ordinal answers.

    Parameters
    ----------
    groups : sequence of ndarray of int8, shape (n_g, p)
        Each group's answers as codes from 0, -1 where missing; columns in the order of the
        table's ``observed``. All groups share their codes.
    n_categories : ndarray of int, shape (p,), optional
        Categories of each variable; by default the largest code of all groups plus 1.
    missing : {"listwise", "pairwise"}, default "listwise"
        Whether incomplete rows are left out, or used for the pairs they answer (which assumes
        that answers are missing completely at random).
    weights : sequence of ndarray of float, shape (n_g,), optional
        Sampling weights, scaled here to sum to the rows used of each group; standard errors
        and tests are robust to them.

    Returns
    -------
    Sample

    Raises
    ------
    TooFewRowsError
        If a group has fewer than two rows.
    StatisticsError
        If a category of a variable does not occur in a group, or a correlation is perfect.

    References
    ----------
    .. [1] Muthen, B. (1984). A general structural equation model with dichotomous, ordered
       categorical, and continuous latent variable indicators. Psychometrika, 49, 115-132.
       https://doi.org/10.1007/BF02294210

    Examples
    --------
    >>> codes = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [1, 1], [0, 0]], dtype=np.int8)
    >>> sample_of_codes([codes]).groups[0].cov.round(2).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    if n_categories is None:
        n_categories = np.max([codes.max(axis=0) for codes in groups], axis=0).astype(int) + 1
    given = [None] * len(groups) if weights is None else list(weights)
    made = [
        _of_codes(codes, n_categories, missing, own)
        for codes, own in zip(groups, given, strict=True)
    ]
    return Sample(groups=tuple(made))


def sample_of_mixed(groups: Sequence[Floats], is_ordinal: Booleans) -> Sample:
    """Summarise ordinal and numeric answers together.

    Parameters
    ----------
    groups : sequence of ndarray of float, shape (n_g, p)
        Each group's answers, NaN where missing (such rows are left out); columns in the order
        of the table's ``observed``.
    is_ordinal : ndarray of bool, shape (p,)
        Which variables are ordinal.

    Returns
    -------
    Sample

    Raises
    ------
    TooFewRowsError
        If a group has fewer than two complete rows.
    StatisticsError
        If a variable does not vary or a correlation is perfect.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(400, 1))
    >>> answers = np.hstack([x, x + rng.normal(size=(400, 1)) > 0])
    >>> sample_of_mixed([answers], np.array([False, True])).groups[0].thresholds.shape
    (1,)
    """
    complete = [np.asarray(rows, dtype=np.float64) for rows in groups]
    complete = [rows[~np.isnan(rows).any(axis=1)] for rows in complete]
    if min(len(rows) for rows in complete) < 2:
        raise TooFewRowsError("A group needs at least 2 complete rows.")
    _check_categories(complete, is_ordinal)
    samples = []
    for rows in complete:
        moments = estimate_mixed(rows, is_ordinal)
        samples.append(
            GroupSample(
                n=len(rows),
                cov=moments.cov,
                mean=moments.mean,
                thresholds=moments.thresholds,
                patterns=None,
                rows=None,
                gamma=moments.gamma,
            )
        )
    return Sample(groups=tuple(samples))


def _check_categories(groups: Sequence[Floats], is_ordinal: Booleans) -> None:
    """Say which ordinal variables have other categories in one group than in another."""
    different = [
        int(item)
        for item in np.flatnonzero(is_ordinal)
        if len({tuple(np.unique(rows[:, item])) for rows in groups}) > 1
    ]
    if different:
        raise StatisticsError(
            f"Categories differ between groups, by position from 0: {different}.",
            hint="join rare categories, or leave the group out.",
        )


def _of_codes(
    codes: Codes, n_categories: Integers, missing: Missing, weights: Floats | None
) -> GroupSample:
    present = codes != MISSING
    used = present.all(axis=1) if missing == "listwise" else present.any(axis=1)
    rows = codes if used.all() else np.asfortranarray(codes[used])
    if len(rows) < 2:
        raise TooFewRowsError("A group needs at least 2 rows.", received=f"{len(rows)} rows")
    if weights is not None:
        weights = np.asarray(weights, dtype=np.float64)[used]
        weights = weights * len(rows) / weights.sum()
    tables = count_tables(rows, n_categories=n_categories, weights=weights)
    polychorics = estimate_polychorics(tables)
    if polychorics.is_perfect.any():
        pairs = np.argwhere(np.triu(polychorics.is_perfect, 1)).tolist()
        raise StatisticsError(
            f"Variables that predict each other perfectly, by position from 0: {pairs}.",
            hint="leave one of each pair out.",
        )
    return GroupSample(
        n=len(rows),
        cov=polychorics.correlations,
        mean=frozen(np.zeros(rows.shape[1])),
        thresholds=frozen(np.concatenate(polychorics.thresholds)),
        patterns=None,
        rows=None,
        gamma=frozen(estimate_gamma(rows, tables, polychorics, weights=weights)),
    )
