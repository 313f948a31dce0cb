"""What is missing: by question, by respondent, in which patterns, and whether at random."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from campaign_effect.analyses.quality.asked import asked_columns, numeric_answers
from campaign_effect.analyses.quality.rows import (
    AsideAnswer,
    MissingTest,
    PatternGap,
    PersonQuality,
    QuestionQuality,
)
from campaign_effect.errors import StatisticsError
from campaign_effect.stats.design.suppression import suppress_line
from campaign_effect.stats.moments.patterns import find_patterns
from campaign_effect.stats.sem.mcar import little_test
from campaign_effect.survey import Absence, Survey

MOST_PATTERNS: Final = 10
"""Patterns shown: the commonest."""

MOST_TESTED: Final = 5_000
"""With more patterns of missing answers Little's test would need gigabytes."""


def question_rows(survey: Survey, min_cell: int) -> Iterator[QuestionQuality]:
    """Count what is missing of every question.

    A small count of answers aside is hidden, and that of blank cells with it: their sum is
    known.
    """
    for column in asked_columns(survey):
        absences = survey.absences[column].to_numpy()
        n = int((absences == Absence.ANSWERED).sum())
        aside = int((absences >= Absence.ASIDE).sum())
        blank = int((absences == Absence.BLANK).sum())
        is_small = 0 < aside < min_cell
        yield QuestionQuality(
            item=column,
            n=n,
            blank=None if is_small else blank,
            aside=None if is_small else aside,
            impossible=int((absences == Absence.IMPOSSIBLE).sum()),
            missing_share=1 - n / len(absences) if len(absences) else 0.0,
            is_suppressed=is_small,
        )


def person_rows(survey: Survey) -> Iterator[PersonQuality]:
    """Group respondents by their number of missing answers: none, 1, 2, 3 to 5, more."""
    asked = asked_columns(survey)
    missing = (survey.absences[asked] != Absence.ANSWERED).sum(axis=1).to_numpy()
    bands = ((0, 0), (1, 1), (2, 2), (3, 5), (6, len(asked)))
    for low, high in bands:
        if low <= len(asked):
            n = int(((missing >= low) & (missing <= high)).sum())
            yield PersonQuality(
                missing_from=low,
                missing_to=min(high, len(asked)),
                n=n,
                share=n / max(len(missing), 1),
            )


def pattern_rows(survey: Survey) -> Iterator[PatternGap]:
    """Give the commonest patterns of missing answers, a row a question that one lacks."""
    asked = asked_columns(survey)
    if not asked or not survey.n:
        return
    is_missing = (survey.absences[asked] != Absence.ANSWERED).to_numpy()
    patterns, counts = np.unique(is_missing, axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:MOST_PATTERNS]
    for place, at in enumerate(order, start=1):
        gaps: list[str | None] = [asked[i] for i in np.flatnonzero(patterns[at])]
        for item in gaps or [None]:
            n = int(counts[at])
            yield PatternGap(pattern=place, item=item, n=n, share=n / survey.n)


def missing_test(survey: Survey) -> tuple[MissingTest, ...]:
    """Test whether numbers are missing completely at random; none where it cannot be told."""
    answers = numeric_answers(survey)
    has_gaps = np.isnan(answers).any()
    if not has_gaps or len(np.unique(np.isnan(answers), axis=0)) > MOST_TESTED:
        return ()
    try:
        found = little_test(find_patterns(answers))
    except StatisticsError:
        return ()
    row = MissingTest(
        statistic=found.statistic,
        df=float(found.df),
        p_value=found.p_value,
        n=found.n,
        k=answers.shape[1],
        n_patterns=found.n_patterns,
    )
    return (row,)


def aside_rows(survey: Survey, min_cell: int) -> Iterator[AsideAnswer]:
    """Count the answers aside of every question that has any."""
    for column in asked_columns(survey):
        points = survey.schema.aside(column)
        absences = survey.absences[column].to_numpy()
        counts = np.array(
            [(absences == Absence.ASIDE + i).sum() for i in range(len(points))], dtype=np.int64
        )
        hidden = suppress_line(counts, threshold=min_cell)
        for point, n, is_hidden in zip(points, counts.tolist(), hidden.tolist(), strict=True):
            if n or is_hidden:
                yield AsideAnswer(
                    item=column,
                    answer=f"{column}={point.code}",
                    n=None if is_hidden else n,
                    share=None if is_hidden else n / survey.n,
                    is_suppressed=is_hidden,
                )
