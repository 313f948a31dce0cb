"""The normal likelihood, complete or by missing-data pattern."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from campaign_effect.stats.moments.arrays import Floats, Integers
from campaign_effect.stats.moments.patterns import Patterns

_CHUNK = 16_384  # rows of casewise scores held at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalPoint:
    """The likelihood of patterns at a mean and covariance matrix.

    Attributes
    ----------
    value : float
        ``-2 log likelihood / n`` without ``p log(2 pi)``.
    shares : ndarray of float, shape (J,)
        Shares of the patterns.
    inverses : ndarray of float, shape (J, p, p)
        Inverses of the observed blocks, zero where missing.
    shifts : ndarray of float, shape (J, p)
        ``inverse (mean of the pattern - mean)``.
    spreads : ndarray of float, shape (J, p, p)
        ``inverse (cov + shift shift') inverse``: second moments about the mean.
    """

    value: float
    shares: Floats = field(compare=False)
    inverses: Floats = field(compare=False)
    shifts: Floats = field(compare=False)
    spreads: Floats = field(compare=False)

    @property
    def mean_slope(self) -> Floats:
        """Derivative of the value by the mean, shape (p,)."""
        return -2 * self.shares @ self.shifts

    @property
    def cov_slope(self) -> Floats:
        """Derivative by the covariances as if all p * p were free, shape (p, p)."""
        return np.asarray(np.einsum("j,jab->ab", self.shares, self.inverses - self.spreads))


def normal_point(patterns: Patterns, mean: Floats, cov: Floats) -> NormalPoint:
    """Return the likelihood with what its derivatives are made of.

    Parameters
    ----------
    patterns : Patterns
        The sample.
    mean : ndarray of float, shape (p,)
    cov : ndarray of float, shape (p, p)
        Positive definite.

    Returns
    -------
    NormalPoint

    Raises
    ------
    numpy.linalg.LinAlgError
        If cov is not positive definite.
    """
    both = patterns.observed[:, :, None] & patterns.observed[:, None, :]
    factors = np.linalg.cholesky(np.where(both, cov, np.eye(len(cov))))
    lower = np.linalg.inv(factors)
    inverses = np.where(both, lower.transpose(0, 2, 1) @ lower, 0.0)
    logs = 2 * np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
    away = np.where(patterns.observed, patterns.means - mean, 0.0)
    moments = patterns.covs + away[:, :, None] * away[:, None, :]
    shares = patterns.counts / patterns.counts.sum()
    return NormalPoint(
        value=float(shares @ (logs + (inverses * moments).sum(axis=(1, 2)))),
        shares=shares,
        inverses=inverses,
        shifts=np.einsum("jab,jb->ja", inverses, away),
        spreads=inverses @ moments @ inverses,
    )


@cache
def _pairs(p: int) -> tuple[Integers, Integers, Floats]:
    """Return rows and columns of the lower triangle by columns, and 1/2 for its diagonal."""
    rows, columns = np.triu_indices(p)
    return rows, columns, np.where(rows == columns, 0.5, 1.0)


def expected_information(point: NormalPoint, *, with_means: bool) -> Floats:
    """Return the expected information of one row on mean and covariances.

    Parameters
    ----------
    point : NormalPoint
        Where.
    with_means : bool
        Whether the means stand before the covariances.

    Returns
    -------
    ndarray of float, shape (m, m)
        ``inverse`` and ``D' (inverse x inverse) D / 2``, averaged over patterns.
    """
    cov = _pair_products(point.shares, point.inverses, point.inverses)
    if not with_means:
        return cov
    p = len(point.inverses[0])
    information = np.zeros((p + len(cov),) * 2)
    information[:p, :p] = np.einsum("j,jab->ab", point.shares, point.inverses)
    information[p:, p:] = cov
    return information


def observed_information(point: NormalPoint, *, with_means: bool) -> Floats:
    """Return minus the second derivative of one row's log likelihood by mean and covariances.

    Parameters
    ----------
    point : NormalPoint
        Where.
    with_means : bool
        Whether the means stand before the covariances.

    Returns
    -------
    ndarray of float, shape (m, m)
    """
    bent = 2 * point.spreads - point.inverses
    cov = _pair_products(point.shares, point.inverses, bent)
    if not with_means:
        return cov
    p = len(bent[0])
    rows, columns, half = _pairs(p)
    mixed = np.einsum("j,jia,jb->iab", point.shares, point.inverses, point.shifts)
    cross = half * (mixed[:, rows, columns] + mixed[:, columns, rows])
    mean = np.einsum("j,jab->ab", point.shares, point.inverses)
    return np.block([[mean, cross], [cross.T, cov]])


def _pair_products(shares: Floats, first: Floats, second: Floats) -> Floats:
    """Return ``tr(A dS B dS) / 2`` for all pairs of covariances, averaged over patterns."""
    n_patterns, p = first.shape[:2]
    rows, columns, half = _pairs(p)
    flat = (shares[:, None] * first.reshape(n_patterns, -1)).T @ second.reshape(n_patterns, -1)
    table = flat.reshape(p, p, p, p)
    r, c = rows[:, None], columns[:, None]
    s, t = rows, columns
    products = table[r, s, c, t] + table[r, t, c, s] + table[c, s, r, t] + table[c, t, r, s]
    return np.asarray(0.5 * half[:, None] * half * products)


def pair_information(
    point: NormalPoint, pair: tuple[Floats, Floats], means: Floats | None, *, observed: bool
) -> Floats:
    """Return the information of complete rows where covariances move by ``u v' + v u'``.

    Parameters
    ----------
    point : NormalPoint
        Where; one pattern.
    pair : tuple of ndarray, shape (q, p)
        u and v of each parameter.
    means : ndarray of float, shape (p, q), or None
        How the means move; None if they are not modelled.
    observed : bool
        Whether the information is observed rather than expected.

    Returns
    -------
    ndarray of float, shape (q, q)

    Notes
    -----
    ``tr(A dS_k B dS_l) / 2`` is ``(u_k'A u_l)(v_k'B v_l) + (u_k'A v_l)(v_k'B u_l)``, made
    symmetric in A and B: no matrix of all moments is needed.
    """
    u, v = pair
    inverse = point.inverses[0]
    bent = 2 * point.spreads[0] - inverse if observed else inverse
    uu, vv, uv = u @ inverse @ u.T, v @ inverse @ v.T, u @ inverse @ v.T
    bent_uu, bent_vv, bent_uv = u @ bent @ u.T, v @ bent @ v.T, u @ bent @ v.T
    total = 0.5 * (uu * bent_vv + vv * bent_uu + uv * bent_uv.T + uv.T * bent_uv)
    if means is not None:
        total += means.T @ inverse @ means
        if observed:
            shifted = means.T @ inverse
            cross = (shifted @ u.T) * (v @ point.shifts[0]) + (shifted @ v.T) * (
                u @ point.shifts[0]
            )
            total += cross + cross.T
    return np.asarray(total)


def casewise_scores(
    patterns: Patterns, point: NormalPoint, rows: Floats, mean: Floats
) -> Iterator[tuple[Integers, Floats]]:
    """Return each row's derivative of its log likelihood by mean and covariances, in chunks.

    Parameters
    ----------
    patterns : Patterns
        The sample, with membership.
    point : NormalPoint
        Where.
    rows : ndarray of float, shape (n_rows, p)
        Answers; NaN where missing.
    mean : ndarray of float, shape (p,)

    Yields
    ------
    index : ndarray of int, shape (k,)
        Rows with answers, at most 16384.
    scores : ndarray of float, shape (k, p + p (p + 1) / 2)
    """
    r, c, half = _pairs(rows.shape[1])
    flat = half * point.inverses[:, r, c]
    membership = patterns.membership
    if membership is None:
        raise TypeError("summary statistics have no rows")
    for start in range(0, len(rows), _CHUNK):
        index = start + np.flatnonzero(membership[start : start + _CHUNK] >= 0)
        member = membership[index]
        z = _standardised(np.nan_to_num(rows[index] - mean), member, point.inverses)
        yield index, np.hstack([z, half * z[:, r] * z[:, c] - flat[member]])


def _standardised(away: Floats, member: Integers, inverses: Floats) -> Floats:
    if len(inverses) == 1:
        return np.asarray(away @ inverses[0])
    z = np.empty_like(away)
    for pattern in np.unique(member):
        rows = member == pattern
        z[rows] = away[rows] @ inverses[pattern]
    return z
