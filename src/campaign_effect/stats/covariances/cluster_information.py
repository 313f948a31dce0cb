"""Where a model's information lies: cluster by cluster, whatever the model."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.category_fit import CategoryFit
from campaign_effect.stats.models.clusters import (
    UNIT,
    ClusterFacts,
    Clusters,
    cluster_sums,
    facts_of,
    group_rows,
)
from campaign_effect.stats.models.design_matrix import RANK_TOLERANCE, row_blocks
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.gee import GeeFit
from campaign_effect.stats.models.quadrature import GroupedAnswers
from campaign_effect.stats.models.random_intercept import RandomInterceptFit
from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers, frozen

BLOCK_ROWS = 4096  # rows whose derivatives by all parameters are held at once


ClusteredFit = Fit | CategoryFit | GeeFit | RandomInterceptFit


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterInformation:
    """The clusters' information on the parameters, in coordinates in which all is I.

    Attributes
    ----------
    root : ndarray, shape (q, q)
        theta = root gamma.
    hats : ndarray, shape (G, q, q)
        Information of each cluster on gamma; they sum to I. The standard deviation of a
        random intercept has none here.
    facts : ClusterFacts
        What to know of the clusters before their standard errors are believed.
    """

    root: Floats = field(repr=False)
    hats: Floats = field(repr=False)
    facts: ClusterFacts

    def informed_elsewhere(self, g: int) -> Floats:
        """Directions of gamma that clusters other than g inform too, shape (q, r)."""
        values, vectors = np.linalg.eigh(self.hats[g])
        return np.asarray(vectors[:, values <= UNIT])

    def inestimable_without(self, contrasts: Floats) -> Booleans:
        """Tell which contrasts could not be estimated if one cluster were deleted.

        Such a contrast (an exposure found in one village only) compares that cluster with all
        others; no method can tell its effect from the cluster's own, and no degrees of freedom
        give the alarm.

        Parameters
        ----------
        contrasts : ndarray, shape (k, q)
            One contrast of parameters a row; the identity for the parameters themselves.

        Returns
        -------
        ndarray of bool, shape (k, G)

        Notes
        -----
        A contrast is estimable if it lies in the row space of the design [1]_. Directions that
        a cluster alone carries are eigenvectors of its information with eigenvalue 1.

        References
        ----------
        .. [1] Searle, S. R. (1971). Linear models (section 5.4). Wiley.
        """
        directions = contrasts @ self.root
        lengths = np.linalg.norm(directions, axis=1)
        rests = []
        for hat in self.hats:
            values, vectors = np.linalg.eigh(hat)
            rests.append(np.linalg.norm(directions @ vectors[:, values > UNIT], axis=1))
        return np.asarray(np.column_stack(rests) > RANK_TOLERANCE * lengths[:, None])

    def partial_leverage(self, contrasts: Floats) -> Floats:
        """Measure how much of each contrast's information lies in each cluster.

        Parameters
        ----------
        contrasts : ndarray, shape (k, q)
            One contrast of parameters a row.

        Returns
        -------
        ndarray, shape (k, G)
            Shares that sum to 1 over the clusters, in the order of the codes.

        Notes
        -----
        For a coefficient of a linear model, the cluster's part of the sum of squares of its
        column after the other columns are partialled out [1]_.

        References
        ----------
        .. [1] MacKinnon, J. G., Nielsen, M. Ø., & Webb, M. D. (2023). Leverage, influence, and
           the jackknife in clustered regression models: Reliable inference using summclust.
           The Stata Journal, 23, 942-982. https://doi.org/10.1177/1536867X231212433
        """
        directions = contrasts @ self.root
        found = np.einsum("ki,gij,kj->kg", directions, self.hats, directions)
        return np.asarray(found / found.sum(axis=1, keepdims=True))


def clusters_of(fit: ClusteredFit, codes: Integers) -> Clusters:
    """Group a model's rows by cluster.

    Parameters
    ----------
    fit : Fit, CategoryFit, GeeFit or RandomInterceptFit
        A fitted model.
    codes : ndarray of int, shape (n_rows,)
        Cluster of each row.

    Returns
    -------
    Clusters

    Raises
    ------
    SingleClusterError
        If there is one cluster.
    StatisticsError
        If codes and rows differ in number.

    Examples
    --------
    >>> from campaign_effect.stats.models.multinomial import fit_multinomial
    >>> fit = fit_multinomial(np.ones((4, 1)), np.array([0, 1, 1, 0]))
    >>> clusters_of(fit, np.array([7, 7, 9, 9])).n_clusters
    2
    """
    y = fit.codes if isinstance(fit, GeeFit) else fit.y
    if codes.shape != y.shape:
        raise StatisticsError(
            "Every row needs one cluster code.", received=f"codes {codes.shape}, rows {y.shape}"
        )
    return group_rows(codes)


def cluster_information(fit: ClusteredFit, clusters: Clusters) -> ClusterInformation:
    """Measure what each cluster tells of the parameters.

    Parameters
    ----------
    fit : Fit, CategoryFit, GeeFit or RandomInterceptFit
        A fitted model.
    clusters : Clusters
        Its rows by cluster; the model's own, where it has some.

    Returns
    -------
    ClusterInformation
        Of the expected information in a `Fit`, by the working covariance in a `GeeFit`, of the
        observed information else; in a random-intercept logit of the coefficients at its
        standard deviation.

    Examples
    --------
    >>> from campaign_effect.stats.models.clusters import group_rows
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((4, 1)), np.arange(4.0))
    >>> cluster_information(fit, group_rows(np.array([1, 2, 2, 2]))).hats.ravel().round(2)
    array([0.25, 0.75])
    """
    counts = None if isinstance(fit, GeeFit) else fit.counts
    if isinstance(fit, RandomInterceptFit):
        root, hats = _mixed(fit, clusters)
    elif isinstance(fit, CategoryFit):
        each = [
            information_of(fit, clusters.rows(g), counts) for g in range(clusters.n_clusters)
        ]
        root, hats = fit.root, np.array(each)
    else:
        linear = fit.whitened if isinstance(fit, GeeFit) else fit
        root, hats = linear.root, cluster_sums(linear, clusters)[0]
    return ClusterInformation(
        root=root, hats=frozen(hats), facts=facts_of(clusters, counts, hats)
    )


def estimates_of(fit: ClusteredFit) -> Floats:
    """Take all parameters of a model; the last of a random intercept is its sd.

    Parameters
    ----------
    fit : Fit, CategoryFit, GeeFit or RandomInterceptFit
        A fitted model.

    Returns
    -------
    ndarray, shape (q,)

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> estimates_of(fit_ols(np.ones((2, 1)), np.array([1.0, 3.0]))).round(6)
    array([2.])
    """
    if isinstance(fit, RandomInterceptFit):
        return np.append(fit.beta, fit.sd)
    return fit.theta if isinstance(fit, CategoryFit) else fit.beta


def _mixed(fit: RandomInterceptFit, clusters: Clusters) -> tuple[Floats, Floats]:
    """Take the coefficients' part, which is never negative; sd is scaled by the root of n."""
    p = len(fit.beta)
    answers = GroupedAnswers.of(fit.X, fit.y, fit.counts, clusters, fit.n_nodes)
    found = answers.integrate(fit.beta, fit.sd)
    if found is None:
        raise TypeError("A fitted model has no likelihood.")
    own = found.information[:, :p, :p]
    root = np.zeros((p + 1, p + 1))
    root[:p, :p] = np.linalg.inv(np.linalg.cholesky(own.sum(axis=0))).T
    root[p, p] = 1 / np.sqrt(fit.n)
    hats = np.zeros((len(own), p + 1, p + 1))
    hats[:, :p, :p] = root[:p, :p].T @ own @ root[:p, :p]
    return frozen(root), hats


def information_of(fit: CategoryFit, rows: Integers, times: Floats | None) -> Floats:
    """Sum the information of a cluster's answers, in coordinates in which all is I.

    Parameters
    ----------
    fit : CategoryFit
        A fitted model.
    rows : ndarray of int, shape (m,)
        Rows of the cluster.
    times : ndarray, shape (n_rows,), or None
        What each row of the fit counts; 1 if None.

    Returns
    -------
    ndarray, shape (q, q)
        With the fit's counts, the cluster's hat matrix.

    Examples
    --------
    >>> from campaign_effect.stats.models.multinomial import fit_multinomial
    >>> fit = fit_multinomial(np.ones((4, 1)), np.array([0, 1, 1, 0]))
    >>> information_of(fit, np.array([0, 1]), None).round(6)
    array([[0.5]])
    """
    found = np.zeros((fit.q, fit.q))
    for some in row_blocks(len(rows), BLOCK_ROWS):
        D = fit.directions(rows[some])
        bent = fit.curvatures[rows[some]] @ D
        if times is not None:
            bent *= times[rows[some], None, None]
        found += D.reshape(-1, fit.q).T @ bent.reshape(-1, fit.q)
    return np.asarray(fit.root.T @ found @ fit.root)
