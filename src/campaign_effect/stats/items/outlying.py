"""Answers far from the rest: Mahalanobis distances, of incomplete answers too."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Distances:
    """How far each person's answers are from the mean.

    Attributes
    ----------
    squared : ndarray of float, shape (n,)
        Squared Mahalanobis distances; nan where nothing was answered.
    df : ndarray of int, shape (n,)
        Items answered.
    p_values : ndarray of float, shape (n,)
        Upper tail of chi-square with ``df`` degrees of freedom; nan where nothing was
        answered.
    """

    squared: Floats = field(compare=False)
    df: Integers = field(compare=False)
    p_values: Floats = field(compare=False)


def mahalanobis_distances(answers: Floats, mean: Floats, cov: Floats) -> Distances:
    """Measure each person's distance among the items that were answered.

    Parameters
    ----------
    answers : ndarray of float, shape (n, k)
        Answers; nan where missing.
    mean : ndarray of float, shape (k,)
    cov : ndarray of float, shape (k, k)
        Of the sample's answers, however they were estimated (complete rows, or maximum
        likelihood where answers are missing).

    Returns
    -------
    Distances

    Raises
    ------
    StatisticsError
        If the covariances of some items are singular.

    Notes
    -----
    (x - mean)' cov^-1 (x - mean) over the answered items [1]_; compared with chi-square at
    p < .001, the customary cut-off [2]_.

    References
    ----------
    .. [1] Mahalanobis, P. C. (1936). On the generalised distance in statistics. Proceedings of
       the National Institute of Sciences of India, 2, 49-55.
    .. [2] Tabachnick, B. G., & Fidell, L. S. (2019). Using multivariate statistics (7th ed.).
       Pearson. For careless answers: Meade, A. W., & Craig, S. B. (2012). Identifying careless
       responses in survey data. Psychological Methods, 17, 437-455.
       https://doi.org/10.1037/a0028085

    Examples
    --------
    >>> answers = np.array([[3.0, 4.0], [3.0, np.nan]])
    >>> found = mahalanobis_distances(answers, np.zeros(2), np.eye(2))
    >>> found.squared, found.df
    (array([25.,  9.]), array([2, 1]))
    """
    is_answered = ~np.isnan(answers)
    away = np.where(is_answered, answers - mean, 0.0)
    squared = np.full(len(answers), np.nan)
    patterns, pattern_of = np.unique(is_answered, axis=0, return_inverse=True)
    for place, pattern in enumerate(patterns):
        rows = pattern_of.ravel() == place
        if pattern.any():
            squared[rows] = _squared(away[np.ix_(rows, pattern)], cov[np.ix_(pattern, pattern)])
    df = is_answered.sum(axis=1)
    p_values = np.where(df > 0, stats.chi2.sf(squared, np.maximum(df, 1)), np.nan)
    return Distances(squared=frozen(squared), df=frozen(df), p_values=frozen(p_values))


def _squared(away: Floats, cov: Floats) -> Floats:
    """Square the length of rows whitened by Cholesky's factor."""
    try:
        factor = np.linalg.cholesky(cov)
    except np.linalg.LinAlgError as error:
        raise StatisticsError(
            "Distances need covariances that are not singular.",
            received=f"{len(cov)} items",
            hint="leave out items that are sums of others or never vary.",
        ) from error
    return np.asarray((np.linalg.solve(factor, away.T) ** 2).sum(axis=0))
