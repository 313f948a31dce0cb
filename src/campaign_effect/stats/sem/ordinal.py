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
from campaign_effect.stats.moments.variation import PerfectPairsError
from campaign_effect.stats.sem.sample import GroupSample, Sample, scale_weights

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
        Sampling weights, scaled here to sum to the rows used of all groups; standard errors
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
    used = [_is_used(codes, missing) for codes in groups]
    rows = [_chosen(codes, own) for codes, own in zip(groups, used, strict=True)]
    if (least := min(len(own) for own in rows)) < 2:
        raise TooFewRowsError("A group needs at least 2 rows.", received=f"{least} rows")
    counted = _of_used(weights, used)
    made = [_of_codes(own, n_categories, w) for own, w in zip(rows, counted, strict=True)]
    return Sample(groups=tuple(made))


def _is_used(codes: Codes, missing: Missing) -> Booleans:
    present = codes != MISSING
    return np.asarray(present.all(axis=1) if missing == "listwise" else present.any(axis=1))


def _chosen(codes: Codes, used: Booleans) -> Codes:
    return codes if used.all() else np.asfortranarray(codes[used])


def _of_used(
    weights: Sequence[Floats] | None, used: Sequence[Booleans]
) -> Sequence[Floats | None]:
    """Scale the weights of the rows used."""
    if weights is None:
        return [None] * len(used)
    return scale_weights([np.asarray(w)[own] for w, own in zip(weights, used, strict=True)])


def sample_of_mixed(
    groups: Sequence[Floats],
    is_ordinal: Booleans,
    *,
    given: Booleans | None = None,
    weights: Sequence[Floats] | None = None,
) -> Sample:
    """Summarise ordinal and numeric answers together.

    Parameters
    ----------
    groups : sequence of ndarray of float, shape (n_g, p)
        Each group's answers, NaN where missing (such rows are left out); columns in the order
        of the table's ``observed``.
    is_ordinal : ndarray of bool, shape (p,)
        Which variables are ordinal.
    given : ndarray of bool, shape (p,), optional
        Exogenous predictors, in the order of the table's ``exogenous``: the moments of the
        others are then conditional on them, and nothing is assumed of their distribution.
    weights : sequence of ndarray of float, shape (n_g,), optional
        Sampling weights, of any sum; standard errors and tests are robust to them.

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
    answers = [np.asarray(rows, dtype=np.float64) for rows in groups]
    used = [np.asarray(~np.isnan(rows).any(axis=1)) for rows in answers]
    complete = [rows[own] for rows, own in zip(answers, used, strict=True)]
    if min(len(rows) for rows in complete) < 2:
        raise TooFewRowsError("A group needs at least 2 complete rows.")
    _check_categories(complete, is_ordinal)
    samples = []
    for rows, w in zip(complete, _of_used(weights, used), strict=True):
        samples.append(_of_mixed(rows, is_ordinal, given, w))
    return Sample(groups=tuple(samples))


def _of_mixed(
    rows: Floats, is_ordinal: Booleans, given: Booleans | None, w: Floats | None
) -> GroupSample:
    causes = np.zeros(len(is_ordinal), dtype=np.bool_) if given is None else given
    others, X = ~causes, rows[:, causes]
    moments = estimate_mixed(rows[:, others], is_ordinal[others], given=X, weights=w)
    cov, mean = np.zeros((len(others),) * 2), np.zeros(len(others))
    cov[np.ix_(others, others)], mean[others] = moments.cov, moments.mean
    slopes = np.zeros((len(others), int(causes.sum())))
    slopes[others] = moments.slopes
    if causes.any():
        divisor = 1 if w is None else 0  # as lavaan has it; only standardising needs it
        cov[np.ix_(causes, causes)] = np.cov(X.T, aweights=w, ddof=divisor)
        mean[causes] = np.average(X, axis=0, weights=w)
    return GroupSample(
        n=float(len(rows) if w is None else w.sum()),
        cov=frozen(cov),
        mean=frozen(mean),
        thresholds=moments.thresholds,
        slopes=frozen(slopes) if causes.any() else None,
        patterns=None,
        rows=None,
        gamma=moments.gamma,
    )


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


def _of_codes(rows: Codes, n_categories: Integers, weights: Floats | None) -> GroupSample:
    tables = count_tables(rows, n_categories=n_categories, weights=weights)
    polychorics = estimate_polychorics(tables)
    if polychorics.is_perfect.any():
        raise PerfectPairsError.of(np.argwhere(np.triu(polychorics.is_perfect, 1)).tolist())
    return GroupSample(
        n=tables.n,
        cov=polychorics.correlations,
        mean=frozen(np.zeros(rows.shape[1])),
        thresholds=frozen(np.concatenate(polychorics.thresholds)),
        patterns=None,
        rows=None,
        gamma=frozen(estimate_gamma(rows, tables, polychorics, weights=weights)),
    )
