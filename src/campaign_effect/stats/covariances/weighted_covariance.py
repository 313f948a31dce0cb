"""Covariances of models with probability weights: of single answers, of clusters."""

from __future__ import annotations

from campaign_effect.stats.covariances.covariance import (
    Covariance,
    Cr,
    Hc,
    cr_covariance,
    hc_covariance,
)
from campaign_effect.stats.covariances.weighted_cr2 import weighted_cr2
from campaign_effect.stats.models.weighted import WeightedFit
from campaign_effect.stats.moments.arrays import Integers


def weighted_hc(weighted: WeightedFit, kind: Hc = Hc.HC3) -> Covariance:
    """Estimate a covariance that holds whatever the answers' variances are.

    Parameters
    ----------
    weighted : WeightedFit
        A model with probability weights.
    kind : Hc, default HC3
        As in `hc_covariance`.

    Returns
    -------
    Covariance
        Of the kind asked.

    Notes
    -----
    Squared scores of single answers, w^2 (y - mu)^2 x x' in a linear model, over powers of
    1 - h with h = w x'(X'WX)^(-1) x; as sandwich's `vcovHC` of a weighted fit.

    References
    ----------
    .. [1] Zeileis, A. (2004). Econometric computing with HC and HAC covariance matrix
       estimators. Journal of Statistical Software, 11(10), 1-17.
       https://doi.org/10.18637/jss.v011.i10

    Examples
    --------
    >>> import numpy as np
    >>> from campaign_effect.stats.models.weighted import fit_weighted_ols
    >>> y, weights = np.array([0.0, 1.0, 3.0, 4.0]), np.array([1.0, 2.0, 2.0, 1.0])
    >>> weighted_hc(fit_weighted_ols(np.ones((4, 1)), y, weights), Hc.HC0).matrix.round(4)
    array([[0.4444]])
    """
    return hc_covariance(weighted.scaled, kind)


def weighted_cr(weighted: WeightedFit, codes: Integers, kind: Cr = Cr.CR2) -> Covariance:
    """Estimate a covariance that holds however answers of a cluster depend on each other.

    Parameters
    ----------
    weighted : WeightedFit
        A model with probability weights.
    codes : ndarray of int, shape (n,)
        Cluster of each answer.
    kind : Cr, default CR2
        CR0 and CR1 as in `cr_covariance`, CR2 as in `weighted_cr2`.

    Returns
    -------
    Covariance
        With G - 1 degrees of freedom (CR0, CR1) or Satterthwaite's.

    Raises
    ------
    SingleClusterError, StatisticsError
        As `cr_covariance` and `weighted_cr2`.

    Examples
    --------
    >>> import numpy as np
    >>> from campaign_effect.stats.models.weighted import fit_weighted_ols
    >>> y, weights = np.array([0.0, 1.0, 3.0, 4.0]), np.array([1.0, 2.0, 2.0, 1.0])
    >>> fit = fit_weighted_ols(np.ones((4, 1)), y, weights)
    >>> weighted_cr(fit, np.array([0, 0, 1, 1]), Cr.CR0).matrix.round(4)
    array([[0.8889]])
    """
    kind = Cr(kind)
    if kind is Cr.CR2:
        return weighted_cr2(weighted, codes)
    return cr_covariance(weighted.scaled, codes, kind)
