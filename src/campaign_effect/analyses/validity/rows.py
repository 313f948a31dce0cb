"""What is known of the validity of constructs, row by row."""

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
    Result,
    Row,
    Word,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvergentValidity(Row):
    """Whether the items of a construct go together.

    Attributes
    ----------
    smallest_loading
        Of the standardised loadings.
    alpha
        Cronbach's, of the same respondents.
    composite_reliability, ave
        Of the standardised loadings, as SmartPLS has them.
    variance_extracted
        Weighted by the items' variances, as semTools has it.
    """

    construct: Name
    k: Count
    n: Count
    smallest_loading: Bounded
    alpha: Bounded
    composite_reliability: Bounded
    ave: Bounded
    variance_extracted: Bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class OuterLoading(Row):
    """The standardised loading of an item on its construct."""

    construct: Name
    item: Name
    estimate: Bounded
    std_error: Number
    conf_low: Bounded
    conf_high: Bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class FornellLarcker(Row):
    """The correlation of two constructs, each pair both ways; with itself, the root of AVE."""

    construct_1: Name
    construct_2: Name
    estimate: Bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class HeterotraitMonotrait(Row):
    """HTMT and HTMT2 of two constructs with bootstrap intervals.

    Attributes
    ----------
    n_reps, failed
        Resamples, and the share of them in which one of the two has no value.
    """

    construct_1: Name
    construct_2: Name
    htmt: Number | None
    htmt_low: Number | None
    htmt_high: Number | None
    htmt2: Number | None
    htmt2_low: Number | None
    htmt2_high: Number | None
    n_reps: Count | None
    failed: Proportion | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossLoading(Row):
    """The correlation of an item with a construct's score, its own without the item."""

    item: Name
    construct: Name
    is_own: Flag
    estimate: Bounded | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collinearity(Row):
    """How far the scores of the other constructs predict a construct's score."""

    construct: Name
    vif: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonMethod(Row):
    """Harman's single factor: the largest component's share of the variance of all items."""

    n: Count
    k: Count
    share: Proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Row):
    """One line of the checklist: where a criterion comes off worst.

    Attributes
    ----------
    estimate, cutoff
        The worst value and the rule's.
    item, construct_1, construct_2
        Where that is.
    n_met, k
        How many of how many meet the rule.
    is_met
        Whether all do.
    """

    criterion: Word
    estimate: Number
    cutoff: Number
    item: Name | None
    construct_1: Name | None
    construct_2: Name | None
    n_met: Count
    k: Count
    is_met: Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidityResult(Result):
    """Convergent and discriminant validity of the constructs."""

    name: ClassVar[str] = "validity"
    convergent: tuple[ConvergentValidity, ...]
    loadings: tuple[OuterLoading, ...]
    fornell_larcker: tuple[FornellLarcker, ...]
    htmt: tuple[HeterotraitMonotrait, ...]
    cross_loadings: tuple[CrossLoading, ...]
    collinearity: tuple[Collinearity, ...]
    common_method: tuple[CommonMethod, ...]
    checklist: tuple[Check, ...]
    level: float
