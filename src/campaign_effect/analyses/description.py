"""Who answered, and what they answered: counts, means, scores and correlations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, Final

import numpy as np
import pandas as pd
from scipy import stats

from campaign_effect.analyses.columns import construct_scores
from campaign_effect.analyses.samples import any_answer_sample, everyone, listwise_sample
from campaign_effect.errors import StatisticsError
from campaign_effect.results import (
    Bounded,
    Count,
    Flag,
    Name,
    Number,
    Proportion,
    PValue,
    Result,
    Row,
    Sample,
)
from campaign_effect.stats.items.alpha import cronbach_alpha
from campaign_effect.survey import Absence, Survey

MAX_LEVELS: Final = 30
"""A category with more levels is no table of respondents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Respondents(Row):
    """Respondents by one level of one variable (or its mean), in one group or in all."""

    variable: Name
    level: Name | None
    group: Name | None
    n: Count
    share: Proportion | None
    mean: Number | None
    sd: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDescription(Row):
    """One item: how many answered, mean and spread."""

    construct: Name
    item: Name
    is_reversed: Flag
    n: Count
    mean: Number | None
    sd: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFrequency(Row):
    """How often one answer was given, as it was asked."""

    construct: Name
    item: Name
    answer: Name
    place: Count
    n: Count
    share: Proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDescription(Row):
    """The scores of one construct."""

    construct: Name
    n: Count
    mean: Number | None
    sd: Number | None
    low: Number | None
    high: Number | None
    alpha: Bounded | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCorrelation(Row):
    """Pearson's *r* of two constructs, among those with every score."""

    construct_1: Name
    construct_2: Name
    estimate: Bounded
    p_value: PValue
    n: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class DescriptionResult(Result):
    """Respondents, items, answers, scores and their correlations."""

    name: ClassVar[str] = "description"
    respondents: tuple[Respondents, ...]
    items: tuple[ItemDescription, ...]
    answers: tuple[AnswerFrequency, ...]
    scores: tuple[ScoreDescription, ...]
    correlations: tuple[ScoreCorrelation, ...]


def describe_items(survey: Survey) -> DescriptionResult:
    """Describe respondents, items, answers, scores and correlations.

    Parameters
    ----------
    survey : Survey

    Returns
    -------
    DescriptionResult
        Parts ``respondents`` (each variable, in all and by the schema's group), ``items``
        (*M* and *SD*, reverse-keyed items turned), ``answers`` (frequencies as asked),
        ``scores`` (with alpha) and ``correlations`` (of scores, among respondents with every
        score). Each row says its own n.

    Examples
    --------
    >>> from campaign_effect.survey import read_survey
    >>> survey = read_survey(pd.DataFrame({"a": [1, 2, 3, None]}))
    >>> describe_items(survey).tidy("items")[["item", "n", "mean"]].values.tolist()
    [['a', 3, 2.0]]
    """
    scores = construct_scores(survey)
    correlations, listwise = _correlations(scores)
    items = any_answer_sample(
        survey, [name for names in survey.blocks.values() for name in names]
    )
    return DescriptionResult(
        respondents=tuple(_respondents(survey)),
        items=tuple(_items(survey)),
        answers=tuple(_answers(survey)),
        scores=tuple(_scores(survey, scores)),
        correlations=correlations,
        samples=(
            ("respondents", everyone(survey)),
            ("items", items),
            ("answers", items),
            ("scores", items),
            ("correlations", listwise),
        ),
        glossary=survey.glossary,
    )


def _respondents(survey: Survey) -> Iterator[Respondents]:
    """Describe every variable in each group, then in all."""
    groups = _groups(survey)
    yield from (_group_row(group, is_in) for group, is_in in groups)
    for name in _described(survey):
        answers = survey.answers[name]
        for group, is_in in groups:
            within = answers[is_in].dropna()
            if pd.api.types.is_numeric_dtype(answers):
                yield _number_row(name, group, within)
            else:
                yield from _level_rows(name, group, within, _levels(answers))


Groups = list[tuple[str | None, np.ndarray]]
"""Names of groups (None: the whole survey), and who is in them."""


def _groups(survey: Survey) -> Groups:
    """Give the groups of the schema, by mask; the whole survey is the last."""
    name = survey.schema.roles.group
    everyone_in: Groups = [(None, np.ones(survey.n, dtype=bool))]
    if name is None:
        return everyone_in
    answers = survey.answers[name]
    found = [(f"{name}={level}", (answers == level).to_numpy()) for level in _levels(answers)]
    return [*((group, is_in) for group, is_in in found if is_in.any()), *everyone_in]


def _described(survey: Survey) -> list[str]:
    """Name the variables of a table of respondents."""
    schema = survey.schema
    if schema.variables:
        names = [variable.name for variable in schema.variables]
    else:
        names = list(map(str, survey.answers.select_dtypes(exclude="number").columns))
    group = survey.schema.roles.group
    return [name for name in names if name != group and _is_describable(survey.answers[name])]


def _is_describable(answers: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(answers) or answers.nunique() <= MAX_LEVELS


def _levels(answers: pd.Series) -> list[object]:
    if isinstance(answers.dtype, pd.CategoricalDtype):
        return list(answers.cat.categories)
    return sorted(answers.dropna().unique())


def _group_row(group: str | None, is_in: np.ndarray) -> Respondents:
    """Say how many respondents a group has."""
    n = int(is_in.sum())
    share = n / max(len(is_in), 1)
    return Respondents(
        variable="respondents", level=None, group=group, n=n, share=share, mean=None, sd=None
    )


def _number_row(name: str, group: str | None, within: pd.Series) -> Respondents:
    mean, sd = _moments(within.to_numpy(dtype=float))
    return Respondents(
        variable=name, level=None, group=group, n=len(within), share=None, mean=mean, sd=sd
    )


def _level_rows(
    name: str, group: str | None, within: pd.Series, levels: list[object]
) -> Iterator[Respondents]:
    counts = within.value_counts()
    for level in levels:
        n = int(counts.get(level, 0))
        yield Respondents(
            variable=name,
            level=f"{name}={level}",
            group=group,
            n=n,
            share=n / len(within) if len(within) else None,
            mean=None,
            sd=None,
        )


def _items(survey: Survey) -> Iterator[ItemDescription]:
    turned = {item.name for item in survey.schema.items if item.is_reversed}
    for construct, names in survey.blocks.items():
        for name in names:
            answers = survey.answers[name].dropna().to_numpy(dtype=float)
            mean, sd = _moments(answers)
            yield ItemDescription(
                construct=construct,
                item=name,
                is_reversed=name in turned,
                n=len(answers),
                mean=mean,
                sd=sd,
            )


def _answers(survey: Survey) -> Iterator[AnswerFrequency]:
    """Count every answer of every item as it was asked, answers aside last."""
    for construct in survey.schema.constructs:
        scale = survey.schema.scale(construct.scale)
        for item in construct.items:
            answers = survey.answers[item.name]
            if item.is_reversed:
                answers = scale.low + scale.high - answers
            absences = survey.absences[item.name]
            counts = [int((answers == point.code).sum()) for point in scale.points]
            counts += [
                int((absences == Absence.ASIDE + i).sum()) for i in range(len(scale.aside))
            ]
            total = max(sum(counts), 1)
            points = (*scale.points, *scale.aside)
            for place, (point, n) in enumerate(zip(points, counts, strict=True), start=1):
                yield AnswerFrequency(
                    construct=construct.name,
                    item=item.name,
                    answer=f"{item.name}={point.code}",
                    place=place if place <= len(scale.points) else 0,
                    n=n,
                    share=n / total,
                )


def _scores(survey: Survey, scores: pd.DataFrame) -> Iterator[ScoreDescription]:
    for construct in survey.schema.constructs:
        values = scores[construct.name].dropna().to_numpy()
        mean, sd = _moments(values)
        yield ScoreDescription(
            construct=construct.name,
            n=len(values),
            mean=mean,
            sd=sd,
            low=float(values.min()) if len(values) else None,
            high=float(values.max()) if len(values) else None,
            alpha=_alpha(survey.scores(survey.blocks[construct.name])),
        )


def _alpha(answers: np.ndarray) -> float | None:
    """Give alpha of the complete answers, or none where it cannot be computed."""
    try:
        return cronbach_alpha(answers[~np.isnan(answers).any(axis=1)]).alpha
    except StatisticsError:
        return None


def _correlations(scores: pd.DataFrame) -> tuple[tuple[ScoreCorrelation, ...], Sample]:
    """Correlate scores among those who have them all; a constant score has no correlation."""
    absent = scores.isna().astype("int8") * int(Absence.BLANK)
    complete, sample = listwise_sample(scores, absent)
    used = scores[complete]
    varying = [str(name) for name in used if len(used) > 2 and used[name].nunique() > 1]
    rows = []
    for first, second in combinations(varying, 2):
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
    return tuple(rows), sample


def _moments(values: np.ndarray) -> tuple[float | None, float | None]:
    mean = float(values.mean()) if len(values) else None
    sd = float(values.std(ddof=1)) if len(values) > 1 else None
    return mean, sd
