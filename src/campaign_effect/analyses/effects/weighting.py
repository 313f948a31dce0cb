"""Which weights a regression takes, and which covariance goes with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from campaign_effect.analyses.effects.choices import Model
from campaign_effect.analyses.effects.clustered_models import Gee
from campaign_effect.analyses.effects.covariances import (
    CR2,
    HC3,
    Classic,
    SurveyDesign,
    Vcov,
    numbers_of,
)
from campaign_effect.errors import StatisticsError, UsageError
from campaign_effect.results import Notice, Sample
from campaign_effect.schema.model import Schema
from campaign_effect.stats.design.survey_mean import weighting_effect
from campaign_effect.survey import Absence


def choose_weights(
    schema: Schema, model: Model, vcov: Vcov | None, weights: str | bool
) -> str | None:
    """Find the column of the weights: that of the covariance, the one named, the schema's.

    Raises
    ------
    StatisticsError
        If the model takes no weights.
    UsageError
        If weights and covariance name different columns.
    """
    if not isinstance(weights, str | bool):
        raise UsageError(
            "weights names a column of the survey.",
            received=type(weights).__name__,
            hint="put them in a column, or give the survey others by ce.with_weights.",
        )
    named = None if vcov is None else vcov.weight_column
    asked = schema.roles.weight if weights is True else weights or None
    if named is not None and weights is not True and asked != named:
        raise UsageError(
            f"The covariance has the weights {named!r}.",
            received=f"weights={weights!r}",
            hint="name the weights once.",
        )
    name = named or asked
    needed = name is not None or (vcov is not None and vcov.needs_weights)
    if needed and not model.takes_weights:
        raise StatisticsError(
            f"The model {type(model).__name__} takes no weights.",
            received=f"weights {name!r}" if name else None,
            hint="leave vcov out and set weights=False, or use a model with weights, as Logit."
            if vcov is not None and vcov.needs_weights
            else "weights=False fits it without them; Logit, for example, takes them.",
        )
    return name


def default_vcov(schema: Schema, model: Model, weights: str | None) -> Vcov:
    """Choose the covariance that the model or the schema asks for."""
    roles = schema.roles
    if model.has_own_tests:
        return Classic()
    if isinstance(model, Gee):
        return CR2(cluster=model.cluster)
    if roles.cluster is not None:
        return CR2(cluster=roles.cluster)
    if weights is not None and roles.strata is not None:
        return SurveyDesign(strata=roles.strata)
    return HC3()


def without_weight(
    answers: pd.DataFrame, absences: pd.DataFrame, name: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Call weights that are not positive impossible answers.

    Raises
    ------
    SurveyError
        If the weights are no numbers.
    """
    lost = ~(numbers_of(answers, name) > 0) & answers[name].notna().to_numpy()
    masked = answers.assign(**{name: answers[name].mask(lost)})
    code = np.where(lost, np.int8(Absence.IMPOSSIBLE), absences[name])
    return masked, absences.assign(**{name: code.astype("int8")})


def weighted_sample(sample: Sample, weights: pd.Series) -> Sample:
    """Say how respondents are weighted, and what the weights cost."""
    if not sample.n_used:
        return sample
    effective_n = sample.n_used / weighting_effect(weights.to_numpy(dtype=float))
    return replace(sample, weight=str(weights.name), effective_n=effective_n)


def design_notices(schema: Schema, vcov: Vcov, weights: str | None) -> Iterator[Notice]:
    """Say what the schema knows of the sample and the regressions do not use."""
    roles = schema.roles
    if roles.weight is not None and weights is None:
        yield Notice.of("regression_unweighted")
    if roles.strata is not None and not isinstance(vcov, SurveyDesign):
        yield Notice.of("strata_unused", strata=roles.strata)
