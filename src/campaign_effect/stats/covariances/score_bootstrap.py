"""The score bootstrap of a model of maximum likelihood, by cluster, under the hypothesis."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.covariances.bootstrap_weights import BootstrapWeights
from campaign_effect.stats.covariances.inversion import accepted_reach
from campaign_effect.stats.covariances.local_likelihood import (
    LikelihoodFit,
    LocalLikelihood,
    local_likelihood,
)
from campaign_effect.stats.covariances.wild import TIE, BootstrapTest, checked_clusters
from campaign_effect.stats.models.firth import FirthFit
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.links import IDENTITY
from campaign_effect.stats.moments.arrays import Floats, Integers

REACH = 1e-4  # of a standard error: how exactly an interval's bounds are found


def score_bootstrap(
    fit: LikelihoodFit,
    codes: Integers,
    contrast: Floats,
    weights: BootstrapWeights,
    *,
    null: float = 0.0,
    level: float = 0.95,
) -> BootstrapTest:
    """Test a contrast of a model's parameters by bootstrapping the clusters' scores.

    Parameters
    ----------
    fit : Fit, CategoryFit or RandomInterceptFit
        A model of maximum likelihood or quasi-likelihood, but not a linear one.
    codes : ndarray of int, shape (n_rows,)
        Cluster of each row; the model's own, where it has some.
    contrast : ndarray, shape (q,)
        Of the parameters.
    weights : BootstrapWeights
        For as many clusters.
    null : float, default 0
        The contrast's value under the hypothesis.
    level : float, default 0.95
        Coverage of the interval, in (0, 1).

    Returns
    -------
    BootstrapTest
        With the score statistic, and the interval by inversion.

    Raises
    ------
    SingleClusterError
        If there is one cluster.
    ConvergenceError
        If the model cannot be fitted under the hypothesis.
    StatisticsError
        If the model is linear or penalised, or codes or weights do not fit.

    Notes
    -----
    psi_g = c' I^(-1) s_g, with s_g a cluster's score (X_g'(y_g - mu_g) in a logit) and I the
    observed information, all under the hypothesis, and
    t = sum psi / sqrt(sum (psi - mean psi)^2); a draw multiplies each psi_g by its weight,
    which costs no new fit [1]_. Draws with |t| equal to the sample's count.

    References
    ----------
    .. [1] Kline, P., & Santos, A. (2012). A score based approach to wild bootstrap inference.
       Journal of Econometric Methods, 1, 23-41. https://doi.org/10.1515/2156-6674.1006

    Examples
    --------
    >>> from campaign_effect.stats.covariances.bootstrap_weights import bootstrap_weights
    >>> from campaign_effect.stats.models.logit import fit_logit
    >>> X = np.column_stack([np.ones(24), np.arange(24) % 2])
    >>> y = ((np.arange(24) % 5 < 2) | (np.arange(24) % 4 == 1)).astype(float)
    >>> codes = np.arange(24) // 2
    >>> test = score_bootstrap(fit_logit(X, y), codes, np.eye(2)[1], bootstrap_weights(12))
    >>> round(test.statistic, 3), round(test.p_value, 4)
    (1.455, 0.375)
    """
    if isinstance(fit, FirthFit) or (isinstance(fit, Fit) and fit.link is IDENTITY):
        raise StatisticsError(
            "The score bootstrap is for models of maximum likelihood.",
            received="a linear or penalised model",
            hint="use the wild cluster bootstrap for linear models.",
        )
    clusters = checked_clusters(fit, codes, weights)
    path = _restricted_path(local_likelihood(fit, clusters), contrast)
    estimate = path.estimate
    bounds = [
        estimate
        - accepted_reach(
            lambda delta: _p_value(path.contributions(delta), weights),
            side * float(np.linalg.norm(path.contributions(0.0))),
            level=level,
            tolerance=REACH,
        )
        for side in (1, -1)
    ]
    psi = path.contributions(estimate - null)
    return BootstrapTest(
        estimate=estimate,
        statistic=float(psi.sum() / np.sqrt(np.sum((psi - psi.mean()) ** 2))),
        p_value=_p_value(psi, weights),
        conf_low=bounds[0],
        conf_high=bounds[1],
        kind=weights.kind,
        is_enumerated=weights.is_enumerated,
        n_draws=weights.n_draws,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _RestrictedPath:
    """Fits of the model in which the contrast lies a given distance from its estimate.

    Attributes
    ----------
    local : LocalLikelihood
    contrast : ndarray, shape (q,)
        The contrast in its coordinates.
    free : ndarray, shape (q, q - 1)
        Directions that leave the contrast as it is.
    shift : ndarray, shape (q,)
        Direction that moves the contrast by 1 and all else least.
    """

    local: LocalLikelihood
    contrast: Floats
    free: Floats = field(repr=False)
    shift: Floats

    @property
    def estimate(self) -> float:
        """The contrast of the estimates."""
        return float(self.contrast @ self.local.gamma)

    def contributions(self, delta: float) -> Floats:
        """psi_g of each cluster under contrast = estimate - delta, shape (G,)."""
        local = self.local
        start = local.gamma - delta * self.shift
        gamma = local.maximum(start, self.free, local.times)
        information = local.at(gamma, local.times).information
        return np.asarray(local.scores(gamma) @ np.linalg.solve(information, self.contrast))


def _restricted_path(local: LocalLikelihood, contrast: Floats) -> _RestrictedPath:
    """Split the coordinates by the contrast."""
    c = local.root.T @ contrast
    basis, _ = np.linalg.qr(c[:, None], mode="complete")
    return _RestrictedPath(local=local, contrast=c, free=basis[:, 1:], shift=c / (c @ c))


def _p_value(psi: Floats, weights: BootstrapWeights) -> float:
    """Share of draws with |t| at least the sample's; |t| rises with sum^2 / sum of squares."""
    sums, squares = weights.values @ psi, weights.values**2 @ psi**2
    t = abs(psi.sum()) / np.sqrt(np.sum(psi**2))
    least = max(t - TIE * max(t, 1.0), 0.0) ** 2  # at the estimate, t itself is rounding
    return float(np.mean(sums**2 >= least * squares))
