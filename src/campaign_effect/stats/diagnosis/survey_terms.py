"""Overlap of terms and influence of answers, by a covariance that trusts no variances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from campaign_effect.stats.diagnosis.survey_fit import Spread
from campaign_effect.stats.models.fit import Fit
from campaign_effect.stats.moments.arrays import Floats, frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustInfluence:
    """What each answer does to a model that was not fitted by its likelihood.

    Attributes
    ----------
    hat : ndarray, shape (n,)
        Leverage, weight included, in [0, 1]; they sum to p.
    standardised : ndarray, shape (n,)
        Pearson residuals over the root of the dispersion.
    cook : ndarray, shape (n,)
        Cook's distance by a covariance that trusts no variances; nan at a leverage of 1.
    """

    hat: Floats = field(compare=False)
    standardised: Floats = field(compare=False)
    cook: Floats = field(compare=False)


def design_inflation(fit: Fit, terms: Sequence[Sequence[int]], spread: Spread) -> Floats:
    """Measure how much overlap with other terms inflates a variance, as the sample was drawn.

    Parameters
    ----------
    fit : Fit
        A model with its constant, its probability weights as counts.
    terms : sequence of sequences of int
        Columns of each term, without the constant's.
    spread : Spread
        Covariance of totals.

    Returns
    -------
    ndarray, shape (t,)
        Of a term of one column, Liao and Valliant's variance inflation factor; of more, the
        ratio of determinants, as Fox and Monette's. It may be less than 1; nan where the
        sampling units are too few for the columns.

    Notes
    -----
    The linearised variance of a coefficient over what it would be if the term were the only
    one beside the constant, with the same residuals and working weights: zeta rho / (1 - R2)
    of [1]_. With equal weights, independent answers and residuals of equal variance it is
    1 / (1 - R2).

    References
    ----------
    .. [1] Liao, D., & Valliant, R. (2012). Variance inflation factors in the analysis of
       complex survey data. Survey Methodology, 38, 53-62.
    .. [2] Fox, J., & Monette, G. (1992). Generalized collinearity diagnostics. Journal of the
       American Statistical Association, 87, 178-183.
       https://doi.org/10.1080/01621459.1992.10475190

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> X = np.column_stack([np.ones(4), [0.0, 1, 0, 1], [0.0, 0, 1, 1]])
    >>> fit = fit_ols(X, np.array([0.0, 1.0, 2.0, 4.0]))
    >>> design_inflation(fit, [[1], [2]], lambda u: u.T @ u).round(6)
    array([1., 1.])
    """
    w = fit.times
    scores, heft = (w * fit.scores)[:, None], w * fit.weights
    found = []
    for term in terms:
        columns = fit.X[:, list(term)]
        alone = columns - heft @ columns / heft.sum()
        simple = np.linalg.inv((alone * heft[:, None]).T @ alone)
        with_others = spread(scores * (fit.X @ fit.bread[:, list(term)]))
        by_itself = spread(scores * (alone @ simple))
        least = np.linalg.matrix_rank(with_others), np.linalg.matrix_rank(by_itself)
        if min(least) < len(term):
            found.append(np.nan)
            continue
        found.append(np.linalg.det(with_others) / np.linalg.det(by_itself))
    return frozen(np.array(found))


def robust_influence(fit: Fit) -> RobustInfluence:
    """Measure leverage and influence without trusting the model's variances.

    Parameters
    ----------
    fit : Fit
        A model of one row an answer, its probability weights (if any) as counts.

    Returns
    -------
    RobustInfluence
        One entry an answer.

    Notes
    -----
    D = (b - b_i)' V^-1 (b - b_i) / p with b_i the coefficients without the answer (exact in
    linear models, else their first step) and V the covariance of independent answers,
    n / (n - 1) times HC0 [1]_.

    References
    ----------
    .. [1] Li, J., & Valliant, R. (2011). Linear regression influence diagnostics for
       unclustered survey data. Journal of Official Statistics, 27, 99-119.

    Examples
    --------
    >>> from campaign_effect.stats.models.linear import fit_ols
    >>> X = np.column_stack([np.ones(5), [0.0, 1, 2, 3, 9]])
    >>> robust_influence(fit_ols(X, np.array([0.0, 1, 2, 3, 3]))).cook.round(2).argmax()
    np.int64(4)
    """
    w = fit.times
    Z = fit.X @ fit.root
    hat = w * fit.weights * np.einsum("ij,ij->i", Z, Z)
    free = np.where(hat < 1 - 1e-10, 1 - hat, np.nan)
    added = (w * fit.scores)[:, None] * Z
    V = fit.n / (fit.n - 1) * added.T @ added
    moved = added / free[:, None]
    cook = np.einsum("ij,ij->i", moved @ np.linalg.inv(V), moved) / fit.p
    pearson = fit.residual / np.sqrt(fit.variance)
    return RobustInfluence(
        hat=frozen(hat),
        standardised=frozen(pearson / np.sqrt(fit.dispersion)),
        cook=frozen(cook),
    )
