"""CV3, the cluster jackknife: the model fitted again without each cluster in turn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from campaign_effect.errors import ConvergenceError, StatisticsError
from campaign_effect.stats.covariances.cluster_information import (
    ClusteredFit,
    cluster_information,
    clusters_of,
    estimates_of,
)
from campaign_effect.stats.covariances.covariance import Covariance, DfRule
from campaign_effect.stats.covariances.local_likelihood import local_likelihood
from campaign_effect.stats.models.clusters import UNIT, Clusters, cluster_sums
from campaign_effect.stats.models.firth import FirthFit
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.gee import GeeFit, fit_gee
from campaign_effect.stats.models.links import IDENTITY
from campaign_effect.stats.models.penalised import PenalisedLikelihood
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen


def leave_one_out(fit: ClusteredFit, codes: Integers) -> Floats:
    """Estimate the parameters without each cluster in turn, exactly.

    Parameters
    ----------
    fit : Fit, CategoryFit, GeeFit or RandomInterceptFit
        A fitted model.
    codes : ndarray of int, shape (n_rows,)
        Cluster of each row; the model's own, where it has some.

    Returns
    -------
    ndarray, shape (G, q)
        Parameters without cluster g, in the order of the codes; the last of a random
        intercept is its standard deviation. A direction of the parameters that only the
        deleted cluster informs stays where it was.

    Raises
    ------
    SingleClusterError
        If there is one cluster.
    ConvergenceError
        If the model has no finite estimate without a cluster, which is named.
    StatisticsError
        If codes and rows differ in number.

    Notes
    -----
    Linear models are updated in closed form [1]_; others are fitted again, by Newton's method
    from the estimates of all clusters. Firth's penalty and the working correlation of
    estimating equations are those of the clusters that are left.

    References
    ----------
    .. [1] MacKinnon, J. G., Nielsen, M. Ø., & Webb, M. D. (2023). Leverage, influence, and
       the jackknife in clustered regression models: Reliable inference using summclust.
       The Stata Journal, 23, 942-982. https://doi.org/10.1177/1536867X231212433

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((4, 1)), np.array([0.0, 1.0, 3.0, 4.0]))
    >>> leave_one_out(fit, np.array([0, 0, 1, 1])).round(6)
    array([[3.5],
           [0.5]])
    """
    return estimates_of(fit) + _changes(fit, clusters_of(fit, codes))


def jackknife_covariance(fit: ClusteredFit, codes: Integers) -> Covariance:
    """Estimate CV3, the cluster jackknife covariance.

    Parameters
    ----------
    fit : Fit, CategoryFit, GeeFit or RandomInterceptFit
        A fitted model.
    codes : ndarray of int, shape (n_rows,)
        Cluster of each row; the model's own, where it has some.

    Returns
    -------
    Covariance
        Kind "CV3", with G - 1 degrees of freedom.

    Raises
    ------
    SingleClusterError, ConvergenceError, StatisticsError
        As `leave_one_out`.

    Notes
    -----
    (G - 1) / G * sum of (b_(g) - b)(b_(g) - b)', centred at the estimate of all clusters
    [1]_. clubSandwich's CR3 is another estimator.

    References
    ----------
    .. [1] MacKinnon, J. G., Nielsen, M. Ø., & Webb, M. D. (2023). Fast and reliable jackknife
       and bootstrap methods for cluster-robust inference. Journal of Applied Econometrics,
       38, 671-694. https://doi.org/10.1002/jae.2969

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((4, 1)), np.array([0.0, 1.0, 3.0, 4.0]))
    >>> jackknife_covariance(fit, np.array([0, 0, 1, 1])).matrix.round(6)
    array([[2.25]])
    """
    clusters = clusters_of(fit, codes)
    changes, G = _changes(fit, clusters), clusters.n_clusters
    return Covariance(
        kind="CV3",
        matrix=frozen((G - 1) / G * (changes.T @ changes)),
        df_rule=DfRule.CLUSTERS,
        df=float(G - 1),
        clusters=cluster_information(fit, clusters).facts,
    )


def _changes(fit: ClusteredFit, clusters: Clusters) -> Floats:
    """Subtract the estimates from those without each cluster, shape (G, q)."""
    found = cluster_information(fit, clusters)
    if isinstance(fit, Fit) and fit.link is IDENTITY:
        return _linear_changes(fit, clusters) @ found.root.T
    gamma = np.asarray(np.linalg.solve(found.root, estimates_of(fit)))
    refit, G = _refit_of(fit, clusters, found.root, gamma), clusters.n_clusters
    changes = np.empty((G, len(gamma)))
    for g in range(G):
        try:
            changes[g] = refit(g, found.informed_elsewhere(g)) - gamma
        except StatisticsError as error:
            raise _inestimable_without(int(clusters.values[g])) from error
    return np.asarray(changes @ found.root.T)


def _linear_changes(fit: Fit, clusters: Clusters) -> Floats:
    """-(I - Z_g'Z_g)^+ Z_g'e_g of each cluster, shape (G, p)."""
    changes = np.empty((clusters.n_clusters, fit.p))
    for g, (hat, score) in enumerate(zip(*cluster_sums(fit, clusters), strict=True)):
        values, vectors = np.linalg.eigh(hat)
        kept = vectors[:, values <= UNIT]
        changes[g] = -kept @ ((kept.T @ score) / (1 - values[values <= UNIT]))
    return changes


def _refit_of(
    fit: ClusteredFit, clusters: Clusters, root: Floats, gamma: Floats
) -> Callable[[int, Floats], Floats]:
    """Say how to fit again without cluster g, along directions that others inform."""
    if not isinstance(fit, FirthFit | GeeFit):
        local = local_likelihood(fit, clusters)

        def from_the_maximum(g: int, kept: Floats) -> Floats:
            times = np.where(clusters.index == g, 0.0, local.times)
            return local.maximum(gamma, kept, times)

        return from_the_maximum

    def on_other_rows(g: int, kept: Floats) -> Floats:
        rows, start = np.flatnonzero(clusters.index != g), kept.T @ gamma
        return np.asarray(gamma + kept @ (_on_rows(fit, rows, root @ kept, start) - start))

    return on_other_rows


def _on_rows(fit: FirthFit | GeeFit, rows: Integers, turn: Floats, start: Floats) -> Floats:
    """Fit to some rows, by coordinates along the columns of a turn."""
    if isinstance(fit, GeeFit):
        X, y, codes = fit.fit.X[rows] @ turn, fit.fit.y[rows], fit.codes[rows]
        return fit_gee(X, y, codes, correlation=fit.correlation, link=fit.fit.link).beta
    times = np.ones(len(rows)) if fit.counts is None else fit.counts[rows]
    likelihood = PenalisedLikelihood(X=fit.X[rows] @ turn, y=fit.y[rows], times=times)
    return likelihood.maximum(start, np.ones(len(start), dtype=bool))


def _inestimable_without(code: int) -> ConvergenceError:
    return ConvergenceError(
        f"Without cluster {code} the model has no finite estimate.",
        hint="use the CR2 covariance, and read what rests on this cluster with care.",
    )
