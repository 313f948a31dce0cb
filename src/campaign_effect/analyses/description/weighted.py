"""Means, spreads and shares, weighted where a survey has weights."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from campaign_effect.analyses.description.rows import Weighting
from campaign_effect.stats.design.survey_mean import weighting_effect
from campaign_effect.stats.moments.arrays import Booleans, Floats
from campaign_effect.survey import Survey


def survey_weights(survey: Survey) -> Floats:
    """Give the weight of every respondent; 1 where the schema names none."""
    name = survey.schema.roles.weight
    if name is None:
        return np.ones(survey.n)
    return survey.answers[name].to_numpy(dtype=np.float64)


def weighting_rows(survey: Survey) -> Iterator[Weighting]:
    """Say what the weights cost: the design effect and the effective sample size."""
    name = survey.schema.roles.weight
    if name is None or not survey.n:
        return
    yield weighting_row(name, survey_weights(survey))


def weighting_row(name: str, weights: Floats) -> Weighting:
    """Give the range of weights, their design effect and the effective sample size."""
    effect = weighting_effect(weights)
    return Weighting(
        weight=name,
        n=len(weights),
        low=float(weights.min() / weights.mean()),
        high=float(weights.max() / weights.mean()),
        design_effect=effect,
        effective_n=len(weights) / effect,
    )


def moments(values: Floats, weights: Floats) -> tuple[float | None, float | None]:
    """Give mean and standard deviation of what is not nan.

    The variance is the weighted one times n / (n - 1): with equal weights the usual one.
    """
    is_there = ~np.isnan(values)
    x, w, n = values[is_there], weights[is_there], int(is_there.sum())
    if not n:
        return None, None
    mean = float(np.average(x, weights=w))
    if n < 2:
        return mean, None
    return mean, float(np.sqrt(np.average((x - mean) ** 2, weights=w) * n / (n - 1)))


def share(is_so: Booleans, among: Booleans, weights: Floats) -> float | None:
    """Give the weighted share of those that are so; none where there is nobody."""
    total = weights[among].sum()
    return float(weights[among & is_so].sum() / total) if total > 0 else None
