"""Any column of a survey by its name: an item, a variable, an outcome or a score."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from campaign_effect.errors import MissingColumnsError
from campaign_effect.stats.items.scores import scale_scores
from campaign_effect.survey import Absence, Survey


def construct_scores(survey: Survey) -> pd.DataFrame:
    """Score every respondent on every construct of the schema, by the schema's rule."""
    scores = {
        construct.name: scale_scores(
            survey.scores(tuple(item.name for item in construct.items)),
            rule=construct.score,
            min_answered=construct.min_answered,
        )
        for construct in survey.schema.constructs
    }
    return pd.DataFrame(scores, index=survey.answers.index)


def known_columns(survey: Survey) -> list[str]:
    """Name everything that `with_scores` and a formula can ask for."""
    return [*map(str, survey.answers), *(c.name for c in survey.schema.constructs)]


def with_scores(survey: Survey, columns: Iterable[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take columns of a survey, constructs as their scores.

    Returns
    -------
    answers, absences : DataFrame
        With the columns asked for, in that order. A score is absent as blank.

    Raises
    ------
    MissingColumnsError
        If a name is no column and no construct.
    """
    columns = list(dict.fromkeys(columns))
    known = known_columns(survey)
    if missing := [column for column in columns if column not in known]:
        raise MissingColumnsError.of(missing, known)
    asked = [c.name for c in survey.schema.constructs if c.name in columns]
    scores = (
        construct_scores(survey)[asked] if asked else pd.DataFrame(index=survey.answers.index)
    )
    absent = scores.isna().astype("int8") * int(Absence.BLANK)
    answers = pd.concat([survey.answers, scores], axis=1)[columns]
    return answers, pd.concat([survey.absences, absent.astype("int8")], axis=1)[columns]
