"""What was answered: items, frequencies, scores and their correlations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from campaign_effect.analyses.description.rows import (
    AnswerFrequency,
    ItemDescription,
    ScoreCorrelation,
    ScoreDescription,
)
from campaign_effect.analyses.description.weighted import moments, share
from campaign_effect.errors import StatisticsError
from campaign_effect.results import Sample
from campaign_effect.schema.model import Construct, Item, Point
from campaign_effect.stats.design.suppression import suppress_line, suppress_scored
from campaign_effect.stats.items.alpha import cronbach_alpha
from campaign_effect.stats.moments.arrays import Booleans, Floats
from campaign_effect.survey import Absence, Survey


def item_rows(survey: Survey, weights: Floats, min_cell: int) -> Iterator[ItemDescription]:
    """Give mean and spread of every item, reverse-keyed ones turned.

    They are hidden where they would tell the small counts of its answers.
    """
    unsafe = {
        item.name
        for construct in survey.schema.constructs
        for item in construct.items
        if not _hidden_points(survey, construct, item, min_cell)[1]
    }
    turned = {item.name for item in survey.schema.items if item.is_reversed}
    for construct, names in survey.blocks.items():
        for name in names:
            answers = survey.answers[name].to_numpy(dtype=np.float64)
            mean, sd = moments(answers, weights)
            n = int((~np.isnan(answers)).sum())
            is_hidden = name in unsafe or 0 < n < min_cell
            yield ItemDescription(
                construct=construct,
                item=name,
                is_reversed=name in turned,
                n=n,
                mean=None if is_hidden else mean,
                sd=None if is_hidden else sd,
                is_suppressed=is_hidden,
            )


def answer_rows(survey: Survey, weights: Floats, min_cell: int) -> Iterator[AnswerFrequency]:
    """Count every answer of every item as it was asked, answers aside last."""
    for construct in survey.schema.constructs:
        for item in construct.items:
            yield from _frequencies(survey, construct, item, (weights, min_cell))


def _frequencies(
    survey: Survey, construct: Construct, item: Item, rule: tuple[Floats, int]
) -> Iterator[AnswerFrequency]:
    """Count the answers to one item.

    Where all its answers aside together are few, percentages are of the others only: with
    both totals known, the few would be too. Mean and standard deviation are published
    elsewhere, so counts are hidden that these would tell.
    """
    weights, min_cell = rule
    points, marks = _marked(survey, construct, item)
    k = len(survey.schema.scale(construct.scale).points)
    counts = marks.sum(axis=1)
    on_scale, aside = (np.asarray(part.any(axis=0)) for part in (marks[:k], marks[k:]))
    is_few = 0 < counts[k:].sum() < min_cell
    hidden = np.append(
        _hidden_points(survey, construct, item, min_cell)[0],
        suppress_line(counts[k:], threshold=min_cell),
    )
    among = on_scale if is_few else on_scale | aside
    for place, point in enumerate(points):
        is_hidden, is_aside = bool(hidden[place]), place >= k
        yield AnswerFrequency(
            construct=construct.name,
            item=item.name,
            answer=f"{item.name}={point.code}",
            place=0 if is_aside else place + 1,
            n=None if is_hidden else int(counts[place]),
            n_answered=int(among.sum()),
            share=None if is_hidden else share(marks[place], among, weights) or 0.0,
            share_on_scale=None
            if is_hidden or is_aside
            else share(marks[place], on_scale, weights) or 0.0,
            is_suppressed=is_hidden,
        )


def _hidden_points(
    survey: Survey, construct: Construct, item: Item, min_cell: int
) -> tuple[Booleans, bool]:
    """Say which points of an item's scale to hide, and whether its mean and SD may be shown."""
    points = survey.schema.scale(construct.scale).points
    counts = _marked(survey, construct, item)[1][: len(points)].sum(axis=1)
    codes = np.array([int(point.code) for point in points])
    return suppress_scored(counts, codes, threshold=min_cell)


def _marked(
    survey: Survey, construct: Construct, item: Item
) -> tuple[Sequence[Point], Booleans]:
    """Mark who gave each answer as it was asked, shape (n_points, n); answers aside last."""
    scale = survey.schema.scale(construct.scale)
    answers = survey.answers[item.name].to_numpy(dtype=np.float64)
    if item.is_reversed:
        answers = scale.low + scale.high - answers
    absences = survey.absences[item.name].to_numpy()
    marks = [answers == float(point.code) for point in scale.points]
    marks += [absences == Absence.ASIDE + i for i in range(len(scale.aside))]
    return (*scale.points, *scale.aside), np.array(marks)


def score_rows(
    survey: Survey, scores: pd.DataFrame, weights: Floats, min_cell: int
) -> Iterator[ScoreDescription]:
    """Give mean and spread of the scores, with alpha; those of a few are hidden."""
    for construct in survey.schema.constructs:
        values = scores[construct.name].to_numpy(dtype=np.float64)
        mean, sd = moments(values, weights)
        n = int((~np.isnan(values)).sum())
        is_hidden = 0 < n < min_cell
        is_shown = n > 0 and not is_hidden
        yield ScoreDescription(
            construct=construct.name,
            n=n,
            mean=mean if is_shown else None,
            sd=sd if is_shown else None,
            low=float(np.nanmin(values)) if is_shown else None,
            high=float(np.nanmax(values)) if is_shown else None,
            alpha=_alpha(survey.scores(survey.blocks[construct.name])),
            is_suppressed=is_hidden,
        )


def _alpha(answers: Floats) -> float | None:
    """Give alpha of the complete answers, or none where it cannot be computed."""
    try:
        return cronbach_alpha(answers[~np.isnan(answers).any(axis=1)]).alpha
    except StatisticsError:
        return None


def correlation_rows(scores: pd.DataFrame) -> tuple[tuple[ScoreCorrelation, ...], Sample]:
    """Correlate scores, each pair among those who have both; none where one is constant."""
    rows = []
    for first, second in combinations(map(str, scores), 2):
        used = scores[[first, second]].dropna()
        if len(used) <= 2 or (used.nunique() < 2).any():
            continue
        found = stats.pearsonr(used[first], used[second])
        rows.append(
            ScoreCorrelation(
                construct_1=first,
                construct_2=second,
                estimate=float(found.statistic),
                p_value=float(found.pvalue),
                n=len(used),
            )
        )
    n_used = int((scores.notna().sum(axis=1) > 1).sum())
    lost = len(scores) - n_used
    dropped = (("no_pair", lost),) if lost else ()
    return tuple(rows), Sample(n_total=len(scores), n_used=n_used, dropped=dropped)
