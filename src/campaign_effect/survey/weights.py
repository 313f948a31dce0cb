"""Weights: every respondent of a weighted survey has one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pandas as pd

from campaign_effect.errors import SurveyError, UsageError
from campaign_effect.results import Glossary
from campaign_effect.schema.model import Variable
from campaign_effect.survey.model import Absence, Survey, takes_survey

_LABELS: Final = (("en", "weights of the respondents"), ("id", "bobot responden"))

NO_WEIGHT: Final = "no_weight"
"""The step of respondents without a weight."""


def require_weights(survey: Survey) -> Survey:
    """Leave out who has no positive weight, where the schema names one.

    Parameters
    ----------
    survey : Survey

    Returns
    -------
    Survey
        Without them, the step on record; the same survey where everybody has a weight.

    Raises
    ------
    SurveyError
        If nobody has a weight.
    """
    name = survey.schema.roles.weight
    if name is None:
        return survey
    rows = survey.answers.index[~(survey.answers[name] > 0).to_numpy()]
    if len(rows) == survey.n:
        raise SurveyError(
            f"None of the {survey.n} respondents has a weight: {name!r} is never positive.",
            hint="check the column of the weight, or take the role out of the schema.",
        )
    return survey.without(rows, reason=NO_WEIGHT) if len(rows) else survey


@takes_survey
def with_weights(survey: Survey, weights: pd.Series, *, name: str = "raked_weight") -> Survey:
    """Give a survey other weights, for every analysis that takes the schema's weight.

    Parameters
    ----------
    survey : Survey
    weights : Series of float
        On rows of the survey (as `RakingResult.weights` is); who has none is left out, and
        counted as a step.
    name : str, default "raked_weight"
        Of the variable that holds them.

    Returns
    -------
    Survey

    Raises
    ------
    SurveyError
        If nobody has a weight, or the name is that of another column.
    UsageError
        If the weights are no Series.

    Examples
    --------
    >>> from campaign_effect.survey import read_survey
    >>> survey = read_survey(pd.DataFrame({"a": [1, 2, 3]}))
    >>> weighted = with_weights(survey, pd.Series([0.5, 1.5], index=[0, 2]))
    >>> weighted.n, weighted.schema.roles.weight
    (2, 'raked_weight')
    """
    if not isinstance(weights, pd.Series):
        raise UsageError(
            "The weights are a Series on rows of the survey.",
            received=type(weights).__name__,
            hint="pass raking.weights; the schema names a column of the file.",
        )
    schema = survey.schema
    if name in survey.answers and name != schema.roles.weight:
        raise SurveyError(
            f"The survey has a column {name!r} already.", hint="name the weights otherwise."
        )
    column = weights.reindex(survey.answers.index).astype("float64")
    absences = (column.isna() * int(Absence.BLANK)).astype("int8")
    others = tuple(one for one in schema.variables if one.name != name)
    variable = Variable(name=name, column=(name,), type="number")
    weighted = replace(
        survey,
        schema=schema.model_copy(
            update={
                "variables": (*others, variable),
                "roles": schema.roles.model_copy(update={"weight": name}),
            }
        ),
        answers=survey.answers.assign(**{name: column}),
        absences=survey.absences.assign(**{name: absences}),
        glossary=Glossary(entries=(*survey.glossary.entries, (name, _LABELS))),
    )
    return require_weights(weighted)
