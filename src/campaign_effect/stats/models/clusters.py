"""Rows grouped by cluster, and which terms rest on one cluster alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.design_matrix import BLOCK_ROWS, RANK_TOLERANCE
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
    largest_eigenvalue : ndarray, shape (G,)
        Of each hat block. At 1 some direction of the coefficients rests on this cluster
        alone: its adjustment is singular, and a generalised inverse is taken.
    """

    sizes: Integers = field(compare=False)
    leverage: Floats = field(compare=False)
    largest_eigenvalue: Floats = field(compare=False)

    @property
    def n_clusters(self) -> int:
        """G, the number of clusters."""
        return len(self.sizes)

    @property
    def n_singular(self) -> int:
        """Clusters whose adjustment is singular."""
        return int(np.sum(self.largest_eigenvalue > UNIT))


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
    values, index = np.unique(_narrow(codes), return_inverse=True)
    if len(values) < 2:
        raise SingleClusterError(
            "Standard errors by cluster need at least 2 clusters.",
            received=f"{len(values)} cluster",
            cause="one_cluster",
            hint="use HC3 standard errors, and claim nothing beyond this cluster.",
        )
    return Clusters(
        values=frozen(values.astype(np.int64)),
        index=frozen(index),
        order=frozen(np.argsort(_narrow(index), kind="stable")),
        bounds=frozen(np.concatenate([[0], np.cumsum(np.bincount(index))])),
    )


def _narrow(codes: Integers) -> Integers:
    """Give codes in 16 bits where they fit: these are sorted by their digits, far sooner."""
    limits = np.iinfo(np.int16)
    fits = len(codes) > 0 and limits.min <= codes.min() and codes.max() <= limits.max
    return codes.astype(np.int16) if fits else codes


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


def cluster_facts(fit: Fit, clusters: Clusters) -> ClusterFacts:
    """Measure each cluster's size and leverage.

    Parameters
    ----------
    fit : Fit
        A fitted model.
    clusters : Clusters
        Its rows by cluster.

    Returns
    -------
    ClusterFacts
        In the order of the clusters.

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((4, 1)), np.arange(4.0))
    >>> cluster_facts(fit, group_rows(np.array([1, 2, 2, 2]))).leverage.round(2)
    array([0.25, 0.75])
    """
    hat, _ = cluster_sums(fit, clusters)
    return facts_of(fit, clusters, np.asarray(np.linalg.eigvalsh(hat)))


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
    hat = np.empty((clusters.n_clusters, fit.p, fit.p))
    scores = np.empty((clusters.n_clusters, fit.p))
    for run in _runs(clusters.bounds):
        bounds = clusters.bounds[run.start : run.stop + 1]
        rows = clusters.order[bounds[0] : bounds[-1]]
        Z, residual = orthonormal_rows(fit, rows), _pearson(fit, rows)
        for g, (first, last) in zip(run, pairwise((bounds - bounds[0]).tolist()), strict=True):
            hat[g] = Z[first:last].T @ Z[first:last]
            scores[g] = residual[first:last] @ Z[first:last]
    return hat, scores


def _runs(bounds: Integers) -> Iterator[range]:
    """Take clusters together until they fill a block."""
    start = 0
    while start < len(bounds) - 1:
        stop = int(np.searchsorted(bounds, bounds[start] + BLOCK_ROWS, side="right")) - 1
        stop = max(stop, start + 1)
        yield range(start, stop)
        start = stop


def _pearson(fit: Fit, rows: Integers) -> Floats:
    """Residuals over the roots of their variances, times the roots of counts."""
    residual = (fit.y[rows] - fit.mean[rows]) / np.sqrt(fit.variance[rows])
    return residual if fit.counts is None else residual * np.sqrt(fit.counts[rows])


def facts_of(fit: Fit, clusters: Clusters, eigenvalues: Floats) -> ClusterFacts:
    """Gather the facts from the eigenvalues of the clusters' hat blocks.

    Parameters
    ----------
    fit : Fit
        A fitted model.
    clusters : Clusters
        Its rows by cluster.
    eigenvalues : ndarray, shape (G, p)
        Of each cluster's Z'Z, ascending.

    Returns
    -------
    ClusterFacts
        In the order of the clusters.

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((3, 1)), np.arange(3.0))
    >>> facts_of(fit, group_rows(np.array([1, 2, 2])), np.array([[1 / 3], [2 / 3]])).sizes
    array([1, 2])
    """
    answers = np.bincount(clusters.index, weights=fit.counts)
    return ClusterFacts(
        sizes=frozen(np.rint(answers).astype(np.int64)),
        leverage=frozen(eigenvalues.sum(axis=1)),
        largest_eigenvalue=frozen(eigenvalues[:, -1].copy()),
    )


def inestimable_without(fit: Fit, codes: Integers, contrasts: Floats) -> Booleans:
    """Tell which contrasts could not be estimated if one cluster were deleted.

    Such a contrast (an exposure found in one village only) compares that cluster with all
    others; no method can tell its effect from the cluster's own, and no degrees of freedom
    give the alarm.

    Parameters
    ----------
    fit : Fit
        A fitted model.
    codes : ndarray of int, shape (n_rows,)
        Cluster of each row.
    contrasts : ndarray, shape (k, p)
        One contrast of coefficients a row; the identity for the coefficients themselves.

    Returns
    -------
    ndarray of bool, shape (k, G)
        True where deleting the cluster (in the order of its code) makes it inestimable.

    Raises
    ------
    SingleClusterError
        If there is one cluster.
    StatisticsError
        If codes and rows differ in number.

    Notes
    -----
    A contrast is estimable if it lies in the row space of the design [1]_. Directions that
    a cluster alone carries are eigenvectors of its Z'Z with eigenvalue 1.

    References
    ----------
    .. [1] Searle, S. R. (1971). Linear models (section 5.4). Wiley.

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> X = np.column_stack([np.ones(6), [1.0, 1, 0, 0, 0, 0]])
    >>> fit = fit_ols(X, np.arange(6.0))
    >>> inestimable_without(fit, np.array([1, 1, 2, 2, 3, 3]), np.eye(2))
    array([[False, False, False],
           [ True, False, False]])
    """
    check_codes(fit, codes)
    clusters = group_rows(codes)
    directions = contrasts @ fit.root
    lengths = np.linalg.norm(directions, axis=1)
    rests = [
        np.linalg.norm(directions @ _own_directions(fit, clusters.rows(g)), axis=1)
        for g in range(clusters.n_clusters)
    ]
    return np.asarray(np.column_stack(rests) > RANK_TOLERANCE * lengths[:, None])


def check_codes(fit: Fit, codes: Integers) -> None:
    """Refuse cluster codes that are not one per row.

    Parameters
    ----------
    fit : Fit
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


def _own_directions(fit: Fit, rows: Integers) -> Floats:
    """Directions of the coefficients that no other cluster informs, shape (p, r)."""
    Z = orthonormal_rows(fit, rows)
    eigenvalues, directions = np.linalg.eigh(Z.T @ Z)
    return np.asarray(directions[:, eigenvalues > UNIT])
