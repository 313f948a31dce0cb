"""What the classical checks of a model give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from campaign_effect.results import (
    Bounded,
    Count,
    Df,
    Name,
    Number,
    Proportion,
    PValue,
    Result,
    Row,
    Word,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionRow(Row):
    """One test of one assumption of one model."""

    outcome: Name
    model: Word
    assumption: Word
    test: Word
    statistic: Number
    df: Df | None
    df_2: Df | None
    p_value: PValue
    remedy: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class InflationRow(Row):
    """How much the other terms inflate a variable's variance."""

    outcome: Name
    model: Word
    variable: Name
    gvif: Number
    df: Df
    scaled_vif: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscriminationRow(Row):
    """How well a model of a binary outcome tells events apart."""

    outcome: Name
    model: Word
    auc: Bounded
    std_error: Bounded
    conf_low: Bounded
    conf_high: Bounded
    n: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationRow(Row):
    """Events that occurred and that a model expects, in one group of like probability."""

    outcome: Name
    model: Word
    decile: Count
    n: Count
    observed_share: Proportion
    expected_share: Proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationRow(Row):
    """Answers by what occurred and what a cut-off would have called."""

    outcome: Name
    model: Word
    true_positives: Count
    false_positives: Count
    true_negatives: Count
    false_negatives: Count
    sensitivity: Proportion
    specificity: Proportion
    accuracy: Proportion
    share_of_larger: Proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class InfluenceRow(Row):
    """How far one answer moves the coefficients of one model."""

    outcome: Name
    model: Word
    row: Count
    cook: Number
    leverage: Bounded
    standardised_residual: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionsResult(Result):
    """The classical checks of one or more models."""

    name: ClassVar[str] = "assumptions"
    tests: tuple[AssumptionRow, ...]
    inflation: tuple[InflationRow, ...]
    discrimination: tuple[DiscriminationRow, ...]
    calibration: tuple[CalibrationRow, ...]
    classification: tuple[ClassificationRow, ...]
    influence: tuple[InfluenceRow, ...]
