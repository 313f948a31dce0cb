"""What a report must disclose of how its survey was made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Final

import pandas as pd

from campaign_effect.analyses.samples import everyone
from campaign_effect.errors import Fact
from campaign_effect.results import Glossary, Name, Result, Row, Word
from campaign_effect.survey import Survey, takes_survey

ELEMENTS: Final = (
    *("strategy", "sponsor", "conductor", "instrument", "population", "recruitment"),
    *("mode", "dates", "sample", "precision", "weighting", "processing", "limitations"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedElement(Row):
    """One element: the schema's words, else what the data show; neither where not stated."""

    element: Word
    stated: Name | None
    shown: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureResult(Result):
    """How the survey was made.

    Attributes
    ----------
    facts : tuple of (name, fact)
        What the sentences of ``shown`` state.
    """

    name: ClassVar[str] = "disclosure"
    elements: tuple[DisclosedElement, ...]
    facts: tuple[tuple[str, Fact], ...]


@takes_survey
def disclose_study(survey: Survey) -> DisclosureResult:
    """List the elements that every report of a survey must disclose, and what is stated.

    Parameters
    ----------
    survey : Survey
        Its schema's ``study`` states what only the researcher knows; the rest is counted.

    Returns
    -------
    DisclosureResult
        Part ``elements`` (``element, stated, shown``): neither of the last two where an
        element is not stated.

    References
    ----------
    .. [1] American Association for Public Opinion Research. (2021). AAPOR code of professional
       ethics and practices. https://aapor.org/standards-and-ethics/

    Examples
    --------
    >>> from campaign_effect.survey import read_survey
    >>> found = disclose_study(read_survey(pd.DataFrame({"a": [1, 2, 3]})))
    >>> [row.element for row in found.elements if not (row.stated or row.shown)][:2]
    ['disclosure.strategy', 'disclosure.sponsor']
    """
    facts = _facts(survey)
    return DisclosureResult(
        elements=tuple(_elements(survey, facts)),
        facts=tuple(facts.items()),
        samples=(("elements", everyone(survey)),),
        glossary=_with_study(survey),
    )


def _elements(survey: Survey, facts: dict[str, Fact]) -> Iterator[DisclosedElement]:
    shown = {
        "instrument": "instrument",
        "sample": "sample",
        "precision": "precision",
        "weighting": "weighted" if "weight" in facts else "unweighted",
        "processing": "processing",
        "limitations": "limitations",
        **({"dates": "dates"} if "first" in facts else {}),
    }
    for name in ELEMENTS:
        is_stated = getattr(survey.schema.study, name, None) is not None
        yield DisclosedElement(
            element=f"disclosure.{name}",
            stated=f"study.{name}" if is_stated else None,
            shown=f"disclosed.{shown[name]}" if name in shown and not is_stated else None,
        )


def _facts(survey: Survey) -> dict[str, Fact]:
    """Count what the survey itself tells."""
    schema = survey.schema
    facts: dict[str, Fact] = {
        "read": survey.n_read,
        "n": survey.n,
        "questions": len(schema.items) + len(schema.variables) or survey.answers.shape[1],
        "scales": len(schema.constructs),
    }
    if schema.roles.weight:
        facts["weight"] = schema.roles.weight
    days = survey.times.stack() if survey.times is not None else pd.Series(dtype=object)
    if len(days):
        facts["first"], facts["last"] = (str(day.date()) for day in (days.min(), days.max()))
    return facts


def _with_study(survey: Survey) -> Glossary:
    """Add the words of the study to the labels of the survey."""
    study = survey.schema.study
    said = tuple(
        (f"study.{name}", tuple((lang, text) for lang, text in words if text))
        for name, words in study
        if words is not None
    )
    return replace(survey.glossary, entries=(*survey.glossary.entries, *said))
