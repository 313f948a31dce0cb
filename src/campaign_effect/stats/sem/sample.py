"""What a model is fitted to: a sample's moments, by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from campaign_effect.errors import StatisticsError, TooFewRowsError
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen
from campaign_effect.stats.moments.patterns import Patterns, find_patterns, patterns_of_moments
from campaign_effect.stats.moments.variation import IndefiniteError
from campaign_effect.stats.sem.saturated import saturated_moments

NULL = 1e-10  # an eigenvalue of correlations below this is 0 but for rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSample:
    """One group's sample.

    Attributes
    ----------
    n : float
        Rows used; with weights the sum of theirs, which all groups' rows share out.
    cov : ndarray of float, shape (p, p)
        Covariances with divisor n (EM estimates where answers are missing); for ordinal
        variables polychoric and polyserial correlations.
    mean : ndarray of float, shape (p,)
        Means; zero for ordinal variables.
    thresholds : ndarray of float, shape (n_thresholds,)
        Thresholds of the ordinal variables, variable by variable.
    slopes : ndarray of float, shape (p, q), or None
        On the predictors that the moments are given, in the order of these; ``cov`` then holds
        residual covariances, the predictors' own, and zeros between, ``mean`` intercepts and
        the predictors' means.
    patterns : Patterns or None
        What a normal likelihood needs; None for ordinal samples.
    rows : ndarray of float, shape (n_rows, p), or None
        Answers, needed for robust results; None for summary statistics.
    gamma : ndarray of float, shape (n_moments, n_moments), or None
        n times the covariance matrix of an ordinal sample's moments.
    weights : ndarray of float, shape (n_rows,), or None
        What each row counts.
    clusters : ndarray of int, shape (n_rows,), or None
        Each row's cluster, from 0.
    """

    n: float
    cov: Floats = field(compare=False)
    mean: Floats = field(compare=False)
    thresholds: Floats = field(compare=False)
    patterns: Patterns | None = field(compare=False)
    rows: Floats | None = field(compare=False)
    gamma: Floats | None = field(compare=False)
    weights: Floats | None = field(compare=False, default=None)
    clusters: Integers | None = field(compare=False, default=None)
    slopes: Floats | None = field(compare=False, default=None)

    @property
    def unbiased_cov(self) -> Floats:
        """Covariances with divisor n - 1, which least squares take."""
        return self.cov * self.n / (self.n - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A sample's groups.

    Attributes
    ----------
    groups : tuple of GroupSample
        At least one.
    """

    groups: tuple[GroupSample, ...]

    @property
    def n(self) -> int:
        """Rows used in all groups."""
        return round(sum(group.n for group in self.groups))

    @property
    def shares(self) -> tuple[float, ...]:
        """Each group's share of the rows."""
        return tuple(group.n / self.n for group in self.groups)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing from a continuous sample."""
        return all(g.patterns is not None and g.patterns.is_complete for g in self.groups)


def sample_of_rows(
    groups: Sequence[Floats],
    *,
    weights: Sequence[Floats] | None = None,
    clusters: Sequence[NDArray[Any]] | None = None,
) -> Sample:
    """Summarise continuous answers.

    Parameters
    ----------
    groups : sequence of ndarray of float, shape (n_g, p)
        Each group's answers, columns in the order of the table's ``observed``. NaN where
        missing: such samples need full-information maximum likelihood. Rows without any answer
        are left out.
    weights : sequence of ndarray of float, shape (n_g,), optional
        Sampling weights, scaled here to sum to the rows of all groups. They need MLR.
    clusters : sequence of ndarray, shape (n_g,), optional
        The cluster of each row, any values. Standard errors then need MLR with a mean
        structure, and more clusters than parameters.

    Returns
    -------
    Sample

    Raises
    ------
    TooFewRowsError
        If a group has fewer than two rows.
    StatisticsError
        If the covariance matrix of a group is not positive definite.

    Examples
    --------
    >>> sample_of_rows([np.array([[1.0, 2], [3, 1], [2, 6]])]).n
    3
    """
    rows = [np.asarray(group, dtype=np.float64) for group in groups]
    if min(len(group) for group in rows) < 2:
        raise TooFewRowsError("A group needs at least 2 rows.")
    scaled = [None] * len(rows) if weights is None else scale_weights(weights)
    coded = [None] * len(rows) if clusters is None else [_coded(c) for c in clusters]
    made = [
        replace(_of_patterns(find_patterns(group, w), group), weights=w, clusters=c)
        for group, w, c in zip(rows, scaled, coded, strict=True)
    ]
    return Sample(groups=tuple(made))


def scale_weights(weights: Sequence[Floats]) -> list[Floats]:
    """Return weights that sum to the number of rows of all groups.

    Parameters
    ----------
    weights : sequence of ndarray of float, shape (n_g,)
        Each group's.

    Returns
    -------
    list of ndarray of float, shape (n_g,)

    Raises
    ------
    StatisticsError
        If a weight is negative, or all are zero.
    """
    total = sum(float(np.sum(own)) for own in weights)
    rows = sum(len(own) for own in weights)
    if min(float(np.min(own)) for own in weights) < 0 or not total > 0:
        raise StatisticsError("Weights must not be negative, nor all zero.")
    return [np.asarray(own, dtype=np.float64) * rows / total for own in weights]


def _coded(clusters: NDArray[Any]) -> Integers:
    return np.unique(clusters, return_inverse=True)[1].ravel().astype(np.int64)


def sample_of_moments(
    covs: Sequence[Floats], means: Sequence[Floats] | None, n: Sequence[int]
) -> Sample:
    """Take summary statistics as a sample.

    Parameters
    ----------
    covs : sequence of ndarray of float, shape (p, p)
        Each group's covariance matrix with divisor n - 1, as papers print it.
    means : sequence of ndarray of float, shape (p,), or None
        Each group's means, if they are to be modelled.
    n : sequence of int
        Rows of each group.

    Returns
    -------
    Sample

    Raises
    ------
    StatisticsError
        If a covariance matrix is not symmetric and positive definite.

    Examples
    --------
    >>> sample_of_moments([np.eye(2)], None, [4]).groups[0].cov[0].tolist()
    [0.75, 0.0]
    """
    groups = []
    for index, (given, rows) in enumerate(zip(covs, n, strict=True)):
        cov = np.asarray(given, dtype=np.float64)
        if cov.ndim != 2 or not np.allclose(cov, cov.T):
            raise StatisticsError("A covariance matrix is not symmetric.")
        mean = np.zeros(len(cov)) if means is None else np.asarray(means[index])
        groups.append(
            _of_patterns(patterns_of_moments(cov * (rows - 1) / rows, mean, rows), None)
        )
    return Sample(groups=tuple(groups))


def _of_patterns(patterns: Patterns, rows: Floats | None) -> GroupSample:
    mean, cov = patterns.means[0], patterns.covs[0]
    if patterns.is_complete:
        _check_positive(cov, patterns.n)
    else:
        mean, cov = saturated_moments(patterns)
    return GroupSample(
        n=float(patterns.counts.sum()),
        cov=frozen(cov),
        mean=frozen(mean),
        thresholds=frozen(np.zeros(0)),
        patterns=patterns,
        rows=rows,
        gamma=None,
    )


def _check_positive(cov: Floats, n: int) -> None:
    scale = np.sqrt(np.diag(cov))
    if (scale <= 0).any():
        constant = np.flatnonzero(scale <= 0).tolist()
        raise StatisticsError(
            f"Variables without variation, by position from 0: {constant}.",
            hint="leave them out.",
        )
    values, vectors = np.linalg.eigh(cov / np.outer(scale, scale))
    if values[0] < NULL:
        raise IndefiniteError.of(float(values[0]), vectors[:, 0], n)
