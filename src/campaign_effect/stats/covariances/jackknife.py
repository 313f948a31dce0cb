"""CV3, the cluster jackknife: the model fitted again without each cluster in turn."""

from __future__ import annotations

import numpy as np

from campaign_effect.errors import ConvergenceError, StatisticsError
from campaign_effect.stats.covariances.covariance import Covariance, DfRule
from campaign_effect.stats.models.clusters import (
    UNIT,
    Clusters,
    check_codes,
    cluster_facts,
    group_rows,
    orthonormal_rows,
)
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.links import IDENTITY, LOGIT
from campaign_effect.stats.models.logit_offset import logit_with_offset
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen

ZERO_SCORE = 1e-7  # of the root of n; maximum-likelihood fits stop at 1e-12


def leave_one_out(fit: Fit, codes: Integers) -> Floats:
    """Estimate the coefficients without each cluster in turn, exactly.

    Parameters
    ----------
    fit : Fit
        A linear or logistic model.
    codes : ndarray of int, shape (n_rows,)
        Cluster of each row.

    Returns
    -------
    ndarray, shape (G, p)
        Coefficients without cluster g, in the order of the codes. A direction of the
        coefficients that only the deleted cluster informs stays where it was.

    Raises
    ------
    SingleClusterError
        If there is one cluster.
    ConvergenceError
        If the outcome is separated without a cluster, which is named.
    StatisticsError
        If codes and rows differ in number, or the model is neither linear nor a logit of
        maximum likelihood.

    Notes
    -----
    Linear models are updated in closed form [1]_; a logit is fitted again by Newton's method
    from the coefficients of all clusters.

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
    check_codes(fit, codes)
    clusters = group_rows(codes)
    if fit.link is IDENTITY:
        return fit.beta + _linear_changes(fit, clusters) @ fit.root.T
    if fit.link is LOGIT and _is_likeliest(fit):
        return fit.beta + _logit_changes(fit, clusters) @ fit.root.T
    raise StatisticsError(
        "The jackknife refits linear and logistic models of maximum likelihood only.",
        received=f"a model with the link {fit.link.name!r}",
        hint="use the CR2 covariance.",
    )


def jackknife_covariance(fit: Fit, codes: Integers) -> Covariance:
    """Estimate CV3, the cluster jackknife covariance.

    Parameters
    ----------
    fit : Fit
        A linear or logistic model.
    codes : ndarray of int, shape (n_rows,)
        Cluster of each row.

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
    deviation = leave_one_out(fit, codes) - fit.beta
    G = len(deviation)
    return Covariance(
        kind="CV3",
        matrix=frozen((G - 1) / G * (deviation.T @ deviation)),
        df_rule=DfRule.CLUSTERS,
        df=float(G - 1),
        clusters=cluster_facts(fit, group_rows(codes)),
    )


def _is_likeliest(fit: Fit) -> bool:
    """Tell whether the scores sum to zero (those of a penalised likelihood do not)."""
    score = fit.scores if fit.counts is None else fit.scores * fit.counts
    return bool(np.linalg.norm((score @ fit.X) @ fit.root) <= ZERO_SCORE * np.sqrt(fit.n))


def _linear_changes(fit: Fit, clusters: Clusters) -> Floats:
    """-(I - Z_g'Z_g)^+ Z_g'e_g of each cluster, shape (G, p)."""
    changes = np.empty((clusters.n_clusters, fit.p))
    for g in range(clusters.n_clusters):
        rows = clusters.rows(g)
        Z = orthonormal_rows(fit, rows)
        times = 1.0 if fit.counts is None else np.sqrt(fit.counts[rows])
        values, vectors = np.linalg.eigh(Z.T @ Z)
        kept = vectors[:, values <= UNIT]
        score = kept.T @ (Z.T @ (times * fit.residual[rows]))
        changes[g] = -kept @ (score / (1 - values[values <= UNIT]))
    return changes


def _logit_changes(fit: Fit, clusters: Clusters) -> Floats:
    """Refit without each cluster, in coordinates in which beta = root theta; shape (G, p)."""
    Z, offset = fit.X @ fit.root, fit.X @ fit.beta
    counts = np.ones(len(fit.y)) if fit.counts is None else fit.counts
    changes = np.empty((clusters.n_clusters, fit.p))
    for g in range(clusters.n_clusters):
        kept = _informed_elsewhere(fit, clusters.rows(g))
        times = np.where(clusters.index == g, 0.0, counts)
        try:
            theta = logit_with_offset(Z @ kept, fit.y, times, offset)
        except ConvergenceError as error:
            raise _separated_without(int(clusters.values[g])) from error
        changes[g] = kept @ theta
    return changes


def _informed_elsewhere(fit: Fit, rows: Integers) -> Floats:
    """Directions that other clusters inform too, shape (p, r)."""
    Z = orthonormal_rows(fit, rows)
    values, vectors = np.linalg.eigh(Z.T @ Z)
    return np.asarray(vectors[:, values <= UNIT])


def _separated_without(code: int) -> ConvergenceError:
    return ConvergenceError(
        f"Without cluster {code} the logistic regression has no finite estimate.",
        hint="use the CR2 covariance, and read what rests on this cluster with care.",
    )
