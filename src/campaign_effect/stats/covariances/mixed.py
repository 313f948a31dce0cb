"""Covariances of a random-intercept logit: classic, CR0, CR1."""

from __future__ import annotations

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.covariances.cluster_information import (
    cluster_information,
    clusters_of,
)
from campaign_effect.stats.covariances.covariance import Covariance, Cr, DfRule
from campaign_effect.stats.covariances.local_likelihood import local_likelihood
from campaign_effect.stats.models.random_intercept import RandomInterceptFit
from campaign_effect.stats.moments.arrays import Integers, frozen


def mixed_covariance(fit: RandomInterceptFit) -> Covariance:
    """Give the covariance of the coefficients and sd, for *z*.

    Parameters
    ----------
    fit : RandomInterceptFit
        A fitted model.

    Returns
    -------
    Covariance
        Kind "classic", shape (p + 1, p + 1).

    Examples
    --------
    >>> from campaign_effect.stats.models.random_intercept import fit_random_intercept
    >>> y = np.repeat([0.0, 1, 0, 1, 0, 1], [9, 1, 5, 5, 1, 9])
    >>> fit = fit_random_intercept(np.ones((30, 1)), y, np.repeat([1, 2, 3], 10))
    >>> mixed_covariance(fit).matrix.shape
    (2, 2)
    """
    return Covariance(kind="classic", matrix=fit.vcov, df_rule=DfRule.NORMAL, df=np.inf)


def mixed_cr(fit: RandomInterceptFit, codes: Integers, kind: Cr = Cr.CR1) -> Covariance:
    """Estimate a covariance that holds though effects of clusters are not normal or alike.

    Parameters
    ----------
    fit : RandomInterceptFit
        A fitted model.
    codes : ndarray of int, shape (n_rows,)
        The model's own cluster of each row.
    kind : Cr, default CR1
        CR0; CR1, times G / (G - 1) * (n - 1) / (n - p - 1).

    Returns
    -------
    Covariance
        Of the coefficients and sd, with G - 1 degrees of freedom.

    Raises
    ------
    StatisticsError
        If CR2 is asked, or codes and rows differ in number.

    Notes
    -----
    Scores of clusters, which the likelihood takes as independent, on either side of the
    inverse information [1]_. CR2 has no adjustment here: it needs the covariance of a
    cluster's residuals, which the likelihood has integrated out.

    References
    ----------
    .. [1] White, H. (1982). Maximum likelihood estimation of misspecified models.
       Econometrica, 50, 1-25. https://doi.org/10.2307/1912526

    Examples
    --------
    >>> from campaign_effect.stats.models.random_intercept import fit_random_intercept
    >>> y, codes = np.repeat([0.0, 1, 0, 1, 0, 1], [9, 1, 5, 5, 1, 9]), np.repeat([1, 2, 3], 10)
    >>> mixed_cr(fit_random_intercept(np.ones((30, 1)), y, codes), codes).df
    2.0
    """
    kind = Cr(kind)
    if kind is Cr.CR2:
        raise StatisticsError(
            "A random-intercept logit has no CR2 covariance.",
            hint="use CV3, the jackknife, or Logit with CR2.",
        )
    clusters = clusters_of(fit, codes)
    local, G = local_likelihood(fit, clusters), clusters.n_clusters
    scores = np.linalg.solve(local.root.T, local.scores(local.gamma).T).T @ fit.vcov
    correction = G / (G - 1) * (fit.n - 1) / (fit.n - len(fit.vcov))
    return Covariance(
        kind=kind,
        matrix=frozen((correction if kind is Cr.CR1 else 1.0) * (scores.T @ scores)),
        df_rule=DfRule.CLUSTERS,
        df=float(G - 1),
        clusters=cluster_information(fit, clusters).facts,
    )
