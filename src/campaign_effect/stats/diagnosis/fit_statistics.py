"""What the note of a regression table says of the fit as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from campaign_effect.stats.models.design_matrix import holds_constant
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.moments.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearStatistics:
    """Fit of a linear model.

    Attributes
    ----------
    r2, r2_adjusted : float
        Share of the variance explained; the adjusted one may be negative.
    f, p_value : float
        Test of all terms but the intercept.
    df_model, df_residual : int
        Its degrees of freedom.
    sigma : float
        Standard deviation of the residuals, in units of the outcome.
    """

    r2: float
    r2_adjusted: float
    f: float
    df_model: int
    df_residual: int
    p_value: float
    sigma: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryStatistics:
    """Fit of a model of a binary outcome.

    Attributes
    ----------
    deviance, null_deviance : float
        -2 log L of the model and of the intercept alone (of no term, without one).
    lr, p_value : float
        Likelihood-ratio test of all terms but the intercept.
    df_model : int
        Its degrees of freedom.
    mcfadden, cox_snell, nagelkerke : float
        Pseudo R-squared from the likelihoods.
    tjur : float
        Mean fitted probability of the ones less that of the zeros.
    auc : float
        Probability that a one has a higher fitted probability than a zero, ties half.
    brier : float
        Mean squared error of the fitted probability.
    """

    deviance: float
    null_deviance: float
    lr: float
    df_model: int
    p_value: float
    mcfadden: float
    cox_snell: float
    nagelkerke: float
    tjur: float
    auc: float
    brier: float


def linear_statistics(fit: Fit) -> LinearStatistics:
    """Describe the fit of a linear model.

    Parameters
    ----------
    fit : Fit
        From `fit_ols`.

    Returns
    -------
    LinearStatistics
        R-squared and its test; nan for the test where there is no term.

    Notes
    -----
    R2 = 1 - SSE / SST; F = (R2 / (p - 1)) / ((1 - R2) / (n - p)) [1]_. SST is about the mean
    where the design holds a constant, be it as the sum of the dummies of every level. Without
    one it is about 0, and p takes the place of p - 1: such an R2 compares with 0, not with the
    mean, and with no other.

    References
    ----------
    .. [1] Draper, N. R., & Smith, H. (1998). Applied regression analysis (3rd ed.). Wiley.
       https://doi.org/10.1002/9781118625590

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> X = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])
    >>> round(linear_statistics(fit_ols(X, np.array([1.0, 3.0, 5.0, 7.5]))).r2, 4)
    0.9968
    """
    k = int(holds_constant(fit.X))
    df_model, df_residual = fit.p - k, fit.df_residual
    unexplained = float(np.exp(2 / fit.n * (fit.null_log_likelihood - fit.log_likelihood)))
    f = np.nan
    if df_model and unexplained:
        f = (1 - unexplained) / df_model / (unexplained / df_residual)
    return LinearStatistics(
        r2=1 - unexplained,
        r2_adjusted=1 - unexplained * (fit.n - k) / df_residual,
        f=f,
        df_model=df_model,
        df_residual=df_residual,
        p_value=float(special.fdtrc(df_model, df_residual, f)) if df_model else np.nan,
        sigma=float(np.sqrt(fit.dispersion)),
    )


def binary_statistics(fit: Fit) -> BinaryStatistics:
    """Describe the fit of a model of a binary outcome.

    Parameters
    ----------
    fit : Fit
        From `fit_logit`; without an intercept it is compared with a probability of 1/2.

    Returns
    -------
    BinaryStatistics
        Likelihoods, pseudo R-squared and accuracy; nan for the test where there is no term.

    Notes
    -----
    With l and l0 the log-likelihoods: McFadden 1 - l / l0, Cox-Snell
    1 - exp(2 (l0 - l) / n), Nagelkerke that over its maximum 1 - exp(2 l0 / n) [1]_;
    Tjur's coefficient of discrimination [2]_.

    References
    ----------
    .. [1] Nagelkerke, N. J. D. (1991). A note on a general definition of the coefficient of
       determination. Biometrika, 78, 691-692. https://doi.org/10.1093/biomet/78.3.691
    .. [2] Tjur, T. (2009). Coefficients of determination in logistic regression models: A
       new proposal. The American Statistician, 63, 366-372.
       https://doi.org/10.1198/tast.2009.08210

    Examples
    --------
    >>> from campaign_effect.stats.models.logit import fit_logit
    >>> X = np.column_stack([np.ones(4), [0.0, 0.0, 1.0, 1.0]])
    >>> fit = fit_logit(X, np.array([0.0, 1.0, 0.0, 1.0]), np.array([3.0, 1, 1, 3]))
    >>> round(binary_statistics(fit).auc, 4)
    0.75
    """
    lr = 2 * (fit.log_likelihood - fit.null_log_likelihood)
    df_model = fit.p - holds_constant(fit.X)
    cox_snell = -np.expm1(-lr / fit.n)
    ones, zeros = fit.times * fit.y, fit.times * (1 - fit.y)
    return BinaryStatistics(
        deviance=-2 * fit.log_likelihood,
        null_deviance=-2 * fit.null_log_likelihood,
        lr=lr,
        df_model=df_model,
        p_value=float(special.chdtrc(df_model, max(lr, 0.0))) if df_model else np.nan,
        mcfadden=1 - fit.log_likelihood / fit.null_log_likelihood,
        cox_snell=float(cox_snell),
        nagelkerke=float(cox_snell / -np.expm1(2 * fit.null_log_likelihood / fit.n)),
        tjur=float(fit.mean @ ones / ones.sum() - fit.mean @ zeros / zeros.sum()),
        auc=area_under_curve(fit.mean, ones, zeros),
        brier=float(fit.times @ fit.residual**2 / fit.n),
    )


def area_under_curve(scores: Floats, ones: Floats, zeros: Floats) -> float:
    """Area under the receiver operating characteristic, by Mann-Whitney counts.

    Parameters
    ----------
    scores : ndarray, shape (m,)
        What is to be high for a one.
    ones, zeros : ndarray, shape (m,)
        How many ones and zeros have each score.

    Returns
    -------
    float
        P(score of a one > score of a zero) + P(equal) / 2, in [0, 1].

    References
    ----------
    .. [1] Hanley, J. A., & McNeil, B. J. (1982). The meaning and use of the area under a
       receiver operating characteristic (ROC) curve. Radiology, 143, 29-36.
       https://doi.org/10.1148/radiology.143.1.7063747

    Examples
    --------
    >>> area_under_curve(np.array([0.2, 0.4, 0.4]), np.array([0, 1, 1]), np.array([1, 1, 0]))
    0.75
    """
    values, index = np.unique(scores, return_inverse=True)
    n_ones = np.bincount(index, weights=ones, minlength=len(values))
    n_zeros = np.bincount(index, weights=zeros, minlength=len(values))
    zeros_below = np.cumsum(n_zeros) - n_zeros / 2
    return float(n_ones @ zeros_below / (n_ones.sum() * n_zeros.sum()))
