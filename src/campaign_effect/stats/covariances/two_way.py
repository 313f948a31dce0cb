"""Covariances clustered two ways, as by village and by interviewer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from campaign_effect.stats.covariances.covariance import Covariance, Cr, DfRule, cr_covariance
from campaign_effect.stats.models.clusters import check_codes
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.moments.arrays import Floats, Integers, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoWayCovariance:
    """A covariance clustered two ways, and whether it had to be repaired.

    Attributes
    ----------
    covariance : Covariance
        Kind "two-way CR1"; its clusters are those of the way that has fewer.
    n_intersections : int
        Pairs of clusters that hold answers.
    n_negative : int
        Negative eigenvalues of the difference that were set to zero.
    """

    covariance: Covariance
    n_intersections: int
    n_negative: int

    @property
    def is_repaired(self) -> bool:
        """Whether a negative eigenvalue was set to zero."""
        return self.n_negative > 0


def two_way_covariance(fit: Fit, first: Integers, second: Integers) -> TwoWayCovariance:
    """Estimate a covariance that allows answers to be alike within either of two clusters.

    Parameters
    ----------
    fit : Fit
        A fitted model.
    first, second : ndarray of int, shape (n_rows,)
        The two clusters of each row.

    Returns
    -------
    TwoWayCovariance
        With the smaller number of clusters less 1 as degrees of freedom.

    Raises
    ------
    SingleClusterError
        If either way has one cluster.
    StatisticsError
        If codes and rows differ in number.

    Notes
    -----
    V = V_first + V_second - V_both, each CR1 with its own number of clusters [1]_. The
    difference need not be positive semi-definite; negative eigenvalues are then set to zero,
    as the authors advise, and counted.

    References
    ----------
    .. [1] Cameron, A. C., Gelbach, J. B., & Miller, D. L. (2011). Robust inference with
       multiway clustering. Journal of Business & Economic Statistics, 29, 238-249.
       https://doi.org/10.1198/jbes.2010.07136

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> fit = fit_ols(np.ones((4, 1)), np.array([0.0, 1.0, 3.0, 4.0]))
    >>> found = two_way_covariance(fit, np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
    >>> found.covariance.matrix.round(4), found.is_repaired
    (array([[1.6667]]), False)
    """
    check_codes(fit, first)
    check_codes(fit, second)
    both = _intersections(first, second)
    ways = [cr_covariance(fit, codes, Cr.CR1) for codes in (first, second)]
    difference = ways[0].matrix + ways[1].matrix - cr_covariance(fit, both, Cr.CR1).matrix
    matrix, n_negative = _repaired(difference)
    fewer = min(ways, key=lambda way: way.df)
    return TwoWayCovariance(
        covariance=Covariance(
            kind="two-way CR1",
            matrix=frozen(matrix),
            df_rule=DfRule.CLUSTERS,
            df=fewer.df,
            clusters=fewer.clusters,
        ),
        n_intersections=int(both.max()) + 1,
        n_negative=n_negative,
    )


def _intersections(first: Integers, second: Integers) -> Integers:
    """Give pairs of codes a number each, from 0."""
    pairs = np.column_stack([first, second])
    return np.asarray(np.unique(pairs, axis=0, return_inverse=True)[1]).ravel()


def _repaired(matrix: Floats) -> tuple[Floats, int]:
    """Set negative eigenvalues to zero, and count them."""
    values, vectors = np.linalg.eigh(matrix)
    if values[0] >= 0:
        return matrix, 0
    return (vectors * np.maximum(values, 0.0)) @ vectors.T, int(np.sum(values < 0))
