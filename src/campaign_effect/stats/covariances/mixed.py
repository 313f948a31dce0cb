"""The covariance of a random-intercept logit."""

from __future__ import annotations

import numpy as np

from campaign_effect.stats.covariances.covariance import Covariance, DfRule
from campaign_effect.stats.models.random_intercept import RandomInterceptFit


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
