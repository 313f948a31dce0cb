"""How many equal clusters would tell as much."""

from __future__ import annotations

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.covariances.cluster_information import clusters_of, information_of
from campaign_effect.stats.models.category_fit import CategoryFit
from campaign_effect.stats.models.clusters import check_codes, group_rows, orthonormal_rows
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.weighted_categories import WeightedCategoryFit
from campaign_effect.stats.moments.arrays import Floats, Integers


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
    _check_correlation(correlation)
    return effective_of_shares(_information(fit, codes, contrasts, correlation))


def effective_category_clusters(
    fit: CategoryFit | WeightedCategoryFit,
    codes: Integers,
    contrasts: Floats,
    correlation: float,
) -> Floats:
    """Find how many equal clusters would inform each contrast of a model of categories.

    Parameters
    ----------
    fit : CategoryFit or WeightedCategoryFit
        A fitted model.
    codes, correlation
        As in `effective_clusters`; with 1, people alike in their terms give the same answer.
    contrasts : ndarray, shape (k, q)
        One contrast of parameters a row.

    Returns
    -------
    ndarray, shape (k,)
        G*, at most G.

    Raises
    ------
    SingleClusterError, StatisticsError
        As `effective_clusters`.

    Notes
    -----
    As `effective_clusters`, which it is of two categories: a row's score is the sum over
    categories of (dp / dtheta) / sqrt(p) times the standardised error, 1 - p or -p over the
    root of p.

    Examples
    --------
    >>> from campaign_effect.stats.models.multinomial import fit_multinomial
    >>> fit = fit_multinomial(np.ones((4, 1)), np.array([0, 1, 1, 0]))
    >>> effective_category_clusters(fit, np.array([1, 2, 2, 2]), np.eye(1), 0.0)
    array([1.6])
    """
    _check_correlation(correlation)
    one = fit.fit if isinstance(fit, WeightedCategoryFit) else fit
    times = np.ones(len(one.y)) if one.counts is None else one.counts
    squares = times**2 if isinstance(fit, WeightedCategoryFit) else times
    clusters = clusters_of(one, codes)
    directions = contrasts @ one.root
    gamma = np.empty((len(contrasts), clusters.n_clusters))
    for g in range(clusters.n_clusters):
        rows = clusters.rows(g)
        alone = directions @ information_of(one, rows, squares)
        together = _joint_slopes(one, rows, times[rows]) @ contrasts.T
        gamma[:, g] = (1 - correlation) * np.einsum("ki,ki->k", alone, directions)
        gamma[:, g] += correlation * np.sum(together**2, axis=0)
    return effective_of_shares(gamma)


def _joint_slopes(fit: CategoryFit, rows: Integers, times: Floats) -> Floats:
    """Sum what multiplies the rows' errors if these are alike, times the bread, shape (K, q).

    A row's standardised errors lie across s = sqrt(p). They are alike where the shortest turn
    from s to equal shares u makes them one: I - (u + s)u' / (1 + u's) of what lies across s.
    """
    X, K = fit.X[rows], fit.n_categories
    P = fit.probabilities(X)
    s, u = np.sqrt(np.maximum(P, 0.0)), np.full(K, 1 / np.sqrt(K))
    scale = np.where(P > 0, 1 / np.where(P > 0, s, 1.0), 0.0)
    turn = np.eye(K) - (u + s)[:, :, None] * u / (1 + s @ u)[:, None, None]
    weights = times[:, None, None] * turn * scale[:, None, :]
    found = np.zeros((K, fit.q))
    for out, k in np.ndindex(K, K):
        found[out] += fit.mean_shares(X, weights[:, out, k])[k].gradient
    return np.asarray(found @ fit.bread)


def _check_correlation(correlation: float) -> None:
    if not 0 <= correlation <= 1:
        raise StatisticsError(
            "A correlation within clusters lies between 0 and 1.", received=correlation
        )


def effective_of_shares(gamma: Floats) -> Floats:
    """Find how many equal shares vary as little as these.

    Parameters
    ----------
    gamma : ndarray, shape (k, G)
        What each cluster contributes, in any unit.

    Returns
    -------
    ndarray, shape (k,)
        G / (1 + CV^2), at most G.

    Examples
    --------
    >>> effective_of_shares(np.array([[0.25, 0.75]]))
    array([1.6])
    """
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
