"""Covariances of weighted models that a survey's design or its replicate weights give."""

from __future__ import annotations

import numpy as np

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.covariances.covariance import Covariance, DfRule
from campaign_effect.stats.design.replicates import ReplicateWeights, replicate_covariance
from campaign_effect.stats.design.survey_design import SurveyDesign, total_covariance
from campaign_effect.stats.models.category_refits import refit_categories
from campaign_effect.stats.models.refits import refit
from campaign_effect.stats.models.weighted import WeightedFit
from campaign_effect.stats.models.weighted_categories import WeightedCategoryFit
from campaign_effect.stats.moments.arrays import Floats, frozen

RANK = 1e-5  # of the largest singular value, as R's `degf`: smaller ones repeat the others


def linearised_covariance(
    weighted: WeightedFit | WeightedCategoryFit, design: SurveyDesign
) -> Covariance:
    """Estimate the covariance that a survey's design gives, by Taylor linearisation.

    Parameters
    ----------
    weighted : WeightedFit or WeightedCategoryFit
        A model with the design's weights.
    design : SurveyDesign
        How the answers were drawn.

    Returns
    -------
    Covariance
        Kind "design", with sampling units less strata less terms besides the constant as
        degrees of freedom, as R's `svyglm`.

    Raises
    ------
    StatisticsError
        If no degrees of freedom are left.

    References
    ----------
    .. [1] Binder, D. A. (1983). On the variances of asymptotically normal estimators from
       complex surveys. International Statistical Review, 51, 279-292.
       https://doi.org/10.2307/1402588

    Examples
    --------
    >>> from campaign_effect.stats.design.survey_design import survey_design
    >>> from campaign_effect.stats.models.weighted import fit_weighted_ols
    >>> y, weights = np.array([0.0, 1.0, 3.0, 4.0]), np.array([1.0, 2.0, 2.0, 1.0])
    >>> fit = fit_weighted_ols(np.ones((4, 1)), y, weights)
    >>> linearised_covariance(fit, survey_design(weights)).matrix.round(4)
    array([[0.5926]])
    """
    matrix = total_covariance(weighted.influence, design)
    return _of_design("design", matrix, design.df() - weighted.n_terms)


def replicated_covariance(
    weighted: WeightedFit | WeightedCategoryFit, replicates: ReplicateWeights
) -> Covariance:
    """Estimate a covariance by fitting the model again with every set of replicate weights.

    Parameters
    ----------
    weighted : WeightedFit or WeightedCategoryFit
        A model with the probability weights.
    replicates : ReplicateWeights
        Of its answers.

    Returns
    -------
    Covariance
        Kind "replicates". Its degrees of freedom are the rank of the replicate weights less
        1 and less terms besides the constant, as R's `svyglm` and `svyolr`.

    Raises
    ------
    StatisticsError
        If a replicate has no finite estimate, or no degrees of freedom are left.

    Notes
    -----
    sum of scale (b_r - b)(b_r - b)' about the estimate b itself [1]_ (R's ``mse = TRUE``).

    References
    ----------
    .. [1] Wolter, K. M. (2007). Introduction to variance estimation (2nd ed.). Springer.
       https://doi.org/10.1007/978-0-387-35099-8

    Examples
    --------
    >>> from campaign_effect.stats.design.replicates import jackknife_replicates
    >>> from campaign_effect.stats.design.survey_design import survey_design
    >>> from campaign_effect.stats.models.weighted import fit_weighted_ols
    >>> y, weights = np.array([0.0, 1.0, 3.0, 4.0]), np.ones(4)
    >>> fit = fit_weighted_ols(np.ones((4, 1)), y, weights)
    >>> sets = jackknife_replicates(survey_design(weights))
    >>> replicated_covariance(fit, sets).matrix.round(4)
    array([[0.8333]])
    """
    if len(replicates.values) != len(weighted.weights):
        raise StatisticsError(
            "Replicate weights need a row for every answer.",
            received=f"{len(replicates.values)} rows, {len(weighted.weights)} answers",
        )
    if isinstance(weighted, WeightedCategoryFit):
        estimates = refit_categories(weighted.fit, replicates.values)
    else:
        estimates = refit(weighted.fit, replicates.values)
    matrix = replicate_covariance(estimates, weighted.beta, replicates)
    rank = int(np.linalg.matrix_rank(replicates.values, rtol=RANK))
    return _of_design("replicates", matrix, rank - 1 - weighted.n_terms)


def _of_design(kind: str, matrix: Floats, df: int) -> Covariance:
    if df <= 0:
        raise StatisticsError(
            "The design leaves no degrees of freedom: terms outnumber sampling units.",
            received=f"{df} degrees of freedom",
            hint="use fewer terms.",
        )
    return Covariance(kind=kind, matrix=frozen(matrix), df_rule=DfRule.DESIGN, df=float(df))
