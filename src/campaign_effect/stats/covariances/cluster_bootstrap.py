"""The pairs cluster bootstrap: the model fitted to villages drawn with replacement."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.models.clusters import check_codes, group_rows
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.models.refits import CELLS, refit
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen

WORTHWHILE = 0.7  # share of rows that are distinct, above which joining equal rows gains little


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterBootstrap:
    """Coefficients of samples of clusters.

    Attributes
    ----------
    beta : ndarray, shape (B, p)
        Coefficients of each sample; nan where they have no finite or unique estimate.
    times : ndarray of int, shape (B, G)
        How often each cluster was drawn.
    """

    beta: Floats = field(compare=False, repr=False)
    times: Integers = field(compare=False, repr=False)

    @property
    def n_failed(self) -> int:
        """Samples without an estimate."""
        return int(np.sum(~np.isfinite(self.beta).all(axis=1)))

    @property
    def covariance(self) -> Floats:
        """Covariance over the samples that have an estimate, shape (p, p)."""
        found = self.beta[np.isfinite(self.beta).all(axis=1)]
        return np.atleast_2d(np.cov(found.T))


def cluster_bootstrap(
    fit: Fit, codes: Integers, *, draws: int = 2000, seed: int = 0
) -> ClusterBootstrap:
    """Fit the model again to clusters drawn with replacement, exactly.

    Parameters
    ----------
    fit : Fit
        A linear or logistic model.
    codes : ndarray of int, shape (n_rows,)
        Cluster of each row.
    draws : int, default 2000
        Samples of G clusters.
    seed : int
        Of the draws.

    Returns
    -------
    ClusterBootstrap
        Coefficients of every sample.

    Raises
    ------
    SingleClusterError
        If there is one cluster.
    StatisticsError
        If codes and rows differ in number, there are no draws, or the link is neither
        identity nor logit.

    Notes
    -----
    A sample is a weight for every cluster; rows with equal design and outcome are one row
    whose weight is summed over clusters. With few clusters prefer the wild or score
    bootstrap [1]_.

    References
    ----------
    .. [1] Cameron, A. C., Gelbach, J. B., & Miller, D. L. (2008). Bootstrap-based improvements
       for inference with clustered errors. Review of Economics and Statistics, 90, 414-427.
       https://doi.org/10.1162/rest.90.3.414

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((6, 1)), np.arange(6.0))
    >>> found = cluster_bootstrap(fit, np.array([0, 0, 1, 1, 2, 2]), draws=100)
    >>> found.beta.shape, found.n_failed
    ((100, 1), 0)
    """
    check_codes(fit, codes)
    if draws < 1:
        raise StatisticsError("A bootstrap needs at least 1 draw.", received=f"{draws} draws")
    clusters = group_rows(codes)
    G = clusters.n_clusters
    times = np.random.default_rng(seed).multinomial(G, np.full(G, 1 / G), size=draws)
    rows, members = _joined(fit, clusters.index, G)
    weights = times.T.astype(np.float64)
    size = max(1, CELLS // len(rows))
    parts = [
        refit(fit, np.asarray(members @ weights[:, first : first + size]), rows)
        for first in range(0, draws, size)
    ]
    return ClusterBootstrap(beta=frozen(np.vstack(parts)), times=frozen(times))


def _joined(fit: Fit, index: Integers, G: int) -> tuple[Integers, sparse.csr_array]:
    """Find a row for each kind of answer, and how many of it each cluster holds."""
    n = len(fit.y)
    answers = np.column_stack([fit.X, fit.y])
    _, first, kind = np.unique(answers, axis=0, return_index=True, return_inverse=True)
    if len(first) > WORTHWHILE * n:
        first, kind = np.arange(n), np.arange(n)
    members = sparse.csr_array((fit.times, (kind.ravel(), index)), shape=(len(first), G))
    return first, members
