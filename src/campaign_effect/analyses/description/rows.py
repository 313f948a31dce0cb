"""What a description gives: rows, and the result that holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

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
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Respondents(Row):
    """Respondents by one level of one variable (or its mean), in one group or in all.

    Counts are of respondents, shares and means weighted where the schema names a weight.
    """

    variable: Name
    level: Name | None
    group: Name | None
    n: Count | None
    share: Proportion | None
    mean: Number | None
    sd: Number | None
    is_suppressed: Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDescription(Row):
    """One item: how many answered, mean and spread."""

    construct: Name
    item: Name
    is_reversed: Flag
    n: Count
    mean: Number | None
    sd: Number | None
    is_suppressed: Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFrequency(Row):
    """How often one answer was given, as it was asked.

    ``share`` is of all who answered, ``share_on_scale`` of those with a place on the scale.
    """

    construct: Name
    item: Name
    answer: Name
    place: Count
    n: Count | None
    n_answered: Count
    share: Proportion | None
    share_on_scale: Proportion | None
    is_suppressed: Flag


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
    is_suppressed: Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCorrelation(Row):
    """Pearson's *r* of two constructs, among those with both scores."""

    construct_1: Name
    construct_2: Name
    estimate: Bounded
    p_value: PValue
    n: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighting(Row):
    """The weights that shares and means rest on, and what they cost (Kish, 1992)."""

    weight: Name
    n: Count
    low: Number
    high: Number
    design_effect: Number
    effective_n: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class DescriptionResult(Result):
    """Respondents, items, answers, scores and their correlations.

    Attributes
    ----------
    min_cell : int
        Counts of respondents from 1 to one less are hidden, with those that would give them
        away.
    """

    name: ClassVar[str] = "description"
    min_cell: int
    respondents: tuple[Respondents, ...]
    items: tuple[ItemDescription, ...]
    answers: tuple[AnswerFrequency, ...]
    scores: tuple[ScoreDescription, ...]
    correlations: tuple[ScoreCorrelation, ...]
    weighting: tuple[Weighting, ...]
