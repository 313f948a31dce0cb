"""Who is counted, and why others are not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from campaign_effect.results import Notice, Sample
from campaign_effect.survey import Absence, Survey


def listwise_sample(answers: pd.DataFrame, absences: pd.DataFrame) -> tuple[np.ndarray, Sample]:
    """Find the respondents with every answer, and the first reason why others lack one.

    Parameters
    ----------
    answers, absences : DataFrame
        Columns in the order in which reasons are looked for.

    Returns
    -------
    ndarray of bool, shape (n,)
        Who is complete.
    Sample
        Reasons are named ``absence:column``.
    """
    complete = np.ones(len(answers), dtype=bool)
    dropped: list[tuple[str, int]] = []
    for column in answers:
        is_lost = complete & answers[column].isna().to_numpy()
        if not is_lost.any():
            continue
        counts = pd.Series(absences[column].to_numpy()[is_lost]).value_counts()
        dropped += [(f"{absence_word(code)}:{column}", int(n)) for code, n in counts.items()]
        complete &= ~is_lost
    n_used = int(complete.sum())
    return complete, Sample(n_total=len(answers), n_used=n_used, dropped=_joined(dropped))


def any_answer_sample(survey: Survey, columns: Iterable[str]) -> Sample:
    """Count the respondents who answered at least one of the columns."""
    answers = survey.answers[list(dict.fromkeys(columns))]
    n_used = int(answers.notna().any(axis=1).sum())
    lost = survey.n - n_used
    return Sample(
        n_total=survey.n, n_used=n_used, dropped=(("no_answer", lost),) if lost else ()
    )


def any_complete_sample(survey: Survey, blocks: Iterable[Sequence[str]]) -> Sample:
    """Count the respondents who answered every item of at least one block."""
    complete = np.zeros(survey.n, dtype=bool)
    for items in blocks:
        complete |= survey.answers[list(items)].notna().all(axis=1).to_numpy()
    lost = survey.n - int(complete.sum())
    dropped = (("no_complete_scale", lost),) if lost else ()
    return Sample(n_total=survey.n, n_used=survey.n - lost, dropped=dropped)


def everyone(survey: Survey) -> Sample:
    """Count every respondent of the survey."""
    return Sample(n_total=survey.n, n_used=survey.n)


def not_weighted(survey: Survey, analysis: str) -> tuple[Notice, ...]:
    """Say that an analysis does not use the weights that the schema names."""
    weight = survey.schema.roles.weight
    if weight is None:
        return ()
    return (Notice.of("not_weighted", analysis=f"analysis.{analysis}", weight=weight),)


def absence_word(code: object) -> str:
    """Name why a cell is absent."""
    number = int(str(code))
    return "aside" if number >= Absence.ASIDE else Absence(number).name.lower()


def _joined(dropped: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Add up counts of the same reason (several answers aside of one column)."""
    totals: dict[str, int] = {}
    for reason, n in dropped:
        totals[reason] = totals.get(reason, 0) + n
    return tuple(totals.items())
