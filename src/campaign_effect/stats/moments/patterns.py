"""Answers summarised by missing-data pattern: all that a normal likelihood needs."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from campaign_effect.errors import TooFewRowsError
from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """Counts, means and covariances of J patterns of missing answers; one if none is missing.

    Attributes
    ----------
    n : int
        Rows with at least one answer.
    counts : ndarray of float, shape (J,)
        Rows (or sum of weights) of each pattern.
    observed : ndarray of bool, shape (J, p)
        Which variables a pattern has.
    means : ndarray of float, shape (J, p)
        Means, zero where missing.
    covs : ndarray of float, shape (J, p, p)
        Covariances with divisor ``counts``, zero where missing.
    membership : ndarray of int, shape (n_rows,), or None
        The pattern of each row, -1 for an empty row; None for summary statistics.
    """

    n: int
    counts: Floats = field(compare=False)
    observed: Booleans = field(compare=False)
    means: Floats = field(compare=False)
    covs: Floats = field(compare=False)
    membership: Integers | None = field(compare=False)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return bool(self.observed.all())


def find_patterns(rows: Floats, weights: Floats | None = None) -> Patterns:
    """Summarise rows by their pattern of missing answers.

    Parameters
    ----------
    rows : ndarray of float, shape (n_rows, p)
        Answers; NaN where missing. Rows without any answer are left out.
    weights : ndarray of float, shape (n_rows,), optional
        What each row counts.

    Returns
    -------
    Patterns

    Raises
    ------
    TooFewRowsError
        If no row has an answer.

    Examples
    --------
    >>> patterns = find_patterns(np.array([[1.0, 2], [3, np.nan], [5, 4]]))
    >>> patterns.counts.tolist(), patterns.means.tolist()
    ([1.0, 2.0], [[3.0, 0.0], [3.0, 3.0]])
    """
    present = ~np.isnan(rows)
    filled: Booleans = np.asarray(present.any(axis=1))
    if not filled.any():
        raise TooFewRowsError("No row has an answer.")
    observed, membership = _membership(present, filled)
    found = []
    for index, has in enumerate(observed):
        members = slice(None) if len(observed) == 1 and filled.all() else membership == index
        own = None if weights is None else weights[members]
        found.append(_moments(rows[members], has, own))
    counts, means, covs = zip(*found, strict=True)
    return Patterns(
        n=int(filled.sum()),
        counts=frozen(np.array(counts)),
        observed=frozen(observed),
        means=frozen(np.array(means)),
        covs=frozen(np.array(covs)),
        membership=frozen(membership),
    )


def _membership(present: Booleans, filled: Booleans) -> tuple[Booleans, Integers]:
    """Return the patterns, and each row's, -1 for an empty row."""
    if present.all():
        return present[:1].copy(), np.zeros(len(present), dtype=np.int64)
    packed = np.packbits(present[filled], axis=1)
    _, first, inverse = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    membership = np.full(len(present), -1, dtype=np.int64)
    membership[filled] = inverse.ravel()
    return present[filled][first], membership


def _moments(
    rows: Floats, observed: Booleans, weights: Floats | None
) -> tuple[float, Floats, Floats]:
    """Return a pattern's count, mean and covariances, zero where missing."""
    filled = np.where(observed, rows, 0.0) if not observed.all() else rows
    if weights is None:
        mean = filled.mean(axis=0)
        centred = filled - mean
        return float(len(rows)), mean, centred.T @ centred / len(rows)
    total = float(weights.sum())
    mean = weights @ filled / total
    centred = filled - mean
    return total, mean, (weights * centred.T) @ centred / total


def patterns_of_moments(cov: Floats, mean: Floats, n: float) -> Patterns:
    """Make one complete pattern of summary statistics.

    Parameters
    ----------
    cov : ndarray of float, shape (p, p)
        Covariances with divisor n.
    mean : ndarray of float, shape (p,)
        Means.
    n : float
        Rows that they summarise, or the sum of their weights.

    Returns
    -------
    Patterns

    Examples
    --------
    >>> patterns_of_moments(np.eye(2), np.zeros(2), 9).is_complete
    True
    """
    return Patterns(
        n=round(n),
        counts=frozen(np.array([float(n)])),
        observed=frozen(np.ones((1, len(mean)), dtype=np.bool_)),
        means=frozen(np.array(mean, dtype=np.float64)[None]),
        covs=frozen(np.array(cov, dtype=np.float64)[None]),
        membership=None,
    )
