"""Rows grouped by cluster, and what each sums to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.category_fit import CategoryFit
from campaign_effect.stats.models.design_matrix import BLOCK_ROWS
from campaign_effect.stats.models.errors import SingleClusterError
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers, frozen

UNIT = 1 - 1e-10  # an eigenvalue of a hat block above this is 1 but for rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """Rows in the order of their clusters.

    Attributes
    ----------
    values : ndarray of int, shape (G,)
        The clusters' codes, ascending; position g is cluster g everywhere else.
    index : ndarray of int, shape (n_rows,)
        Position of each row's cluster.
    order : ndarray of int, shape (n_rows,)
        Rows, those of cluster 0 first.
    bounds : ndarray of int, shape (G + 1,)
        Where each cluster starts in `order`.
    """

    values: Integers = field(compare=False)
    index: Integers = field(compare=False, repr=False)
    order: Integers = field(compare=False, repr=False)
    bounds: Integers = field(compare=False, repr=False)

    @property
    def n_clusters(self) -> int:
        """G, the number of clusters."""
        return len(self.values)

    def rows(self, g: int) -> Integers:
        """Rows of cluster g."""
        return self.order[self.bounds[g] : self.bounds[g + 1]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterFacts:
    """What to know of the clusters before their standard errors are believed.

    Attributes
    ----------
    sizes : ndarray of int, shape (G,)
        Answers per cluster.
    leverage : ndarray, shape (G,)
        Trace of each cluster's hat block; they sum to p.
    is_singular : ndarray of bool, shape (G,)
        Whether an eigenvalue of the hat block is 1. Some direction of the coefficients then
        rests on this cluster alone, and a generalised inverse is taken of its adjustment.
    """

    sizes: Integers = field(compare=False)
    leverage: Floats = field(compare=False)
    is_singular: Booleans = field(compare=False)

    @property
    def n_clusters(self) -> int:
        """G, the number of clusters."""
        return len(self.sizes)

    @property
    def n_singular(self) -> int:
        """Clusters whose adjustment is singular."""
        return int(self.is_singular.sum())


def group_rows(codes: Integers) -> Clusters:
    """Group rows by cluster.

    Parameters
    ----------
    codes : ndarray of int, shape (n_rows,)
        Cluster of each row; any integers.

    Returns
    -------
    Clusters
        The rows in the order of their clusters.

    Raises
    ------
    SingleClusterError
        If there is one cluster.

    Examples
    --------
    >>> group_rows(np.array([7, 3, 7])).rows(1)
    array([0, 2])
    """
    values, index = _coded(codes)
    if len(values) < 2:
        raise SingleClusterError(
            "Standard errors by cluster need at least 2 clusters.",
            received=f"{len(values)} cluster",
            cause="one_cluster",
            hint="use HC3 standard errors, and claim nothing beyond this cluster.",
        )
    return Clusters(
        values=frozen(values),
        index=frozen(index),
        order=frozen(np.argsort(_narrow(index), kind="stable")),
        bounds=frozen(np.concatenate([[0], np.cumsum(np.bincount(index))])),
    )


def _coded(codes: Integers) -> tuple[Integers, Integers]:
    """Give the codes that occur, ascending, and the position of each row's."""
    if not len(codes) or codes.max() - codes.min() >= len(codes):
        return np.unique(codes, return_inverse=True)
    first = codes.min()
    is_used = np.bincount(codes - first) > 0
    return np.flatnonzero(is_used) + first, (np.cumsum(is_used) - 1)[codes - first]


def _narrow(index: Integers) -> NDArray[np.integer]:
    """Give positions in 16 bits where they fit: far sooner sorted, by their digits."""
    return index.astype(np.uint16) if index.max() < 2**16 else index


def orthonormal_rows(fit: Fit, rows: Integers | slice) -> Floats:
    """Rows of the weighted design in coordinates in which its columns are orthonormal.

    Parameters
    ----------
    fit : Fit
        A fitted model.
    rows : ndarray of int or slice
        Which rows.

    Returns
    -------
    ndarray, shape (m, p)
        Z = sqrt(counts * weights) X root, for which Z'Z summed over all rows is I.

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((4, 1)), np.arange(4.0))
    >>> Z = orthonormal_rows(fit, slice(None))
    >>> bool(np.isclose(Z.T @ Z, 1).all())
    True
    """
    scale = fit.slope[rows] / np.sqrt(fit.variance[rows])
    if fit.counts is not None:
        scale = scale * np.sqrt(fit.counts[rows])
    X = fit.X[rows] if isinstance(rows, slice) else fit.X.take(rows, axis=0)
    return np.asarray(scale[:, None] * (X @ fit.root))


def cluster_sums(fit: Fit, clusters: Clusters) -> tuple[Floats, Floats]:
    """Sum squares and scores over each cluster, in orthonormal coordinates.

    Parameters
    ----------
    fit : Fit
        A fitted model.
    clusters : Clusters
        Its rows by cluster.

    Returns
    -------
    hat : ndarray, shape (G, p, p)
        Z'Z of each cluster; they sum to I.
    scores : ndarray, shape (G, p)
        Of the coordinates; root times their sums of squares times root' is CR0.

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((4, 1)), np.arange(4.0))
    >>> cluster_sums(fit, group_rows(np.array([1, 1, 2, 2])))[0].ravel()
    array([0.5, 0.5])
    """
    scale = np.sqrt(fit.times / fit.variance)
    residual = scale * fit.residual
    scale *= fit.slope
    products = np.empty((clusters.n_clusters, fit.p + 1, fit.p + 1))
    for run in _runs(clusters.bounds):
        bounds = clusters.bounds[run.start : run.stop + 1]
        rows = clusters.order[bounds[0] : bounds[-1]]
        Z = np.empty((len(rows), fit.p + 1))
        np.multiply(scale[rows, None], fit.X.take(rows, axis=0) @ fit.root, out=Z[:, :-1])
        Z[:, -1] = residual[rows]
        for g, (first, last) in zip(run, pairwise((bounds - bounds[0]).tolist()), strict=True):
            np.matmul(Z[first:last].T, Z[first:last], out=products[g])
    return products[:, :-1, :-1], products[:, -1, :-1]


def _runs(bounds: Integers) -> Iterator[range]:
    """Take clusters together until they fill a block."""
    start = 0
    while start < len(bounds) - 1:
        stop = int(np.searchsorted(bounds, bounds[start] + BLOCK_ROWS, side="right")) - 1
        stop = max(stop, start + 1)
        yield range(start, stop)
        start = stop


def facts_of(clusters: Clusters, counts: Floats | None, hats: Floats) -> ClusterFacts:
    """Gather the facts from the clusters' hat blocks.

    Parameters
    ----------
    clusters : Clusters
        The rows of a fit by cluster.
    counts : ndarray, shape (n_rows,), or None
        Answers per row; one each if None.
    hats : ndarray, shape (G, p, p)
        Of each cluster, in coordinates in which they sum to I.

    Returns
    -------
    ClusterFacts
        In the order of the clusters. No eigenvalue is more than the trace, so that most hats
        need no eigenvalues.

    Examples
    --------
    >>> facts_of(group_rows(np.array([1, 2, 2])), None, np.array([[[1 / 3]], [[2 / 3]]])).sizes
    array([1, 2])
    """
    leverage = np.trace(hats, axis1=1, axis2=2)
    is_singular = leverage > UNIT
    is_singular[is_singular] = np.linalg.eigvalsh(hats[is_singular])[:, -1] > UNIT
    return ClusterFacts(
        sizes=frozen(np.rint(np.bincount(clusters.index, weights=counts)).astype(np.int64)),
        leverage=frozen(leverage),
        is_singular=frozen(is_singular),
    )


def check_codes(fit: Fit | CategoryFit, codes: Integers) -> None:
    """Refuse cluster codes that are not one per row.

    Parameters
    ----------
    fit : Fit, CategoryFit or RandomInterceptFit
        A fitted model.
    codes : ndarray of int
        Cluster of each row.

    Raises
    ------
    StatisticsError
        If codes and rows differ in number.

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> check_codes(fit_ols(np.ones((4, 1)), np.arange(4.0)), np.array([1, 1, 2, 2]))
    """
    if codes.shape != fit.y.shape:
        raise StatisticsError(
            "Every row needs one cluster code.",
            received=f"codes {codes.shape}, rows {fit.y.shape}",
        )
