"""The restricted wild cluster bootstrap-t of linear models.

Everything is a product of matrices with one row or column per cluster. The restricted
residuals are linear in the value of the hypothesis, so that a bootstrap t at any hypothesis
is a ratio of a line and the root of a parabola: intervals by inversion cost little more than
one test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.covariances.bootstrap_weights import BootstrapWeights, WeightKind
from campaign_effect.stats.covariances.cluster_information import ClusteredFit, clusters_of
from campaign_effect.stats.covariances.inversion import accepted_reach
from campaign_effect.stats.models.clusters import Clusters
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.links import IDENTITY
from campaign_effect.stats.moments.arrays import Booleans, Floats, Integers

TIE = 1e-9  # of |t|: draws as near are equal but for rounding, and count
REACH = 1e-9  # of a standard error: how exactly an interval's bounds are found


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapTest:
    """A test of one contrast by bootstrap, and the interval of values not rejected.

    Attributes
    ----------
    estimate : float
        The contrast.
    statistic : float
        *t* of the sample.
    p_value : float
        Share of the draws, the sample itself among them, with |t| at least as large.
    conf_low, conf_high : float
        Bounds; infinite where no value is rejected.
    kind : WeightKind
        Distribution of the weights.
    is_enumerated : bool
        Whether every possible draw was used, so that *p* has no Monte Carlo error.
    n_draws : int
        Draws.
    """

    estimate: float
    statistic: float
    p_value: float
    conf_low: float
    conf_high: float
    kind: WeightKind
    is_enumerated: bool
    n_draws: int


def wild_bootstrap(
    fit: Fit,
    codes: Integers,
    contrast: Floats,
    weights: BootstrapWeights,
    *,
    null: float = 0.0,
    level: float = 0.95,
) -> BootstrapTest:
    """Test a contrast of a linear model by the restricted wild cluster bootstrap-t.

    Parameters
    ----------
    fit : Fit
        A linear model.
    codes : ndarray of int, shape (n_rows,)
        Cluster of each row.
    contrast : ndarray, shape (p,)
        Of the coefficients.
    weights : BootstrapWeights
        For as many clusters.
    null : float, default 0
        The contrast's value under the hypothesis.
    level : float, default 0.95
        Coverage of the interval, in (0, 1).

    Returns
    -------
    BootstrapTest
        With CR1 *t*, and the interval by inversion.

    Raises
    ------
    SingleClusterError
        If there is one cluster.
    StatisticsError
        If the model is not linear, or codes or weights do not fit.

    Notes
    -----
    The outcome is made anew as X b_r + w_g u_r, with b_r and u_r under the hypothesis [1]_;
    the algebra in cluster sums is that of [2]_. Draws with |t| equal to the sample's count.

    References
    ----------
    .. [1] Cameron, A. C., Gelbach, J. B., & Miller, D. L. (2008). Bootstrap-based improvements
       for inference with clustered errors. Review of Economics and Statistics, 90, 414-427.
       https://doi.org/10.1162/rest.90.3.414
    .. [2] Roodman, D., Nielsen, M. Ø., MacKinnon, J. G., & Webb, M. D. (2019). Fast and wild:
       Bootstrap inference in Stata using boottest. The Stata Journal, 19, 4-60.
       https://doi.org/10.1177/1536867X19830877

    Examples
    --------
    >>> from campaign_effect.stats.covariances.bootstrap_weights import bootstrap_weights
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> y = np.arange(12.0) % 5 + 1
    >>> fit = fit_ols(np.ones((12, 1)), y)
    >>> test = wild_bootstrap(fit, np.arange(12), np.ones(1), bootstrap_weights(12))
    >>> test.n_draws, round(test.p_value, 5)
    (4096, 0.00049)
    """
    if fit.link is not IDENTITY:
        raise StatisticsError(
            "The wild cluster bootstrap resamples residuals of linear models.",
            received=f"a model with the link {fit.link.name!r}",
            hint="use the score bootstrap, or the linear probability model.",
        )
    clusters = checked_clusters(fit, codes, weights)
    curve = _curve(fit, clusters, contrast, weights)
    estimate = float(contrast @ fit.beta)
    bounds = [
        estimate - accepted_reach(curve.p_value, side, level=level, tolerance=REACH)
        for side in (curve.std_error, -curve.std_error)
    ]
    return BootstrapTest(
        estimate=estimate,
        statistic=(estimate - null) / curve.std_error,
        p_value=curve.p_value(estimate - null),
        conf_low=bounds[0],
        conf_high=bounds[1],
        kind=weights.kind,
        is_enumerated=weights.is_enumerated,
        n_draws=weights.n_draws,
    )


def checked_clusters(fit: ClusteredFit, codes: Integers, weights: BootstrapWeights) -> Clusters:
    """Group rows by cluster, for as many clusters as there are weights.

    Parameters
    ----------
    fit : Fit, CategoryFit or RandomInterceptFit
        A fitted model.
    codes : ndarray of int, shape (n_rows,)
        Cluster of each row.
    weights : BootstrapWeights
        One column a cluster.

    Returns
    -------
    Clusters
        The rows in the order of their clusters.

    Raises
    ------
    SingleClusterError
        If there is one cluster.
    StatisticsError
        If codes and rows, or clusters and weights, differ in number.

    Examples
    --------
    >>> from campaign_effect.stats.covariances.bootstrap_weights import bootstrap_weights
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((4, 1)), np.arange(4.0))
    >>> checked_clusters(fit, np.array([3, 3, 5, 5]), bootstrap_weights(2)).n_clusters
    2
    """
    clusters = clusters_of(fit, codes)
    if weights.values.shape[1] != clusters.n_clusters:
        raise StatisticsError(
            "Bootstrap weights need one column for each cluster.",
            received=f"{weights.values.shape[1]} columns, {clusters.n_clusters} clusters",
        )
    return clusters


def cluster_sums(values: Floats, clusters: Clusters) -> Floats:
    """Sum rows by cluster.

    Parameters
    ----------
    values : ndarray, shape (n_rows, k)
        What to sum.
    clusters : Clusters
        The rows by cluster.

    Returns
    -------
    ndarray, shape (G, k)
        In the order of the clusters.

    Examples
    --------
    >>> from campaign_effect.stats.models.clusters import group_rows
    >>> cluster_sums(np.array([[1.0], [2.0], [4.0]]), group_rows(np.array([5, 7, 5])))
    array([[5.],
           [2.]])
    """
    return np.asarray(np.add.reduceat(values[clusters.order], clusters.bounds[:-1], axis=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Curve:
    """The bootstrap's t of each draw, as a function of the hypothesis' distance.

    At distance delta = estimate - null, t of draw b is
    (numerator_0 + delta numerator_1) / sqrt(square_0 + 2 delta square_1 + delta^2 square_2).
    """

    numerators: tuple[Floats, Floats]
    squares: tuple[Floats, Floats, Floats]
    is_same: Booleans
    std_error: float

    def p_value(self, delta: float) -> float:
        """Share of the draws with |t| at least that of the sample."""
        numerator = self.numerators[0] + delta * self.numerators[1]
        square = self.squares[0] + delta * (2 * self.squares[1] + delta * self.squares[2])
        least = (abs(delta) / self.std_error * (1 - TIE)) ** 2
        return float(np.mean(self.is_same | (numerator**2 >= least * square)))


def _curve(fit: Fit, clusters: Clusters, contrast: Floats, weights: BootstrapWeights) -> _Curve:
    """Find how each draw's t moves with the hypothesis.

    Restricted scores are S_0 + delta S_1: those of the estimate, and what shifting it along
    a = bread c, the direction of the restriction, adds.
    """
    a = fit.bread @ contrast
    times = fit.times
    S_0 = cluster_sums(fit.X * (times * fit.residual)[:, None], clusters)
    along = cluster_sums(fit.X * (times * (fit.X @ a))[:, None], clusters)
    S_1 = along / (contrast @ a)
    back = fit.bread @ along.T  # (p, G): what new coefficients take from the scores' part
    W = weights.values
    parts = [(W @ (S @ a), W * (S @ a) - W @ (S @ back)) for S in (S_0, S_1)]
    (numerator_0, R_0), (numerator_1, R_1) = parts
    G = clusters.n_clusters
    correction = G / (G - 1) * (fit.n - 1) / fit.df_residual
    squares = [
        correction * np.einsum("bg,bg->b", one, other)
        for one, other in ((R_0, R_0), (R_0, R_1), (R_1, R_1))
    ]
    return _Curve(
        numerators=(numerator_0, numerator_1),
        squares=(squares[0], squares[1], squares[2]),
        is_same=weights.is_constant,
        std_error=float(np.sqrt(correction * np.sum((S_0 @ a) ** 2))),
    )
