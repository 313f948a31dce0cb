"""Log likelihood and the information criteria."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from campaign_effect.stats.sem.normal import normal_point
from campaign_effect.stats.sem.sample import GroupSample
from campaign_effect.stats.sem.solution import Solution


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Log likelihood and information criteria; smaller criteria are better.

    Attributes
    ----------
    log_likelihood, saturated_log_likelihood : float
        Of the model and of the saturated model.
    aic, bic, sabic : float
        Akaike's, Schwarz's and the sample-size adjusted Bayesian criterion.
    """

    log_likelihood: float
    saturated_log_likelihood: float
    aic: float
    bic: float
    sabic: float


def information_criteria(solution: Solution) -> Criteria | None:
    """Return the information criteria, or None where nothing was maximised.

    Parameters
    ----------
    solution : Solution
        A fitted model.

    Returns
    -------
    Criteria or None

    Notes
    -----
    ``-2 log L + penalty * q`` with penalties 2, log n [1]_ and log((n + 2) / 24) [2]_. The
    likelihood of exogenous predictors, whose moments are given, is left out.

    References
    ----------
    .. [1] Schwarz, G. (1978). Estimating the dimension of a model. Annals of Statistics, 6,
       461-464. https://doi.org/10.1214/aos/1176344136
    .. [2] Sclove, S. L. (1987). Application of model-selection criteria to some problems in
       multivariate analysis. Psychometrika, 52, 333-343. https://doi.org/10.1007/BF02294360
    """
    if not solution.estimator.is_likelihood:
        return None
    given = [solution.table.observed.index(name) for name in solution.table.exogenous]
    saturated = sum(_saturated(group, given) for group in solution.sample.groups)
    log_likelihood = saturated - solution.standard.statistic / 2
    q, n = solution.table.n_free, solution.sample.n
    deviance = -2 * log_likelihood
    return Criteria(
        log_likelihood=log_likelihood,
        saturated_log_likelihood=saturated,
        aic=deviance + 2 * q,
        bic=deviance + math.log(n) * q,
        sabic=deviance + math.log((n + 2) / 24) * q,
    )


def _saturated(group: GroupSample, given: list[int]) -> float:
    """Return the log likelihood of a group's saturated model, less that of what is given."""
    if group.patterns is None:
        raise TypeError("an ordinal sample has no normal likelihood")
    point = normal_point(group.patterns, group.mean, group.cov)
    answers = float((group.patterns.counts[:, None] * group.patterns.observed).sum())
    own = -0.5 * (group.n * point.value + answers * math.log(2 * math.pi))
    if not given:
        return own
    cov = group.cov[np.ix_(given, given)]
    value = len(given) * (1 + math.log(2 * math.pi)) + float(np.linalg.slogdet(cov)[1])
    return own + 0.5 * group.n * value
