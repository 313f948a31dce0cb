"""Exposures taken together: whether any was met, and how many were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from campaign_effect.errors import MissingColumnsError, SurveyError
from campaign_effect.results import Glossary, Notice
from campaign_effect.schema.model import Schema, Variable
from campaign_effect.survey import Survey, takes_survey

ANY: Final = "any_exposure"
NUMBER: Final = "n_exposures"

_LABELS: Final = (
    (ANY, (("en", "Any exposure"), ("id", "Paparan apa pun"))),
    (f"{ANY}=0", (("en", "None"), ("id", "Tidak ada"))),
    (f"{ANY}=1", (("en", "At least one"), ("id", "Sedikitnya satu"))),
    (NUMBER, (("en", "Number of exposures met"), ("id", "Banyaknya paparan yang dialami"))),
)


def lowest_answers(schema: Schema) -> dict[str, float]:
    """Give the lowest answer of every exposure that has one: "never", or 0.

    Parameters
    ----------
    schema : Schema

    Returns
    -------
    dict of exposure to answer
        The smallest code of its scale; 0 for a number, or an option that may be ticked.
        Constructs are scores, and have no such answer.
    """
    scales = {item.name: c.scale for c in schema.constructs for item in c.items}
    scales |= {v.name: v.scale for v in schema.variables if v.scale and not v.is_choices}
    zero = {v.name for v in schema.variables if v.is_number or v.is_choices}
    zero |= {name for name, _, _ in schema.options}
    lowest = {}
    for name in (exposure.variable for exposure in schema.roles.exposures):
        if name in zero:
            lowest[name] = 0.0
        elif name in scales and schema.scale(scales[name]).is_ordered:
            lowest[name] = float(schema.scale(scales[name]).low)
    return lowest


@takes_survey
def count_exposures(survey: Survey, *, above: Mapping[str, float] | None = None) -> Survey:
    """Add to a survey whether any exposure was met, and how many were.

    Parameters
    ----------
    survey : Survey
    above : mapping of column to number, optional
        An exposure counts as met where its answer is above this one. By default every
        exposure of the schema that is a number, above the lowest answer of its scale
        ("never") or above 0.

    Returns
    -------
    Survey
        With the variables ``any_exposure`` (0 or 1) and ``n_exposures`` (from 0 to the number
        of exposures). A respondent without every answer has no number, and is exposed where
        one answer says so, else unknown; where answers are imputed it is the exposures, of
        which the number is then made. A notice says the rule.

    Raises
    ------
    SurveyError
        If there is no exposure to count, or the survey has such columns.
    MissingColumnsError
        If an exposure is no column.

    Examples
    --------
    >>> import campaign_effect as ce
    >>> survey = ce.read_survey(pd.DataFrame({"wa": [1, 3, 2], "tv": [1, 1, 4]}))
    >>> counted = ce.count_exposures(survey, above={"wa": 1, "tv": 1})
    >>> counted.answers["n_exposures"].tolist()
    [0.0, 1.0, 2.0]
    """
    rule = lowest_answers(survey.schema) if above is None else dict(above)
    if not rule:
        raise SurveyError(
            "There is no exposure to count.",
            hint="name exposures that are numbers in the schema, or give above={…}.",
        )
    if missing := [name for name in rule if name not in survey.answers]:
        raise MissingColumnsError.of(missing, survey.answers)
    if taken := [name for name in (ANY, NUMBER) if name in survey.answers]:
        raise SurveyError(f"The survey has a column {taken[0]!r} already.")
    names = list(rule)
    made = _counts(survey.answers, rule)
    return replace(
        survey,
        schema=_with_variables(survey.schema),
        answers=survey.answers.assign(**made),
        absences=survey.absences.assign(
            **{name: _absence(survey, names, column) for name, column in made.items()}
        ),
        notices=(*survey.notices, _notice(survey.glossary, rule)),
        glossary=Glossary(entries=(*survey.glossary.entries, *_LABELS)),
        counted=tuple(rule.items()),
    )


def counted_again(survey: Survey, answers: pd.DataFrame) -> pd.DataFrame:
    """Count the exposures among other answers of a survey, such as imputed ones.

    Parameters
    ----------
    survey : Survey
        In which they were counted, or not.
    answers : DataFrame
        With its columns.
    """
    return (
        answers.assign(**_counts(answers, dict(survey.counted))) if survey.counted else answers
    )


def _counts(answers: pd.DataFrame, rule: Mapping[str, float]) -> dict[str, pd.Series]:
    """Say whether any exposure was met, and how many, where that is known."""
    given = answers[list(rule)].astype("float64")
    is_met = given.gt(pd.Series(rule), axis=1)
    is_complete = given.notna().all(axis=1)
    number = is_met.sum(axis=1).astype("float64").where(is_complete)
    is_any = is_met.any(axis=1)
    return {ANY: is_any.astype("float64").where(is_complete | is_any), NUMBER: number}


def _with_variables(schema: Schema) -> Schema:
    made = tuple(Variable(name=name, column=(name,), type="number") for name in (ANY, NUMBER))
    return schema.model_copy(update={"variables": (*schema.variables, *made)})


def _absence(survey: Survey, names: list[str], made: pd.Series) -> pd.Series:
    """Give who has no number the reason of the first exposure without an answer."""
    why = survey.absences[names].to_numpy()
    first = why[np.arange(len(why)), (why != 0).argmax(axis=1)]
    return pd.Series(np.where(made.isna(), first, 0), index=made.index).astype("int8")


def _notice(glossary: Glossary, rule: Mapping[str, float]) -> Notice:
    """Say the rule; answers of one label are named once."""
    named = {
        glossary.label(f"{name}={at:g}", "en"): f"{name}={at:g}" for name, at in rule.items()
    }
    return Notice.of("exposures_counted", exposures=tuple(rule), lowest=tuple(named.values()))
