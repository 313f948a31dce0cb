"""Factor scores of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from campaign_effect.errors import UsageError
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen
from campaign_effect.stats.moments.patterns import find_patterns
from campaign_effect.stats.sem.implied import Implied
from campaign_effect.stats.sem.solution import Solution

Method = Literal["regression", "bartlett"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorScores:
    """A group's factor scores.

    Attributes
    ----------
    values : ndarray of float, shape (n, m)
        Scores of the factors, in the order of ``table.latent``; NaN for rows without answers.
    std_errors : ndarray of float, shape (n, m)
        Standard errors that take the estimates as known.
    """

    values: Floats = field(compare=False)
    std_errors: Floats = field(compare=False)


def factor_scores(
    solution: Solution, groups: Sequence[Floats], *, method: Method = "regression"
) -> tuple[FactorScores, ...]:
    """Return factor scores of continuous answers.

    Parameters
    ----------
    solution : Solution
        A fitted model without ordinal variables.
    groups : sequence of ndarray of float, shape (n_g, p)
        Each group's answers, NaN where missing; columns as ``table.observed``.
    method : {"regression", "bartlett"}, default "regression"
        Conditional means given the answers, shrunken [1]_; or weighted least squares, unbiased
        given the factors [2]_.

    Returns
    -------
    tuple of FactorScores
        One for each group.

    Raises
    ------
    UsageError
        If variables are ordinal.

    Notes
    -----
    With V the factors' covariances, L the loadings and S the implied covariances: regression
    scores are ``m + V L' S^-1 (y - mu)`` with error covariances ``V - V L' S^-1 L V``; Bartlett
    scores ``m + (L' S^-1 L)^-1 L' S^-1 (y - mu)`` with ``(L' S^-1 L)^-1 - V``. Incomplete rows
    use what they have.

    References
    ----------
    .. [1] Thomson, G. H. (1951). The factorial analysis of human ability. University of London
       Press.
    .. [2] Bartlett, M. S. (1937). The statistical conception of mental factors. British Journal
       of Psychology, 28, 97-104. https://doi.org/10.1111/j.2044-8295.1937.tb00863.x
    """
    if solution.table.specification.ordered:
        raise UsageError(
            "Linear factor scores need continuous answers.", hint="use ordinal_factor_scores."
        )
    means = [
        implied.mean if solution.table.has_means else sample.mean
        for implied, sample in zip(solution.implied, solution.sample.groups, strict=True)
    ]
    return tuple(
        _group_scores(implied, mean, np.asarray(rows, dtype=np.float64), method)
        for implied, mean, rows in zip(solution.implied, means, groups, strict=True)
    )


def _group_scores(implied: Implied, mean: Floats, rows: Floats, method: Method) -> FactorScores:
    p = implied.structure.p
    values, errors = np.full((2, len(rows), len(implied.all_cov) - p), np.nan)
    patterns = find_patterns(rows)
    if patterns.membership is None:
        raise TypeError("rows have patterns")
    for index, observed in enumerate(patterns.observed):
        members = np.flatnonzero(patterns.membership == index)
        at = np.flatnonzero(observed).astype(np.int64)
        weights, error = _weights(implied, at, method)
        values[members] = (
            implied.all_mean[p:] + (rows[np.ix_(members, at)] - mean[at]) @ weights.T
        )
        errors[members] = error
    return FactorScores(values=frozen(values), std_errors=frozen(errors))


def _weights(implied: Implied, at: Integers, method: Method) -> tuple[Floats, Floats]:
    """Return the weights of the answers, shape (m, p), and the scores' standard errors."""
    p = implied.structure.p
    factors = implied.all_cov[p:, p:]
    shared = implied.all_cov[p:, at]
    ratio = np.asarray(
        np.linalg.solve(implied.cov[np.ix_(at, at)], shared.T).T, dtype=np.float64
    )
    explained = ratio @ shared.T
    if method == "regression":
        return ratio, np.sqrt(np.maximum(np.diag(factors - explained), 0.0))
    inverse = np.linalg.pinv(factors)
    precision = np.linalg.pinv(inverse @ explained @ inverse)
    error = np.diag(precision - factors)
    weights = np.asarray(precision @ inverse @ ratio, dtype=np.float64)
    return weights, np.sqrt(np.maximum(error, 0.0))
