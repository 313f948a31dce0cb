"""The cluster-robust covariance of any fitted model."""

from __future__ import annotations

from campaign_effect.stats.covariances.category_covariance import cr_category_covariance
from campaign_effect.stats.covariances.cluster_information import ClusteredFit
from campaign_effect.stats.covariances.covariance import Covariance, Cr, cr_covariance
from campaign_effect.stats.covariances.mixed import mixed_cr
from campaign_effect.stats.covariances.weighted_category_covariance import weighted_category_cr
from campaign_effect.stats.covariances.weighted_covariance import weighted_cr
from campaign_effect.stats.models.category_fit import CategoryFit
from campaign_effect.stats.models.gee import GeeFit
from campaign_effect.stats.models.random_intercept import RandomInterceptFit
from campaign_effect.stats.models.weighted import WeightedFit
from campaign_effect.stats.models.weighted_categories import WeightedCategoryFit
from campaign_effect.stats.moments.arrays import Integers

PanelFit = ClusteredFit | WeightedFit | WeightedCategoryFit


def clustered_covariance(fit: PanelFit, codes: Integers, kind: Cr) -> Covariance:
    """Estimate a covariance that allows answers of one cluster to be alike.

    Parameters
    ----------
    fit : Fit, WeightedFit, CategoryFit, WeightedCategoryFit, RandomInterceptFit or GeeFit
        A fitted model.
    codes : ndarray of int, shape (n_rows,)
        Cluster of each row.
    kind : Cr
        Which one.

    Returns
    -------
    Covariance
        As the function for this form of model gives it.

    Raises
    ------
    SingleClusterError, StatisticsError
        As that function.

    Examples
    --------
    >>> import numpy as np
    >>> from campaign_effect.stats.models.logit import fit_logit
    >>> fit = fit_logit(np.ones((6, 1)), np.array([0.0, 1, 1, 0, 1, 1]))
    >>> clustered_covariance(fit, np.array([1, 1, 2, 2, 3, 3]), Cr.CR1).df
    2.0
    """
    if isinstance(fit, CategoryFit):
        return cr_category_covariance(fit, codes, kind)
    if isinstance(fit, RandomInterceptFit):
        return mixed_cr(fit, codes, kind)
    if isinstance(fit, WeightedFit):
        return weighted_cr(fit, codes, kind)
    if isinstance(fit, WeightedCategoryFit):
        return weighted_category_cr(fit, codes, kind)
    return cr_covariance(fit.whitened if isinstance(fit, GeeFit) else fit, codes, kind)
