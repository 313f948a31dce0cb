"""Means of a survey with their design effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from campaign_effect.errors import TooFewRowsError
from campaign_effect.stats.design.survey_design import SurveyDesign, total_covariance
from campaign_effect.stats.moments.arrays import Booleans, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyMean:
    """A weighted mean and how the design widens its error.

    Attributes
    ----------
    estimate, std_error : float
        In units of the variable.
    design_effect : float
        Its variance over that of a simple random sample of as many answers.
    n : int
        Answers in the domain.
    df : int
        Sampling units less strata.
    """

    estimate: float
    std_error: float
    design_effect: float
    n: int
    df: int


def survey_mean(
    y: Floats,
    design: SurveyDesign,
    *,
    domain: Booleans | None = None,
    is_population: bool = False,
) -> SurveyMean:
    """Estimate a mean (of 0 and 1: a share) with its linearised standard error.

    Parameters
    ----------
    y : ndarray, shape (n,)
        The variable; complete within the domain.
    design : SurveyDesign
        How the answers were drawn.
    domain : ndarray of bool, shape (n,), optional
        The answers the mean is of; all by default. The others still count as drawn.
    is_population : bool, default False
        Whether weights sum to the population's size, so that the simple random sample of the
        comparison is one without replacement.

    Returns
    -------
    SurveyMean
        The mean with its design effect.

    Raises
    ------
    TooFewRowsError
        If the domain has fewer than 2 answers.
    StatisticsError
        If answers differ in number.

    Notes
    -----
    The influence of an answer is w (y - mean) / sum w [1]_.

    References
    ----------
    .. [1] Lumley, T. (2010). Complex surveys: A guide to analysis using R. Wiley.
       https://doi.org/10.1002/9780470580066

    Examples
    --------
    >>> from campaign_effect.stats.design.survey_design import survey_design
    >>> design = survey_design(np.ones(4), psu=np.array([1, 1, 2, 2]))
    >>> survey_mean(np.array([0.0, 0.0, 1.0, 1.0]), design).design_effect
    3.0
    """
    is_in = np.ones(len(y), dtype=bool) if domain is None else domain
    n = int(is_in.sum())
    if n < 2:
        raise TooFewRowsError("A mean needs at least 2 answers.", received=f"{n} answers")
    w, values = np.where(is_in, design.weights, 0.0), np.where(is_in, y, 0.0)
    total = w.sum()
    mean = float(w @ values / total)
    variance = total_covariance((w * (values - mean) / total)[:, None], design)[0, 0]
    spread = float(w @ (values - mean) ** 2 / total) * n / (n - 1)
    simple = spread / n * ((total - n) / total if is_population else 1.0)
    return SurveyMean(
        estimate=mean,
        std_error=float(np.sqrt(variance)),
        design_effect=float(variance / simple) if simple > 0 else np.nan,
        n=n,
        df=design.df(domain),
    )


def weighting_effect(weights: Floats) -> float:
    """Find how much unequal weights alone widen the variance of a mean.

    Parameters
    ----------
    weights : ndarray, shape (n,)
        Positive.

    Returns
    -------
    float
        n sum w^2 / (sum w)^2, at least 1; n over it is the effective sample size.

    References
    ----------
    .. [1] Kish, L. (1992). Weighting for unequal Pi. Journal of Official Statistics, 8,
       183-200.

    Examples
    --------
    >>> weighting_effect(np.array([1.0, 3.0]))
    1.25
    """
    return float(len(weights) * np.sum(weights**2) / weights.sum() ** 2)
