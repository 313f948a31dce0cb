"""How the answers of a model were drawn: what totals of their influence values vary by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from campaign_effect.analyses.effects.covariances import (
    ReplicateWeights,
    SurveyDesign,
    numbers_of,
)
from campaign_effect.analyses.effects.regression import FittedModel
from campaign_effect.stats.design.model_covariance import RANK
from campaign_effect.stats.design.replicates import replicate_covariance
from campaign_effect.stats.design.survey_design import survey_design, total_covariance
from campaign_effect.stats.diagnosis.survey_fit import Spread
from campaign_effect.stats.models.weighted import WeightedFit
from campaign_effect.stats.models.weighted_categories import WeightedCategoryFit
from campaign_effect.stats.moments.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """The covariance of totals, and what it rests on.

    Attributes
    ----------
    spread : Spread
    df : float
        Sampling units less strata.
    """

    spread: Spread
    df: float


def weights_of(one: FittedModel) -> Floats:
    """Give the probability weights of the answers, to a mean of 1; ones without weights."""
    if isinstance(one.fit, WeightedFit | WeightedCategoryFit):
        return one.fit.weights
    return np.ones(len(one.answers))


def drawn_of(one: FittedModel) -> Drawn:
    """Tell how the answers were drawn, by the covariance that the model was given.

    A survey's design and replicate weights are taken as they are; of other covariances the
    clusters are the sampling units (of two ways the fewer), else each answer is its own.
    """
    if isinstance(one.vcov, ReplicateWeights):
        return _replicated(one, one.vcov)
    weights = weights_of(one)
    if isinstance(one.vcov, SurveyDesign):
        design = one.vcov.describe(weights, one.answers)
    else:
        units = one.groups or (() if one.codes is None else (one.codes,))
        design = survey_design(weights, psu=min(units, key=np.max) if units else None)
    return Drawn(
        spread=lambda influence: total_covariance(influence, design), df=float(design.df())
    )


def _replicated(one: FittedModel, vcov: ReplicateWeights) -> Drawn:
    sets = vcov.describe(one.answers)
    given = numbers_of(one.answers, vcov.weights)
    unit = given.sum() / sets.values.sum(axis=0).mean()  # the weights may be of another scale
    times = unit * sets.values / given[:, None]

    def spread(influence: Floats) -> Floats:
        return replicate_covariance(times.T @ influence, influence.sum(axis=0), sets)

    rank = int(np.linalg.matrix_rank(sets.values, rtol=RANK))
    return Drawn(spread=spread, df=float(rank - 1))
