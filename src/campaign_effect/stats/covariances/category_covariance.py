"""Covariances of models of categories: classic, HC0 to HC3, CR0 to CR2.

A row's hat is a matrix here, root' H_i root, with H_i minus the second derivatives of its
log-likelihood. The adjustments of HC2, HC3 and CR2 are powers of I - hat in the coordinates
of the parameters [1]_; in a linear model they are the usual ones. R's clubSandwich has no
covariance for these models.

References
----------
.. [1] Kauermann, G., & Carroll, R. J. (2001). A note on the efficiency of sandwich covariance
   matrix estimation. Journal of the American Statistical Association, 96, 1387-1396.
   https://doi.org/10.1198/016214501753382309
"""

from __future__ import annotations

import numpy as np

from campaign_effect.stats.covariances.cluster_information import (
    BLOCK_ROWS,
    cluster_information,
    clusters_of,
)
from campaign_effect.stats.covariances.covariance import (
    Covariance,
    Cr,
    DfRule,
    Hc,
    bias_reduced,
)
from campaign_effect.stats.covariances.cr2 import AdjustedBlocks
from campaign_effect.stats.models.category_fit import CategoryFit
from campaign_effect.stats.models.clusters import UNIT, Clusters
from campaign_effect.stats.models.design_matrix import row_blocks
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen


def classic_category_covariance(fit: CategoryFit) -> Covariance:
    """Take the model at its word: the inverse of the observed information.

    Parameters
    ----------
    fit : CategoryFit
        A fitted model.

    Returns
    -------
    Covariance
        Kind "classic", for *z*.

    Examples
    --------
    >>> from campaign_effect.stats.models.ordered import fit_ordered
    >>> x, y = np.array([[0.0], [0], [0], [1], [1], [1]]), np.array([0, 1, 2, 1, 2, 2])
    >>> fit = fit_ordered(x, y)
    >>> classic_category_covariance(fit).matrix.shape
    (3, 3)
    """
    return _of_rows("classic", fit.bread)


def hc_category_covariance(fit: CategoryFit, kind: Hc = Hc.HC3) -> Covariance:
    """Estimate a covariance that holds whatever the rows' variances are.

    Parameters
    ----------
    fit : CategoryFit
        A fitted model.
    kind : Hc, default HC3
        HC0; HC1, times n / (n - q); HC2 and HC3, scores times (I - hat) to the power -1/2
        and -1.

    Returns
    -------
    Covariance
        Of the kind asked, for *z*.

    Examples
    --------
    >>> from campaign_effect.stats.models.ordered import fit_ordered
    >>> x, y = np.array([[0.0], [0], [0], [1], [1], [1]]), np.array([0, 1, 2, 1, 2, 2])
    >>> fit = fit_ordered(x, y)
    >>> hc_category_covariance(fit, Hc.HC0).kind.value
    'HC0'
    """
    kind = Hc(kind)
    power = {Hc.HC0: 0.0, Hc.HC1: 0.0, Hc.HC2: -0.5, Hc.HC3: -1.0}[kind]
    meat = np.zeros((fit.q, fit.q))
    for rows in row_blocks(len(fit.y), BLOCK_ROWS):
        scores = _adjusted_scores(fit, rows, power)
        times = 1.0 if fit.counts is None else fit.counts[rows, None]
        meat += (times * scores).T @ scores
    if kind is Hc.HC1:
        meat = meat * (fit.n / fit.df_residual)
    return _of_rows(kind, fit.root @ meat @ fit.root.T)


def cr_category_covariance(fit: CategoryFit, codes: Integers, kind: Cr = Cr.CR2) -> Covariance:
    """Estimate a covariance that holds however rows of a cluster depend on each other.

    Parameters
    ----------
    fit : CategoryFit
        A fitted model.
    codes : ndarray of int, shape (n_rows,)
        Cluster of each row.
    kind : Cr, default CR2
        CR0; CR1, times G / (G - 1) * (n - 1) / (n - q); CR2, the clusters' scores times
        (I - hat) to the power -1/2.

    Returns
    -------
    Covariance
        Of the kind asked, with G - 1 degrees of freedom (CR0, CR1) or Satterthwaite's, for
        which the model itself is the working model: scores of different clusters are
        independent with their information as covariance.

    Raises
    ------
    SingleClusterError
        If there is one cluster.
    StatisticsError
        If codes and rows differ in number.

    Examples
    --------
    >>> from campaign_effect.stats.models.ordered import fit_ordered
    >>> x, y = np.array([[0.0], [0], [0], [1], [1], [1]]), np.array([0, 1, 2, 1, 2, 2])
    >>> fit = fit_ordered(x, y)
    >>> cr_category_covariance(fit, np.array([1, 2, 3, 1, 2, 3]), Cr.CR1).df
    2.0
    """
    kind = Cr(kind)
    clusters = clusters_of(fit, codes)
    if kind is Cr.CR2:
        return bias_reduced(_adjusted_blocks(fit, clusters, -0.5))
    blocks = _adjusted_blocks(fit, clusters, 0.0)
    G = clusters.n_clusters
    correction = G / (G - 1) * (fit.n - 1) / fit.df_residual if kind is Cr.CR1 else 1.0
    return Covariance(
        kind=kind,
        matrix=frozen(correction * blocks.covariance),
        df_rule=DfRule.CLUSTERS,
        df=float(G - 1),
        clusters=blocks.facts,
    )


def _of_rows(kind: str, matrix: Floats) -> Covariance:
    return Covariance(kind=kind, matrix=frozen(matrix), df_rule=DfRule.NORMAL, df=np.inf)


def _adjusted_scores(fit: CategoryFit, rows: slice, power: float) -> Floats:
    """Multiply the score of one answer of each row by its (I - hat)^power, shape (m, q).

    The hat is B'B and the score B'e, with r rows in B: (I - B'B)^power B' = B' (I - BB')^power.
    """
    if not power:
        return np.asarray(fit.scores(rows) @ fit.root)
    B, e = fit.whitened(rows)
    B = B @ fit.root
    A = _powers(*np.linalg.eigh(B @ np.swapaxes(B, 1, 2)), power)
    return np.asarray(np.einsum("mr,mrq->mq", np.einsum("mrs,ms->mr", A, e), B))


def _powers(eigenvalues: Floats, Y: Floats, power: float) -> Floats:
    """Give (I - hat)^power from the eigenvectors of the hat matrices."""
    is_null = eigenvalues > UNIT
    free = np.where(is_null, 0.0, np.where(is_null, 1.0, 1 - eigenvalues) ** power)
    return np.asarray((Y * free[..., None, :]) @ np.swapaxes(Y, -1, -2))


def _adjusted_blocks(fit: CategoryFit, clusters: Clusters, power: float) -> AdjustedBlocks:
    """Adjust each cluster's scores and find how they vary under the model."""
    found = cluster_information(fit, clusters)
    hats, q = found.hats, fit.q
    scores = np.empty((clusters.n_clusters, q))
    for g in range(clusters.n_clusters):
        one = fit.scores(clusters.rows(g))
        times = 1.0 if fit.counts is None else fit.counts[clusters.rows(g), None]
        scores[g] = np.sum(times * one, axis=0)
    eigenvalues, Y = np.linalg.eigh(hats)
    A = _powers(eigenvalues, Y, power) if power else np.broadcast_to(np.eye(q), hats.shape)
    return AdjustedBlocks(
        root=fit.root,
        scores=frozen(np.einsum("gij,gj->gi", A, scores @ fit.root)),
        own=frozen(A @ hats @ A),
        cross=frozen(hats @ A),
        facts=found.facts,
    )
