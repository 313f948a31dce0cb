"""How far the clusters are from equal: effective number, partial leverage."""

from __future__ import annotations

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.clusters import check_codes, group_rows, orthonormal_rows
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.moments.arrays import Floats, Integers


def partial_leverage(fit: Fit, codes: Integers, contrasts: Floats) -> Floats:
    """Measure how much of each contrast's information lies in each cluster.

    Parameters
    ----------
    fit : Fit
        A fitted model.
    codes : ndarray of int, shape (n_rows,)
        Cluster of each row.
    contrasts : ndarray, shape (k, p)
        One contrast of coefficients a row.

    Returns
    -------
    ndarray, shape (k, G)
        Shares that sum to 1 over the clusters, in the order of the codes.

    Raises
    ------
    SingleClusterError
        If there is one cluster.
    StatisticsError
        If codes and rows differ in number.

    Notes
    -----
    For a coefficient, the cluster's part of the sum of squares of its column after the other
    columns are partialled out, under the model's weights [1]_.

    References
    ----------
    .. [1] MacKinnon, J. G., Nielsen, M. Ø., & Webb, M. D. (2023). Leverage, influence, and
       the jackknife in clustered regression models: Reliable inference using summclust.
       The Stata Journal, 23, 942-982. https://doi.org/10.1177/1536867X231212433

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((4, 1)), np.arange(4.0))
    >>> partial_leverage(fit, np.array([1, 2, 2, 2]), np.eye(1))
    array([[0.25, 0.75]])
    """
    information = _information(fit, codes, contrasts, 0.0)
    return np.asarray(information / information.sum(axis=1, keepdims=True))


def effective_clusters(
    fit: Fit, codes: Integers, contrasts: Floats, correlation: float
) -> Floats:
    """Find how many equal clusters would inform each contrast as these do.

    Parameters
    ----------
    fit : Fit
        A fitted model.
    codes : ndarray of int, shape (n_rows,)
        Cluster of each row.
    contrasts : ndarray, shape (k, p)
        One contrast of coefficients a row.
    correlation : float
        Of the standardised errors of two answers of a cluster, in [0, 1]; 1 is the authors'
        worst case, 0 gives what partial leverages alone say.

    Returns
    -------
    ndarray, shape (k,)
        G*, at most G. Far below G, a *t* with G - 1 degrees of freedom claims too much.

    Raises
    ------
    SingleClusterError
        If there is one cluster.
    StatisticsError
        If codes and rows differ in number, or the correlation lies outside [0, 1].

    Notes
    -----
    G / (1 + CV^2) with CV the coefficient of variation over clusters of
    c' B X_g' Omega_g X_g B c, B the bread [1]_, written G*(rho) in [2]_.

    References
    ----------
    .. [1] Carter, A. V., Schnepel, K. T., & Steigerwald, D. G. (2017). Asymptotic behavior of
       a t-test robust to cluster heterogeneity. Review of Economics and Statistics, 99,
       698-709. https://doi.org/10.1162/REST_a_00639
    .. [2] MacKinnon, J. G., Nielsen, M. Ø., & Webb, M. D. (2023). Cluster-robust inference: A
       guide to empirical practice. Journal of Econometrics, 232, 272-299.
       https://doi.org/10.1016/j.jeconom.2022.04.001

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((4, 1)), np.arange(4.0))
    >>> effective_clusters(fit, np.array([1, 2, 2, 2]), np.eye(1), 0.0)
    array([1.6])
    """
    if not 0 <= correlation <= 1:
        raise StatisticsError(
            "A correlation within clusters lies between 0 and 1.", received=correlation
        )
    gamma = _information(fit, codes, contrasts, correlation)
    variation = gamma.var(axis=1) / gamma.mean(axis=1) ** 2
    return np.asarray(gamma.shape[1] / (1 + variation))


def _information(fit: Fit, codes: Integers, contrasts: Floats, correlation: float) -> Floats:
    """Find c' B X_g' Omega_g X_g B c of each contrast and cluster, shape (k, G)."""
    check_codes(fit, codes)
    clusters = group_rows(codes)
    directions = fit.root.T @ contrasts.T
    gamma = np.empty((len(contrasts), clusters.n_clusters))
    for g in range(clusters.n_clusters):
        rows = clusters.rows(g)
        part = orthonormal_rows(fit, rows) @ directions
        repeats = np.ones(len(rows)) if fit.counts is None else np.sqrt(fit.counts[rows])
        alone, together = np.sum(part**2, axis=0), (repeats @ part) ** 2
        gamma[:, g] = (1 - correlation) * alone + correlation * together
    return gamma
