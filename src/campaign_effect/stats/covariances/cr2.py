"""CR2, the bias-reduced cluster-robust covariance, in p by p blocks per cluster."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from campaign_effect.stats.covariances.inverse_root import inverse_root_product
from campaign_effect.stats.models.clusters import (
    ClusterFacts,
    Clusters,
    facts_of,
    orthonormal_rows,
)
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustedBlocks:
    """What the clusters' adjusted scores are, and how they vary under the working model.

    All in coordinates gamma in which beta = root gamma and the information is I.

    Attributes
    ----------
    root : ndarray, shape (p, p)
        The fit's root of the bread.
    scores : ndarray, shape (G, p)
        Adjusted scores Z_g' A_g e_g.
    own : ndarray, shape (G, p, p)
        Their covariance if residuals were the errors themselves.
    cross : ndarray, shape (G, p, p)
        Their covariance with the coefficients, which residuals take away again.
    facts : ClusterFacts
        Sizes and leverages.
    gained : ndarray, shape (G, r, p), or None
        What the coefficients' own variance gives back where weights are not inverse
        variances; nothing if None.
    """

    root: Floats = field(compare=False)
    scores: Floats = field(compare=False)
    own: Floats = field(compare=False)
    cross: Floats = field(compare=False)
    facts: ClusterFacts
    gained: Floats | None = field(default=None, compare=False)

    def shared(self, directions: Floats) -> tuple[Floats, Floats]:
        """Find what clusters' scores share through the coefficients.

        Of directions u, shape (p, k), gives d, shape (G, r, k), and signs, shape (r,): the
        covariance of two clusters' scores is [g = h] u'own u - sum of signs d_g d_h.
        """
        d = self.cross @ directions
        if self.gained is None:
            return d, np.ones(d.shape[1])
        more = self.gained @ directions
        signs = np.concatenate([np.ones(d.shape[1]), -np.ones(more.shape[1])])
        return np.concatenate([d, more], axis=1), signs

    @property
    def covariance(self) -> Floats:
        """CR2 of the coefficients, shape (p, p)."""
        spread = self.scores @ self.root.T
        return np.asarray(spread.T @ spread)


def adjusted_blocks(fit: Fit, clusters: Clusters) -> AdjustedBlocks:
    """Adjust each cluster's scores so that their covariance is unbiased.

    Parameters
    ----------
    fit : Fit
        A fitted model.
    clusters : Clusters
        Its rows by cluster.

    Returns
    -------
    AdjustedBlocks
        Scores with what the Satterthwaite degrees of freedom of any contrast need.

    Notes
    -----
    The working model is independence with the variance function V: Bell and McCaffrey's
    [1]_ for linear models, clubSandwich's for generalised ones [2]_. With
    F = G^(-1/2) Z of `inverse_root_product`, the adjusted score is F' V^(1/2) e, its own
    covariance F' V^2 F, and its covariance with the coefficients Z' V F.

    References
    ----------
    .. [1] Bell, R. M., & McCaffrey, D. F. (2002). Bias reduction in standard errors for
       linear regression with multi-stage samples. Survey Methodology, 28, 169-181.
    .. [2] Pustejovsky, J. E., & Tipton, E. (2018). Small-sample methods for cluster-robust
       variance estimation and hypothesis testing in fixed effects models. Journal of
       Business & Economic Statistics, 36, 672-683.
       https://doi.org/10.1080/07350015.2016.1247004

    Examples
    --------
    >>> from campaign_effect.stats.models.clusters import group_rows
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((4, 1)), np.array([0.0, 1.0, 3.0, 4.0]))
    >>> adjusted_blocks(fit, group_rows(np.array([0, 0, 1, 1]))).covariance.round(4)
    array([[2.25]])
    """
    G, p = clusters.n_clusters, fit.p
    scores, (own, cross, hats) = np.empty((G, p)), np.empty((3, G, p, p))
    for g in range(G):
        rows = clusters.rows(g)
        Z, v = orthonormal_rows(fit, rows), fit.variance[rows]
        hats[g] = Z.T @ Z
        F = inverse_root_product(Z, v, *np.linalg.eigh(hats[g]))
        F_v = v[:, None] * F
        scores[g] = _scaled_residuals(fit, rows) @ F
        own[g], cross[g] = F_v.T @ F_v, Z.T @ F_v
    return AdjustedBlocks(
        root=fit.root,
        scores=frozen(scores),
        own=frozen(own),
        cross=frozen(cross),
        facts=facts_of(clusters, fit.counts, hats),
    )


def _scaled_residuals(fit: Fit, rows: Integers) -> Floats:
    """Residuals times the roots of variance and counts."""
    variance = fit.variance[rows]
    times = variance if fit.counts is None else variance * fit.counts[rows]
    return np.sqrt(times) * (fit.y[rows] - fit.mean[rows])
