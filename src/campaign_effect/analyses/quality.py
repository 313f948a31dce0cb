"""Whether the answers can be trusted: what is missing, who answered twice or did not read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Final

import numpy as np
import pandas as pd

from campaign_effect.analyses.samples import everyone
from campaign_effect.errors import SurveyError
from campaign_effect.results import Count, Name, Notice, Proportion, Result, Row, Word
from campaign_effect.stats.items.responding import response_variability
from campaign_effect.survey import Absence, Survey

MIN_STRAIGHT_ITEMS: Final = 6
"""Fewer equal answers in a row happen to attentive people (Johnson 2005 finds runs of 6 to 14
at the elbow of the distribution, by answer); https://doi.org/10.1016/j.jrp.2004.09.009."""

MIN_EQUAL_ANSWERS: Final = 10
"""With fewer questions, two people can well give the same answers to all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionQuality(Row):
    """What is missing of one question, and why."""

    item: Name
    n: Count
    blank: Count
    aside: Count
    impossible: Count
    missing_share: Proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonQuality(Row):
    """How many respondents left a number of questions without a substantive answer."""

    missing_from: Count
    missing_to: Count
    n: Count
    share: Proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Row):
    """A respondent worth a second look: the row in the file, and why."""

    row: Count
    reason: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagCount(Row):
    """How many respondents carry a flag."""

    reason: Word
    n: Count
    share: Proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion(Row):
    """Respondents left out of the analyses, and why, in the order of the steps."""

    reason: Word
    n: Count
    n_left: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideAnswer(Row):
    """Answers with a meaning that is no place on the scale."""

    item: Name
    answer: Name
    n: Count
    share: Proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityResult(Result):
    """The state of a survey before it is analysed."""

    name: ClassVar[str] = "quality"
    questions: tuple[QuestionQuality, ...]
    persons: tuple[PersonQuality, ...]
    asides: tuple[AsideAnswer, ...]
    flag_counts: tuple[FlagCount, ...]
    flags: tuple[Flag, ...]
    exclusions: tuple[Exclusion, ...]

    @property
    def flagged(self) -> pd.Index:
        """The rows that carry any flag, for `Survey.without`."""
        return self.flagged_for(*{flag.reason for flag in self.flags})

    def flagged_for(self, *reasons: str) -> pd.Index:
        """Give the rows that carry one of these flags (``duplicate``, ``straight_lining``)."""
        words = {f"flag.{reason.removeprefix('flag.')}" for reason in reasons}
        return pd.Index(sorted({flag.row for flag in self.flags if flag.reason in words}))


def check_quality(survey: Survey) -> QualityResult:
    """Count what is missing and flag the respondents who answered twice or did not read.

    Nobody is left out here: `Survey.without` does that, and keeps the reason.

    Parameters
    ----------
    survey : Survey

    Returns
    -------
    QualityResult
        Parts ``questions`` (missing per question), ``persons`` (missing per respondent),
        ``asides`` (non-substantive answers), ``flag_counts``, ``flags`` and ``exclusions``.

    Notes
    -----
    *Duplicate*: the same telephone number or e-mail as an earlier row, or the same answers to
    at least ten questions, all of them. *Straight-lining*: one and the same answer to every
    item of all scales, at least six, as they were asked (reverse-keyed items not turned) [1]_.

    References
    ----------
    .. [1] Johnson, J. A. (2005). Ascertaining the validity of individual protocols from
       Web-based personality inventories. Journal of Research in Personality, 39, 103-129.
       https://doi.org/10.1016/j.jrp.2004.09.009

    Examples
    --------
    >>> import pandas as pd
    >>> from campaign_effect.survey import read_survey
    >>> quality = check_quality(read_survey(pd.DataFrame({"a": [1, 2, None]})))
    >>> quality.tidy("questions")[["item", "n", "blank"]].values.tolist()
    [['a', 2, 1]]
    """
    flags = {"duplicate": _duplicates(survey), "straight_lining": _straight_liners(survey)}
    return QualityResult(
        questions=tuple(_questions(survey)),
        persons=tuple(_persons(survey)),
        asides=tuple(_asides(survey)),
        flag_counts=tuple(
            FlagCount(
                reason=f"flag.{reason}",
                n=int(is_flagged.sum()),
                share=float(is_flagged.mean()),
            )
            for reason, is_flagged in flags.items()
        ),
        flags=tuple(
            Flag(row=int(row), reason=f"flag.{reason}")
            for reason, is_flagged in flags.items()
            for row in survey.answers.index[is_flagged]
        ),
        exclusions=_exclusions(survey),
        samples=tuple((part, everyone(survey)) for part in QualityResult.row_types()),
        notices=survey.notices,
        glossary=survey.glossary,
    )


def _asked(survey: Survey) -> list[str]:
    """Give the columns that were asked (outcomes are made from them)."""
    made = {outcome.name for outcome in survey.schema.roles.outcomes}
    return [str(column) for column in survey.answers if column not in made]


def _questions(survey: Survey) -> Iterator[QuestionQuality]:
    for column in _asked(survey):
        absences = survey.absences[column].to_numpy()
        n = int((absences == Absence.ANSWERED).sum())
        yield QuestionQuality(
            item=column,
            n=n,
            blank=int((absences == Absence.BLANK).sum()),
            aside=int((absences >= Absence.ASIDE).sum()),
            impossible=int((absences == Absence.IMPOSSIBLE).sum()),
            missing_share=1 - n / len(absences) if len(absences) else 0.0,
        )


def _persons(survey: Survey) -> Iterator[PersonQuality]:
    """Group respondents by their number of missing answers: none, 1, 2, 3 to 5, more."""
    asked = _asked(survey)
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


def _asides(survey: Survey) -> Iterator[AsideAnswer]:
    scales = {item.name: c.scale for c in survey.schema.constructs for item in c.items}
    scales |= {v.name: v.scale for v in survey.schema.variables if v.scale}
    for column, scale in scales.items():
        for place, point in enumerate(survey.schema.scale(scale).aside):
            n = int((survey.absences[column] == Absence.ASIDE + place).sum())
            if n:
                share = n / survey.n
                yield AsideAnswer(
                    item=column, answer=f"{column}={point.code}", n=n, share=share
                )


def _duplicates(survey: Survey) -> np.ndarray:
    """Flag every later row of the same person, or with all the same answers."""
    asked = survey.answers[_asked(survey)]
    n_answered = asked.notna().sum(axis=1).to_numpy()
    is_same = asked.duplicated().to_numpy() & (n_answered >= MIN_EQUAL_ANSWERS)
    if survey.identity is None:
        return is_same
    is_known = (survey.identity != 0).to_numpy()
    return is_same | (survey.identity.duplicated().to_numpy() & is_known)


def _straight_liners(survey: Survey) -> np.ndarray:
    """Flag those whose answers to every item, as asked, are one and the same."""
    if not survey.schema.constructs:
        return np.zeros(survey.n, dtype=bool)
    asked = np.column_stack([_as_asked(survey, c.name) for c in survey.schema.constructs])
    n_answered = (~np.isnan(asked)).sum(axis=1)
    is_line = response_variability(asked) == 0
    return np.asarray(is_line & (n_answered >= MIN_STRAIGHT_ITEMS))


def _as_asked(survey: Survey, name: str) -> np.ndarray:
    """Give a construct's answers with the reverse-keyed items turned back."""
    construct = survey.schema.construct_named(name)
    scale = survey.schema.scale(construct.scale)
    answers = survey.scores(tuple(item.name for item in construct.items))
    is_reversed = np.array([item.is_reversed for item in construct.items])
    return np.where(is_reversed, scale.low + scale.high - answers, answers)


def exclude_flagged(survey: Survey, quality: QualityResult) -> tuple[Survey, QualityResult]:
    """Leave out the respondents whose flags the schema tells to exclude, a step a flag.

    Returns
    -------
    Survey
        Without them.
    QualityResult
        The same check, with the steps in ``exclusions`` and a notice for each flag that was
        raised and not acted upon.

    Raises
    ------
    SurveyError
        If nobody is left.
    """
    for reason in survey.schema.exclude:
        survey = survey.without(quality.flagged_for(reason), reason=reason)
    if not survey.n:
        raise SurveyError(
            f"All {survey.n_read} respondents are excluded.",
            received=", ".join(f"{step.reason}: {step.n}" for step in survey.steps),
            hint="shorten 'exclude' in the schema.",
        )
    kept = tuple(
        Notice.of("flagged", reason=count.reason, n=count.n)
        for count in quality.flag_counts
        if count.n and count.reason.removeprefix("flag.") not in survey.schema.exclude
    )
    return survey, replace(
        quality, exclusions=_exclusions(survey), notices=(*quality.notices, *kept)
    )


def _exclusions(survey: Survey) -> tuple[Exclusion, ...]:
    left = survey.n_read - np.cumsum([step.n for step in survey.steps])
    return tuple(
        Exclusion(reason=f"flag.{step.reason}", n=step.n, n_left=int(n_left))
        for step, n_left in zip(survey.steps, left, strict=True)
    )
