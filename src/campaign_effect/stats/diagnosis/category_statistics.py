"""What the note of a table says of the fit of a model of categories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from campaign_effect.stats.models.category_fit import CategoryFit


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryStatistics:
    """Fit of a model of categories.

    Attributes
    ----------
    deviance, null_deviance : float
        -2 log L of the model and of the categories' shares alone.
    lr, p_value : float
        Likelihood-ratio test of all terms.
    df_model : int
        Its degrees of freedom.
    mcfadden, cox_snell, nagelkerke : float
        Pseudo R-squared from the likelihoods.
    """

    deviance: float
    null_deviance: float
    lr: float
    df_model: int
    p_value: float
    mcfadden: float
    cox_snell: float
    nagelkerke: float


def category_statistics(fit: CategoryFit) -> CategoryStatistics:
    """Describe the fit of a model of categories.

    Parameters
    ----------
    fit : CategoryFit
        From `fit_ordered`, or from `fit_multinomial` with a constant.

    Returns
    -------
    CategoryStatistics
        As `fit_statistics.binary_statistics`; nan for the test where there is no term.

    References
    ----------
    .. [1] Nagelkerke, N. J. D. (1991). A note on a general definition of the coefficient of
       determination. Biometrika, 78, 691-692. https://doi.org/10.1093/biomet/78.3.691

    Examples
    --------
    >>> from campaign_effect.stats.models.multinomial import fit_multinomial
    >>> fit = fit_multinomial(np.ones((6, 1)), np.array([0, 0, 0, 1, 1, 2]))
    >>> category_statistics(fit).df_model
    0
    """
    lr = 2 * (fit.log_likelihood - fit.null_log_likelihood)
    df_model = fit.q - (fit.n_categories - 1)
    cox_snell = float(-np.expm1(-lr / fit.n))
    return CategoryStatistics(
        deviance=-2 * fit.log_likelihood,
        null_deviance=-2 * fit.null_log_likelihood,
        lr=lr,
        df_model=df_model,
        p_value=float(special.chdtrc(df_model, max(lr, 0.0))) if df_model else np.nan,
        mcfadden=1 - fit.log_likelihood / fit.null_log_likelihood,
        cox_snell=cox_snell,
        nagelkerke=cox_snell / float(-np.expm1(2 * fit.null_log_likelihood / fit.n)),
    )
