"""Comparative fit: how much nearer a model comes than the baseline model."""

from __future__ import annotations

import math

from campaign_effect.stats.sem.noncentral import Noncentral


def comparative_fit_index(model: Noncentral, baseline: Noncentral) -> float:
    """Return Bentler's CFI.

    Parameters
    ----------
    model, baseline : Noncentral
        Misfit of the model and of the baseline model.

    Returns
    -------
    float
        Between 0 and 1.

    Notes
    -----
    ``1 - max(d, 0) / max(d, d0, 0)`` with noncentralities d and d0 [1]_; robust as in [2]_.

    References
    ----------
    .. [1] Bentler, P. M. (1990). Comparative fit indexes in structural models. Psychological
       Bulletin, 107, 238-246. https://doi.org/10.1037/0033-2909.107.2.238
    .. [2] Brosseau-Liard, P. E., & Savalei, V. (2014). Adjusting incremental fit indices for
       nonnormality. Multivariate Behavioral Research, 49, 460-470.
       https://doi.org/10.1080/00273171.2014.933697

    Examples
    --------
    >>> model, baseline = Noncentral.of(85.306, 24), Noncentral.of(918.852, 36)
    >>> round(comparative_fit_index(model, baseline), 3)
    0.931
    """
    own = max(model.excess, 0.0)
    most = max(own, baseline.excess)
    return 1.0 if most == 0 else 1 - own / most


def tucker_lewis_index(model: Noncentral, baseline: Noncentral) -> float:
    """Return the TLI (non-normed fit index).

    Parameters
    ----------
    model, baseline : Noncentral
        Misfit of the model and of the baseline model.

    Returns
    -------
    float
        About 0 to 1; NaN without degrees of freedom in the baseline.

    Notes
    -----
    ``1 - (d / df) / (d0 / df0)`` with noncentralities d and d0 [1]_.

    References
    ----------
    .. [1] Tucker, L. R., & Lewis, C. (1973). A reliability coefficient for maximum likelihood
       factor analysis. Psychometrika, 38, 1-10. https://doi.org/10.1007/BF02291170

    Examples
    --------
    >>> model, baseline = Noncentral.of(85.306, 24), Noncentral.of(918.852, 36)
    >>> round(tucker_lewis_index(model, baseline), 3)
    0.896
    """
    own = model.excess * baseline.df
    base = baseline.excess * model.df
    if model.df <= 0 or base == 0:
        return 1.0
    return 1 - own / base if math.isfinite(base) else math.nan
