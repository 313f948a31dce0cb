"""Respondents who did not read: straight lines, inconsistency, outliers, speed, attention."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from campaign_effect.analyses.quality.asked import items_as_asked, numeric_answers
from campaign_effect.analyses.quality.found import Found, cannot_check
from campaign_effect.errors import StatisticsError
from campaign_effect.stats.items.outlying import mahalanobis_distances
from campaign_effect.stats.items.responding import (
    even_odd_consistency,
    longest_run,
    response_variability,
)
from campaign_effect.stats.items.timing import speed_index
from campaign_effect.stats.moments.arrays import Floats
from campaign_effect.stats.moments.patterns import find_patterns
from campaign_effect.stats.sem.saturated import saturated_moments
from campaign_effect.survey import Survey

MIN_STRAIGHT_ITEMS: Final = 6
"""Fewer equal answers in a row happen to attentive people (Johnson 2005 finds runs of 6 to 14
at the elbow of the distribution, by answer); https://doi.org/10.1016/j.jrp.2004.09.009."""

MIN_SCALES: Final = 5
"""A correlation over fewer scales says nothing about a person."""

CONSISTENCY: Final = 0.3
"""Johnson (2005), after Jackson (1976)."""

OUTLYING: Final = 0.001
"""Tabachnick and Fidell (2019)."""

SPEED: Final = 2.0
"""Greszki, Meyer and Schoen (2015): half the median's time."""

MOST_PATTERNS: Final = 2_000
"""With more patterns of missing answers, means and covariances are those of complete rows."""


def find_straight_lines(survey: Survey) -> Found:
    """Flag those whose answers to every item, as asked, are one and the same."""
    asked = items_as_asked(survey)
    if asked.shape[1] < MIN_STRAIGHT_ITEMS:
        return cannot_check(survey.n, "few_items")
    variability = response_variability(asked)
    n_answered = (~np.isnan(asked)).sum(axis=1)
    is_line = (variability == 0) & (n_answered >= MIN_STRAIGHT_ITEMS)
    return Found(is_flagged=is_line, values=variability)


def find_long_runs(survey: Survey) -> Found:
    """Flag those who gave one answer to half of all items in a row."""
    asked = items_as_asked(survey)
    if asked.shape[1] < 2 * MIN_STRAIGHT_ITEMS:
        return cannot_check(survey.n, "few_items")
    run, half = longest_run(asked), asked.shape[1] / 2
    return Found(is_flagged=run >= half, values=run.astype(float), cutoff=half)


def find_inconsistent(survey: Survey) -> Found:
    """Flag those whose halves of scales hardly go together."""
    scales = [
        _from_0_to_1(survey, construct.name)
        for construct in survey.schema.constructs
        if len(construct.items) > 1
    ]
    if len(scales) < MIN_SCALES:
        return cannot_check(survey.n, "few_scales")
    consistency = even_odd_consistency(scales)
    return Found(is_flagged=consistency < CONSISTENCY, values=consistency)


def _from_0_to_1(survey: Survey, name: str) -> Floats:
    construct = survey.schema.construct_named(name)
    scale = survey.schema.scale(construct.scale)
    answers = survey.scores(tuple(item.name for item in construct.items))
    return np.asarray((answers - scale.low) / (scale.high - scale.low))


def find_outlying(survey: Survey) -> Found:
    """Flag those whose combination of numbers is far from all others'."""
    answers = numeric_answers(survey)
    if answers.shape[1] < 2:
        return cannot_check(survey.n, "few_questions")
    try:
        mean, cov = _moments(answers)
        found = mahalanobis_distances(answers, mean, cov)
    except StatisticsError:
        return cannot_check(survey.n, "singular")
    return Found(is_flagged=found.p_values < OUTLYING, values=found.p_values)


def _moments(answers: Floats) -> tuple[Floats, Floats]:
    """Estimate mean and covariances by maximum likelihood, with divisor n - 1."""
    if len(np.unique(np.isnan(answers), axis=0)) > MOST_PATTERNS:
        complete = answers[~np.isnan(answers).any(axis=1)]
        return complete.mean(axis=0), np.cov(complete.T)
    patterns = find_patterns(answers)
    mean, cov = saturated_moments(patterns)
    return mean, cov * (patterns.n / max(patterns.n - 1, 1))


def find_speeders(survey: Survey) -> Found:
    """Flag those who took less than half the median's time."""
    times = survey.times
    if times is None or not {"started", "submitted"} <= set(times):
        return cannot_check(survey.n, "no_times")
    index = speed_index((times["submitted"] - times["started"]).dt.total_seconds())
    if np.isnan(index).all():
        return cannot_check(survey.n, "no_times")
    return Found(is_flagged=index > SPEED, values=index)


def find_failed_attention(survey: Survey) -> Found:
    """Flag those who failed a question that tells whether they read."""
    checks = survey.schema.roles.attention
    if not checks:
        return cannot_check(survey.n, "no_attention")
    failed = np.zeros(survey.n)
    for check in checks:
        answers = survey.answers[check.variable]
        is_text = isinstance(answers.dtype, pd.CategoricalDtype)
        right = [str(code) if is_text else float(code) for code in check.right]
        failed += ~answers.isin(right).to_numpy()
    return Found(is_flagged=failed > 0, values=failed)
