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


def find_patterns(rows: Floats) -> Patterns:
    """Summarise rows by their pattern of missing answers.

    Parameters
    ----------
    rows : ndarray of float, shape (n_rows, p)
        Answers; NaN where missing. Rows without any answer are left out.

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
    filled = present.any(axis=1)
    if not filled.any():
        raise TooFewRowsError("No row has an answer.")
    if present.all():
        return _complete(rows)
    observed, inverse = np.unique(present[filled], axis=0, return_inverse=True)
    membership = np.full(len(rows), -1, dtype=np.int64)
    membership[filled] = inverse.ravel()
    order = np.argsort(membership, kind="stable")[np.count_nonzero(~filled) :]
    counts = np.bincount(inverse.ravel()).astype(np.float64)
    blocks = np.split(rows[order], np.cumsum(counts[:-1]).astype(np.int64))
    means = np.array(
        [np.where(o, b.mean(axis=0), 0.0) for o, b in zip(observed, blocks, strict=True)]
    )
    covs = np.array([_cov(b, m, o) for b, m, o in zip(blocks, means, observed, strict=True)])
    return Patterns(
        n=int(filled.sum()),
        counts=frozen(counts),
        observed=frozen(observed),
        means=frozen(means),
        covs=frozen(covs),
        membership=frozen(membership),
    )


def _complete(rows: Floats) -> Patterns:
    mean = rows.mean(axis=0)
    centred = rows - mean
    return Patterns(
        n=len(rows),
        counts=frozen(np.array([float(len(rows))])),
        observed=frozen(np.ones((1, rows.shape[1]), dtype=np.bool_)),
        means=frozen(mean[None]),
        covs=frozen((centred.T @ centred / len(rows))[None]),
        membership=frozen(np.zeros(len(rows), dtype=np.int64)),
    )


def _cov(block: Floats, mean: Floats, observed: Booleans) -> Floats:
    centred = np.where(observed, block - mean, 0.0)
    return np.asarray(centred.T @ centred / len(block))


def patterns_of_moments(cov: Floats, mean: Floats, n: int) -> Patterns:
    """Make one complete pattern of summary statistics.

    Parameters
    ----------
    cov : ndarray of float, shape (p, p)
        Covariances with divisor n.
    mean : ndarray of float, shape (p,)
        Means.
    n : int
        Rows that they summarise.

    Returns
    -------
    Patterns

    Examples
    --------
    >>> patterns_of_moments(np.eye(2), np.zeros(2), 9).is_complete
    True
    """
    return Patterns(
        n=n,
        counts=frozen(np.array([float(n)])),
        observed=frozen(np.ones((1, len(mean)), dtype=np.bool_)),
        means=frozen(np.array(mean, dtype=np.float64)[None]),
        covs=frozen(np.array(cov, dtype=np.float64)[None]),
        membership=None,
    )
