"""What the check of quality gives: rows, and the result that holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from campaign_effect.results import (
    Count,
    Df,
    Literal,
    Name,
    Number,
    Proportion,
    PValue,
    Result,
    Row,
    Word,
)
from campaign_effect.results import Flag as Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionQuality(Row):
    """What is missing of one question, and why; small counts of answers aside are hidden."""

    item: Name
    n: Count
    blank: Count | None
    aside: Count | None
    impossible: Count
    missing_share: Proportion
    is_suppressed: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonQuality(Row):
    """How many respondents left a number of questions without a substantive answer."""

    missing_from: Count
    missing_to: Count
    n: Count
    share: Proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternGap(Row):
    """One question that a pattern of missing answers lacks (none: the complete pattern)."""

    pattern: Count
    item: Name | None
    n: Count
    share: Proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingTest(Row):
    """Little's test that numbers are missing completely at random."""

    statistic: Number
    df: Df
    p_value: PValue
    n: Count
    k: Count
    n_patterns: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Row):
    """A respondent worth a second look: the row in the file, why, and by which number.

    ``other_row`` is the earlier row that this one repeats or resembles.
    """

    row: Count
    reason: Word
    value: Number | None
    other_row: Count | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagCount(Row):
    """How many respondents carry a flag, its cut-off, and who published it.

    ``n`` is none, and ``unchecked`` says why, where the survey does not allow the check.
    """

    reason: Word
    n: Count | None
    share: Proportion | None
    cutoff: Number | None
    source: Literal | None
    unchecked: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion(Row):
    """Respondents left out of the analyses, and why, in the order of the steps."""

    reason: Word
    n: Count
    n_left: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideAnswer(Row):
    """Answers with a meaning that is no place on the scale; small counts are hidden."""

    item: Name
    answer: Name
    n: Count | None
    share: Proportion | None
    is_suppressed: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityResult(Result):
    """The state of a survey before it is analysed.

    Attributes
    ----------
    n_read : int
        Respondents in the file.
    min_cell : int
        Smaller counts of answers aside are hidden.
    """

    name: ClassVar[str] = "quality"
    n_read: int
    min_cell: int
    questions: tuple[QuestionQuality, ...]
    persons: tuple[PersonQuality, ...]
    patterns: tuple[PatternGap, ...]
    missing_test: tuple[MissingTest, ...]
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
